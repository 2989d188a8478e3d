#pragma once

// A few words, looked for at the end of a text. The text before every run of
// letters and digits is looked up here, and nearly never ends in one of the
// words, so the last two bytes are looked up before any word is compared.

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace sluice::rules {

template <size_t kSize>
class WordEnds {
 public:
  // Words are folded and not empty. The first that fits is taken, so longer
  // ones with the same end go first.
  constexpr explicit WordEnds(const absl::string_view (&words)[kSize]) {
    for (size_t i = 0; i < kSize; ++i) {
      words_[i] = words[i];
      const char last = words[i].back();
      if (words[i].size() == 1) {
        single_[static_cast<uint8_t>(last)] = true;
      } else {
        pairs_[KeyOf(words[i][words[i].size() - 2], last)] = true;
      }
    }
  }

  // Whether `text` ends in one of the words. A Latin one is not the end of a
  // longer word: "vx" is not in "dvx".
  bool EndIn(absl::string_view text) const {
    if (!MayEndIn(text)) return false;
    for (const absl::string_view word : words_) {
      if (!absl::EndsWith(text, word)) continue;
      if (!IsLetter(word.front()) || text.size() == word.size() ||
          !IsLetter(text[text.size() - word.size() - 1])) {
        return true;
      }
    }
    return false;
  }

  // Takes one of the words off the end of `text`, wherever it begins.
  bool TakeFrom(absl::string_view& text) const {
    if (!MayEndIn(text)) return false;
    for (const absl::string_view word : words_) {
      if (!absl::EndsWith(text, word)) continue;
      text.remove_suffix(word.size());
      return true;
    }
    return false;
  }

 private:
  static constexpr size_t kPairs = 1024;

  static constexpr size_t KeyOf(char before, char last) {
    return (static_cast<uint8_t>(before) * 37u + static_cast<uint8_t>(last)) %
           kPairs;
  }
  static bool IsLetter(char c) {
    return absl::ascii_isalpha(static_cast<unsigned char>(c));
  }

  bool MayEndIn(absl::string_view text) const {
    if (text.empty()) return false;
    const char last = text.back();
    return single_[static_cast<uint8_t>(last)] ||
           (text.size() > 1 && pairs_[KeyOf(text[text.size() - 2], last)]);
  }

  std::array<absl::string_view, kSize> words_;
  std::array<bool, 256> single_ = {};
  std::array<bool, kPairs> pairs_ = {};
};

}  // namespace sluice::rules
