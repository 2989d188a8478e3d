#pragma once

// When to stop handing over to a carrier that refuses or does not answer, and
// when to try again. Plain arithmetic over the time that is passed in, so that
// tests need no link.
//
//   closed ── too many bad outcomes ──► open: only probes, one at a time
//     ▲                                   │
//     └────────── a probe is taken ◄──────┘  each failed probe doubles the
//     pause
//
// It opens when, of the last 64 outcomes,
//  - at least 16, and half, are refusals with one code;
//  - for a code that concerns single messages (a wrong recipient): 61;
//  - the newest 4 are without an answer.
// The pause before a probe is 2 s at first and at most 5 minutes. It begins at
// 2 s again when 64 outcomes have not opened the breaker.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "absl/time/time.h"

namespace sluice::gateway {

struct BreakerBounds {
  size_t outcomes = 64;
  size_t refused_min = 16;
  double refused_share = 0.5;
  size_t of_messages_min = 61;
  // In a row. Few: behind a missing answer a link sends one message at a time,
  // so that each costs an answer time-out.
  size_t unanswered_min = 4;
  absl::Duration pause_first = absl::Seconds(2);
  absl::Duration pause_max = absl::Minutes(5);
};

// How one message ended at the carrier.
struct MessageEnd {
  enum class Kind : uint8_t { kTaken, kRefused, kUnanswered };
  Kind kind = Kind::kTaken;
  uint32_t code = 0;  // kRefused
  // kRefused: the code is a fault of this message, such as its recipient.
  bool of_message = false;
  // Whose message it was, as a hash.
  uint64_t source = 0;
};

// Why a breaker opens: `count` of the last `of` outcomes.
struct BreakerCause {
  MessageEnd::Kind kind = MessageEnd::Kind::kUnanswered;
  uint32_t code = 0;
  size_t count = 0;
  size_t of = 0;
};

// Not thread-safe. Times are monotonic.
class CircuitBreaker {
 public:
  explicit CircuitBreaker(const BreakerBounds& bounds = {});

  // A message that was no probe has ended. Returns why the breaker should open
  // now; only Open() opens it. Nothing is recorded while it is open: such a
  // message was handed over before.
  std::optional<BreakerCause> Ended(const MessageEnd& end);

  void Open(const BreakerCause& cause, absl::Duration now);
  bool open() const { return opened_.has_value(); }
  const BreakerCause& cause() const { return cause_; }
  // When it opened; only while it is open.
  absl::Duration opened_at() const { return *opened_; }

  // The breaker is open and a probe may be handed over.
  bool ProbeDue(absl::Duration now) const;
  // A probe is asked for. One at a time: until ProbeEnded or ProbeUnused.
  void BeginProbe() { probing_ = true; }
  // No message was there, or it was given back unsent.
  void ProbeUnused() { probing_ = false; }
  // The carrier answered the probe with "later": as ProbeUnused, after a pause.
  void ProbePutOff(absl::Duration now);
  // The probe was taken, or shows as much, and the breaker closes; or not, and
  // the pause doubles.
  void ProbeEnded(bool taken, absl::Duration now);

  // The outcomes that are kept, the newest last.
  const std::deque<MessageEnd>& ends() const { return ends_; }
  // Forgets the outcomes of one source.
  void Forget(uint64_t source);

 private:
  std::optional<BreakerCause> Refusals(const MessageEnd& newest) const;
  size_t NewestUnanswered() const;

  const BreakerBounds bounds_;
  std::deque<MessageEnd> ends_;
  size_t since_close_ = 0;  // Outcomes since it closed last.
  absl::Duration pause_;
  std::optional<absl::Duration> opened_;
  absl::Duration next_probe_;
  bool probing_ = false;
  BreakerCause cause_;
};

}  // namespace sluice::gateway
