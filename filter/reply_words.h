#pragma once

// Finds the pack's words in a reply, and tells 退订 from 不退订.

#include <cstddef>
#include <string>
#include <vector>

#include "filter/policy/squeezed_text.h"
#include "filter/policy/wordings.h"

namespace sluice::filter {

// Looks in one reply. Borrows its arguments.
class ReplyWords {
 public:
  ReplyWords(const Wordings& wordings, const SqueezedText& text);

  // Returns the first of `phrases` that stands at `from` or later and is not
  // negated; null: none. "…" does not reach over a negated word: 不要停止发送
  // is no 不要…发.
  const Phrase* Find(const std::vector<Phrase>& phrases, size_t from);
  // The same, negated or not.
  const Phrase* FindAny(const std::vector<Phrase>& phrases) const;

  // Whether a negation of the pack stands right before `at`, in the same
  // clause. 是不是, 退不退 and 不得不 negate nothing.
  bool IsNegated(size_t at) const;

  // Whether the character at `at` belongs to a word such as 麻烦, in which the
  // pack's words have another meaning.
  bool IsInOtherWord(size_t at) const { return in_other_word_[at]; }

  // The first word that Find met negated; null: none.
  const Phrase* negated() const { return negated_; }

 private:
  bool IsPartOfOtherWord(const PhraseMatch& match) const;
  bool ReachesOverNegated(const PhraseMatch& match) const;

  const Wordings& wordings_;
  const SqueezedText& text_;
  // By byte of the text.
  std::vector<bool> in_other_word_;
  std::vector<bool> negated_at_;  // A word that is negated begins.
  const Phrase* negated_ = nullptr;
};

}  // namespace sluice::filter
