#include "rules/check/lifts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"

namespace sluice::rules {
bool CutsLatin(absl::string_view text, size_t at) {
  if (at == 0 || at >= text.size()) return false;
  const auto before = static_cast<unsigned char>(text[at - 1]);
  const auto behind = static_cast<unsigned char>(text[at]);
  return (absl::ascii_isalpha(before) && absl::ascii_isalpha(behind)) ||
         (absl::ascii_isdigit(before) && absl::ascii_isdigit(behind));
}

bool BeginsCharacter(absl::string_view text, size_t at) {
  return at == text.size() || (text[at] & 0xc0) != 0x80;
}

void Lifts::AddWord(std::string word) {
  longest_ = std::max(longest_, word.size());
  words_.insert(std::move(word));
}

void Lifts::AddPhrase(std::string phrase) {
  phrases_.insert(std::move(phrase));
}

absl::string_view Lifts::Of(absl::string_view word) const {
  if (const auto it = phrases_.find(word); it != phrases_.end()) return *it;
  for (size_t begin = 0; begin < word.size(); ++begin) {
    if (!BeginsCharacter(word, begin) || CutsLatin(word, begin)) continue;
    const size_t last = std::min(word.size(), begin + longest_);
    for (size_t end = begin + 1; end <= last; ++end) {
      if (!BeginsCharacter(word, end) || CutsLatin(word, end)) continue;
      const auto it = words_.find(word.substr(begin, end - begin));
      if (it != words_.end()) return *it;
    }
  }
  return "";
}

}  // namespace sluice::rules
