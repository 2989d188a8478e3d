// Compares the scan of all levels with a naive matcher, on real texts and with
// the words and regexes of the pack cn-2015: this tests Hyperscan, the
// loosening of regexes, the order of hits and the mapping to submitted
// positions. Both use the same spelling of texts and words at a level;
// evasive_test.cc and homophone_test.cc test that.

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/base/characters.h"
#include "rules/fold/alternating.h"
#include "rules/fold/evasive.h"
#include "rules/fold/han_tables.h"
#include "rules/fold/homophone.h"
#include "rules/fold/leet.h"
#include "rules/match/match_tree.h"
#include "rules/match/regex_fold.h"
#include "rules/match/scanner.h"
#include "rules/pack/pack.h"

namespace sluice::rules {
namespace {

constexpr char kTexts[] = "../shared/data/sms";

// A text at one level as the naive matcher sees it: characters with their
// positions in the submitted text.
struct Characters {
  std::u32string c;
  std::vector<Spelling::Unit> units;  // The same characters, with all data.
  std::string bytes;                  // The text for regexes.

  // Whether nothing separates the characters before and at `at`, and a word or
  // number continues there.
  bool JoinedAt(size_t at) const {
    if (at == 0 || at >= c.size() || units[at].gap != Gap::kNone) return false;
    const auto both = [&](const char32_t from, const char32_t to) {
      return c[at - 1] >= from && c[at - 1] <= to && c[at] >= from &&
             c[at] <= to;
    };
    return both('a', 'z') || both('0', '9');
  }
};

Characters CharactersOf(const Spelling& spelling) {
  Characters characters;
  characters.units = spelling.units;
  for (const auto& unit : spelling.units) {
    characters.c += unit.c;
    AppendUtf8(unit.read != 0 ? unit.read : unit.c, characters.bytes);
  }
  return characters;
}

Characters CharactersOf(const FoldedText& folded) {
  Characters characters;
  characters.c = CodePoints(folded.bytes);
  characters.bytes = folded.bytes;
  uint32_t byte = 0;
  for (const char32_t c : characters.c) {
    std::string one;
    AppendUtf8(c, one);
    Spelling::Unit unit;
    unit.byte = byte;
    byte += static_cast<uint32_t>(one.size());
    unit.begin = folded.OriginOf(unit.byte);
    unit.end = folded.OriginOf(byte - 1) + 1;
    characters.units.push_back(unit);
  }
  return characters;
}

// A word as spelled at one level, and its condition for each character.
struct NaiveWord {
  std::u32string c;
  Marks marks;
  bool whole_begin = true;
  bool whole_end = true;
  uint32_t set = 0;
  std::string pattern;
};

bool AreNear(char32_t a, char32_t b) {
  static const auto& pairs = *new std::set<std::pair<char32_t, char32_t>>(
      HanTables::Shared().near.begin(), HanTables::Shared().near.end());
  return pairs.count({a, b}) + pairs.count({b, a}) > 0;
}

// "who re" is not "whore".
bool IsOtherWord(const Characters& text, size_t at) {
  const Gap gap = text.units[at].gap;
  return (gap == Gap::kBlank || gap == Gap::kClause) && text.c[at] > '9' &&
         AreJoined(text.c[at - 1], text.c[at]) && text.JoinedAt(at - 1) &&
         text.JoinedAt(at + 1);
}

bool HasMarks(const NaiveWord& word, const Characters& text, size_t at) {
  int balance = 0;  // Equal characters minus distant ones.
  bool disguised = false;
  bool clauses = false;
  for (size_t i = 0; i < word.marks.size(); ++i) {
    const Mark& mark = word.marks[i];
    const Spelling::Unit& unit = text.units[at + i];
    if (mark.repeated && !unit.repeated) return false;
    if (mark.joined && !unit.joined()) return false;
    clauses = clauses || (i > 0 && unit.gap == Gap::kClause);
    if (i > 0 && !mark.apart && IsOtherWord(text, at + i)) return false;
    if (i > 0 && i + 1 < word.marks.size() && !mark.apart && unit.two_words) {
      return false;
    }
    disguised =
        disguised || unit.read != mark.read || unit.disguise != mark.disguise;
    if (unit.read == mark.read) {
      balance += unit.read < 0x80 ? 0 : 1;
    } else if (mark.asks == Mark::Asks::kItself) {
      return false;
    } else if (mark.asks == Mark::Asks::kShape) {
      if (!AreNear(unit.read, mark.read)) return false;
      --balance;
    } else if (mark.tone != 0 && unit.tone != 0 && mark.tone != unit.tone) {
      --balance;
    }
  }
  return balance >= 0 && !(disguised && clauses);
}

using Place = std::tuple<uint32_t, uint32_t, uint32_t, std::string, bool>;
using Places = std::set<Place>;  // (set, begin, end, pattern, is it a regex).

// One level: words by their first character, and regexes.
struct NaiveLevel {
  std::map<char32_t, std::vector<NaiveWord>> words;
  std::vector<std::tuple<std::unique_ptr<RE2>, uint32_t, std::string>> regexes;

  void Add(NaiveWord word) {
    if (!word.c.empty()) words[word.c[0]].push_back(std::move(word));
  }

  void AddRegex(const std::string& regex, uint32_t set,
                const std::string& pattern) {
    RE2::Options options;
    options.set_longest_match(true);
    options.set_log_errors(false);
    regexes.emplace_back(std::make_unique<RE2>(regex, options), set, pattern);
    EXPECT_TRUE(std::get<0>(regexes.back())->ok()) << regex;
  }

  void Look(const Characters& text, Places& places) const {
    for (size_t at = 0; at < text.c.size(); ++at) {
      const auto found = words.find(text.c[at]);
      if (found == words.end()) continue;
      for (const NaiveWord& word : found->second) {
        const size_t end = at + word.c.size();
        if (text.c.compare(at, word.c.size(), word.c) != 0) continue;
        if (word.whole_begin && text.JoinedAt(at)) continue;
        if (word.whole_end && text.JoinedAt(end)) continue;
        if (!HasMarks(word, text, at)) continue;
        places.emplace(word.set, text.units[at].begin, text.units[end - 1].end,
                       word.pattern, false);
      }
    }
    for (const auto& [regex, set, pattern] : regexes) {
      LookFor(*regex, set, pattern, text, places);
    }
  }

  static void LookFor(const RE2& regex, uint32_t set,
                      const std::string& pattern, const Characters& text,
                      Places& places) {
    const auto unit_at = [&text](size_t byte) {
      size_t i = 0;
      while (i < text.units.size() && text.units[i].byte < byte) ++i;
      return i;
    };
    re2::StringPiece match;
    for (size_t at = 0; regex.Match(text.bytes, at, text.bytes.size(),
                                    RE2::UNANCHORED, &match, 1) &&
                        !match.empty();) {
      const auto begin = static_cast<size_t>(match.data() - text.bytes.data());
      at = begin + match.size();
      places.emplace(set, text.units[unit_at(begin)].begin,
                     text.units[unit_at(at) - 1].end, pattern, true);
    }
  }
};

constexpr uint32_t kAllowed = UINT32_MAX;

class NaiveScanner {
 public:
  explicit NaiveScanner(const Sought& sought)
      : strict_(sought.strict_words.begin(), sought.strict_words.end()),
        sounds_(*SoundTable::Build(sought.sounds)) {
    for (const Sought::Pattern& one : sought.patterns) {
      one.regex ? AddRegex(one) : AddWord(one);
    }
    for (const std::string& phrase : sought.allowed_phrases) AddAllowed(phrase);
  }

  Places Scan(const std::string& text) const {
    FoldedText folded;
    EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
    StrippedText stripped;
    Strip(folded, stripped);
    Places places;
    normal_.Look(CharactersOf(folded), places);
    StrippedText other;
    if (stripped.may_alternate) ReadAlternating(stripped, other);
    std::vector<uint32_t> origins;
    if (stripped.may_be_leet) ReadLeet(folded, stripped, origins, other);
    LookAbove(stripped, places);
    // What is read the other way allows nothing.
    Places read_otherwise;
    StrippedText piece;
    size_t begin = 0;
    for (const uint32_t end : other.stretch_ends) {
      piece.units.assign(other.units.begin() + begin,
                         other.units.begin() + end);
      LookAbove(piece, read_otherwise);
      begin = end;
    }
    for (const auto& place : read_otherwise) {
      if (std::get<0>(place) != kAllowed) places.insert(place);
    }
    return WithoutAllowed(places);
  }

 private:
  void LookAbove(const StrippedText& stripped, Places& places) const {
    Spelling spelling;
    SpellEvasive(stripped, spelling);
    evasive_.Look(CharactersOf(spelling), places);
    sounds_.Spell(stripped, spelling);
    homophone_.Look(CharactersOf(spelling), places);
  }

  static bool IsPlain(char32_t c) {
    return c < 0x80 || (c >= 0xff01 && c <= 0xff5e);
  }

  static NaiveWord Named(const Sought::Pattern& from) {
    const std::u32string written = CodePoints(from.text);
    NaiveWord word;
    word.whole_begin = IsPlain(written.front());
    word.whole_end = IsPlain(written.back());
    word.set = from.set;
    word.pattern = from.text;
    return word;
  }

  // Empty when this word is not scanned at this level.
  static NaiveWord Evasive(NaiveWord word, const std::string& text,
                           Mark::Asks asks) {
    Spelling spelling;
    SpellEvasive(StripWord(text), spelling);
    const bool one = spelling.units.size() == 1;
    word.c.clear();
    if (one && !spelling.units[0].joined()) return word;
    for (const Spelling::Unit& unit : spelling.units) {
      word.c += unit.c;
      word.marks.push_back({unit.read, one ? Mark::Asks::kItself : asks, 0,
                            unit.repeated && unit.c >= 0x80, one, unit.disguise,
                            unit.gap != Gap::kNone || unit.two_words});
    }
    return word;
  }

  void AddWord(const Sought::Pattern& from) {
    NaiveWord word = Named(from);
    word.c = CodePoints(FoldWord(from.text));
    normal_.Add(word);
    if (from.level < rules::v1::FOLDING_LEVEL_EVASIVE) return;
    const bool strict = strict_.contains(from.text);
    evasive_.Add(Evasive(Named(from), from.text,
                         strict ? Mark::Asks::kItself : Mark::Asks::kShape));
    if (from.level < rules::v1::FOLDING_LEVEL_HOMOPHONE || strict) return;
    for (const SpokenWord& spoken : sounds_.SpellWord(StripWord(from.text))) {
      word = Named(from);
      word.c = CodePoints(spoken.bytes);
      word.marks = spoken.marks;
      homophone_.Add(word);
    }
  }

  void AddRegex(const Sought::Pattern& from) {
    const std::string folded = FoldRegex(from.text);
    normal_.AddRegex(folded, from.set, from.text);
    if (from.level < rules::v1::FOLDING_LEVEL_EVASIVE) return;
    evasive_.AddRegex(EvasiveRegex(folded), from.set, from.text);
  }

  void AddAllowed(const std::string& phrase) {
    NaiveWord word;
    word.set = kAllowed;
    word.c = CodePoints(FoldWord(phrase));
    normal_.Add(word);
    evasive_.Add(Evasive(word, phrase, Mark::Asks::kItself));
  }

  static Places WithoutAllowed(const Places& places) {
    Places kept;
    for (const Place& one : places) {
      if (std::get<0>(one) == kAllowed) continue;
      bool covered = false;
      for (const Place& phrase : places) {
        covered = covered || (std::get<0>(phrase) == kAllowed &&
                              std::get<1>(phrase) <= std::get<1>(one) &&
                              std::get<2>(one) <= std::get<2>(phrase));
      }
      if (!covered) kept.insert(one);
    }
    return kept;
  }

  std::set<std::string> strict_;
  SoundTable sounds_;
  NaiveLevel normal_;
  NaiveLevel evasive_;
  NaiveLevel homophone_;
};

// The patterns of the shipped pack; `level`, unless unspecified, replaces the
// levels of its rules.
Sought SoughtOf(rules::v1::FoldingLevel level) {
  Faults faults;
  Pack pack = ReadPack("rules/packs/cn-2015", faults);
  EXPECT_TRUE(faults.empty()) << faults.ToStatus();
  FillDefaults(pack);
  Sought sought;
  uint32_t number = 0;
  for (const rules::v1::ContentRule& rule : pack.rules.rules()) {
    const rules::v1::FoldingLevel at =
        level == rules::v1::FOLDING_LEVEL_UNSPECIFIED ? rule.folding() : level;
    ForEachSet(rule, "", [&](const PatternSet& set, const std::string&) {
      for (const std::string& id : *set.word_lists) {
        for (const Word& word : pack.lists.at(id)) {
          sought.patterns.push_back({word.text, false, number, at});
        }
      }
      for (const std::string& word : *set.words) {
        sought.patterns.push_back({word, false, number, at});
      }
      for (const std::string& regex : *set.regexes) {
        sought.patterns.push_back({regex, true, number, at});
      }
      ++number;
    });
  }
  sought.allowed_phrases.assign(pack.rules.allow_phrases().begin(),
                                pack.rules.allow_phrases().end());
  sought.strict_words.assign(pack.rules.strict_words().begin(),
                             pack.rules.strict_words().end());
  sought.sounds = pack.rules.sounds();
  return sought;
}

// Every nth text of the corpora, n being SLUICE_EVERY or 5.
std::vector<std::string> RealTexts() {
  const char* every_text = std::getenv("SLUICE_EVERY");
  const size_t every = every_text ? std::strtoul(every_text, nullptr, 10) : 5;
  std::set<std::filesystem::path> files;
  std::error_code none;
  for (const auto& file : std::filesystem::directory_iterator(kTexts, none)) {
    if (file.path().extension() == ".tsv") files.insert(file.path());
  }
  std::vector<std::string> texts;
  size_t row = 0;
  for (const auto& path : files) {
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
      if (row++ % every != 0) continue;
      std::string text = line.substr(line.find('\t') + 1);
      FoldedText folded;
      if (FoldTable::Shared().Fold(text, folded)) {
        texts.push_back(std::move(text));
      }
    }
  }
  return texts;
}

std::string Text(const Places& places) {
  std::string text;
  for (const auto& [set, begin, end, pattern, regex] : places) {
    absl::StrAppend(&text, set, "[", begin, ",", end, ")", pattern, " ");
  }
  return text;
}

void Compare(rules::v1::FoldingLevel level) {
  const std::vector<std::string> texts = RealTexts();
  if (texts.empty()) GTEST_SKIP() << "../shared/data/sms is not there";
  const Sought sought = SoughtOf(level);
  const NaiveScanner naive(sought);
  const auto scanner = Scanner::Compile(sought);
  ASSERT_TRUE(scanner.ok()) << scanner.status();
  std::set<std::string> regexes;
  for (const auto& one : sought.patterns) {
    if (one.regex) regexes.insert(one.text);
  }
  ScanScratch scratch;
  FoldedText folded;
  std::vector<Found> found;
  size_t hits = 0;
  std::set<rules::v1::FoldingLevel> levels;
  for (const std::string& text : texts) {
    FoldTable::Shared().Fold(text, folded);
    found.clear();
    (*scanner)->Scan(text, folded, scratch, found);
    Places places;
    for (const Found& one : found) {
      const std::string pattern((*scanner)->PatternText(one.pattern));
      places.emplace(one.set, one.begin, one.end, pattern,
                     regexes.contains(pattern));
      levels.insert(one.level);
    }
    EXPECT_EQ(places.size(), found.size());
    const Places expected = naive.Scan(text);
    ASSERT_EQ(Text(places), Text(expected)) << text;
    hits += places.size();
  }
  // Every level had enough hits.
  EXPECT_GT(hits, texts.size() / 2);
  EXPECT_EQ(levels.size(), 3u);
}

TEST(CorpusDiff, WithTheLevelsOfThePack) {
  Compare(rules::v1::FOLDING_LEVEL_UNSPECIFIED);
}

TEST(CorpusDiff, WithEverythingAtTheLevelHomophone) {
  Compare(rules::v1::FOLDING_LEVEL_HOMOPHONE);
}

}  // namespace
}  // namespace sluice::rules
