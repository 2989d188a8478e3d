#include "gateway/dispatch/circuit_breaker.h"

#include <algorithm>

namespace sluice::gateway {

using Kind = MessageEnd::Kind;

CircuitBreaker::CircuitBreaker(const BreakerBounds& bounds)
    : bounds_(bounds), pause_(bounds.pause_first) {}

std::optional<BreakerCause> CircuitBreaker::Ended(const MessageEnd& end) {
  if (open()) return std::nullopt;
  ends_.push_back(end);
  if (ends_.size() > bounds_.outcomes) ends_.pop_front();
  if (++since_close_ == bounds_.outcomes) pause_ = bounds_.pause_first;
  if (end.kind == Kind::kTaken) return std::nullopt;
  if (end.kind == Kind::kRefused) return Refusals(end);
  const size_t unanswered = NewestUnanswered();
  if (unanswered < bounds_.unanswered_min) return std::nullopt;
  return BreakerCause{Kind::kUnanswered, 0, unanswered, unanswered};
}

std::optional<BreakerCause> CircuitBreaker::Refusals(
    const MessageEnd& newest) const {
  const auto refused = static_cast<size_t>(std::count_if(
      ends_.begin(), ends_.end(), [&newest](const MessageEnd& end) {
        return end.kind == Kind::kRefused && end.code == newest.code;
      }));
  const double share = static_cast<double>(refused) / ends_.size();
  const bool many = newest.of_message ? refused >= bounds_.of_messages_min
                                      : refused >= bounds_.refused_min &&
                                            share >= bounds_.refused_share;
  if (!many) return std::nullopt;
  return BreakerCause{Kind::kRefused, newest.code, refused, ends_.size()};
}

size_t CircuitBreaker::NewestUnanswered() const {
  const auto answered = std::find_if(
      ends_.rbegin(), ends_.rend(),
      [](const MessageEnd& end) { return end.kind != Kind::kUnanswered; });
  return static_cast<size_t>(answered - ends_.rbegin());
}

void CircuitBreaker::Open(const BreakerCause& cause, absl::Duration now) {
  opened_ = now;
  cause_ = cause;
  next_probe_ = now + pause_;
  probing_ = false;
  ends_.clear();
}

bool CircuitBreaker::ProbeDue(absl::Duration now) const {
  return open() && !probing_ && now >= next_probe_;
}

void CircuitBreaker::ProbePutOff(absl::Duration now) {
  probing_ = false;
  next_probe_ = now + pause_;
}

void CircuitBreaker::ProbeEnded(bool taken, absl::Duration now) {
  if (!open()) return;
  pause_ = std::min(pause_ * 2, bounds_.pause_max);
  ProbePutOff(now);
  if (!taken) return;
  opened_.reset();
  since_close_ = 0;
}

void CircuitBreaker::Forget(uint64_t source) {
  const auto rest = std::remove_if(
      ends_.begin(), ends_.end(),
      [source](const MessageEnd& end) { return end.source == source; });
  ends_.erase(rest, ends_.end());
}

}  // namespace sluice::gateway
