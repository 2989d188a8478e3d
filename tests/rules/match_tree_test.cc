// Trees over the hits of a scan, compared with a naive evaluator of the same
// trees.

#include "rules/match/match_tree.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace sluice::rules {
namespace {

using Spans = std::set<std::pair<uint32_t, uint32_t>>;

// A rule with its own matcher.
class OneRule {
 public:
  explicit OneRule(const rules::v1::ContentRule& rule) {
    Patterns patterns;
    uint32_t set = 0;
    uint32_t number = 0;
    ForEachSet(rule, "", [&](const PatternSet& from, const std::string&) {
      for (const std::string& word : *from.words) {
        patterns.words.push_back({word, set, number++});
      }
      for (const std::string& regex : *from.regexes) {
        patterns.regexes.push_back({regex, set, number++});
      }
      ++set;
    });
    uint32_t sets = 0;
    tree_ = MatchTree::Build(rule, sets);
    EXPECT_EQ(sets, set);
    auto matcher = Matcher::Compile(patterns);
    EXPECT_TRUE(matcher.ok()) << matcher.status();
    matcher_ = *std::move(matcher);
  }

  // Whether the rule holds, and its spans.
  std::pair<bool, Spans> Look(const std::string& text,
                              sluice::v1::MessageClass message_class =
                                  sluice::v1::MESSAGE_CLASS_NOTICE) {
    FoldedText folded;
    EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
    std::vector<Found> found;
    matcher_->Match(folded, scratch_, found);
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
      return std::tie(a.set, a.begin, a.end, a.pattern) <
             std::tie(b.set, b.begin, b.end, b.pattern);
    });
    // Every character counts.
    std::vector<uint32_t> places(folded.code_points + 1);
    std::iota(places.begin(), places.end(), 0);
    const auto all = [&places] { return absl::MakeConstSpan(places); };
    std::vector<Found> hits;
    const bool holds = tree_.Holds({message_class, folded.code_points, text},
                                   FoundSets(found, all), hits);
    EXPECT_TRUE(holds || hits.empty());
    EXPECT_TRUE(!holds || !found.empty() || tree_.MayHoldWithoutHits());
    Spans spans;
    for (const Found& hit : hits) spans.emplace(hit.begin, hit.end);
    return {holds, spans};
  }

 private:
  MatchTree tree_;
  std::unique_ptr<const Matcher> matcher_;
  MatchScratch scratch_;
};

rules::v1::ContentRule Parse(const std::string& text) {
  rules::v1::ContentRule rule;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &rule))
      << text;
  return rule;
}

// A rule, a text, and the spans of its hits.
const struct {
  const char* rule;
  const char* text;
  bool holds;
  Spans spans;
} kTreeCases[] = {
    // Alternatives of one set; a rule's own words are a set.
    {"words: '发票' regexes: '代.'", "代开发票", true, {{0, 2}, {2, 4}}},
    {"match { words: '发票' words: '代开' }", "代开", true, {{0, 2}}},
    // All keys of one node must hold.
    {"match { words: '发票' any { words: '代开' } any { words: '代办' } }",
     "代办发票",
     true,
     {{0, 2}, {2, 4}}},
    {"match { words: '发票' any { words: '代开' } any { words: '代办' } }",
     "发票",
     false,
     {}},
    {"match { all { words: '发票' } all { words: '代开' } }",
     "代开发票",
     true,
     {{0, 2}, {2, 4}}},
    {"match { all { words: '发票' } all { words: '代开' } }",
     "发票发票",
     false,
     {}},
    // An absence marks nothing in the text.
    {"match { words: '贷款' not { words: '银行' } }",
     "低息贷款",
     true,
     {{2, 4}}},
    {"match { words: '贷款' not { words: '银行' } }", "银行贷款", false, {}},
    {"match { not { words: '回复' } }", "全场五折", true, {}},
    {"match { not { not { words: '回复' } } }", "请回复", true, {}},
    // Near: in either order, without overlap, counted in submitted characters.
    {"match { near { first { words: '加' } second { words: '微信' } "
     "within: 2 } }",
     "微信请您加，加一下下下微信",
     true,
     {{0, 2}, {4, 5}}},
    {"match { near { first { words: '加' } second { words: '微信' } } }",
     "加微信，微信加",
     true,
     {{0, 1}, {1, 3}, {4, 6}, {6, 7}}},
    {"match { near { first { words: '开票' } second { words: '票据' } "
     "within: 9 } }",
     "开票据",
     false,
     {}},
    // Count: counts different words, not positions.
    {"match { count { of { words: '元' words: '奖' words: '领' } "
     "at_least: 2 } }",
     "一元二元三元",
     false,
     {}},
    {"match { count { of { words: '元' words: '奖' words: '领' } "
     "at_least: 2 } }",
     "领一元二元",
     true,
     {{0, 1}, {2, 3}, {4, 5}}},
    // Conditions on the text and the message.
    {"match { words: '贷' length { max: 3 } }", "贷款吗", true, {{0, 1}}},
    {"match { words: '贷' length { max: 3 } }", "要贷款吗", false, {}},
    {"match { length { min: 4 } }", "要贷款吗", true, {}},
    {"match { words: '贷' classes: MESSAGE_CLASS_NOTICE }",
     "贷",
     true,
     {{0, 1}}},
    {"match { words: '贷' classes: MESSAGE_CLASS_COMMERCIAL }",
     "贷",
     false,
     {}},
};

TEST(MatchTree, Table) {
  for (const auto& c : kTreeCases) {
    EXPECT_EQ(OneRule(Parse(c.rule)).Look(c.text), std::pair(c.holds, c.spans))
        << c.rule << ": " << c.text;
  }
}

TEST(MatchTree, KnowsWhenItNeedsNothingToBeFound) {
  const auto may = [](const char* rule) {
    uint32_t sets = 0;
    return MatchTree::Build(Parse(rule), sets).MayHoldWithoutHits();
  };
  EXPECT_FALSE(may("words: '贷'"));
  EXPECT_FALSE(may("match { words: '贷' not { words: '款' } }"));
  EXPECT_TRUE(may("match { not { words: '款' } length { min: 2 } }"));
  EXPECT_TRUE(may("match { any { words: '贷' } any { length { min: 2 } } }"));
  EXPECT_FALSE(may("match { any { words: '贷' } any { words: '款' } }"));
}

// --- Comparison with an evaluator that reads the tree itself and looks for
// every word at every position. One letter stands for one Chinese character.

constexpr const char* kAlphabet[] = {"甲", "乙", "丙"};

std::string Chinese(const std::string& letters) {
  std::string text;
  for (const char letter : letters) text += kAlphabet[letter - 'a'];
  return text;
}

struct Naive {
  std::string text;  // Letters.

  template <typename Set>
  std::set<std::pair<uint32_t, std::pair<uint32_t, uint32_t>>> Find(
      const Set& set) const {
    std::set<std::pair<uint32_t, std::pair<uint32_t, uint32_t>>> found;
    for (int i = 0; i < set.words_size(); ++i) {
      const std::string& word = set.words(i);
      for (size_t at = 0; at + word.size() <= text.size(); ++at) {
        if (text.compare(at, word.size(), word) != 0) continue;
        found.insert({static_cast<uint32_t>(i),
                      {static_cast<uint32_t>(at),
                       static_cast<uint32_t>(at + word.size())}});
      }
    }
    return found;
  }

  bool Holds(const rules::v1::Match& match, Spans& spans) const {
    bool holds = true;
    const auto add = [&spans](const auto& found) {
      for (const auto& [word, span] : found) spans.insert(span);
    };
    if (match.words_size() > 0) {
      const auto found = Find(match);
      add(found);
      holds = holds && !found.empty();
    }
    if (match.any_size() > 0) {
      bool any = false;
      for (const rules::v1::Match& one : match.any()) {
        Spans of_one;
        if (!Holds(one, of_one)) continue;
        any = true;
        spans.insert(of_one.begin(), of_one.end());
      }
      holds = holds && any;
    }
    for (const rules::v1::Match& one : match.all())
      holds = Holds(one, spans) && holds;
    if (match.has_not_()) {
      Spans nowhere;
      holds = !Holds(match.not_(), nowhere) && holds;
    }
    if (match.has_near()) {
      bool any = false;
      for (const auto& [word, a] : Find(match.near().first())) {
        for (const auto& [other, b] : Find(match.near().second())) {
          const bool apart = a.second <= b.first || b.second <= a.first;
          const uint32_t between =
              a.second <= b.first ? b.first - a.second : a.first - b.second;
          if (!apart || between > match.near().within()) continue;
          any = true;
          spans.insert(a);
          spans.insert(b);
        }
      }
      holds = holds && any;
    }
    if (match.has_count()) {
      std::set<uint32_t> words;
      const auto found = Find(match.count().of());
      for (const auto& [word, span] : found) words.insert(word);
      add(found);
      holds = holds && words.size() >= match.count().at_least();
    }
    if (match.has_length()) {
      holds =
          holds && text.size() >= match.length().min() &&
          (match.length().max() == 0 || text.size() <= match.length().max());
    }
    return holds;
  }
};

class RandomTrees {
 public:
  rules::v1::Match Next(int depth) {
    rules::v1::Match match;
    while (match.ByteSizeLong() == 0) {
      if (Chance(2)) AddWords(match);
      if (depth > 0 && Chance(3)) {
        for (uint32_t i = 1 + random_() % 2; i > 0; --i) {
          *match.add_any() = Next(depth - 1);
        }
      }
      if (depth > 0 && Chance(4)) *match.add_all() = Next(depth - 1);
      if (depth > 0 && Chance(3)) *match.mutable_not_() = Next(depth - 1);
      if (Chance(4)) {
        AddWords(*match.mutable_near()->mutable_first());
        AddWords(*match.mutable_near()->mutable_second());
        match.mutable_near()->set_within(random_() % 3);
      }
      if (Chance(5)) {
        AddWords(*match.mutable_count()->mutable_of());
        AddWords(*match.mutable_count()->mutable_of());
        match.mutable_count()->set_at_least(2);
      }
      if (Chance(8)) match.mutable_length()->set_min(1 + random_() % 4);
    }
    return match;
  }

 private:
  bool Chance(uint32_t in) { return random_() % in == 0; }

  // Different words: a set must not contain a word twice.
  template <typename Set>
  void AddWords(Set& set) {
    std::set<std::string> words(set.words().begin(), set.words().end());
    for (uint32_t i = 1 + random_() % 2; i > 0; --i) {
      std::string word(1 + random_() % 2, ' ');
      for (char& letter : word) letter = "abc"[random_() % 3];
      if (words.insert(word).second) set.add_words(word);
    }
  }

  std::mt19937 random_{11};
};

// The tree with Chinese words in place of letters.
rules::v1::Match InChinese(rules::v1::Match match) {
  const auto set = [](auto& words) {
    for (std::string& word : *words.mutable_words()) word = Chinese(word);
  };
  set(match);
  for (rules::v1::Match& one : *match.mutable_any()) one = InChinese(one);
  for (rules::v1::Match& one : *match.mutable_all()) one = InChinese(one);
  if (match.has_not_()) *match.mutable_not_() = InChinese(match.not_());
  if (match.has_near()) {
    set(*match.mutable_near()->mutable_first());
    set(*match.mutable_near()->mutable_second());
  }
  if (match.has_count()) set(*match.mutable_count()->mutable_of());
  return match;
}

TEST(MatchTree, AgreesWithTheNaiveOneOnAllShortTexts) {
  RandomTrees trees;
  int held = 0;
  int looked = 0;
  for (int round = 0; round < 150; ++round) {
    const rules::v1::Match match = trees.Next(3);
    rules::v1::ContentRule rule;
    *rule.mutable_match() = InChinese(match);
    OneRule one(rule);
    for (size_t size = 1; size <= 5; ++size) {
      size_t count = 1;
      for (size_t i = 0; i < size; ++i) count *= 3;
      for (size_t n = 0; n < count; ++n) {
        Naive naive;
        for (size_t rest = n; naive.text.size() < size; rest /= 3) {
          naive.text += "abc"[rest % 3];
        }
        Spans spans;
        const bool holds = naive.Holds(match, spans);
        if (!holds) spans.clear();
        ASSERT_EQ(one.Look(Chinese(naive.text)), std::pair(holds, spans))
            << naive.text << "\n"
            << match.DebugString();
        held += holds;
        ++looked;
      }
    }
  }
  // The rules hold neither always nor never.
  EXPECT_GT(held, looked / 10);
  EXPECT_LT(held, looked * 9 / 10);
}

}  // namespace
}  // namespace sluice::rules
