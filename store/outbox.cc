#include "store/outbox.h"

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
  const auto it = messages_.find(message);
  return it == messages_.end() ? nullptr : &it->second;
}

const LiveMessage* Outbox::Find(uint64_t message) const {
  const auto it = messages_.find(message);
  return it == messages_.end() ? nullptr : &it->second;
}

namespace {

// When something must happen to it whatever else does.
int64_t DeadlineOf(const LiveMessage& live) {
  if (!IsWaiting(live.state)) return live.since_ms + kReportWaitMs;
  return live.about.expire_at_ms;
}

constexpr int64_t kFirstLookMs = 5'000;

}  // namespace

void Outbox::Add(uint64_t message, LiveMessage live, int64_t now_ms) {
  PlanWake(message, live, now_ms);
  if (live.state == v1::MESSAGE_STATE_QUEUED) PushDue(message, live);
  if (IsWaiting(live.state)) ++waiting_;
  messages_.emplace(message, std::move(live));
}

void Outbox::Move(uint64_t message, v1::MessageState state, int64_t now_ms) {
  LiveMessage* const live = Find(message);
  if (live == nullptr) return;
  if (IsWaiting(live->state)) --waiting_;
  live->state = state;
  live->since_ms = now_ms;
  if (IsWaiting(state)) ++waiting_;
}

void Outbox::Remove(uint64_t message) {
  const auto it = messages_.find(message);
  if (it == messages_.end()) return;
  for (const uint64_t key : it->second.report_keys) by_report_.erase(key);
  if (IsWaiting(it->second.state)) --waiting_;
  messages_.erase(it);
}

uint64_t Outbox::TakeDue(Carrier carrier) {
  for (auto& queue : due_[static_cast<int>(carrier)]) {
    while (!queue.empty()) {
      const uint64_t message = queue.front();
      queue.pop_front();
      const LiveMessage* const live = Find(message);
      if (live != nullptr && live->state == v1::MESSAGE_STATE_QUEUED) {
        return message;
      }
    }
  }
  return 0;
}

void Outbox::Requeue(uint64_t message, int64_t due_ms, int64_t now_ms) {
  LiveMessage* const live = Find(message);
  if (live == nullptr) return;
  live->due_ms = due_ms;
  if (due_ms > now_ms) {
    Move(message, v1::MESSAGE_STATE_DEFERRED, now_ms);
    PlanWake(message, *live, now_ms);
    return;
  }
  Move(message, v1::MESSAGE_STATE_QUEUED, now_ms);
  PushDue(message, *live);
}

void Outbox::PutBack(uint64_t message) {
  const LiveMessage& live = *Find(message);
  due_[static_cast<int>(live.about.carrier)]
      [static_cast<int>(PriorityOf(live.about.message_class))]
          .push_front(message);
}

bool Outbox::HasDue(Carrier carrier) const {
  for (const auto& queue : due_[static_cast<int>(carrier)]) {
    if (!queue.empty()) return true;
  }
  return false;
}

void Outbox::PushDue(uint64_t message, const LiveMessage& live) {
  due_[static_cast<int>(live.about.carrier)]
      [static_cast<int>(PriorityOf(live.about.message_class))]
          .push_back(message);
}

void Outbox::PlanWake(uint64_t message, const LiveMessage& live,
                      int64_t now_ms) {
  int64_t at_ms =
      std::min(DeadlineOf(live),
               now_ms + std::max(kFirstLookMs, now_ms - live.since_ms));
  if (live.state == v1::MESSAGE_STATE_DEFERRED) {
    at_ms = std::min(at_ms, live.due_ms);
  }
  wake_[at_ms / 1000 + 1].push_back(message);
}

void Outbox::Advance(int64_t now_ms, std::vector<uint64_t>& look) {
  while (!wake_.empty() && wake_.begin()->first * 1000 <= now_ms) {
    const std::vector<uint64_t> messages = std::move(wake_.begin()->second);
    wake_.erase(wake_.begin());
    for (const uint64_t message : messages) {
      LiveMessage* const live = Find(message);
      if (live == nullptr) continue;
      if (DeadlineOf(*live) <= now_ms) {
        look.push_back(message);
        continue;
      }
      if (live->state == v1::MESSAGE_STATE_DEFERRED && live->due_ms <= now_ms) {
        live->state = v1::MESSAGE_STATE_QUEUED;
        PushDue(message, *live);
      }
      PlanWake(message, *live, now_ms);
    }
  }
}

int64_t Outbox::next_wake_ms() const {
  return wake_.empty() ? std::numeric_limits<int64_t>::max()
                       : wake_.begin()->first * 1000;
}

void Outbox::AddReportKeys(uint64_t message,
                           const std::vector<uint64_t>& keys) {
  LiveMessage* const live = Find(message);
  if (live == nullptr) return;
  std::vector<uint64_t>& known = live->report_keys;
  known.resize(std::max(known.size(), keys.size()));
  for (uint32_t part = 0; part < keys.size(); ++part) {
    if (keys[part] == 0) continue;
    by_report_[keys[part]] = {message, part + 1};
    known[part] = keys[part];
  }
}

void Outbox::ForgetPart(uint64_t message, uint32_t part) {
  LiveMessage* const live = Find(message);
  if (live == nullptr || part == 0 || part > live->report_keys.size()) return;
  uint64_t& key = live->report_keys[part - 1];
  by_report_.erase(key);
  key = 0;
}

Outbox::Part Outbox::FindPart(uint64_t report_key) const {
  const auto it = by_report_.find(report_key);
  return it == by_report_.end() ? Part{} : it->second;
}

}  // namespace sluice::store
