#pragma once

// A word or regex that many sets of rules share is looked for once.
// PatternOwners maps its hit to the sets that have it.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "rules/match/matcher.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

class PatternOwners {
 public:
  // A set, and the level at which it asks for a pattern.
  struct Owner {
    uint32_t set = 0;
    rules::v1::FoldingLevel level = rules::v1::FOLDING_LEVEL_NORMAL;
    bool lifts = false;  // As in Sought::Pattern.
  };

  // The owners of the next pattern: the first one's number is 0. A set that is
  // there twice has its highest level.
  void AddPattern(std::vector<Owner> owners);

  // More than the number of any set.
  uint32_t sets() const { return sets_; }

  // Calls `visit` with each set of `found`: those that have its pattern at the
  // level that found it, or at a higher one, and do not lift hits when it is
  // of another reading.
  template <typename Visit>
  void ForEachSetOf(const Found& found, const Visit& visit) const {
    for (uint32_t i = begin_[found.pattern]; i < begin_[found.pattern + 1];
         ++i) {
      const Owner& owner = owners_[i];
      if (owner.level >= found.level && !(owner.lifts && found.otherwise)) {
        visit(owner.set);
      }
    }
  }

 private:
  // Of pattern p: owners_[begin_[p], begin_[p + 1]).
  std::vector<uint32_t> begin_ = {0};
  std::vector<Owner> owners_;
  uint32_t sets_ = 0;
};

// Sorts hits by set, with a counting sort. Reuse it, with any owners.
class BySet {
 public:
  // Appends each of `all` to `found` once for each set that it is of: set by
  // set, in the order of `all` within each.
  void Append(const PatternOwners& owners, absl::Span<const Found> all,
              std::vector<Found>& found);

 private:
  template <typename Visit>
  void ForEachTouched(const Visit& visit) const;

  // By set: how often it was found, then where its next one goes; 0 between
  // texts.
  std::vector<uint32_t> next_;
  std::vector<uint64_t> touched_;  // A bit for each set that was found.
};

}  // namespace sluice::rules
