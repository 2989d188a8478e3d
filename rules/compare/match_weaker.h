#pragma once

// Where a condition of a rule holds for fewer texts than it did.

#include <string>
#include <vector>

#include "rules/base/language.h"
#include "rules/compare/weaker.h"
#include "rules/pack/pack.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

struct MatchDifference {
  std::string path;  // In the own pack's rules.yaml.
  Both what;
  std::vector<std::string> lifting_words;  // Folded, which lift hits now.
};

// The conditions by which `own`, at `path` of its rules.yaml, holds for fewer
// texts than `shipped`. Compares trees: one that says the same in another shape
// may differ.
std::vector<MatchDifference> CompareMatches(const Pack& shipped_pack,
                                            const rules::v1::Match& shipped,
                                            const Pack& own_pack,
                                            const rules::v1::Match& own,
                                            const std::string& path);

}  // namespace sluice::rules
