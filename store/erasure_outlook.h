#pragma once

// What a person's request to erase the records about his number does
// (eraser.h).

#include <cstdint>

namespace sluice::store {

// Counts of records that are there. Those that are gone, and those from after
// the request, are not among them.
struct ErasureOutlook {
  // Go in the next run.
  uint64_t due = 0;
  // As due, but in the file of the journal that is still written: they go when
  // it is closed.
  uint64_t unclosed = 0;
  // Kept because the law says so, until their time is over: milliseconds since
  // the epoch of the first and of the last of them.
  uint64_t by_law = 0;
  int64_t first_ms = 0;
  int64_t last_ms = 0;
  // Kept beyond that by a legal hold, or because the relationship with the
  // content provider ended lately.
  uint64_t held = 0;
  // Never go: opt-outs and their evidence (lasting.h).
  uint64_t lasting = 0;

  // Whether nothing is left to erase.
  bool over() const { return due + unclosed + by_law + held == 0; }
};

}  // namespace sluice::store
