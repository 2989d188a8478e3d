#pragma once

// Why a rule does not hit: what is under its `not`, and the allowed phrases,
// without which it would.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"
#include "rules/match/match_tree.h"
#include "rules/match/matcher.h"

namespace sluice::rules {

// What is in the text for one rule.
struct LiftingAsked {
  // Of all its sets, in the order of Scanner::Scan; also what phrases cover.
  absl::Span<const Found> found;
  absl::Span<const Found> pack_phrases;
  // The set of its own phrases, one of those in `found`.
  std::optional<uint32_t> rule_phrases;
  // The sets under a `not`, of whichever rule.
  const absl::flat_hash_set<uint32_t>& lifting_sets;
};

struct Lifting {
  // Each alone lifts; when none does, all that do so together.
  std::vector<Found> by_not;
  std::vector<Found> by_rule_phrase;
  std::vector<Found> by_pack_phrase;
  // What would hit without them all; empty: nothing lifts the rule, or it only
  // asks for what is absent.
  std::vector<Found> hits;
};

// Of a rule that does not hit the text. Slow: the tree is tried with each of
// what may lift.
Lifting LiftingOf(const MatchTree& tree, const TextFacts& facts,
                  FoundSets::Places places, const LiftingAsked& asked);

}  // namespace sluice::rules
