#pragma once

// How fast a link may write segments: at its contracted rate, and slower for a
// while after a flow control answer.
//
// Apart from the link because it is arithmetic over time that is passed in.

#include <cstdint>

#include "absl/time/time.h"

namespace sluice::link {

struct PaceOptions {
  double segments_per_second = 0;  // 0: no limit.
  // The pause after a flow control answer. It doubles, up to `pause_max`, for
  // each further such answer that comes right after a pause.
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

  // The time when Allowed() will exceed 0; `now` if it already does.
  absl::Duration NextAt(absl::Duration now);

  // The carrier answered flow control. Pauses writing and halves the rate,
  // which recovers by a tenth of its ceiling every second. Without a contracted
  // rate the ceiling is the rate of the last second, and the limit ends when
  // the rate reaches twice the ceiling. Several answers to segments written
  // before the pause count once.
  void SlowDown(absl::Duration now);

  bool paused(absl::Duration now) const { return now < paused_until_; }
  // Segments a second at present; 0: no limit.
  double rate() const { return rate_; }

 private:
  void Refill(absl::Duration now);

  const PaceOptions options_;
  double rate_;
  double ceiling_;  // The rate recovers up to this; 0: no limit.
  double tokens_ = 0;
  absl::Duration refilled_at_;
  absl::Duration paused_until_ = -absl::InfiniteDuration();
  absl::Duration pause_;
  // Segments written in this second and in the one before it.
  absl::Duration second_began_;
  uint64_t this_second_ = 0;
  uint64_t last_second_ = 0;
};

}  // namespace sluice::link
