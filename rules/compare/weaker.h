#pragma once

// What a pack gives up of the shipped pack of the same law. A person may mean
// each of it, so all are warnings, apart from those about slips.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"
#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

struct Weaker {
  std::string than;  // The name of the shipped pack; empty: none to compare.
  // In the order in which they are said: what passes now, what is against the
  // law itself, the rest.
  Warnings texts;
  Warnings law;
  Warnings other;
  // What lifts hits now and did not: a word as folded, and where it stands.
  struct Lift {
    std::string word;
    std::string place;  // "lists/names.txt:12".
  };
  std::vector<Lift> lifts;

  Warnings& For(bool is_law) { return is_law ? law : other; }
  bool empty() const { return size() == 0; }
  size_t size() const { return texts.size() + law.size() + other.size(); }
  std::vector<std::string> Lines(Language language = Language::kEnglish) const;
};

// "Weaker than the shipped cn-2015:", the head of these lines.
std::string HeadOf(const Weaker& weaker, Language language);

// The first few of `values`, quoted, and how many more there are.
Both FirstOf(const std::vector<std::string>& values);

// Adds what `own` gives up of `shipped`. Both have their defaults set
// (FillDefaults).
void FindWeaker(const Pack& shipped, const Pack& own, Weaker& weaker);

}  // namespace sluice::rules
