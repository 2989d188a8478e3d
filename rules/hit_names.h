#pragma once

// What a hit is and where that stands in the pack's folder, for people who look
// for it there.

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "rules/base/language.h"
#include "rules/match/match_tree.h"
#include "rules/pack/pack.h"
#include "rules/rule_set.h"

namespace sluice::rules {

// A hit with the set that it is of, and the path of that in rules.yaml.
struct PlacedHit {
  ExplainedHit hit;
  PatternSet set;
  std::string path;
};

// "'发票' (lists/fakes.txt:12)", "the regex '\d+' (rules.yaml:9)", "the link
// 'bad.cn' (lists/sites.txt)", "'赔付' +60 (lists/fraud.csv:3)". Files are
// named as rules.yaml names them. `pack` is the one that was compiled.
Both NameOfHit(const Pack& pack, const PlacedHit& one);

// Those of several, each thing once; of many the first, and how many more.
Both NamesOfHits(const Pack& pack, absl::Span<const PlacedHit> hits);

// "lists/fakes.txt:12": where a word of a list, "id" or "id/category", stands;
// the file alone: it is not in it; empty: the pack has no such list.
std::string PlaceOfWord(const Pack& pack, const std::string& list,
                        absl::string_view word);

// "rules.yaml:9": where a word or regex stands in the rule of this id; empty:
// it is not in it.
std::string PlaceInRule(const Pack& pack, const std::string& rule,
                        absl::string_view pattern);

// "rules.yaml:9": where an allowed phrase stands, one of the rule's or else of
// the pack's; empty: neither has it.
std::string PlaceOfPhrase(const Pack& pack, const std::string& rule,
                          absl::string_view phrase);

// "rules.yaml:9": where this path stands.
std::string PlaceInRules(const Pack& pack, const std::string& path);

// `text` in the quotes of either language.
Both InQuotes(absl::string_view text);

}  // namespace sluice::rules
