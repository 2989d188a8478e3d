#include "rules/match/matcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <map>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "rules/match/loosen.h"
#include "rules/match/regex_needs.h"

namespace sluice::rules {

void PrintTo(const Found& hit, std::ostream* out) {
  *out << "set " << hit.set << " [" << hit.begin << ", " << hit.end << ")";
}

namespace {

FoldedText Fold(absl::string_view text) {
  FoldedText folded;
  EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
  return folded;
}

std::unique_ptr<const Matcher> Compile(const Patterns& patterns) {
  auto matcher = Matcher::Compile(patterns);
  EXPECT_TRUE(matcher.ok()) << matcher.status();
  return *std::move(matcher);
}

// The hits, without the patterns that found them.
std::vector<Found> Match(const Matcher& matcher, absl::string_view text,
                         MatchScratch& scratch) {
  std::vector<Found> found;
  matcher.Match(Fold(text), scratch, found);
  for (Found& one : found) one.pattern = 0;
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return std::tie(a.set, a.begin, a.end) < std::tie(b.set, b.begin, b.end);
  });
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<Found> Match(const Matcher& matcher, absl::string_view text) {
  MatchScratch scratch;
  return Match(matcher, text, scratch);
}

TEST(Matcher, Table) {
  const auto matcher = Compile({
      .words = {{"发票", 0},
                {"开发票", 0},
                {"发票", 1},
                {"vx", 2},
                {"win", 2},
                {"t.cn", 3},
                {"95588", 4},
                {"a+b", 5}},
      .regexes = {{"加(微信|qq)", 6}, {"1[3-9]\\d{9}", 7}, {"奖.{0,3}元", 8}},
  });
  const struct {
    absl::string_view name;
    absl::string_view text;
    std::vector<Found> hits;
  } kCases[] = {
      {"nothing", "您的验证码是123456", {}},
      {"empty", "", {}},
      {"every rule that has the word, and words within words",
       "可开发票",
       {{0, 1, 4}, {0, 2, 4}, {1, 2, 4}}},
      {"submitted text, not folded",
       "可\u200b發\u200b票",
       {{0, 2, 5}, {1, 2, 5}}},
      {"expansions before it", "等…發票", {{0, 2, 4}, {1, 2, 4}}},
      {"spaces between Chinese", "发 票", {{0, 0, 3}, {1, 0, 3}}},
      {"letters beside a letter", "window, vxx, Win", {{2, 13, 16}}},
      {"digits beside a letter", "vx123", {{2, 0, 2}}},
      {"digits beside a digit", "955881, 195588, 95588", {{4, 16, 21}}},
      {"letters beside a digit", "a95588b", {{4, 1, 6}}},
      {"a dot is a dot", "txcn t.cn", {{3, 5, 9}}},
      {"a plus is a plus", "aab a+b", {{5, 4, 7}}},
      {"regex", "请加微信", {{6, 1, 4}}},
      {"regex over full width",
       "加ＱＱ，１３８００１３８０００",
       {{6, 0, 3}, {7, 4, 15}}},
      {"a dot is a character, not a byte",
       "奖一二三元 奖一二三四元",
       {{8, 0, 5}}},
      {"first, longest, next", "奖奖1元2元奖元", {{8, 0, 4}, {8, 6, 8}}},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Match(*matcher, c.text), c.hits) << c.name;
  }
}

TEST(Matcher, SaysWhichPatternOfASetWasFound) {
  const auto matcher =
      Compile({.words = {{"发票", 0, 7}, {"代开", 0, 8}, {"代开", 0, 9}},
               .regexes = {{"开.票", 0, 10}}});
  MatchScratch scratch;
  std::vector<Found> found;
  matcher->Match(Fold("代开发票"), scratch, found);
  std::set<uint32_t> patterns;
  for (const Found& one : found) patterns.insert(one.pattern);
  EXPECT_EQ(patterns, (std::set<uint32_t>{7, 8, 9, 10}));
}

TEST(Matcher, AnEndThatWasNotWrittenAsADigitMayGoOn) {
  const auto matcher =
      Compile({.words = {{"1夜", 0, 0, {}, false, true}, {"1夜", 1, 0}}});
  EXPECT_EQ(Match(*matcher, "21夜"), (std::vector<Found>{{0, 1, 3}}));
  EXPECT_EQ(Match(*matcher, "1夜"), (std::vector<Found>{{0, 0, 2}, {1, 0, 2}}));
}

TEST(Matcher, Nothing) { EXPECT_TRUE(Match(*Compile({}), "发票").empty()); }

TEST(Matcher, AppendsAndReusesAScratchForAnyMatcher) {
  MatchScratch scratch;
  std::vector<Found> hits;
  for (int i = 0; i < 6; ++i) {
    Patterns patterns;
    for (int j = 0; j <= i * 20; ++j) {
      patterns.words.push_back({absl::StrCat("票", j), 0});
      patterns.regexes.push_back({absl::StrCat("票", j, ".{2,9}元"), 1});
    }
    Compile(patterns)->Match(Fold("票0xx元"), scratch, hits);
    ASSERT_EQ(hits.size(), 2u * (i + 1));
    // Numbered as expressions are: words, then regexes.
    EXPECT_EQ(hits[2 * i], (Found{0, 0, 2, 0}));
    EXPECT_EQ(hits[2 * i + 1].set, 1u);
    EXPECT_EQ(hits[2 * i + 1].end, 5u);
  }
}

TEST(Matcher, ThreadsShareIt) {
  const auto matcher = Compile({.words = {{"发票", 0}}});
  std::vector<std::thread> threads;
  std::atomic<int> found = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      MatchScratch scratch;
      for (int j = 0; j < 1'000; ++j) {
        std::vector<Found> hits;
        matcher->Match(Fold("代开发票"), scratch, hits);
        found += static_cast<int>(hits.size());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(found, 4'000);
}

TEST(Matcher, SaysWhatIsWrongWithARegex) {
  EXPECT_EQ(Matcher::RegexFault("加(微信|qq)"), "");
  EXPECT_EQ(Matcher::RegexFault("(票"),
            "Missing close parenthesis for group "
            "started at index 0.");
  EXPECT_EQ(Matcher::RegexFault("票*"), "It matches the empty text.");
  EXPECT_NE(Matcher::RegexFault("(?=票)票"), "");
  EXPECT_NE(Matcher::RegexFault("(票)\\1"), "");
  EXPECT_NE(Matcher::RegexFault("\xff"), "");
  EXPECT_EQ(Matcher::RegexFault("票{1,2000}"),
            "invalid repetition size: "
            "{1,2000}");
  EXPECT_EQ(Matcher::RegexFault("(中.{0,30}){3}奖"), "");
  const auto matcher = Matcher::Compile({.regexes = {{"good", 0}, {"(", 0}}});
  EXPECT_EQ(matcher.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(matcher.status().message(), "regex '(': missing ): (");
}

TEST(Loosened, Table) {
  const struct {
    absl::string_view regex;
    absl::string_view loosened;
  } kCases[] = {
      {"", ""},
      {"中.{0,30}奖", "中.*奖"},
      {"中.{2,}奖", "中.+奖"},
      {"中[^,]{1,9}?奖", "中[^,]+?奖"},
      {"中[^]{0,3}]{0,9}奖", "中[^]{0,3}]*奖"},
      {"中[^[:alpha:]x]{0,9}", "中[^[:alpha:]x]*"},
      {"中[^\\]]{0,9}", "中[^\\]]*"},
      {"中[^", "中[^"},
      // Repetitions that are no gaps stay.
      {"\\d{2,9}(a|b){0,3}[a-z]{0,9}", "\\d{2,9}(a|b){0,3}[a-z]{0,9}"},
      {"中.{3}奖", "中.{3}奖"},
      {"\\.{0,30}", "\\.{0,30}"},
      {"\\\\.{0,30}", "\\\\.*"},
      {"[.]{0,3}[.{0,3}]", "[.]{0,3}[.{0,3}]"},
      {"\\Q.{0,3}\\E.{0,3}", "\\Q.{0,3}\\E.*"},
      {"\\p{Han}.{0,3}", "\\p{Han}.*"},
      {"中.{x}", "中.{x}"},
      {"中.{0,", "中.{0,"},
      {"中.\\", "中.\\"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Loosened(c.regex), c.loosened);
}

// --- Comparison with a naive matcher. Each character of the alphabet is one
// byte here, for std::regex: Z stands for 票.

std::string WithChinese(absl::string_view text) {
  std::string out;
  for (const char c : text) out += c == 'Z' ? "票" : std::string(1, c);
  return out;
}

bool SameKind(char a, char b) {
  return (std::isdigit(a) && std::isdigit(b)) ||
         (std::islower(a) && std::islower(b));
}

using Spans = std::set<std::pair<uint32_t, uint32_t>>;

Spans NaiveWord(const std::string& word, const std::string& text) {
  Spans spans;
  for (size_t at = 0; at + word.size() <= text.size(); ++at) {
    const size_t end = at + word.size();
    if (text.substr(at, word.size()) != word) continue;
    if (at > 0 && SameKind(text[at - 1], word.front())) continue;
    if (end < text.size() && SameKind(word.back(), text[end])) continue;
    spans.emplace(at, end);
  }
  return spans;
}

Spans NaiveRegex(const std::regex& regex, const std::string& text) {
  Spans spans;
  for (size_t begin = 0; begin < text.size(); ++begin) {
    for (size_t end = text.size(); end > begin; --end) {
      if (!std::regex_match(text.substr(begin, end - begin), regex)) continue;
      spans.emplace(begin, end);
      begin = end - 1;
      break;
    }
  }
  return spans;
}

struct NaiveMatcher {
  explicit NaiveMatcher(const Patterns& p) : patterns(p) {
    // Z is Chinese for Matcher, and a letter for std::regex.
    for (const auto& regex : p.regexes) {
      regexes.emplace_back(absl::StrReplaceAll(regex.text, {{"\\w", "[ab1]"}}));
    }
  }

  std::vector<Found> Match(const std::string& text) const {
    std::set<std::tuple<uint32_t, uint32_t, uint32_t>> found;
    for (const auto& word : patterns.words) {
      for (const auto& [begin, end] : NaiveWord(word.text, text)) {
        found.emplace(word.set, begin, end);
      }
    }
    for (size_t i = 0; i < regexes.size(); ++i) {
      for (const auto& [begin, end] : NaiveRegex(regexes[i], text)) {
        found.emplace(patterns.regexes[i].set, begin, end);
      }
    }
    std::vector<Found> hits;
    for (const auto& [set, begin, end] : found) {
      hits.push_back({set, begin, end});
    }
    return hits;
  }

  Patterns patterns;
  std::vector<std::regex> regexes;
};

Patterns WithChinese(Patterns patterns) {
  for (auto& word : patterns.words) word.text = WithChinese(word.text);
  for (auto& regex : patterns.regexes) regex.text = WithChinese(regex.text);
  return patterns;
}

std::string RandomText(std::mt19937_64& random, size_t size_max) {
  std::string text(1 + random() % size_max, ' ');
  for (char& c : text) c = "ab1Z."[random() % 5];
  return text;
}

Patterns RandomPatterns(std::mt19937_64& random) {
  static const char* const kRegexes[] = {
      "a.Z",      "Z+",         "a.{1,3}Z", "1[^a]{0,2}b", "a[b1]{1,2}Z",
      "(aZ|Za)1", "Z.{0,2}Z",   "[^aZ]{2}", "1{2,}",       "(ab)+",
      "Z?a1",     "(Z|1)(a|b)", "\\.Z",     "a{2}b*Z",     "b.?b.?b",
      "[1Z]+a",   "ZZ|ZZZ"};
  Patterns patterns;
  for (uint32_t rule = 0; rule < 6; ++rule) {
    for (size_t i = random() % 4; i > 0; --i) {
      patterns.words.push_back({RandomText(random, 4), rule});
    }
    for (size_t i = random() % 2; i > 0; --i) {
      patterns.regexes.push_back(
          {kRegexes[random() % std::size(kRegexes)], rule});
    }
  }
  return patterns;
}

TEST(Matcher, AgreesWithTheNaiveOneOnAllShortTexts) {
  std::mt19937_64 random(1);
  size_t dirty = 0;
  for (int round = 0; round < 12; ++round) {
    const Patterns patterns = RandomPatterns(random);
    const NaiveMatcher naive(patterns);
    const auto matcher = Compile(WithChinese(patterns));
    MatchScratch scratch;
    for (size_t size = 1; size <= 5; ++size) {
      size_t count = 1;
      for (size_t i = 0; i < size; ++i) count *= 5;
      for (size_t n = 0; n < count; ++n) {
        std::string text;
        for (size_t rest = n; text.size() < size; rest /= 5) {
          text += "ab1Z."[rest % 5];
        }
        const auto hits = Match(*matcher, WithChinese(text), scratch);
        ASSERT_EQ(hits, naive.Match(text)) << "round " << round << ": " << text;
        dirty += !hits.empty();
      }
    }
  }
  EXPECT_GT(dirty, 10'000u);
}

TEST(Matcher, AgreesWithTheNaiveOneOnRandomTexts) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 60; ++round) {
    const Patterns patterns = RandomPatterns(random);
    const NaiveMatcher naive(patterns);
    const auto matcher = Compile(WithChinese(patterns));
    MatchScratch scratch;
    for (int i = 0; i < 40; ++i) {
      const std::string text = RandomText(random, 30);
      const auto hits = Match(*matcher, WithChinese(text), scratch);
      ASSERT_EQ(hits, naive.Match(text)) << "round " << round << ": " << text;
    }
  }
}

// Regexes that need letters or digits: only texts with as many are searched for
// them.
TEST(Matcher, AgreesWithTheNaiveOneAboutRowsOfLettersAndDigits) {
  const char* const regexes[] = {
      "[ab]{3}Z?",    "a(b|1a)b",       "ab+a",          "(abb|1)Z",
      "a[bZ]b",       "(1|Z)1{7,}b?",   "1{8}",          "1{7}",
      "\\d{4}Z?1{4}", "[1-9]{2}Z?1{6}", "(11|Z)1{6}",    "a{2}1{8}Z",
      "a{0,3}bbZ",    "(a|b){3}",       "1[^a]1{7}",     "(ab?|a1){2,}b",
      "\\w{4}Z",      "Z\\w",           "(Z|\\w)\\w{3}", "[1a]Z?\\w{2}b"};
  std::mt19937_64 random(3);
  size_t dirty = 0;
  for (const char* const regex : regexes) {
    const Patterns patterns = {.words = {{"Z1", 0}}, .regexes = {{regex, 1}}};
    const NaiveMatcher naive(patterns);
    const auto matcher = Compile(WithChinese(patterns));
    MatchScratch scratch;
    for (int i = 0; i < 300; ++i) {
      const size_t letters = 1 + random() % 8;
      std::string text(1 + random() % 14, ' ');
      for (char& c : text) {
        c = random() % 8 < letters ? "abZ"[random() % 3] : '1';
      }
      const auto hits = Match(*matcher, WithChinese(text), scratch);
      ASSERT_EQ(hits, naive.Match(text)) << regex << ": " << text;
      dirty += !hits.empty();
    }
  }
  EXPECT_GT(dirty, 800u);
}

// The level exact does not fold them.
TEST(Matcher, CapitalsAreWordCharacters) {
  const auto matcher = Compile({.regexes = {{"@\\w{4}", 1}, {"A[B-D]_Z", 2}}});
  const auto hits = [&matcher](absl::string_view text) {
    FoldedText exact;
    exact.bytes.assign(text.data(), text.size());
    exact.code_points = static_cast<uint32_t>(text.size());
    MatchScratch scratch;
    std::vector<Found> found;
    matcher->Match(exact, scratch, found);
    return found.size();
  };
  EXPECT_EQ(hits("@ABCD"), 1u);
  EXPECT_EQ(hits("AC_Z"), 1u);
}

TEST(OnlyWordCharacters, Table) {
  const struct {
    absl::string_view regex;
    absl::string_view only;
  } kCases[] = {
      {"a_C", "xxx"},
      {"0 ?\\d{9,}", "x(?:)?x{9,}"},
      {"(转|call)+?1", "((?:)|xxxx)+?x"},
      {"[a-z]{2}[0-9]", "x{2}x"},
      {"[3-9][A-F_]", "xx"},
      // What may be something else as well counts for nothing.
      {"[a-][-a][^a][a转]", "(?:)(?:)(?:)(?:)"},
      {"[a-f-x][0-9-5]", "(?:)(?:)"},
      {"[a0][a-fx][0-57-9]", "xxx"},
      // From 0 to z there are more.
      {"[0-z][A-z][_-a][9-0]", "(?:)(?:)(?:)(?:)"},
      {"\\w\\S.\\x61\\Qab\\E", "x(?:)(?:)(?:)(?:)"},
      {"\\W\\D[\\w-]", "(?:)(?:)(?:)"},
      {"\\bab\\.", "(?:)xx(?:)"},
      {"[[:digit:]]A", "(?:)x"},
      {"(?:ab)", "(?:xx)"},
      // A brace that is no count.
      {"a{x}{,3}", "x(?:)x(?:)(?:)(?:)x(?:)"},
      // Flags may change what a letter stands for.
      {"(?i)abc", ""},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(OnlyWordCharacters(c.regex), c.only) << c.regex;
  }
}

}  // namespace
}  // namespace sluice::rules
