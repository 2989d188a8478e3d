#pragma once

// The clock of decisions and records: the last journaled time plus monotonic
// time, slewed to the system clock. It goes back only when an operator says
// that the time it shows never was, so planned times and limits keep their
// order through restarts and steps of the system clock.

#include <cstdint>

#include "rules/base/clock.h"
#include "rules/base/mutex.h"

namespace sluice::store {

// What the disk says about the time before a start. Milliseconds since the
// epoch; 0: unknown.
struct ClockEvidence {
  // Of the newest record, over all journals. A journal's newest record is its
  // last one: earlier ones may bear a time that an operator took back.
  int64_t journaled_ms = 0;
  // What the system clock showed when the control journal was last written. A
  // copied file has a later time: it proves only that the time has been.
  int64_t written_ms = 0;
};

// Any thread.
class PartitionClock {
 public:
  // `clock` must outlive the partition clock.
  explicit PartitionClock(const Clock& clock);

  // Compares the system clock with `evidence`. If it is more than kAskAfter
  // ahead of the newest record, or behind the last write, the clock is
  // unconfirmed: it stays at the newest record until the system clock is
  // corrected or an operator accepts it. Call it once, before anything else
  // uses the clock.
  void Start(const ClockEvidence& evidence);

  // Milliseconds since the epoch.
  int64_t NowMs();

  // The clock must not show a time before `journaled_ms`, which the journal
  // has.
  void StartAfter(int64_t journaled_ms);

  struct Reading {
    int64_t now_ms = 0;
    // The system clock is more than a minute away, or unconfirmed: nothing must
    // be decided until the difference is gone or an operator accepts it.
    bool stepped = false;
    // As `stepped`, and the difference is too large for work that goes on
    // through a small step: the last look needs the hour of the day, and
    // messages expire.
    bool doubtful = false;
    // As `stepped`, since the start: this process has not yet seen a right
    // system clock.
    bool unconfirmed = false;
  };
  Reading Read();

  // How far the system clock was ahead of the newest record when the clock was
  // started or confirmed; 0: unknown.
  int64_t start_gap_ms();

  // An operator says that the system clock is right: a step forward is taken, a
  // step back is waited out, or taken back with TurnBack().
  void Accept();

  // An operator says that the clock shows a time that never was: it goes on
  // from `now_ms`. Everything planned later must have been moved: see
  // PartitionState::TurnBack().
  void TurnBack(int64_t now_ms);

  // A system clock so much later than the newest record waits for an operator
  // at a start: the server was off for long, or the clock is wrong, and a wrong
  // clock lets messages expire and retention remove records.
  static constexpr absl::Duration kAskAfter = absl::Hours(24);
  // A system clock so much later raises an alarm at a start.
  static constexpr absl::Duration kAlarmAfter = absl::Hours(1);

 private:
  void Advance() SLUICE_REQUIRES(mutex_);
  void Confirm() SLUICE_REQUIRES(mutex_);

  const Clock& clock_;
  Mutex mutex_;
  absl::Time now_ SLUICE_GUARDED_BY(mutex_);
  absl::Duration seen_ SLUICE_GUARDED_BY(mutex_);
  bool stepped_ SLUICE_GUARDED_BY(mutex_) = false;
  bool unconfirmed_ SLUICE_GUARDED_BY(mutex_) = false;
  // The system clock at the last write before the start.
  absl::Time written_ SLUICE_GUARDED_BY(mutex_) = absl::InfinitePast();
  int64_t start_gap_ms_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::store
