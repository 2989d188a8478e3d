#pragma once

// How fast a link may write segments: its contracted rate, and less for a while
// after the carrier has answered "flow control".
//
// Apart from the link because it is arithmetic over time that is passed in, and
// tested as such.

#include <cstdint>

#include "absl/time/time.h"

namespace sluice::link {

struct PaceOptions {
  double segments_per_second = 0;  // 0: no limit.
  // Nothing is written for so long after a flow control answer; twice as long
  // after each further one that comes right after the pause, up to `pause_max`.
  absl::Duration pause = absl::Seconds(1);
  absl::Duration pause_max = absl::Seconds(30);
};

// One strand. `now` is monotonic time and never falls.
class Pace {
 public:
  Pace(const PaceOptions& options, absl::Duration now);

  // Segments that may be written now.
  uint32_t Allowed(absl::Duration now);
  void Spend(uint32_t segments);

  // When Allowed() will be more than 0; `now` if it is.
  absl::Duration NextAt(absl::Duration now);

  // The carrier said "too fast". Pauses and halves the rate; it comes back by a
  // tenth of what it was every second. Where there is no limit, the rate of the
  // last second is what is halved, and the limit goes when twice that is
  // reached. Answers to what was written before the pause count once.
  void SlowDown(absl::Duration now);

  bool paused(absl::Duration now) const { return now < paused_until_; }
  // Segments a second at present; 0: no limit.
  double rate() const { return rate_; }

 private:
  void Refill(absl::Duration now);

  const PaceOptions options_;
  double rate_;
  double ceiling_;  // Where the rate comes back to; 0: no limit.
  double tokens_ = 0;
  absl::Duration refilled_at_;
  absl::Duration paused_until_ = -absl::InfiniteDuration();
  absl::Duration pause_;
  // What was written in this second and the one before it.
  absl::Duration second_began_;
  uint64_t this_second_ = 0;
  uint64_t last_second_ = 0;
};

}  // namespace sluice::link
