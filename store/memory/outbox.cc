#include "store/memory/outbox.h"

#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace sluice::store {

uint64_t ReportKey(Phone recipient, absl::string_view carrier_message_id) {
  return XXH3_64bits_withSeed(carrier_message_id.data(),
                              carrier_message_id.size(), recipient.e164);
}

Priority PriorityOf(MessageClass message_class) {
  switch (message_class) {
    case MessageClass::kVerification:
      return Priority::kFirst;
    case MessageClass::kCommercial:
    case MessageClass::kConsentRequest:
      return Priority::kBulk;
    default:
      return Priority::kNormal;
  }
}

LiveMessage* Outbox::Find(uint64_t message) {
  const auto it = by_message_.find(message);
  return it == by_message_.end() ? nullptr : it->second;
}

const LiveMessage* Outbox::Find(uint64_t message) const {
  const auto it = by_message_.find(message);
  return it == by_message_.end() ? nullptr : it->second;
}

namespace {

constexpr int64_t kFirstLookMs = 5'000;
// How many held messages one step of PlanHeld() plans.
constexpr int kPlannedAtOnce = 4'096;

}  // namespace

// When Advance() must report the message, whatever else happens to it.
int64_t Outbox::DeadlineOf(const LiveMessage& live) const {
  if (!IsWaiting(live.state)) return live.since_ms + kReportWaitMs;
  if (live.state == sluice::v1::MESSAGE_STATE_HELD && hold_ms_ != 0) {
    return std::min(live.about.expire_at_ms, live.since_ms + hold_ms_);
  }
  return live.about.expire_at_ms;
}

void Outbox::SetHold(int64_t hold_ms) {
  if (hold_ms == hold_ms_) return;
  const bool shorter = hold_ms != 0 && (hold_ms_ == 0 || hold_ms < hold_ms_);
  hold_ms_ = hold_ms;
  // A longer hold shows when the wake-up of the shorter one comes.
  if (!shorter) return;
  hold_shorter_ = true;
  hold_planned_ = {};
}

// Plans some of the messages that were held when the hold became shorter.
void Outbox::PlanHeld(int64_t now_ms) {
  auto next = held_.upper_bound(hold_planned_);
  for (int i = 0; i < kPlannedAtOnce && next != held_.end(); ++i, ++next) {
    PlanWake(*Find(next->second), now_ms);
    hold_planned_ = *next;
  }
  hold_shorter_ = next != held_.end();
}

bool Outbox::KeepsText(Carrier carrier, MessageClass message_class) const {
  if (text_bytes_ < kTextBytesMax) return true;
  const Queue& queue = due_[static_cast<int>(carrier)]
                           [static_cast<int>(PriorityOf(message_class))];
  return queue.size() < kQueueHead;
}

LiveMessage* Outbox::TakeSlot() {
  if (!free_.empty()) {
    LiveMessage* const slot = free_.back();
    free_.pop_back();
    return slot;
  }
  if (chunk_used_ == kChunk) {
    chunks_.push_back(std::make_unique<LiveMessage[]>(kChunk));
    chunk_used_ = 0;
  }
  return &chunks_.back()[chunk_used_++];
}

void Outbox::Add(LiveMessage live, int64_t now_ms) {
  LiveMessage* const slot = TakeSlot();
  *slot = std::move(live);
  by_message_.emplace(slot->message, slot);
  text_bytes_ += slot->text.size();
  PlanWake(*slot, now_ms);
  if (slot->state == sluice::v1::MESSAGE_STATE_QUEUED) {
    QueueOf(*slot).push_back({slot, slot->message});
  }
  Enter(*slot);
}

// A change of `state` or `since_ms` happens only between Leave() and Enter().
void Outbox::Enter(const LiveMessage& live) {
  ++counts_[live.state];
  if (live.state == sluice::v1::MESSAGE_STATE_QUEUED) {
    ++queued_by_[static_cast<size_t>(live.about.carrier)]
                [static_cast<size_t>(live.about.message_class)];
  }
  if (live.state == sluice::v1::MESSAGE_STATE_HELD) {
    held_.emplace(live.since_ms, live.message);
  }
}

void Outbox::Leave(const LiveMessage& live) {
  --counts_[live.state];
  if (live.state == sluice::v1::MESSAGE_STATE_QUEUED) {
    --queued_by_[static_cast<size_t>(live.about.carrier)]
                [static_cast<size_t>(live.about.message_class)];
  }
  if (live.state == sluice::v1::MESSAGE_STATE_HELD) {
    held_.erase({live.since_ms, live.message});
  }
}

void Outbox::Move(LiveMessage& live, sluice::v1::MessageState state,
                  int64_t now_ms) {
  Leave(live);
  live.state = state;
  live.since_ms = now_ms;
  Enter(live);
}

void Outbox::Replace(LiveMessage& live, LiveMessage with, int64_t now_ms) {
  // A message that stays in the same queue keeps its position there.
  const bool stays = live.state == sluice::v1::MESSAGE_STATE_QUEUED &&
                     with.state == sluice::v1::MESSAGE_STATE_QUEUED &&
                     &QueueOf(live) == &QueueOf(with);
  Leave(live);
  TakeText(live);
  live = std::move(with);
  text_bytes_ += live.text.size();
  PlanWake(live, now_ms);
  if (live.state == sluice::v1::MESSAGE_STATE_QUEUED && !stays) {
    QueueOf(live).push_back({&live, live.message});
  }
  Enter(live);
}

std::string Outbox::TakeText(LiveMessage& live) {
  text_bytes_ -= live.text.size();
  return std::exchange(live.text, std::string());
}

void Outbox::Remove(LiveMessage& live) {
  for (const uint64_t key : live.report_keys) ForgetKey(live, key);
  Leave(live);
  by_message_.erase(live.message);
  TakeText(live);
  live.report_keys.clear();
  live.message = 0;
  free_.push_back(&live);
}

Outbox::Queue& Outbox::QueueOf(const LiveMessage& live) {
  return due_[static_cast<int>(live.about.carrier)]
             [static_cast<int>(PriorityOf(live.about.message_class))];
}

LiveMessage* Outbox::TakeDue(Carrier carrier, bool least_urgent) {
  auto& queues = due_[static_cast<int>(carrier)];
  for (size_t i = 0; i < queues.size(); ++i) {
    const size_t at = least_urgent ? queues.size() - 1 - i : i;
    LiveMessage* const live = TakeFrom(queues[at], carrier);
    if (live != nullptr) return live;
  }
  return nullptr;
}

LiveMessage* Outbox::TakeFrom(Queue& queue, Carrier carrier) {
  while (!queue.empty()) {
    const Entry entry = queue.front();
    queue.pop_front();
    // A redecided message may be for another carrier now.
    if (!entry.stale() &&
        entry.live->state == sluice::v1::MESSAGE_STATE_QUEUED &&
        entry.live->about.carrier == carrier) {
      return entry.live;
    }
  }
  return nullptr;
}

void Outbox::Requeue(LiveMessage& live, int64_t due_ms, int64_t now_ms) {
  live.due_ms = due_ms;
  if (due_ms > now_ms) {
    Move(live, sluice::v1::MESSAGE_STATE_DEFERRED, now_ms);
    PlanWake(live, now_ms);
    return;
  }
  Move(live, sluice::v1::MESSAGE_STATE_QUEUED, now_ms);
  PlanWake(live, now_ms);  // It expires at its own time again.
  QueueOf(live).push_back({&live, live.message});
}

void Outbox::PutBack(LiveMessage& live) {
  QueueOf(live).push_front({&live, live.message});
}

void Outbox::SetAside(LiveMessage& live, int64_t now_ms) {
  if (aside_.empty()) aside_until_ms_ = now_ms + kAsideMs;
  aside_.push_back({&live, live.message});
}

void Outbox::BringBackAside(int64_t now_ms) {
  // The clock may have gone back from a mistaken future.
  const bool waits =
      now_ms < aside_until_ms_ && now_ms >= aside_until_ms_ - kAsideMs;
  if (aside_.empty() || waits) return;
  for (const Entry& entry : std::exchange(aside_, {})) {
    if (!entry.stale()) QueueOf(*entry.live).push_back(entry);
  }
}

void Outbox::Reschedule(LiveMessage& live, const Times& times, int64_t now_ms) {
  Leave(live);
  live.due_ms = times.due_ms;
  live.since_ms = times.since_ms;
  live.about.expire_at_ms = times.expire_at_ms;
  // Its entry in the queue is stale then.
  if (live.state == sluice::v1::MESSAGE_STATE_QUEUED && live.due_ms > now_ms) {
    live.state = sluice::v1::MESSAGE_STATE_DEFERRED;
  }
  Enter(live);
  PlanWake(live, now_ms);
}

bool Outbox::HasDue(Carrier carrier) const {
  for (const Queue& queue : due_[static_cast<int>(carrier)]) {
    if (!queue.empty()) return true;
  }
  return false;
}

void Outbox::PlanWake(LiveMessage& live, int64_t now_ms) {
  int64_t at_ms =
      std::min(DeadlineOf(live),
               now_ms + std::max(kFirstLookMs, now_ms - live.since_ms));
  if (live.state == sluice::v1::MESSAGE_STATE_DEFERRED) {
    at_ms = std::min(at_ms, live.due_ms);
  }
  const int64_t second = at_ms / 1000 + 1;
  // The new plan may be for the same second as the old one.
  if (std::exchange(live.wake_s, second) == second) return;
  wake_[second].push_back({&live, live.message});
}

void Outbox::Advance(int64_t now_ms, std::vector<uint64_t>& look) {
  if (hold_shorter_) PlanHeld(now_ms);
  BringBackAside(now_ms);
  while (!wake_.empty() && wake_.begin()->first * 1000 <= now_ms) {
    const auto [second, entries] = std::move(*wake_.begin());
    wake_.erase(wake_.begin());
    for (const Entry& entry : entries) {
      LiveMessage& live = *entry.live;
      if (entry.stale() || live.wake_s != second) continue;
      if (DeadlineOf(live) <= now_ms) {
        look.push_back(entry.message);
        continue;
      }
      if (live.state == sluice::v1::MESSAGE_STATE_DEFERRED &&
          live.due_ms <= now_ms) {
        Leave(live);
        live.state = sluice::v1::MESSAGE_STATE_QUEUED;
        Enter(live);
        QueueOf(live).push_back({&live, live.message});
      }
      PlanWake(live, now_ms);
    }
  }
}

size_t Outbox::waiting() const {
  size_t sum = 0;
  for (int state = 0; state < sluice::v1::MessageState_ARRAYSIZE; ++state) {
    if (IsWaiting(static_cast<sluice::v1::MessageState>(state)))
      sum += counts_[state];
  }
  return sum;
}

int64_t Outbox::next_wake_ms() const {
  const int64_t wake_ms = wake_.empty() ? std::numeric_limits<int64_t>::max()
                                        : wake_.begin()->first * 1000;
  return aside_.empty() ? wake_ms : std::min(wake_ms, aside_until_ms_);
}

// A carrier that repeats its ids may have given this id to another message.
void Outbox::ForgetKey(const LiveMessage& live, uint64_t key) {
  const auto it = by_report_.find(key);
  if (it != by_report_.end() && it->second.live == &live) by_report_.erase(it);
}

void Outbox::AddReportKeys(LiveMessage& live,
                           const std::vector<uint64_t>& keys) {
  std::vector<uint64_t>& known = live.report_keys;
  known.resize(std::max(known.size(), keys.size()));
  for (uint32_t part = 0; part < keys.size(); ++part) {
    if (keys[part] == 0) continue;
    ForgetKey(live, known[part]);
    by_report_[keys[part]] = {&live, part + 1};
    known[part] = keys[part];
  }
}

uint32_t Outbox::PartsLike(const LiveMessage& live, uint32_t part) {
  const std::vector<uint64_t>& keys = live.report_keys;
  if (part == 0 || part > keys.size() || keys[part - 1] == 0) return 1;
  return static_cast<uint32_t>(
      std::count(keys.begin(), keys.end(), keys[part - 1]));
}

void Outbox::ForgetPart(LiveMessage& live, uint32_t part) {
  if (part == 0 || part > live.report_keys.size()) return;
  const uint64_t key = live.report_keys[part - 1];
  ForgetKey(live, key);
  std::replace(live.report_keys.begin(), live.report_keys.end(), key,
               uint64_t{0});
}

Outbox::Part Outbox::FindPart(uint64_t report_key) const {
  const auto it = by_report_.find(report_key);
  return it == by_report_.end() ? Part{} : it->second;
}

uint8_t Outbox::LinkNumber(absl::string_view name) {
  const auto known = std::find(links_.begin(), links_.end(), name);
  if (known != links_.end()) {
    return static_cast<uint8_t>(known - links_.begin());
  }
  if (links_.size() > 255) return 0;  // Unlikely: such a link has no name.
  links_.emplace_back(name);
  return static_cast<uint8_t>(links_.size() - 1);
}

}  // namespace sluice::store
