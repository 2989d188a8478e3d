#include "rules/fold/homophone.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/base/both_error.h"
#include "rules/base/characters.h"
#include "rules/base/check.h"
#include "rules/fold/han_tables.h"

namespace sluice::rules {
namespace {

constexpr char32_t kFirstCode = 0xe000;  // Of the private range.
constexpr size_t kLettersMax = 48;       // Of written-out pinyin in one piece.
constexpr size_t kSyllableMax = 6;       // zhuang
constexpr size_t kSpokenMax = 8;

constexpr absl::string_view kInitials[] = {
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g",
    "k",  "h",  "j",  "q", "x", "r", "z", "c", "s", "y", "w"};

absl::string_view InitialOf(absl::string_view syllable) {
  for (const absl::string_view initial : kInitials) {
    if (absl::StartsWith(syllable, initial)) return initial;
  }
  return {};
}

bool IsInitial(absl::string_view text) {
  return absl::c_linear_search(kInitials, text);
}

bool IsLetter(char32_t c) { return c >= 'a' && c <= 'z'; }
bool IsSyllable(char32_t c) { return c >= kFirstCode && c < 0xf900; }

// The initials and finals that are taken for others. All that are confused map
// to the same one, however many settings name them.
class Confusions {
 public:
  absl::Status Add(absl::string_view pair) {
    const std::vector<std::string> two =
        absl::StrSplit(pair, ' ', absl::SkipEmpty());
    if (two.size() != 2 || IsInitial(two[0]) != IsInitial(two[1]) ||
        !IsKnown(two[0]) || !IsKnown(two[1])) {
      return ErrorOf(
          absl::StatusCode::kInvalidArgument,
          SayBoth("'$0' 不是一对声母或韵母：请写两个，中间用空格隔开，如 "
                  "'zh z' 或 'ang an'",
                  "'$0' is no pair of initials or finals, allowed: two with a "
                  "space between them, such as 'zh z' or 'ang an'",
                  pair));
    }
    const std::string from = Of(two[0]);
    const std::string to = Of(two[1]);
    for (auto& [name, stands_for] : same_) {
      if (stands_for == from) stands_for = to;
    }
    same_[from] = to;
    return absl::OkStatus();
  }

  std::string Spell(absl::string_view syllable) const {
    const absl::string_view initial = InitialOf(syllable);
    return absl::StrCat(Of(initial), Of(syllable.substr(initial.size())));
  }

 private:
  static bool IsKnown(absl::string_view part) {
    if (IsInitial(part)) return true;
    return absl::c_any_of(
        HanTables::Shared().syllables, [part](absl::string_view syllable) {
          return syllable.substr(InitialOf(syllable).size()) == part;
        });
  }

  std::string Of(absl::string_view part) const {
    const auto found = same_.find(std::string(part));
    return found == same_.end() ? std::string(part) : found->second;
  }

  std::map<std::string, std::string> same_;
};

// Each once, the commonest ones.
std::vector<SpokenWord> Commonest(std::vector<SpokenWord> ways) {
  absl::c_stable_sort(ways, [](const SpokenWord& a, const SpokenWord& b) {
    return a.rarity < b.rarity;
  });
  std::vector<SpokenWord> first;
  for (SpokenWord& way : ways) {
    if (first.size() == kSpokenMax) break;
    const bool known = absl::c_any_of(first, [&way](const SpokenWord& one) {
      return one.bytes == way.bytes && one.marks == way.marks;
    });
    if (!known) first.push_back(std::move(way));
  }
  return first;
}

void WithoutTones(SpokenWord& way) {
  for (Mark& mark : way.marks) mark.tone = 0;
}

// A run of letters: words without anything between their letters, and single
// letters with gaps between them (f a p i a o).
size_t EndOfLetters(const std::vector<StrippedText::Unit>& units,
                    size_t begin) {
  const auto end_of_piece = [&](size_t at) {
    do {
      ++at;
    } while (at < units.size() && IsLetter(units[at].c) &&
             units[at].gap == Gap::kNone);
    return at;
  };
  size_t end = end_of_piece(begin);
  while (end == begin + 1 || units[end - 1].gap != Gap::kNone) {
    if (end >= units.size() || !IsLetter(units[end].c)) break;
    if (end - begin >= kLettersMax) break;  // The rest is looked at after it.
    if (end_of_piece(end) != end + 1) break;
    ++end;
  }
  return end;
}

}  // namespace

// All syllables as a tree of letters, so that most words that are no pinyin are
// told after a few steps.
class SyllableTree {
 public:
  SyllableTree() : nodes_(1) {}

  void Add(absl::string_view letters, char32_t code) {
    size_t node = 0;
    for (const char letter : letters) {
      const auto branch = static_cast<size_t>(letter - 'a');
      if (nodes_[node].next[branch] == 0) {
        nodes_[node].next[branch] = nodes_.size();
        nodes_.emplace_back();
      }
      node = nodes_[node].next[branch];
    }
    nodes_[node].code = code;
  }

  // By length from 1: the code of letters[0, length), or 0.
  using Codes = std::array<char32_t, kSyllableMax + 1>;
  Codes Prefixes(absl::string_view letters) const {
    Codes codes = {};
    size_t node = 0;
    for (size_t i = 0; i < letters.size() && i < kSyllableMax; ++i) {
      node = nodes_[node].next[static_cast<size_t>(letters[i] - 'a')];
      if (node == 0) break;
      codes[i + 1] = nodes_[node].code;
    }
    return codes;
  }

 private:
  struct Node {
    std::array<size_t, 26> next = {};
    char32_t code = 0;
  };
  std::vector<Node> nodes_;
};

// A syllable and its tone, packed so that the table of all characters stays in
// the cache.
class Sound {
 public:
  Sound() = default;
  Sound(char32_t code, uint8_t tone)
      : bits_(static_cast<uint16_t>((code - kFirstCode + 1) << 3 | tone)) {}
  bool empty() const { return bits_ == 0; }
  char32_t code() const { return kFirstCode + (bits_ >> 3) - 1; }
  uint8_t tone() const { return bits_ & 7; }

 private:
  uint16_t bits_ = 0;
};

struct SoundTable::State {
  uint32_t same_tone_up_to = 0;
  std::vector<char32_t> codes;  // By HanTables' syllable.
  SyllableTree tree;
  // By character of the BMP: its first reading.
  std::vector<Sound> first;

  uint8_t ToneOf(const Reading& reading) const {
    return same_tone_up_to > 0 ? reading.tone : 0;
  }
};

SoundTable::SoundTable(std::shared_ptr<const State> state)
    : state_(std::move(state)) {}

absl::StatusOr<SoundTable> SoundTable::Build(const rules::v1::Sounds& sounds) {
  Confusions confusions;
  for (const std::string& pair : sounds.confusions()) {
    const absl::Status status = confusions.Add(pair);
    if (!status.ok()) return status;
  }
  auto state = std::make_shared<State>();
  state->same_tone_up_to = sounds.same_tone_up_to();
  const HanTables& han = HanTables::Shared();
  std::map<std::string, char32_t> by_sound;
  for (const std::string& syllable : han.syllables) {
    const auto code = static_cast<char32_t>(kFirstCode + by_sound.size());
    const auto at = by_sound.emplace(confusions.Spell(syllable), code).first;
    state->codes.push_back(at->second);
    state->tree.Add(syllable, at->second);
  }
  state->first.resize(0x10000);
  for (const auto& [c, readings] : han.readings) {
    if (c >= state->first.size()) continue;
    state->first[c] = {state->codes[readings[0].syllable],
                       state->ToneOf(readings[0])};
  }
  // A character too rare to have a reading has that of the character it looks
  // like.
  for (const auto& [c, looks_like] : han.lookalikes) {
    if (c < state->first.size() && state->first[c].empty() &&
        looks_like < state->first.size()) {
      state->first[c] = state->first[looks_like];
    }
  }
  return SoundTable(std::move(state));
}

// Letters that are pinyin from end to end become syllables; of letters that
// stand `apart` (f a p i a o v x) those that are. A consonant that could end
// one syllable or begin the next begins the next, as pinyin is written: fangan
// is fan gan.
size_t SoundTable::AppendPinyin(const StrippedText& text, size_t begin,
                                size_t end, bool apart,
                                SpellingWriter& spelling) const {
  std::array<char, kLettersMax> letters;
  std::array<size_t, kLettersMax> unit_of;
  size_t size = 0;
  for (size_t i = begin; i < end; ++i) {
    // Two may be an end and a beginning (wanggou); more are none.
    const size_t times = text.units[i].times == 2 ? 2 : 1;
    if (size + times > kLettersMax) {
      if (!apart) return begin;
      break;
    }
    for (size_t n = 0; n < times; ++n) {
      unit_of[size] = i;
      letters[size++] = static_cast<char>(text.units[i].c);
    }
  }
  // From the end: how far the letters from each one on can be split, and how.
  const absl::string_view all(letters.data(), size);
  std::array<uint8_t, kLettersMax + 1> reach = {};  // 0: not to the end.
  std::array<uint8_t, kLettersMax> length = {};
  std::array<char32_t, kLettersMax> code = {};
  reach[size] = static_cast<uint8_t>(size);
  for (size_t at = size; at-- > 0;) {
    if (apart) reach[at] = static_cast<uint8_t>(at);
    const SyllableTree::Codes codes = state_->tree.Prefixes(all.substr(at));
    for (size_t n = std::min(kSyllableMax, size - at); n > 0; --n) {
      const uint8_t to = reach[at + n];
      if (codes[n] == 0 || to == 0) continue;
      const bool vowel_next =
          at + n < size && absl::StrContains("aeo", all.substr(at + n, 1));
      const bool is_first = length[at] == 0;
      if (!is_first && (to < reach[at] || (to == reach[at] && vowel_next))) {
        continue;
      }
      reach[at] = to;
      length[at] = static_cast<uint8_t>(n);
      code[at] = codes[n];
      if (!vowel_next && !apart) break;
    }
  }
  // A letter by itself is a letter.
  if (length[0] == 0 || (apart && reach[0] < 2)) return begin;
  for (size_t at = 0; at < reach[0]; at += length[at]) {
    const StrippedText::Unit& first = text.units[unit_of[at]];
    const StrippedText::Unit& last = text.units[unit_of[at + length[at] - 1]];
    spelling.Append({0, first.begin, last.end, code[at], 0, first.gap});
  }
  return unit_of[reach[0] - 1] + 1;
}

void SoundTable::Spell(const StrippedText& stripped, Spelling& spelling) const {
  const std::vector<StrippedText::Unit>& units = stripped.units;
  // Two letters may be an end and a beginning, so a unit two syllables (a a).
  SpellingWriter writer(2 * units.size(), stripped.code_points, spelling);
  for (size_t i = 0; i < units.size();) {
    if (IsLetter(units[i].c)) {
      const size_t end = EndOfLetters(units, i);
      const bool apart = end - i > 1 && units[i + 1].gap != Gap::kNone;
      const size_t said = AppendPinyin(stripped, i, end, apart, writer);
      const size_t spelled = said > i ? said : apart ? i + 1 : end;
      if (said > i) i = said;
      for (; i < spelled; ++i) AppendUnit(units[i], false, writer);
      continue;
    }
    // A digit is said by itself (1 is 一), a number is not.
    const bool in_number = IsDigit(units[i].c) &&
                           ((i > 0 && IsDigit(units[i - 1].c)) ||
                            (i + 1 < units.size() && IsDigit(units[i + 1].c)));
    AppendUnit(units[i++], !in_number, writer);
  }
}

void SoundTable::AppendUnit(const StrippedText::Unit& unit, bool said,
                            SpellingWriter& spelling) const {
  Spelling::Unit spelled = {0,
                            unit.begin,
                            unit.end,
                            unit.c,
                            unit.looks_like,
                            unit.gap,
                            0,
                            unit.times > 1,
                            unit.c != unit.looks_like ? kAsAlike : kAsItself,
                            unit.two_words};
  if (said && unit.c < state_->first.size()) {
    const Sound sound = state_->first[unit.c];
    if (!sound.empty()) {
      spelled.c = sound.code();
      spelled.tone = sound.tone();
    }
  }
  spelling.Append(spelled);
}

std::vector<SpokenWord> SoundTable::SpellWord(const StrippedText& word) const {
  Spelling spelling;
  Spell(word, spelling);
  size_t syllables = 0;
  size_t han = 0;
  std::vector<SpokenWord> ways(1);
  for (const Spelling::Unit& unit : spelling.units) {
    syllables += IsSyllable(unit.c);
    const auto found = HanTables::Shared().readings.find(
        IsSyllable(unit.c) ? CharacterOf(word, unit) : 0);
    if (found == HanTables::Shared().readings.end()) {
      for (SpokenWord& way : ways) {
        AppendUtf8(unit.c, way.bytes);
        way.marks.push_back({unit.read, Mark::Asks::kTone, unit.tone,
                             unit.repeated, false, unit.disguise,
                             unit.gap != Gap::kNone});
      }
      continue;
    }
    ++han;
    std::vector<SpokenWord> longer;
    for (const SpokenWord& way : ways) {
      for (size_t i = 0; i < found->second.size(); ++i) {
        const Reading& reading = found->second[i];
        SpokenWord& next = longer.emplace_back(way);
        AppendUtf8(state_->codes[reading.syllable], next.bytes);
        next.marks.push_back({unit.read, Mark::Asks::kTone,
                              state_->ToneOf(reading), unit.repeated, false,
                              unit.disguise, unit.gap != Gap::kNone});
        next.rarity += static_cast<uint32_t>(i);
      }
    }
    ways = Commonest(std::move(longer));
  }
  if (syllables < 2 || han == 0) ways.clear();
  if (syllables > state_->same_tone_up_to) {
    for (SpokenWord& way : ways) WithoutTones(way);
    ways = Commonest(std::move(ways));
  }
  return ways;
}

// The character that `unit` is the syllable of; 0: it is one of letters.
char32_t SoundTable::CharacterOf(const StrippedText& word,
                                 const Spelling::Unit& unit) {
  const auto at =
      std::lower_bound(word.units.begin(), word.units.end(), unit.begin,
                       [](const StrippedText::Unit& one, uint32_t begin) {
                         return one.begin < begin;
                       });
  return at != word.units.end() && !IsLetter(at->c) ? at->c : 0;
}

}  // namespace sluice::rules
