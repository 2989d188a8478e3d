#include "rules/known_bad_passes.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/check/everyday.h"
#include "rules/compare/known_bad.h"
#include "rules/compare/policy_weaker.h"

namespace sluice::rules {
namespace {

// What bad texts are sent as.
constexpr auto kClass = sluice::v1::MESSAGE_CLASS_COMMERCIAL;

// Whether it does what it says, for the messages of anybody.
template <typename One>
bool IsInForce(const One& one) {
  return one.mode() == rules::v1::CHECK_MODE_ENFORCE && !one.has_scope();
}

// Whether the check behind its code does, too.
template <typename One>
bool Stops(const RuleSet& rules, const One& one) {
  return ModeOf(rules.policy(), one.code(), kClass) ==
         rules::v1::CHECK_MODE_ENFORCE;
}

class KnownBadTrial {
 public:
  explicit KnownBadTrial(const RuleSet& rules) : rules_(rules) {}

  std::string StoppedBy(absl::string_view text) {
    FoldTable::Shared().Fold(text, folded_);
    hits_.clear();
    rules_.Match(folded_, {kClass, folded_.code_points, text}, scratch_, hits_);
    std::map<std::string, uint32_t> sums;  // By category.
    std::set<uint32_t> seen;
    for (const Hit& hit : hits_) {
      const rules::v1::ContentRule& rule = rules_.rules()[hit.rule];
      if (!seen.insert(hit.rule).second || !IsInForce(rule)) continue;
      if (!rule.classes().empty() &&
          !absl::c_linear_search(rule.classes(), kClass)) {
        continue;
      }
      if (rule.action() == rules::v1::RULE_ACTION_TAG) {
        sums[rule.category()] += rule.score();
      } else if (Stops(rules_, rule)) {
        return rule.id();
      }
    }
    for (const rules::v1::Threshold& one : rules_.thresholds()) {
      const auto sum = sums.find(one.category());
      if (sum != sums.end() && sum->second >= one.score() && IsInForce(one) &&
          Stops(rules_, one)) {
        return one.id();
      }
    }
    return "";
  }

  // As it was folded last.
  const std::string& folded() const { return folded_.bytes; }

 private:
  const RuleSet& rules_;
  FoldedText folded_;
  std::vector<Hit> hits_;
  RuleScratch scratch_;
};

// What passes of one kind.
struct Passed {
  const KnownBadKind* kind = nullptr;
  size_t count = 0;
  const KnownBad* example = nullptr;
  const Weaker::Lift* lift = nullptr;  // Is in the example; null: unknown.
};

// Of several the one that fewest everyday texts have: it tells most.
const Weaker::Lift* LiftIn(const Weaker& weaker, absl::string_view folded) {
  const Weaker::Lift* found = nullptr;
  uint32_t least = std::numeric_limits<uint32_t>::max();
  for (const Weaker::Lift& one : weaker.lifts) {
    if (one.word.empty() || !absl::StrContains(folded, one.word)) continue;
    const uint32_t texts = EverydayUseOf(one.word).texts;
    if (texts >= least) continue;
    least = texts;
    found = &one;
  }
  return found;
}

// The example is the first text with a lifting word, else the first.
Passed PassedOf(const KnownBadKind& kind, const Weaker& weaker,
                KnownBadTrial& trial) {
  Passed passed = {.kind = &kind};
  for (const KnownBad& one : kind.texts) {
    if (!trial.StoppedBy(one.text).empty()) continue;
    ++passed.count;
    const Weaker::Lift* const lift =
        passed.lift == nullptr ? LiftIn(weaker, trial.folded()) : nullptr;
    if (passed.example == nullptr || lift != nullptr) {
      passed.example = &one;
      passed.lift = lift;
    }
  }
  return passed;
}

void AddSum(const PackFile& file, const std::vector<Passed>& all, size_t texts,
            Weaker& weaker) {
  size_t count = 0;
  Both kinds;
  for (const Passed& one : all) {
    absl::StrAppend(&kinds.chinese, count == 0 ? "" : "、",
                    one.kind->name.chinese, " ", one.count, " 条");
    absl::StrAppend(&kinds.english, count == 0 ? "" : ", ",
                    one.kind->name.english, " ", one.count);
    count += one.count;
  }
  weaker.texts.Add(
      file.path, {.line = 0, .column = 0}, SayBoth("合计", "sums"),
      SayBoth("随附规则拦截的 $0 条违规样例中，本规则放行 $1 条：$2",
              "of $0 bad texts that the shipped rules stop, these let $1 pass: "
              "$3",
              texts, count, kinds.chinese, kinds.english));
}

void AddExample(const PackFile& file, const Passed& passed, Weaker& weaker) {
  const KnownBad& one = *passed.example;
  const Both why =
      passed.lift == nullptr
          ? Both()
          : SayBoth("；$1 新放行了其中的“$0”", "; $1 lifts hits now by \"$0\"",
                    passed.lift->word, passed.lift->place);
  weaker.texts.Add(
      file.path, {.line = 0, .column = 0},
      SayBoth("放行的违规类型", "kinds that pass"),
      SayBoth("放行$0，例如“$1”（随附由 $2 拦截$3）",
              "$4 pass, such as \"$1\" (shipped, $2 stops it$5)",
              passed.kind->name.chinese, one.text, one.rule, why.chinese,
              passed.kind->name.english, why.english));
}

}  // namespace

std::string StoppedBy(const RuleSet& rules, absl::string_view text) {
  return KnownBadTrial(rules).StoppedBy(text);
}

void FindKnownBadPasses(const RuleSet& rules, const PackFile& file,
                        Weaker& weaker) {
  KnownBadTrial trial(rules);
  std::vector<Passed> all;
  size_t texts = 0;
  for (const KnownBadKind& kind : KnownBadKinds()) {
    texts += kind.texts.size();
    Passed passed = PassedOf(kind, weaker, trial);
    if (passed.count > 0) all.push_back(passed);
  }
  if (all.empty()) return;
  AddSum(file, all, texts, weaker);
  for (const Passed& one : all) AddExample(file, one, weaker);
}

}  // namespace sluice::rules
