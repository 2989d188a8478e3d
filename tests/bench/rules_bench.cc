// What folding and matching cost. Run a release build on a quiet machine and
// read the CPU column; figures of one run are good for ratios within it.

#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/fold.h"
#include "rules/matcher.h"
#include "rules/rule_set.h"

namespace sluice::rules {
namespace {

// 60 characters each.
constexpr char kSimplified[] =
    "【示例商城】您的订单已由上海仓发出，预计明天下午送达，请保持电话畅通。如需"
    "改约"
    "时间，请在今晚八点前联系我们的客服人员，谢谢您的支持！";
constexpr char kTraditional[] =
    "【示例商城】您的訂單已由上海倉發出，預計明天下午送達，請保持電話暢通。如需"
    "改約"
    "時間，請在今晚八點前聯繫我們的客服人員，謝謝您的支持！";
constexpr char kMixed[] =
    "【示例商城】Order ＡＢ１２ 已发出…预计１０：３０送达，T: 4001234567，"
    "https://example.com/a?b=C 谢谢您！感谢支持 ok";
constexpr char kAscii[] =
    "Your order 4711 Has Been shipped and arrives tomorrow at 10";

void BM_Fold(benchmark::State& state, const char* text) {
  FoldedText folded;
  for (auto _ : state) {
    benchmark::DoNotOptimize(FoldTable::Shared().Fold(text, folded));
  }
}
BENCHMARK_CAPTURE(BM_Fold, simplified, kSimplified);
BENCHMARK_CAPTURE(BM_Fold, traditional, kTraditional);
BENCHMARK_CAPTURE(BM_Fold, mixed, kMixed);
BENCHMARK_CAPTURE(BM_Fold, ascii, kAscii);

// Random words of two to five common characters, as long as real lists have
// them, and regexes of the kinds that people write.
Patterns RandomPatterns(int words, int regexes) {
  std::mt19937_64 random(1);
  const auto word = [&](size_t size) {
    std::string utf8;
    for (size_t i = 0; i < size; ++i) {
      const auto c = static_cast<uint32_t>(0x4e00 + random() % 6000);
      utf8 += {static_cast<char>(0xe0 | c >> 12),
               static_cast<char>(0x80 | (c >> 6 & 0x3f)),
               static_cast<char>(0x80 | (c & 0x3f))};
    }
    std::string folded;
    FoldTable::Shared().Fold(utf8, folded);
    return folded;
  };
  Patterns patterns;
  for (int i = 0; i < words; ++i) {
    patterns.words.push_back({word(2 + random() % 4), 0});
  }
  for (int i = 0; i < regexes; ++i) {
    switch (i % 4) {
      case 0:
        patterns.regexes.push_back(
            {absl::StrCat(word(2), ".{0,9}", word(2)), 1});
        break;
      case 1:
        patterns.regexes.push_back(
            {absl::StrCat("(", word(2), "|", word(2), ")\\d{3,}", word(1)), 1});
        break;
      case 2:
        patterns.regexes.push_back(
            {absl::StrCat("加(微信|qq|vx).{0,6}", word(2)), 1});
        break;
      default:
        patterns.regexes.push_back(
            {absl::StrCat(word(1), "[^,。]{1,4}", word(2), "(元|块)"), 1});
    }
  }
  patterns.words.push_back({"示例坏词", 0});
  patterns.regexes.push_back({"坏(词|字).{0,4}\\d+元", 1});
  return patterns;
}

void Run(benchmark::State& state, const Matcher& matcher, const char* text) {
  FoldedText folded;
  FoldTable::Shared().Fold(text, folded);
  MatchScratch scratch;
  std::vector<Found> hits;
  for (auto _ : state) {
    hits.clear();
    matcher.Match(folded, scratch, hits);
    benchmark::DoNotOptimize(hits.data());
  }
  state.counters["hits"] = static_cast<double>(hits.size());
  state.counters["database_kb"] =
      static_cast<double>(matcher.size_bytes()) / 1024;
}

const Matcher& MatcherOf(int words, int regexes) {
  static std::unique_ptr<const Matcher> matcher;
  static std::pair<int, int> made = {-1, -1};
  if (made != std::pair(words, regexes)) {
    matcher = *Matcher::Compile(RandomPatterns(words, regexes));
    made = {words, regexes};
  }
  return *matcher;
}

void BM_MatchClean(benchmark::State& state) {
  Run(state,
      MatcherOf(static_cast<int>(state.range(0)),
                static_cast<int>(state.range(1))),
      kSimplified);
}

void BM_MatchDirty(benchmark::State& state) {
  Run(state,
      MatcherOf(static_cast<int>(state.range(0)),
                static_cast<int>(state.range(1))),
      "【示例商城】您的订单已由上海仓发出，示例坏词，坏字只要１０元，预计明天下"
      "午"
      "送达，请保持电话畅通。如需改约时间，请在今晚八点前联系我们");
}

void BM_MatchDigitsAndLinks(benchmark::State& state) {
  Run(state,
      MatcherOf(static_cast<int>(state.range(0)),
                static_cast<int>(state.range(1))),
      "验证码123456，订单20150630001，10元券点 https://example.com/a?b=1&c=22 "
      "加微信 abc12345 或电 4001234567");
}

#define SLUICE_SIZES Args({1'000, 0})->Args({10'000, 0})->Args({10'000, 500})
BENCHMARK(BM_MatchClean)->SLUICE_SIZES;
BENCHMARK(BM_MatchDirty)->SLUICE_SIZES;
BENCHMARK(BM_MatchDigitsAndLinks)->SLUICE_SIZES;

// The part of a message's cost that is this folder's.
void BM_FoldAndMatchClean(benchmark::State& state) {
  const Matcher& matcher = MatcherOf(10'000, 500);
  FoldedText folded;
  MatchScratch scratch;
  std::vector<Found> hits;
  for (auto _ : state) {
    hits.clear();
    FoldTable::Shared().Fold(kSimplified, folded);
    matcher.Match(folded, scratch, hits);
    benchmark::DoNotOptimize(hits.data());
  }
}
BENCHMARK(BM_FoldAndMatchClean);

void BM_Compile(benchmark::State& state) {
  const Patterns patterns = RandomPatterns(static_cast<int>(state.range(0)),
                                           static_cast<int>(state.range(1)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(Matcher::Compile(patterns).ok());
  }
}
BENCHMARK(BM_Compile)->SLUICE_SIZES->Unit(benchmark::kMillisecond);

// The shipped pack; run from the root of the repository.
void BM_LoadPack(benchmark::State& state) {
  for (auto _ : state) {
    if (!RuleSet::Load("rules/packs/cn-2015").ok()) {
      state.SkipWithError("no rules/packs/cn-2015 here");
      break;
    }
  }
}
BENCHMARK(BM_LoadPack)->Unit(benchmark::kMillisecond);

void BM_MatchPackClean(benchmark::State& state) {
  const auto rules = RuleSet::Load("rules/packs/cn-2015");
  if (!rules.ok()) {
    state.SkipWithError("no rules/packs/cn-2015 here");
    return;
  }
  FoldedText folded;
  FoldTable::Shared().Fold(kSimplified, folded);
  RuleScratch scratch;
  std::vector<Hit> hits;
  for (auto _ : state) {
    hits.clear();
    (*rules)->Match(folded, {}, scratch, hits);
  }
  state.counters["hits"] = static_cast<double>(hits.size());
}
BENCHMARK(BM_MatchPackClean);

}  // namespace
}  // namespace sluice::rules

BENCHMARK_MAIN();
