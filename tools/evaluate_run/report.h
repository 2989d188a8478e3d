#pragma once

// The tables of an evaluation: by class, by evasion, by rule.

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/rule_set.h"
#include "tools/evaluate_run/by_rule.h"
#include "tools/evaluate_run/evasion.h"
#include "tools/evaluate_run/tally.h"
#include "tools/lib/terminal.h"

namespace sluice::evaluate {

// The label of texts that must pass; all others are spam.
inline constexpr absl::string_view kHam = "ham";

// 'ham', or a kind of it: 'ham:parcel_claim'.
bool IsHam(absl::string_view label);

// The outcomes of the texts of one label in one file.
struct ClassResult {
  Tally plain;
  // By way of evasion. Spam: only the texts that are caught unchanged; ham: all
  // texts.
  std::vector<Tally> evaded;
};

class Report {
 public:
  // `ways` is empty when no evasions are tried.
  explicit Report(std::vector<Evasions::Way> ways) : ways_(std::move(ways)) {}

  ClassResult& Of(const std::string& file, const std::string& label);
  // A rule has decided a text, perhaps together with others.
  void CountRule(absl::string_view rule, bool ham);
  // What each rule alone stops. Printed unless null.
  void Show(const ByRule* by_rule) { by_rule_ = by_rule; }

  void Print(std::ostream& out, const rules::RuleSet& rules,
             const tools::Style& style, size_t width) const;
  std::string Json(const rules::RuleSet& rules) const;

 private:
  struct RuleCount {
    uint64_t spam = 0;
    uint64_t ham = 0;
  };
  // A line of the tables: one label of a file, or the sum of several.
  struct Line {
    std::string file;
    std::string label;
    ClassResult result;
    bool sum = false;
  };

  // The labels of each file, then the sums of its labels with a common prefix
  // before ':'; at the end, the sum of fraudulent and illegal texts.
  std::vector<Line> Lines() const;
  void PrintClasses(std::ostream& out, size_t width) const;
  void PrintEvasions(std::ostream& out, size_t width) const;
  void PrintRules(std::ostream& out, size_t width) const;

  const std::vector<Evasions::Way> ways_;
  std::map<std::pair<std::string, std::string>, ClassResult> results_;
  std::map<std::string, RuleCount> rules_;
  const ByRule* by_rule_ = nullptr;
};

}  // namespace sluice::evaluate
