#pragma once

// What decides which records go, as the control journal, the configuration and
// the pack in force say at a time.

#include <cstdint>
#include <vector>

#include "rules/base/phone.h"
#include "store/kept_records.h"

namespace sluice::store {

// A person's request that the records about his number go as soon as the law
// lets them.
struct Erasure {
  uint32_t number = 0;  // ErasureRequested.number.
  Phone recipient;
  int64_t requested_ms = 0;  // It covers the records up to then.
};

struct RetentionRules {
  // How long records are kept.
  int64_t kept_ms = 0;
  // How long the law has them kept, whatever a person asks for: at least five
  // months (regulation, articles 10 and 11).
  int64_t legal_ms = 0;
  // What is kept longer than either.
  KeptScopes kept;
  std::vector<Erasure> erasures;  // In the order of their numbers.
};

}  // namespace sluice::store
