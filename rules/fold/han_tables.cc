#include "rules/fold/han_tables.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_split.h"
#include "rules/base/characters.h"
#include "rules/base/check.h"
#include "rules/fold/fold.h"

namespace sluice::rules {

// rules/data/*.txt, as they are.
extern const char kLookalikeHan[];
extern const char kNearHan[];
extern const char kSplitHan[];
extern const char kPinyin[];

namespace {

// Calls `visit` with the words of each line, without comments.
template <typename Visit>
void ForEachLine(absl::string_view data, const Visit& visit) {
  for (absl::string_view line : absl::StrSplit(data, '\n')) {
    line = line.substr(0, line.find('#'));
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (!words.empty()) visit(words);
  }
}

// As texts have them: the digits among Chinese characters are ASCII's.
std::u32string Folded(absl::string_view word) {
  std::string folded;
  SLUICE_CHECK(FoldTable::Shared().Fold(word, folded));
  return CodePoints(folded);
}

char32_t OnlyCharacter(absl::string_view word) {
  const std::u32string characters = Folded(word);
  SLUICE_CHECK(characters.size() == 1);
  return characters[0];
}

// Calls `visit` with the first of a line and each of the others.
template <typename Visit>
void ForEachPair(absl::string_view data, const Visit& visit) {
  ForEachLine(data, [&](const auto& words) {
    const char32_t first = OnlyCharacter(words[0]);
    for (size_t i = 1; i < words.size(); ++i) {
      visit(first, OnlyCharacter(words[i]));
    }
  });
}

void ReadSplits(HanTables& tables) {
  ForEachLine(kSplitHan, [&](const auto& words) {
    const char32_t whole = OnlyCharacter(words[0]);
    for (size_t i = 1; i < words.size(); ++i) {
      const std::u32string parts = Folded(words[i]);
      // A digit before a character is no part of it: 1大.
      if (absl::c_any_of(parts, IsDigit) || IsDigit(whole)) continue;
      tables.splits.push_back({whole, parts});
    }
  });
}

// "xing2".
std::pair<absl::string_view, uint8_t> SyllableAndTone(absl::string_view text) {
  const char tone = text.back();
  SLUICE_CHECK(text.size() > 1 && tone >= '1' && tone <= '5');
  return {text.substr(0, text.size() - 1), static_cast<uint8_t>(tone - '0')};
}

void ReadPinyin(HanTables& tables) {
  std::set<absl::string_view> syllables;
  ForEachLine(kPinyin, [&](const auto& words) {
    for (size_t i = 1; i < words.size(); ++i) {
      syllables.insert(SyllableAndTone(words[i]).first);
    }
  });
  for (const absl::string_view one : syllables) {
    tables.syllables.emplace_back(one);
  }
  ForEachLine(kPinyin, [&](const auto& words) {
    auto& readings = tables.readings[OnlyCharacter(words[0])];
    if (!readings.empty()) return;  // 壹 after 一.
    for (size_t i = 1; i < words.size(); ++i) {
      const auto [syllable, tone] = SyllableAndTone(words[i]);
      const auto at = std::lower_bound(tables.syllables.begin(),
                                       tables.syllables.end(), syllable);
      readings.push_back(
          {static_cast<uint16_t>(at - tables.syllables.begin()), tone});
    }
  });
}

}  // namespace

const HanTables& HanTables::Shared() {
  static const HanTables* const shared = [] {
    auto* tables = new HanTables;  // Never destroyed.
    ForEachPair(kLookalikeHan, [tables](char32_t first, char32_t other) {
      tables->lookalikes.emplace(other, first);
    });
    ForEachPair(kNearHan, [tables](char32_t one, char32_t other) {
      tables->near.emplace_back(one, other);
    });
    ReadSplits(*tables);
    ReadPinyin(*tables);
    return tables;
  }();
  return *shared;
}

std::u32string CodePoints(absl::string_view utf8) {
  std::u32string characters;
  const auto size = static_cast<int32_t>(utf8.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(utf8.data(), at, size, c);
    SLUICE_CHECK(c >= 0);
    characters += static_cast<char32_t>(c);
  }
  return characters;
}

}  // namespace sluice::rules
