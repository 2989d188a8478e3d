#pragma once

// The folding level homophone: spells a text as it sounds. Each Chinese
// character becomes its syllable, and so does written pinyin: 法漂, fapiao and
// 发piao are spelled as 发票 is. A syllable is one code point of a private
// range, so that a word begins and ends where characters do.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/fold/evasive.h"
#include "rules/fold/spelling.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

// A word as it sounds. A word of characters with several readings has several
// sounds.
struct SpokenWord {
  std::string bytes;
  Marks marks;
  // How far its readings are from the commonest ones.
  uint32_t rarity = 0;
};

// The syllables that sound alike by a pack's settings. Immutable; any thread.
class SoundTable {
 public:
  // Errors: kInvalidArgument: names the entry of `confusions` that has no
  // meaning.
  static absl::StatusOr<SoundTable> Build(const rules::v1::Sounds& sounds);

  void Spell(const StrippedText& stripped, Spelling& spelling) const;

  // The pronunciations of a word; at most 8. None when it has fewer than two
  // syllables or no Chinese character: such a sound is found in every text.
  std::vector<SpokenWord> SpellWord(const StrippedText& word) const;

 private:
  struct State;
  explicit SoundTable(std::shared_ptr<const State> state);

  // Appends the syllables that the letters units[begin, end) spell and returns
  // up to where they do; `begin`, with nothing appended, when they are none.
  // All of them must be pinyin, unless they stand `apart`.
  size_t AppendPinyin(const StrippedText& text, size_t begin, size_t end,
                      bool apart, SpellingWriter& spelling) const;
  // `said`: as it sounds.
  void AppendUnit(const StrippedText::Unit& unit, bool said,
                  SpellingWriter& spelling) const;
  static char32_t CharacterOf(const StrippedText& word,
                              const Spelling::Unit& unit);

  std::shared_ptr<const State> state_;
};

}  // namespace sluice::rules
