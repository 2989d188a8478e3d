// The cost of folding and matching. Run a release build on a quiet machine and
// read the CPU column; compare figures only within one run.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/characters.h"
#include "rules/contacts/contacts.h"
#include "rules/contacts/domain_set.h"
#include "rules/contacts/text_contacts.h"
#include "rules/fold/evasive.h"
#include "rules/fold/fold.h"
#include "rules/fold/homophone.h"
#include "rules/match/compile_cache.h"
#include "rules/match/matcher.h"
#include "rules/match/scanner.h"
#include "rules/match/text_signs.h"
#include "rules/match/weigher.h"
#include "rules/pack/pack.h"
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
constexpr char kNumbers[] =
    "【示例商城】您的订单4711已由上海仓发出，预计明天14:"
    "30送达，请保持电话畅通。如需改约"
    "时间，请在20:00前致电4001234567，拒收请回复R";
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

// Random words of two to five common characters, as long as in real lists, and
// regexes of the kinds that people write.
Patterns RandomPatterns(int words, int regexes) {
  std::mt19937_64 random(1);
  const auto word = [&](size_t size) {
    std::string utf8;
    for (size_t i = 0; i < size; ++i) {
      AppendUtf8(0x4e00 + static_cast<char32_t>(random() % 6000), utf8);
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

// The part of a message's cost that this folder causes.
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

// The levels of folding. A level costs as much as the levels below it and one
// more scan.
Sought RandomSought(int words, int regexes, rules::v1::FoldingLevel level) {
  const Patterns patterns = RandomPatterns(words, regexes);
  Sought sought;
  for (const Patterns::Pattern& word : patterns.words) {
    sought.patterns.push_back({word.text, false, word.set, level});
  }
  for (const Patterns::Pattern& regex : patterns.regexes) {
    sought.patterns.push_back({regex.text, true, regex.set, level});
  }
  return sought;
}

void BM_ScanLevel(benchmark::State& state) {
  const auto level = static_cast<rules::v1::FoldingLevel>(state.range(0));
  const auto scanner =
      Scanner::Compile(RandomSought(static_cast<int>(state.range(1)),
                                    static_cast<int>(state.range(2)), level));
  FoldedText folded;
  ScanScratch scratch;
  std::vector<Found> found;
  for (auto _ : state) {
    found.clear();
    FoldTable::Shared().Fold(kSimplified, folded);
    (*scanner)->Scan(kSimplified, folded, scratch, found);
    benchmark::DoNotOptimize(found.data());
  }
  state.counters["database_kb"] =
      static_cast<double>((*scanner)->size_bytes()) / 1024;
  state.SetLabel(rules::v1::FoldingLevel_Name(level).substr(14));
}
BENCHMARK(BM_ScanLevel)
    ->ArgsProduct(
        {{rules::v1::FOLDING_LEVEL_EXACT, rules::v1::FOLDING_LEVEL_NORMAL,
          rules::v1::FOLDING_LEVEL_EVASIVE, rules::v1::FOLDING_LEVEL_HOMOPHONE},
         {1'000, 10'000, 100'000},
         {500}});

// The steps of folding before a text is scanned.
void BM_Strip(benchmark::State& state) {
  FoldedText folded;
  FoldTable::Shared().Fold(kSimplified, folded);
  StrippedText stripped;
  for (auto _ : state) Strip(folded, stripped);
}
BENCHMARK(BM_Strip);

void BM_SpellEvasive(benchmark::State& state) {
  FoldedText folded;
  FoldTable::Shared().Fold(kSimplified, folded);
  StrippedText stripped;
  Strip(folded, stripped);
  Spelling spelling;
  for (auto _ : state) SpellEvasive(stripped, spelling);
}
BENCHMARK(BM_SpellEvasive);

void BM_SpellHomophone(benchmark::State& state) {
  FoldedText folded;
  FoldTable::Shared().Fold(kSimplified, folded);
  StrippedText stripped;
  Strip(folded, stripped);
  const SoundTable sounds = *SoundTable::Build({});
  Spelling spelling;
  for (auto _ : state) sounds.Spell(stripped, spelling);
}
BENCHMARK(BM_SpellHomophone);

// Without and with the cache of compiled patterns.
void BM_CompileLevel(benchmark::State& state) {
  const auto level = static_cast<rules::v1::FoldingLevel>(state.range(0));
  const Sought sought =
      RandomSought(static_cast<int>(state.range(1)), 500, level);
  const bool cached = state.range(2) != 0;
  std::string folder =
      (std::filesystem::temp_directory_path() / "sluice-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr)
    return state.SkipWithError("no folder");
  const CompileCache cache(folder);
  if (cached) Scanner::Compile(sought, &cache).status().IgnoreError();
  for (auto _ : state) {
    const auto scanner = Scanner::Compile(sought, cached ? &cache : nullptr);
    benchmark::DoNotOptimize(scanner.ok());
  }
  std::filesystem::remove_all(folder);
  state.SetLabel(rules::v1::FoldingLevel_Name(level).substr(14) +
                 (cached ? " cached" : " cold"));
}
BENCHMARK(BM_CompileLevel)
    ->ArgsProduct({{rules::v1::FOLDING_LEVEL_NORMAL,
                    rules::v1::FOLDING_LEVEL_HOMOPHONE},
                   {1'000, 10'000, 100'000},
                   {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

// Links and contacts in a text without any, and in a text with some.
void BM_Contacts(benchmark::State& state, const char* text) {
  FoldedText folded;
  FoldTable::Shared().Fold(text, folded);
  ContactFinder finder;
  std::vector<Contact> contacts;
  for (auto _ : state) finder.Find(folded, text, contacts);
  state.counters["contacts"] = static_cast<double>(contacts.size());
}
BENCHMARK_CAPTURE(BM_Contacts, none, kSimplified);
BENCHMARK_CAPTURE(BM_Contacts, code,
                  "【示例商城】验证码482913，五分钟内有效，请勿告诉他人。");
BENCHMARK_CAPTURE(BM_Contacts, some, kMixed);

// A list as long as published lists of fraudulent sites; one host in the list,
// one below a domain of the list, one not in it.
void BM_DomainList(benchmark::State& state) {
  std::string content;
  for (int i = 0; i < state.range(0); ++i) {
    absl::StrAppend(&content, "shop-", i * 7919, i % 3 == 0 ? ".top" : ".com",
                    "\n");
  }
  Faults faults;
  const DomainSet domains = DomainSet::Parse("list.txt", content, faults);
  const std::string hosts[] = {absl::StrCat("shop-", 30 * 7919, ".top"),
                               absl::StrCat("www.m.shop-", 31 * 7919, ".com"),
                               "www.example.com.cn"};
  size_t i = 0;
  size_t found = 0;
  for (auto _ : state) found += domains.Contains(hosts[i++ % 3]);
  state.counters["domains"] = static_cast<double>(domains.size());
  state.counters["found"] =
      static_cast<double>(found) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_DomainList)->Arg(100)->Arg(13'000)->Arg(1'000'000);

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

void BM_MatchPack(benchmark::State& state, const std::string& text) {
  const auto rules = RuleSet::Load("rules/packs/cn-2015");
  if (!rules.ok()) {
    state.SkipWithError("no rules/packs/cn-2015 here");
    return;
  }
  FoldedText folded;
  FoldTable::Shared().Fold(text, folded);
  RuleScratch scratch;
  std::vector<Hit> hits;
  for (auto _ : state) {
    hits.clear();
    (*rules)->Match(
        folded, {sluice::v1::MESSAGE_CLASS_NOTICE, folded.code_points, text},
        scratch, hits);
  }
  state.counters["hits"] = static_cast<double>(hits.size());
}

// What the weights of the shipped pack add to that.
void BM_Weigh(benchmark::State& state, const std::string& text) {
  Faults faults;
  const Pack pack = ReadPack("rules/packs/cn-2015", faults);
  if (pack.weight_tables.empty()) {
    state.SkipWithError("no rules/packs/cn-2015 here");
    return;
  }
  const Weigher weigher(pack.weight_tables.begin()->second);
  FoldedText folded;
  FoldTable::Shared().Fold(text, folded);
  StrippedText stripped;
  Strip(folded, stripped);
  TextContacts contacts;
  contacts.Begin(folded, text);
  SignReadings signs;
  Weigher::Seen seen;
  int64_t sum = 0;
  for (auto _ : state) {
    ReadSigns(stripped, text, contacts.Get(), signs.signs);
    sum = weigher.Weigh(signs, seen);
    benchmark::DoNotOptimize(sum);
  }
  state.counters["sum"] = static_cast<double>(sum);
}
BENCHMARK_CAPTURE(BM_Weigh, clean, kSimplified);
BENCHMARK_CAPTURE(BM_Weigh, ascii, kAscii);

// The longest possible text, only of words that many rules look for.
std::string AllWords() {
  std::string text;
  for (int i = 0; i < 125; ++i) text += "加微信免费领取红";
  return text;
}

BENCHMARK_CAPTURE(BM_MatchPack, clean, kSimplified);
BENCHMARK_CAPTURE(BM_MatchPack, numbers, kNumbers);
BENCHMARK_CAPTURE(BM_MatchPack, ascii, kAscii);
BENCHMARK_CAPTURE(BM_MatchPack, all_words, AllWords());

// The texts of the demo, good and bad: what a message costs on average.
std::vector<std::string> DemoTexts() {
  std::vector<std::string> texts;
  std::ifstream file("tools/demo_run/sample.tsv");
  for (std::string line; std::getline(file, line);) {
    const size_t tab = line.find('\t');
    if (tab != std::string::npos) texts.push_back(line.substr(tab + 1));
  }
  return texts;
}

void BM_MatchPackDemo(benchmark::State& state) {
  const auto rules = RuleSet::Load("rules/packs/cn-2015");
  const std::vector<std::string> texts = DemoTexts();
  if (!rules.ok() || texts.empty()) {
    state.SkipWithError("not at the root of the repository");
    return;
  }
  std::vector<FoldedText> folded(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    FoldTable::Shared().Fold(texts[i], folded[i]);
  }
  RuleScratch scratch;
  std::vector<Hit> hits;
  size_t i = 0;
  for (auto _ : state) {
    hits.clear();
    (*rules)->Match(
        folded[i],
        {sluice::v1::MESSAGE_CLASS_NOTICE, folded[i].code_points, texts[i]},
        scratch, hits);
    if (++i == texts.size()) i = 0;
  }
}
BENCHMARK(BM_MatchPackDemo);

}  // namespace
}  // namespace sluice::rules

BENCHMARK_MAIN();
