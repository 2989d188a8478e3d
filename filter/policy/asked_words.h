#pragma once

// What a message asks its recipient to answer with: N of 不满意请回复N. Apart
// from 退订回N, which says how to refuse.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "filter/policy/wordings.h"

namespace sluice::filter {

// The `rule` of OPTOUT_WORD_CONFLICT where no rule of a pack found it; a
// template's accepted hit names it so, with the word.
inline constexpr absl::string_view kAsksForOptOutWord = "asks_for_opt_out_word";

struct AskedWord {
  std::string word;  // Letters or digits, folded.
  // Where it stands in the folded text.
  size_t begin = 0;
  size_t end = 0;
  // A recipient who sends it to refuse would be misread: it is one of the
  // pack's `reply_words`.
  bool refuses = false;
};

// The words that `folded`, valid UTF-8, asks for with a meaning other than a
// refusal, in order. The meaning is looked for beside the word, in its clause;
// where nothing else stands there, in the clause before. A word without any is
// not told. Costs next to nothing where nothing is asked for.
std::vector<AskedWord> FindAskedWords(const Wordings& wordings,
                                      absl::string_view folded);

}  // namespace sluice::filter
