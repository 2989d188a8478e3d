#pragma once

// Which records last: retention never removes them, however old they are.

#include "absl/strings/string_view.h"

namespace sluice::store {

// Whether a record of a partition lasts: opt-outs and their removal, replies
// that opted out or complained, and what the time of records depends on. Bytes
// that are no record last, too. All records of the control journal do.
//
// A signed head counts these records (proofs/head.h): a version that adds kinds
// must also change the first line of a head.
bool Lasts(absl::string_view record);

}  // namespace sluice::store
