#pragma once

// How fast a link may write segments: at its contracted rate, or at what the
// carrier takes when that is less.
//
// Carriers answer flow control ("8") for two reasons. A rare one among many
// taken segments is noise: it says nothing about the rate, and costs nothing
// but its own segment. A large share of them is congestion: the carrier takes
// less than it is sent. Then the rate falls by the share that was not taken, to
// what the carrier is known to take, and rises by trial: once a second a round
// tries a third more, and the rate doubles each round for as long as the
// carrier takes that much more. When the carrier takes nothing for a second,
// the link pauses and then sends single segments, with growing pauses, until
// one is taken.
//
// A round lasts until the segments that were unanswered at its beginning are
// answered, so that a change of the rate shows in the answers before the next
// change.
//
// Additive increase and multiplicative decrease alone, as in TCP, would not do:
// where one answer in five is flow control whatever the rate, the rate would
// fall without end.
//
// Apart from the link because it is arithmetic over time that is passed in.

#include <array>
#include <cstdint>

#include "absl/time/time.h"

namespace sluice::link {

struct PaceOptions {
  double segments_per_second = 0;  // 0: no limit but the carrier's.
  // The pause before a single segment asks whether the carrier takes again. It
  // doubles up to `pause_max`, which is thus the least rate of a link: one
  // segment in `pause_max`.
  absl::Duration pause = absl::Seconds(1);
  absl::Duration pause_max = absl::Seconds(5);
};

// One strand. `now` is monotonic time and never falls.
class Pace {
 public:
  // So many flow control answers in a row, or those of an eighth of a second if
  // that is more, stop writing until the round ends.
  static constexpr uint32_t kBurst = 16;
  // The rate falls no lower than to this many segments a second. Below it there
  // are only the pauses.
  static constexpr double kRateMin = 2;

  Pace(const PaceOptions& options, absl::Duration now);

  // Segments that may be written now.
  uint32_t Allowed(absl::Duration now);
  // These have been written.
  void Spend(uint32_t segments, absl::Duration now);

  // The time when Allowed() will exceed 0, or has to be asked again; `now` if
  // it already does.
  absl::Duration NextAt(absl::Duration now);

  // The carrier answered one segment: with flow control, or otherwise.
  void Answered(bool flow_control);
  // The unanswered segments will not be answered.
  void ConnectionLost();

  // Ends the round if it is over. To be called after a run of answers.
  void Look(absl::Duration now);

  // Nothing may be written now, whatever the rate.
  bool paused(absl::Duration now) const { return held_ || now < paused_until_; }
  // Single segments ask whether the carrier takes again.
  bool probing() const { return probing_; }
  // Segments a second at present; 0: no limit.
  double rate() const { return rate_; }

  // Flow control is so rare that a segment answered with it may be sent again
  // at once, after those that wait already.
  bool rare() const { return share_ < kRareShare; }

 private:
  // Of about the last 32 answers.
  static constexpr double kRareShare = 0.25;

  struct Round {
    absl::Duration began;
    uint32_t unanswered = 0;  // At its beginning.
    uint32_t written = 0;
    uint32_t taken = 0;
    uint32_t refused = 0;  // Answered with flow control.
    bool bound = false;    // The rate kept segments from being written.
    uint32_t answers() const { return taken + refused; }
  };
  // A round that has ended.
  struct Past {
    double taken = 0;
    double seconds = 0;
    double a_second() const { return seconds == 0 ? 0 : taken / seconds; }
  };

  void Refill(absl::Duration now);
  bool IsOver(absl::Duration now) const;
  void BeginRound(absl::Duration now);
  void EndRound(absl::Duration now);
  double UsedOf(double seconds) const;
  void Judge(const Past& round, absl::Duration now);
  bool IsCongested() const;
  void Limit(const Past& round);
  void Adapt(const Past& round, absl::Duration now);
  void NextStep(absl::Duration now, bool gained);
  bool IsAtCeiling() const;
  double MostTaken() const;
  double MeanTaken() const;
  void Relearn(double known);
  void TakeRate();
  void Unlimit();
  void Pause(absl::Duration now);
  void LookAtProbe(absl::Duration now);

  const PaceOptions options_;
  double rate_;
  double tokens_;
  absl::Duration refilled_at_;
  Round round_;
  uint32_t unanswered_ = 0;
  double share_ = 0;         // Of flow control among the last answers.
  uint32_t run_ = 0;         // Flow control answers in a row.
  bool held_ = false;        // Nothing is written until the round ends.
  absl::Duration taken_at_;  // The last look that found a taken segment.

  // The carrier takes less than it is offered.
  bool limited_ = false;
  std::array<Past, 6> past_ = {};
  size_t past_next_ = 0;
  double known_ = 0;       // What it is known to take, a second.
  bool doubling_ = false;  // It took more in the last round.
  bool trying_ = false;    // The round tries more.
  uint32_t kept_ = 0;      // Rounds since then.
  absl::Duration tried_at_ = -absl::InfiniteDuration();
  uint32_t unbound_ = 0;  // Rounds in a row that the rate did not bound.

  bool probing_ = false;
  bool probe_sent_ = false;
  absl::Duration pause_;
  absl::Duration paused_until_ = -absl::InfiniteDuration();
};

}  // namespace sluice::link
