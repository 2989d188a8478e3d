#include "rules/check/cost_check.h"

#include <time.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/fold/fold.h"
#include "rules/match/match_tree.h"
#include "rules/match/matcher.h"
#include "rules/match/regex_fold.h"

namespace sluice::rules {
namespace {

// Ordinary messages of 60 characters: words, numbers, links.
constexpr const char* kTexts[] = {
    "【示例商城】您的订单已由上海仓发出，预计明天下午送达，请保持电话畅通。"
    "如需改约时间，请在今晚八点前联系我们的客服人员，谢谢您！",
    "【示例银行】您尾号1234的卡3月5日10:30消费256.00元，余额8,921.35元。"
    "详情登录 https://www.example.com 或致电 4001234567",
    "Your order 4711 has been shipped and arrives tomorrow at 10 am",
};
constexpr int kRounds = 20;

absl::Duration CpuTime() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return absl::DurationFromTimespec(now);
}

// Of the slowest text; the fastest of some rounds, since other work on the
// machine only ever makes it slower.
absl::Duration ScanTime(const Matcher& matcher) {
  MatchScratch scratch;
  std::vector<Found> found;
  FoldedText folded;
  absl::Duration slowest;
  for (const char* text : kTexts) {
    FoldTable::Shared().Fold(text, folded);
    absl::Duration fastest = absl::InfiniteDuration();
    for (int round = 0; round < kRounds; ++round) {
      found.clear();
      const absl::Duration begin = CpuTime();
      matcher.Match(folded, scratch, found);
      fastest = std::min(fastest, CpuTime() - begin);
    }
    slowest = std::max(slowest, fastest);
  }
  return slowest;
}

std::string Decimal(double value) { return absl::StrFormat("%.1f", value); }

// Empty in English: within its budget.
Both CostFault(const std::string& form, const CostBudget& budget) {
  const absl::Duration begin = CpuTime();
  const auto matcher = Matcher::Compile({.regexes = {{form}}});
  const absl::Duration compile = CpuTime() - begin;
  if (!matcher.ok()) return {};  // Told by whoever compiles the whole.
  if (compile > budget.compile) {
    return SayBoth(
        "编译需要 $0 秒，最多 $1 秒：请减小重复次数",
        "takes $0 s to compile, at most $1 s are allowed: make its counts "
        "smaller",
        Decimal(absl::ToDoubleSeconds(compile)),
        Decimal(absl::ToDoubleSeconds(budget.compile)));
  }
  const absl::Duration scan = ScanTime(**matcher);
  if (scan <= budget.scan) return {};
  return SayBoth(
      "扫描一条普通短信需要 $0 微秒，最多 $1 微秒：请以少见的字开头",
      "costs $0 us on an ordinary text, at most $1 us are allowed: begin it "
      "with characters that few texts have",
      Decimal(absl::ToDoubleMicroseconds(scan)),
      Decimal(absl::ToDoubleMicroseconds(budget.scan)));
}

}  // namespace

void CheckCosts(const Pack& pack, const CostBudget& budget, Faults& faults,
                const StopAsked& stop) {
  for (int i = 0; i < pack.rules.rules_size(); ++i) {
    const rules::v1::ContentRule& rule = pack.rules.rules(i);
    if (rule.mode() == rules::v1::CHECK_MODE_OFF) continue;
    const auto look = [&](const PatternSet& set, const std::string& path) {
      for (int j = 0; j < set.regexes->size(); ++j) {
        if (faults.IsFull() || !CheckStop(stop).ok()) return;
        Both fault;
        for (const auto& form : RegexForms((*set.regexes)[j], rule.folding())) {
          if (fault.english.empty()) fault = CostFault(form, budget);
        }
        if (fault.english.empty()) continue;
        const std::string at = absl::StrCat(path, ".regexes[", j, "]");
        faults.Add(pack.rules_file.path, pack.rules_file.positions.At(at),
                   fault);
      }
    };
    ForEachSet(rule, absl::StrCat("rules[", i, "]"), look);
  }
}

void MeasureCosts(const Pack& pack, CostVisit visit) {
  for (int i = 0; i < pack.rules.rules_size(); ++i) {
    const rules::v1::ContentRule& rule = pack.rules.rules(i);
    if (rule.mode() == rules::v1::CHECK_MODE_OFF) continue;
    ForEachSet(rule, "", [&](const PatternSet& set, const std::string&) {
      for (const std::string& regex : *set.regexes) {
        absl::Duration scan;
        for (const auto& form : RegexForms(regex, rule.folding())) {
          const auto matcher = Matcher::Compile({.regexes = {{form}}});
          if (matcher.ok()) scan += ScanTime(**matcher);
        }
        visit(static_cast<uint32_t>(i), regex, scan);
      }
    });
  }
}

}  // namespace sluice::rules
