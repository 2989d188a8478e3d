#include "gateway/link/flight.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/hash/hash.h"
#include "rules/base/check.h"

namespace sluice::link {
namespace {

constexpr size_t kReferenceSlots = 4096;

}  // namespace

Flight::Flight(Link& link, LinkOwner& owner, const FlightOptions& options)
    : link_(link),
      owner_(owner),
      options_(options),
      window_(options.window),
      references_(kReferenceSlots, options.reference_seed) {}

uint32_t Flight::TakeSlot() {
  if (free_.empty()) {
    slots_.push_back(std::make_unique<Message>());
    return static_cast<uint32_t>(slots_.size() - 1);
  }
  const uint32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

// Two long messages to one phone need different references while the phone may
// still be joining the first message.
uint16_t Flight::NextReference(const HandOver& hand_over) {
  const size_t hash =
      absl::HashOf(hand_over.access_number, hand_over.recipient);
  return references_[hash % kReferenceSlots]++;
}

void Flight::Add(HandOver hand_over) {
  const uint32_t slot = TakeSlot();
  Message& message = *slots_[slot];
  // A text this short is one segment, which needs no reference.
  const bool may_be_long =
      hand_over.text.size() > options_.traits.ucs2_single_max;
  const uint16_t reference =
      may_be_long ? NextReference(hand_over) : uint16_t{0};
  message.hand_over = std::move(hand_over);
  filter::EncodeSegments(message.hand_over.text, options_.traits, reference,
                         message.segments);
  const size_t parts = std::max<size_t>(1, message.segments.octets.size());
  message.parts.assign(parts, Part());
  message.message_ids.resize(parts);
  for (std::string& id : message.message_ids) id.clear();
  message.written = message.open = message.settled = 0;
  message.touched = message.pulled = false;
  message.queued = message.live = true;
  queue_.push_back(slot);
  held_ += static_cast<uint32_t>(parts);
  ++live_;
}

bool Flight::Next(Segment& segment) {
  if (unanswered_.size() >= window_) return false;
  while (!queue_.empty()) {
    const uint32_t slot = queue_.front();
    Message& message = *slots_[slot];
    const auto waiting =
        std::find_if(message.parts.begin(), message.parts.end(),
                     [](const Part& p) { return p.state == State::kWaiting; });
    if (!message.live || message.pulled || waiting == message.parts.end()) {
      queue_.pop_front();
      message.queued = false;
      if (!message.live) free_.push_back(slot);
      continue;
    }
    next_ = {slot, static_cast<uint32_t>(waiting - message.parts.begin())};
    if (message.segments.octets.empty()) {  // More than 255 parts.
      NotEncodable("more segments than a message may have");
      continue;
    }
    segment = {&message.hand_over,
               &message.segments.octets[next_.part],
               message.segments.coding,
               message.segments.has_header,
               next_.part,
               static_cast<uint32_t>(message.parts.size())};
    return true;
  }
  return false;
}

void Flight::Sent(uint32_t sequence, absl::Duration now) {
  Message& message = *slots_[next_.slot];
  Part& part = message.parts[next_.part];
  part.state = State::kSent;
  ++part.tries;
  ++message.open;
  unanswered_[sequence] = next_;
  deadlines_.emplace_back(now + options_.answer_timeout, sequence);
  sent_.push_back(sequence);
}

void Flight::NotEncodable(absl::string_view why) {
  Message& message = *slots_[next_.slot];
  message.parts[next_.part].code = kNotEncodable;
  message.parts[next_.part].meaning = why;
  message.pulled = true;
  Settle(next_.slot, next_.part, State::kRefused);
}

void Flight::MarkWritten(uint32_t slot, uint32_t part) {
  Message& message = *slots_[slot];
  message.touched = true;
  if (message.parts[part].written) return;
  message.parts[part].written = true;
  if (++message.written == message.parts.size()) {
    owner_.Written(link_, message.hand_over.ref);
  }
}

void Flight::Given(size_t segments) {
  const auto end = sent_.begin() + std::min(segments, sent_.size());
  for (auto sent = sent_.begin(); sent != end; ++sent) {
    const uint32_t sequence = *sent;
    // A segment may be answered before its write completes.
    const auto it = unanswered_.find(sequence);
    if (it != unanswered_.end()) slots_[it->second.slot]->touched = true;
    given_.push_back(sequence);
  }
  sent_.erase(sent_.begin(), end);
}

void Flight::Left(size_t segments) {
  for (; segments > 0 && !given_.empty(); --segments) {
    const auto it = unanswered_.find(given_.front());
    given_.pop_front();
    if (it != unanswered_.end()) MarkWritten(it->second.slot, it->second.part);
  }
}

bool Flight::Answered(uint32_t sequence, SegmentAnswer answer, uint32_t code,
                      absl::string_view meaning, std::string message_id) {
  const auto it = unanswered_.find(sequence);
  if (it == unanswered_.end()) {
    const auto late = late_.find(sequence);
    if (late == late_.end()) return false;
    const auto [ref, part] = late->second;
    late_.erase(late);
    if (answer == SegmentAnswer::kTaken) {
      owner_.LateAnswer(link_, ref, part, message_id);
    }
    return true;
  }
  const auto [slot, index] = it->second;
  unanswered_.erase(it);
  ForgetDeadlines();
  MarkWritten(slot, index);
  Message& message = *slots_[slot];
  Part& part = message.parts[index];
  part.code = code;
  part.meaning = meaning;
  --message.open;
  switch (answer) {
    case SegmentAnswer::kTaken:
      message.message_ids[index] = std::move(message_id);
      Settle(slot, index, State::kTaken);
      break;
    case SegmentAnswer::kRefused:
      message.pulled = true;
      Settle(slot, index, State::kRefused);
      break;
    case SegmentAnswer::kNotTaken:
      // The segment is still held: it may be sent again.
      message.pulled = true;
      part.state = State::kNotTaken;
      Decide(slot);
      break;
  }
  return true;
}

void Flight::AnsweredUnreadably(uint32_t sequence) {
  const auto it = unanswered_.find(sequence);
  if (it == unanswered_.end()) return;
  const auto [slot, part] = it->second;
  unanswered_.erase(it);
  MarkWritten(slot, part);
  slots_[slot]->pulled = true;
  --slots_[slot]->open;
  Settle(slot, part, State::kUnknown);
}

void Flight::Settle(uint32_t slot, uint32_t part, State state) {
  Message& message = *slots_[slot];
  message.parts[part].state = state;
  ++message.settled;
  --held_;
  Decide(slot);
}

uint32_t Flight::CountIn(const Message& message, State state) {
  return static_cast<uint32_t>(
      std::count_if(message.parts.begin(), message.parts.end(),
                    [&](const Part& p) { return p.state == state; }));
}

const Flight::Part& Flight::FirstIn(const Message& message, State state) const {
  return *std::find_if(message.parts.begin(), message.parts.end(),
                       [&](const Part& p) { return p.state == state; });
}

void Flight::Decide(uint32_t slot) {
  Message& message = *slots_[slot];
  if (message.open > 0) return;  // Wait for every open answer.
  const uint32_t taken = CountIn(message, State::kTaken);
  if (taken == message.parts.size()) {
    return Finish(slot, Outcome::kTaken, nullptr);
  }
  if (!message.pulled) return;  // More parts will be sent.
  if (CountIn(message, State::kRefused) > 0) {
    return Finish(slot, Outcome::kRefused, &FirstIn(message, State::kRefused));
  }
  if (CountIn(message, State::kUnknown) > 0) {
    return Finish(slot, Outcome::kUnknown, nullptr);
  }
  if (taken == 0) {
    return Finish(slot, Outcome::kNotTaken,
                  &FirstIn(message, State::kNotTaken));
  }
  RetryOrRefuse(slot);
}

// The carrier took some segments, so the message cannot be given up without
// harm: the segments answered with flow control are sent again, after a pause.
void Flight::RetryOrRefuse(uint32_t slot) {
  Message& message = *slots_[slot];
  for (Part& part : message.parts) {
    if (part.state != State::kNotTaken) continue;
    if (part.tries >= options_.segment_tries_max) {
      return Finish(slot, Outcome::kRefused, &part);
    }
    part.state = State::kWaiting;
  }
  retries_.push_back(slot);
}

// A message in retries_ stays pulled, so that Next() leaves it alone, and live:
// none of its segments is open.
void Flight::Retry() {
  for (const uint32_t slot : retries_) {
    Message& message = *slots_[slot];
    message.pulled = false;
    if (message.queued) continue;
    message.queued = true;
    queue_.push_back(slot);
  }
  retries_.clear();
}

void Flight::Finish(uint32_t slot, Outcome outcome, const Part* why) {
  Message& message = *slots_[slot];
  Answer answer;
  answer.ref = message.hand_over.ref;
  answer.outcome = outcome;
  if (outcome == Outcome::kNotTaken) answer.again_after = again_after_;
  if (why != nullptr) {
    answer.code = why->code;
    answer.meaning = why->meaning;
  }
  answer.message_ids = message.message_ids;
  owner_.Answered(link_, answer);
  Release(slot);
}

void Flight::Release(uint32_t slot) {
  Message& message = *slots_[slot];
  held_ -= static_cast<uint32_t>(message.parts.size()) - message.settled;
  --live_;
  message.live = false;
  if (!message.queued) free_.push_back(slot);
}

void Flight::RememberLate(uint32_t sequence, const Unanswered& late) {
  if (late_order_.size() >= options_.late_max) {
    late_.erase(late_order_.front());
    late_order_.pop_front();
  }
  late_[sequence] = {slots_[late.slot]->hand_over.ref, late.part};
  late_order_.push_back(sequence);
}

// Answers come roughly in sending order, so deadlines_ stays about as long as
// the window.
void Flight::ForgetDeadlines() {
  while (!deadlines_.empty() &&
         !unanswered_.contains(deadlines_.front().second)) {
    deadlines_.pop_front();
  }
}

bool Flight::Expire(absl::Duration now) {
  bool any = false;
  while (!deadlines_.empty() && deadlines_.front().first <= now) {
    const uint32_t sequence = deadlines_.front().second;
    const auto it = unanswered_.find(sequence);
    if (it != unanswered_.end()) {
      if (absl::c_linear_search(sent_, sequence) ||
          absl::c_linear_search(given_, sequence)) {
        return any;
      }
      RememberLate(sequence, it->second);
      AnsweredUnreadably(sequence);
      any = true;
    }
    deadlines_.pop_front();
  }
  return any;
}

void Flight::GiveBackWaiting(absl::string_view access_number) {
  // Release() does not change queue_ during this loop: it only frees slots.
  std::deque<uint32_t> kept;
  for (const uint32_t slot : queue_) {
    Message& message = *slots_[slot];
    const bool untouched =
        CountIn(message, State::kWaiting) == message.parts.size() &&
        !message.touched;
    const bool asked_for = access_number.empty() ||
                           message.hand_over.access_number == access_number;
    if (message.live && !(untouched && asked_for)) {
      kept.push_back(slot);
      continue;
    }
    message.queued = false;
    if (!message.live) {
      free_.push_back(slot);
      continue;
    }
    owner_.GivenBack(link_, message.hand_over.ref);
    Release(slot);
  }
  queue_ = std::move(kept);
}

// No octet of the segment has left.
void Flight::Unsend(uint32_t sequence) {
  const auto it = unanswered_.find(sequence);
  if (it == unanswered_.end()) return;
  Message& message = *slots_[it->second.slot];
  message.parts[it->second.part].state = State::kWaiting;
  --message.open;
  if (!message.queued) {
    message.queued = true;
    queue_.push_back(it->second.slot);
  }
  unanswered_.erase(it);
}

// A lost connection does not change known facts: a refused segment makes the
// message kRefused, and a message is kNotTaken when some segments were answered
// with flow control and the others never sent.
void Flight::FinishLost(uint32_t slot) {
  const Message& message = *slots_[slot];
  if (CountIn(message, State::kRefused) > 0) {
    return Finish(slot, Outcome::kRefused, &FirstIn(message, State::kRefused));
  }
  const uint32_t clear =
      CountIn(message, State::kNotTaken) + CountIn(message, State::kWaiting);
  if (clear == message.parts.size() && CountIn(message, State::kNotTaken) > 0) {
    return Finish(slot, Outcome::kNotTaken,
                  &FirstIn(message, State::kNotTaken));
  }
  Finish(slot, Outcome::kUnknown, nullptr);
}

void Flight::ConnectionLost(size_t touched) {
  for (size_t i = 0; i < sent_.size(); ++i) {
    if (i >= touched) {
      Unsend(sent_[i]);
    } else if (const auto it = unanswered_.find(sent_[i]);
               it != unanswered_.end()) {
      slots_[it->second.slot]->touched = true;
    }
  }
  sent_.clear();
  given_.clear();
  // Untouched messages are given back. The others will not get their answers.
  GiveBackWaiting();
  for (const uint32_t slot : queue_) slots_[slot]->queued = false;
  queue_.clear();
  for (uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot]->live) FinishLost(slot);
  }
  retries_.clear();
  unanswered_.clear();
  deadlines_.clear();
  late_.clear();
  late_order_.clear();
  SLUICE_CHECK(live_ == 0 && held_ == 0);
}

}  // namespace sluice::link
