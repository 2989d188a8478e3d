#pragma once

// Reads a reply that is nothing but words of refusal, with what people put
// around them: 请回复TD，谢谢, TDTD, R 13800138000.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/policy/squeezed_text.h"
#include "filter/policy/wordings.h"
#include "filter/reply_words.h"

namespace sluice::filter {

struct WholeReading {
  // None of the words; or one, with digits or with a word that is not certain;
  // or nothing but certain ones.
  enum class Kind { kNone, kDoubt, kCertain };
  Kind kind = Kind::kNone;
  std::string word;  // The first one.
};

// `words` are those of `text`.
WholeReading ReadWhole(const Wordings& wordings, const ReplyWords& words,
                       const SqueezedText& text);

// The first of `asked` when the reply is nothing but one of them, with
// courtesies; empty: it is not.
std::string AskedWordIn(const Wordings& wordings,
                        absl::Span<const std::string> asked,
                        const SqueezedText& text);

// A single letter that refuses, such as R, set off at the beginning or the end
// of a longer reply: "R，不买". Empty: none.
std::string LetterAtEdge(const Wordings& wordings, const ReplyWords& words,
                         const SqueezedText& text);

}  // namespace sluice::filter
