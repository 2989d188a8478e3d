#pragma once

// What is odd in a pack and allowed: words that no text has as they are
// written, words that are in every text, articles that are no number, and what
// the other files of this folder named *_warnings and never_hits find.

#include "absl/time/time.h"
#include "rules/base/faults.h"
#include "rules/base/warnings.h"
#include "rules/pack/pack.h"
#include "rules/pack/pack_files.h"

namespace sluice::rules {

// Adds what is odd in `pack`, which was read from `files` and whose defaults
// need not be set; at the time `now`, for days that are past. `faults` are
// those of reading and checking it: of a line with a fault nothing else is
// told, and nothing is concluded from files together of which one has a fault,
// since it would mostly follow from that. Not for loading: nothing that decides
// about a message needs it.
void FindWarnings(const Pack& pack, const PackFiles& files,
                  const Faults& faults, absl::Time now, Warnings& warnings);

}  // namespace sluice::rules
