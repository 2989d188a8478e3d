#pragma once

// What becomes of times of a mistaken future when the clock goes back from it
// (store::v1::ClockTurnedBack): pure functions, used by the writer and by a
// replay alike.
//
// What has happened counts at the moment the clock goes back: it happened
// before that, so a limit or key window that begins there is never shorter than
// in reality. What waits keeps its distance and its time of day: it moves back
// by the whole days of the mistake, so it stays within send hours, and a
// backlog does not go out all at once.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "filter/recipient_state.h"
#include "store/journal/position.h"
#include "store/memory/outbox.h"
#include "store/views/views.h"

namespace sluice::store {

struct TurnedBack {
  int64_t mistaken_ms = 0;  // What the clock showed.
  int64_t now_ms = 0;       // From where it goes on.

  // The whole days between the two.
  int64_t days_ms() const;
};

// A ClockTurnedBack in a journal.
struct TurnBackAt {
  Position position;  // Of its group: it is alone there.
  int64_t now_ms = 0;
};

// The views keep where a journal says so, because they outlive replays.
// Errors: kDataLoss, kUnavailable.
absl::StatusOr<std::vector<TurnBackAt>> SavedTurnBacks(const Views& views);
Views::Change SaveTurnBacks(const std::vector<TurnBackAt>& turned_back);

// When a record at `position` with time `at_ms` counts as written: no later
// than the clock went back after it. Does not decrease through a journal.
int64_t CountedMs(const std::vector<TurnBackAt>& turned_back, Position position,
                  int64_t at_ms);

// Whether a message has a time that never was.
bool IsMistaken(const TurnedBack& back, const LiveMessage& live);
bool IsMistaken(const TurnedBack& back, const filter::Send& send);
bool IsMistaken(const TurnedBack& back, const filter::StandingFact& fact);

// The times of a mistaken message from now on. A message whose caller asked for
// a time more than a day ahead keeps that time: the caller's clock was right.
Outbox::Times TimesOf(const TurnedBack& back, const LiveMessage& live);

// Moves a send; `live` is its message, null when it has ended, and as it was
// before it was rescheduled.
void Move(const TurnedBack& back, const LiveMessage* live, filter::Send& send);

}  // namespace sluice::store
