#include "rules/match/lifting.h"

#include "absl/algorithm/container.h"
#include "rules/match/weight_sets.h"

namespace sluice::rules {
namespace {

// Something that may lift: a phrase, or what one pattern found under a `not`.
struct Lifter {
  enum class Kind : uint8_t { kNot, kRulePhrase, kPackPhrase } kind;
  Found found;  // The first.
};

class LiftingFinder {
 public:
  LiftingFinder(const MatchTree& tree, const TextFacts& facts,
                FoundSets::Places places, const LiftingAsked& asked)
      : tree_(tree), facts_(facts), places_(places), asked_(asked) {
    for (const Found& one : asked_.found) AddOf(one);
    for (const Found& one : asked_.pack_phrases) {
      lifters_.push_back({Lifter::Kind::kPackPhrase, one});
    }
  }

  Lifting Find() const {
    Lifting lifting;
    if (lifters_.empty() || !HoldsWith(nullptr, lifting.hits)) return {};
    std::vector<const Lifter*> by;
    for (const Lifter& one : lifters_) {
      std::vector<Found> ignored;
      if (!HoldsWith(&one, ignored)) by.push_back(&one);
    }
    if (by.empty()) {
      for (const Lifter& one : lifters_) by.push_back(&one);
    }
    for (const Lifter* one : by) {
      (one->kind == Lifter::Kind::kNot          ? lifting.by_not
       : one->kind == Lifter::Kind::kRulePhrase ? lifting.by_rule_phrase
                                                : lifting.by_pack_phrase)
          .push_back(one->found);
    }
    return lifting;
  }

 private:
  bool IsPhrase(const Found& one) const {
    return asked_.rule_phrases && one.set == *asked_.rule_phrases;
  }

  // What one pattern finds under a `not` lifts or not as a whole.
  void AddOf(const Found& one) {
    if (IsPhrase(one)) {
      lifters_.push_back({Lifter::Kind::kRulePhrase, one});
    } else if (asked_.lifting_sets.contains(one.set) &&
               absl::c_none_of(lifters_, [&one](const Lifter& other) {
                 return IsSame(one, other);
               })) {
      lifters_.push_back({Lifter::Kind::kNot, one});
    }
  }

  static bool IsSame(const Found& one, const Lifter& lifter) {
    return lifter.kind == Lifter::Kind::kNot && lifter.found.set == one.set &&
           lifter.found.pattern == one.pattern;
  }

  static bool Covers(const Lifter& phrase, const Found& one) {
    // The pack's phrases are compared before contacts and weights are.
    return phrase.kind != Lifter::Kind::kNot &&
           (phrase.kind == Lifter::Kind::kRulePhrase ||
            one.pattern < kWeighedPatterns) &&
           phrase.found.begin <= one.begin && one.end <= phrase.found.end;
  }

  // Whether the rule hits if nothing but `lifter` lifts; null: nothing at all.
  bool HoldsWith(const Lifter* lifter, std::vector<Found>& hits) const {
    std::vector<Found> kept;
    for (const Found& one : asked_.found) {
      if (IsPhrase(one)) continue;
      const bool lifts = asked_.lifting_sets.contains(one.set);
      if (lifts && (lifter == nullptr || !IsSame(one, *lifter))) continue;
      if (lifter != nullptr && Covers(*lifter, one)) continue;
      kept.push_back(one);
    }
    return tree_.Holds(facts_, FoundSets(kept, places_), hits);
  }

  const MatchTree& tree_;
  const TextFacts& facts_;
  const FoundSets::Places places_;
  const LiftingAsked& asked_;
  std::vector<Lifter> lifters_;
};

}  // namespace

Lifting LiftingOf(const MatchTree& tree, const TextFacts& facts,
                  FoundSets::Places places, const LiftingAsked& asked) {
  return LiftingFinder(tree, facts, places, asked).Find();
}

}  // namespace sluice::rules
