#include "rules/check/everyday.h"

#include <re2/re2.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "rules/base/characters.h"
#include "rules/check/everyday_texts.h"
#include "rules/check/lifts.h"
#include "rules/match/regex_fold.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

// The first character of a text that is not empty.
absl::string_view FirstCharacter(absl::string_view text) {
  size_t size = 1;
  while (size < text.size() && !BeginsCharacter(text, size)) ++size;
  return text.substr(0, size);
}

// The everyday texts, folded, and where each character stands: a pack may ask
// for a hundred thousand words.
class FoldedTexts {
 public:
  static const FoldedTexts& Shared() {
    static const auto* const kShared = new FoldedTexts;
    return *kShared;
  }

  EverydayUse Of(absl::string_view word) const {
    EverydayUse use;
    use.of = IsAscii(word) ? ascii_ : folded_.size() - ascii_;
    if (word.empty()) return use;
    const auto places = places_.find(FirstCharacter(word));
    if (places == places_.end()) return use;
    size_t last = folded_.size();
    for (const Place& place : places->second) {
      if (place.text == last || !IsAt(word, place)) continue;
      last = place.text;
      Count(last, use);
    }
    return use;
  }

  EverydayUse Of(const RE2& regex) const {
    EverydayUse use;
    use.of = folded_.size();
    for (size_t i = 0; i < folded_.size(); ++i) {
      if (RE2::PartialMatch(folded_[i], regex)) Count(i, use);
    }
    return use;
  }

 private:
  struct Place {
    uint32_t text;
    uint32_t offset;
  };

  FoldedTexts() {
    for (const absl::string_view text : EverydayTexts()) {
      folded_.push_back(FoldWord(text));
      ascii_ += IsAscii(text);
    }
    for (uint32_t i = 0; i < folded_.size(); ++i) {
      const absl::string_view text = folded_[i];
      uint32_t at = 0;
      while (at < text.size()) {
        const absl::string_view character = FirstCharacter(text.substr(at));
        places_[character].push_back({i, at});
        at += static_cast<uint32_t>(character.size());
      }
    }
  }

  bool IsAt(absl::string_view word, const Place& place) const {
    const absl::string_view text = folded_[place.text];
    return absl::StartsWith(text.substr(place.offset), word) &&
           !CutsLatin(text, place.offset) &&
           !CutsLatin(text, place.offset + word.size());
  }

  static void Count(size_t text, EverydayUse& use) {
    if (use.texts++ == 0) use.first = EverydayTexts()[text];
  }

  std::vector<std::string> folded_;
  size_t ascii_ = 0;  // How many are.
  absl::flat_hash_map<absl::string_view, std::vector<Place>> places_;
};

}  // namespace

EverydayUse EverydayUseOf(absl::string_view folded) {
  return FoldedTexts::Shared().Of(folded);
}

EverydayUse EverydayUseOfRegex(const std::string& regex) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 re2(FoldRegex(regex), options);
  if (!re2.ok()) return {};
  return FoldedTexts::Shared().Of(re2);
}

}  // namespace sluice::rules
