#pragma once

// Why a rule does not hit a text that its author thinks it does.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/base/language.h"
#include "rules/base/stop.h"
#include "rules/hit_names.h"
#include "rules/pack/pack.h"
#include "rules/rule_set.h"

namespace sluice::rules {

// Reads one rule: each set of its tree is compiled as a rule of its own, so
// that it is seen which of them are in a text. All arguments must outlive it.
class MissedExample {
 public:
  MissedExample(const RuleSet& rules, const Pack& pack, uint32_t rule,
                const StopAsked& stop);

  // The nearest cause, as the end of a sentence; empty: none is known.
  Both Why(const FoldedText& folded, const TextFacts& facts);

 private:
  // What keeps a part of the tree from holding.
  struct Cause {
    Both what;
    // It is said after what is there: "'a' is in it, but ...".
    bool after_found = true;
  };
  using Missing = std::optional<Cause>;

  void AddPart(const PatternSet& set, const std::string& path, Pack& parts);
  void AddPhrases(const PatternSet::Texts& phrases, const std::string& path,
                  rules::v1::FoldingLevel level, Pack& parts);

  // Each is nullopt where its part holds.
  Missing MissingIn(const rules::v1::Match& match, const std::string& path);
  Missing MissingSets(const rules::v1::Match& match, const std::string& path);
  Missing MissingNear(const rules::v1::Near& near, const std::string& path);
  Missing MissingCount(const rules::v1::Count& count, const std::string& path);
  Missing MissingContacts(const std::string& path, uint32_t at_least);
  Missing MissingWeight(const rules::v1::WeightMatch& weight,
                        const std::string& path);
  Missing MissingFacts(const rules::v1::Match& match, const std::string& path);
  Missing MissingBranches(const rules::v1::Match& match,
                          const std::string& path);
  Missing LiftedByNot(const rules::v1::Match& match, const std::string& path);
  Missing LiftedByPhrase();
  Missing Nothing(const std::string& path) const;

  // The hits of the part at `path`, or of all under it.
  std::vector<PlacedHit> HitsAt(const std::string& path) const;
  std::vector<PlacedHit> HitsUnder(const std::string& path) const;
  // Those that the rule looks for.
  std::vector<PlacedHit> Wanted() const;

  const RuleSet& rules_;
  const Pack& pack_;
  const uint32_t rule_;
  std::vector<PlacedHit> parts_;  // By index of the rule in parts_rules_.
  std::shared_ptr<const RuleSet> parts_rules_;  // Null: cannot be compiled.
  RuleScratch scratch_;
  // Of the text.
  std::vector<PlacedHit> hits_;
  std::vector<Weighing> weighings_;
  TextFacts facts_;
};

}  // namespace sluice::rules
