#pragma once

// Words of which one is enough for a condition to hold.

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "rules/pack/pack.h"
#include "rules/pack/word_list.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

// The condition of a rule: its `match`, or one of its own lists and words.
rules::v1::Match ConditionOf(const rules::v1::ContentRule& rule);

// Calls `visit` with every word of a set (Match, Patterns), folded or, when
// `exact`, in each of its spellings; `index` is that in the set's `words`, -1
// of a word of a list.
template <typename Set, typename Visit>
void ForEachWordOf(const Pack& pack, const Set& set, bool exact,
                   const Visit& visit) {
  for (int i = 0; i < set.words_size(); ++i) {
    visit(exact ? set.words(i) : FoldWord(set.words(i)), i);
  }
  for (const std::string& id : set.word_lists()) {
    const auto list = pack.lists.find(id);
    if (list == pack.lists.end()) continue;
    for (const Word& word : list->second) {
      if (exact) {
        word.ForEachSpelling([&](const std::string& one) { visit(one, -1); });
      } else {
        visit(word.folded, -1);
      }
    }
  }
}

// Adds the paths of the sets of which one hit is enough for `match`, which is
// at `path`, to hold. Conditions that no word fulfils, such as a length or what
// must be absent, do not count.
void VisitDeciding(const rules::v1::Match& match, const std::string& path,
                   std::vector<std::string>& deciding);

// Calls `visit` with every word, compared so, whose hit makes `match` hold
// whatever else is in the text; none when it asks for more than words.
void ForEachSureWord(const Pack& pack, const rules::v1::Match& match,
                     bool exact,
                     absl::FunctionRef<void(const std::string& word)> visit);

}  // namespace sluice::rules
