#include "rules/match/regex_fold.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <random>
#include <string>
#include <vector>

#include "rules/check/regex_check.h"
#include "rules/fold/evasive.h"
#include "rules/fold/han_tables.h"
#include "tests/fakes/effort.h"

namespace sluice::rules {
namespace {

TEST(RegexFold, Table) {
  const struct {
    const char* regex;
    const char* folded;
  } kCases[] = {
      {"發票", "发票"},
      {"[發代]票+", "[发代]票+"},
      {"[^發]{2,3}?", "[^发]{2,3}?"},
      {"ＱＱ", "qq"},
      {"一夜.{0,3}情", "1夜.{0,3}情"},
      // A character that folds to syntax is escaped.
      {"貸款？", "贷款\\?"},
      {"（限时）秒杀", "\\(限时\\)秒杀"},
      {"贷款｜发票", "贷款\\|发票"},
      {"加微信＋", "加微信\\+"},
      {"[［a］－]", "[\\[a\\]\\-]"},
      // Syntax is unchanged.
      {"\\S+\\D\\b(?i:b)(?P<N>x)", "\\S+\\D\\b(?i:b)(?P<N>x)"},
      {"\\p{Han}\\pN\\x4E\\x{4E00}", "\\p{Han}\\pN\\x4E\\x{4E00}"},
      {"[[:alpha:]發\\]]", "[[:alpha:]发\\]]"},
      {"\\Q發A\\E發", "\\Q發A\\E发"},
      // Not regexes: they are unchanged.
      {"发[票", "发[票"},
      {"[^票", "[^票"},
      {"x[abc", "x[abc"},
  };
  for (const auto& c : kCases) EXPECT_EQ(FoldRegex(c.regex), c.folded);
}

TEST(RegexFold, SaysWhatIsNoRegexAndNeverCrashes) {
  for (const char* bad :
       {"发[票", "[^票", "\\发票", "[\\发]票", "x[abc", "(", "a{2", "\\", "[",
        "[]", "[^", "(?P<", "\\p{", "\\x", "\\Q发"}) {
    const std::string fault = RegexFault(bad).english;
    const RE2 re2(bad, RE2::Quiet);
    EXPECT_EQ(fault.empty(), re2.ok()) << bad << ": " << fault;
  }
}

// Random sequences of syntax and characters: a regex stays a regex after
// folding, and others do no harm.
TEST(RegexFold, KeepsRegexes) {
  const char* const kPieces[] = {"发", "發", "？", "［", "］", "\\", "[",
                                 "]",  "^",  "(",  ")",  "{",  "2",  ",",
                                 "}",  "*",  "?",  "Q",  "E",  "x",  "4",
                                 "p",  "-",  "|",  "一", "Ａ", ":",  "<"};
  std::mt19937 random(7);
  size_t regexes = 0;
  for (size_t i = 0; i < Effort(200'000); ++i) {
    std::string regex;
    for (uint32_t n = 1 + random() % 8; n > 0; --n) {
      regex += kPieces[random() % std::size(kPieces)];
    }
    const bool is_one = RE2(regex, RE2::Quiet).ok();
    const std::string folded = FoldRegex(regex);
    const std::string evasive = EvasiveRegex(folded);
    if (is_one) {
      ASSERT_TRUE(RE2(folded, RE2::Quiet).ok()) << regex << " " << folded;
      ASSERT_TRUE(RE2(evasive, RE2::Quiet).ok()) << regex << " " << evasive;
      const std::string scanned = ScannedRegex(evasive);
      ASSERT_TRUE(RE2(scanned, RE2::Quiet).ok()) << regex << " " << scanned;
    }
    regexes += is_one;
  }
  EXPECT_GT(regexes, Effort(20'000));
}

// What a regex finds in the read text, the loosened regex finds in the scanned
// text.
TEST(RegexFold, ScannedRegexesFindAtLeastAsMuch) {
  const char* const kPieces[] = {
      "信", "倍",    "猎",  "用", "户", "[",   "]", "^",         "-",       ".",
      "*",  "{0,2}", "\\Q", "|",  "x",  "\\E", "$", "\\x{500d}", "\\p{Han}"};
  std::mt19937 random(7);
  const auto any = [&random, &kPieces](uint32_t pieces, uint32_t most) {
    std::string text;
    for (uint32_t n = 1 + random() % most; n > 0; --n) {
      text += kPieces[random() % pieces];
    }
    return text;
  };
  size_t found = 0;
  for (size_t i = 0; i < Effort(30'000); ++i) {
    const std::string evasive = EvasiveRegex(FoldRegex(any(19, 7)));
    const RE2 exact(evasive, RE2::Quiet);
    if (!exact.ok()) continue;
    const RE2 scanned(ScannedRegex(evasive), RE2::Quiet);
    ASSERT_TRUE(scanned.ok()) << evasive;
    for (int j = 0; j < 10; ++j) {
      Spelling spelling;
      SpellEvasive(StripWord(any(5, 4)), spelling);
      std::vector<uint32_t> unit_at;
      std::string space;
      const auto back = spelling.WayBack(unit_at);
      const absl::string_view read = back.ForRegexes(space);
      if (!RE2::PartialMatch(re2::StringPiece(read.data(), read.size()),
                             exact)) {
        continue;
      }
      ++found;
      ASSERT_TRUE(RE2::PartialMatch(spelling.bytes, scanned))
          << evasive << " finds " << read << ", " << scanned.pattern()
          << " nothing in " << spelling.bytes;
    }
  }
  EXPECT_GT(found, Effort(1'000));
}

}  // namespace
}  // namespace sluice::rules
