#pragma once

// The cost of each regex of a pack by itself: a regex that is slow on ordinary
// texts slows every message down, and one that takes long to compile delays
// every publication.

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rules/base/faults.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// The most that one regex may cost. CPU time; generous, since machines differ.
struct CostBudget {
  // On an ordinary text of 60 characters, with all its scans.
  absl::Duration scan = absl::Microseconds(10);
  absl::Duration compile = absl::Seconds(5);
};

// Measures every regex of `pack`, which has no other faults; a fault for each
// that is over its budget, with the figure. Takes about 2 ms a regex. Ends
// between two regexes when `stop` asks for it.
void CheckCosts(const Pack& pack, const CostBudget& budget, Faults& faults,
                const StopAsked& stop = {});

// What each regex of `pack`, a compiled one, takes of an ordinary text of 60
// characters by itself, one call for each; `rule` is its index. As slow.
using CostVisit = absl::FunctionRef<void(uint32_t rule, absl::string_view regex,
                                         absl::Duration scan)>;
void MeasureCosts(const Pack& pack, CostVisit visit);

}  // namespace sluice::rules
