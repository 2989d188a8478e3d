#pragma once

// What the rules of a pack look for: their sets of words, regexes and contacts,
// the trees over them, and how much all of them are together.

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "rules/base/faults.h"
#include "rules/base/stop.h"
#include "rules/match/match_tree.h"
#include "rules/pack/file_checker.h"
#include "rules/pack/pack.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

// Checks rule by rule, and counts over all of them. Paths are those of
// YamlPositions in rules.yaml. All arguments must outlive it.
class MatchChecker : public FileChecker {
 public:
  MatchChecker(const Pack& pack, Faults& faults, const StopAsked& stop)
      : FileChecker(pack.rules_file, faults), pack_(pack), stop_(stop) {}

  // One set of a rule with this folding, of words and regexes, links or
  // contacts.
  void CheckSet(const std::string& path, const PatternSet& set,
                rules::v1::FoldingLevel folding);

  // A rule's tree, whose sets have been checked.
  void CheckMatch(const std::string& path, const rules::v1::Match& match) {
    CheckMatch(path, match, 0);
  }

 private:
  using Texts = PatternSet::Texts;

  void CheckMatch(const std::string& path, const rules::v1::Match& match,
                  int depth);
  void CheckNear(const std::string& path, const rules::v1::Near& near);
  void CheckCount(const std::string& path, const rules::v1::Count& count);
  void CheckNotEmpty(const std::string& path, const rules::v1::Patterns& set);

  void CheckLists(const std::string& path, const Texts& lists);
  void CheckWords(const std::string& path, const Texts& words,
                  rules::v1::FoldingLevel folding);
  void CountWords(const std::string& path, const PatternSet& set);
  void CheckRegex(const std::string& path, const std::string& regex);
  void CheckLinks(const std::string& path, const rules::v1::LinkMatch& links);
  void CheckContacts(const std::string& path,
                     const rules::v1::ContactMatch& contacts);
  void CheckWeight(const std::string& path,
                   const rules::v1::WeightMatch& weight);
  void CheckContactCount(const std::string& path, uint32_t at_least);

  const Pack& pack_;
  const StopAsked& stop_;
  // Of the rules so far.
  size_t words_ = 0;
  double states_ = 0;
  std::set<std::string> regexes_;
};

}  // namespace sluice::rules
