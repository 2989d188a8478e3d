#pragma once

// A run of retention that waits for a person, because it would remove a large
// share of a journal (janitor.h).

#include <cstdint>

namespace sluice::store {

struct WaitingRetention {
  int partition = 0;
  uint64_t records = 0;  // That it would remove.
  double share = 0;      // Their part of the journal, 0 to 1.
  int64_t before_ms = 0;
};

}  // namespace sluice::store
