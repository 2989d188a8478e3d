#pragma once

// Which opt-outs of a number are of the same scope: those who add, reverse and
// correct opt-outs must agree.

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "filter/recipient_state.h"
#include "store/partition/partition.h"

namespace sluice::store {

// The most opt-outs of one scope that are kept for a number, each of another
// origin. A further one is taken for one that is in force, and then a
// correction removes none of them.
inline constexpr size_t kOptOutsPerScopeMax = 4;

struct OptOutScope {
  uint32_t content_provider = 0;  // 0: everybody.
  uint32_t signature = 0;         // 0: all.
  ClassMask classes = 0;
  bool operator==(const OptOutScope&) const = default;
};

inline OptOutScope ScopeOf(const OptOutEntry& entry) {
  return {entry.content_provider.value, entry.signature.value, entry.classes};
}
inline OptOutScope ScopeOf(const filter::StandingFact& opt_out) {
  return {opt_out.content_provider, opt_out.signature, opt_out.classes};
}

inline bool IsOptOutOf(const filter::StandingFact& fact,
                       const OptOutScope& scope) {
  return fact.kind == filter::StandingFact::Kind::kOptOut &&
         ScopeOf(fact) == scope;
}

// How many opt-outs of exactly this scope are in force.
inline size_t CountOptOuts(absl::Span<const filter::StandingFact> facts,
                           const OptOutScope& scope) {
  size_t count = 0;
  for (const filter::StandingFact& fact : facts) {
    count += IsOptOutOf(fact, scope) ? 1 : 0;
  }
  return count;
}

}  // namespace sluice::store
