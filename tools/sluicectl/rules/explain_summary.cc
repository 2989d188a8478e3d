#include "tools/sluicectl/rules/explain_summary.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "tools/lib/display_width.h"

namespace sluice::ctl {
namespace {

using admin::v1::ExplainedHit;
using admin::v1::ExplainedSum;
using admin::v1::ExplainedThreshold;
using admin::v1::ExplainedWeighing;
using admin::v1::ExplainTextResponse;
using ExplainedLift = admin::v1::LiftedRule;

// Of the words that decide, so many are named.
constexpr size_t kNamedMax = 4;
// A sum below this share of its nearest threshold is far from it.
constexpr double kFar = 0.25;

bool IsTag(const ExplainedHit& hit) {
  return hit.action() == rules::v1::RULE_ACTION_TAG;
}

// Whether the hit is enforced for this message.
bool Counts(const ExplainedHit& hit) {
  return hit.applies() && !hit.accepted() && hit.exemption() == 0 &&
         !hit.rolled_back() && hit.mode() != rules::v1::CHECK_MODE_OBSERVE;
}

// The sum that has this threshold, and the threshold; nulls: there is none.
struct ReachedSum {
  const ExplainedSum* sum = nullptr;
  const ExplainedThreshold* threshold = nullptr;
};
ReachedSum SumOf(const ExplainTextResponse& explained,
                 const std::string& threshold) {
  for (const ExplainedSum& sum : explained.sums()) {
    for (const ExplainedThreshold& one : sum.thresholds()) {
      if (one.id() == threshold) return {&sum, &one};
    }
  }
  return {};
}

bool IsFar(const ExplainedSum& sum) {
  return sum.thresholds().empty() ||
         sum.would_score() < kFar * sum.thresholds(0).score();
}

// What comes nearest to stopping the message, in the words of the reader.
struct Nearest {
  std::string name;  // Of a threshold or rule.
  int64_t has = 0;
  int64_t needs = 0;
  bool is_weight = false;

  double share() const {
    return static_cast<double>(has) / static_cast<double>(needs);
  }
};

bool Stops(rules::v1::RuleAction action) {
  return action == rules::v1::RULE_ACTION_REJECT ||
         action == rules::v1::RULE_ACTION_HOLD;
}

bool IsEnforced(rules::v1::CheckMode mode) {
  return mode == rules::v1::CHECK_MODE_ENFORCE ||
         mode == rules::v1::CHECK_MODE_SAMPLE;
}

std::string KindText(const Context& context, admin::v1::LiftKind kind) {
  switch (kind) {
    case admin::v1::LIFT_KIND_NOT:
      return context.Say("规则的例外", "an exception of the rule");
    case admin::v1::LIFT_KIND_RULE_PHRASE:
      return context.Say("规则的放行短语", "an allowed phrase of the rule");
    case admin::v1::LIFT_KIND_PACK_PHRASE:
      return context.Say("规则包的放行短语", "an allowed phrase of the pack");
    default:
      return "";
  }
}

class Summary {
 public:
  Summary(const Context& context, const ExplainTextResponse& explained,
          const PlaceOfHit& place)
      : context_(context), explained_(explained), place_(place) {}

  std::string Text() const {
    const std::string colon = context_.Say("：", ": ");
    if (explained_.decision() == v1::DECISION_ACCEPTED) {
      return absl::StrCat(context_.Say("放行", "Accepted"), colon, WhyNot());
    }
    if (explained_.reasons().empty()) return "";
    const bool held = explained_.decision() == v1::DECISION_HELD;
    const ExplainedLift* const lifted = held ? Lifted(/*held=*/true) : nullptr;
    std::string text = absl::StrCat(
        held ? context_.Say("待审", "Held") : context_.Say("拒绝", "Rejected"),
        colon, Why(explained_.reasons(0)));
    const int more = explained_.reasons_size() - 1;
    if (more > 0) {
      text += context_.Say("；另有 $0 项原因", "; and for $0 more", more);
    }
    if (lifted != nullptr) {
      absl::StrAppend(&text, context_.Say("；", "; "), OfLifted(*lifted));
    }
    return text;
  }

 private:
  std::string Why(const v1::Reason& reason) const {
    const ReachedSum reached = SumOf(explained_, reason.rule());
    if (reached.sum != nullptr) return OfSum(reached);
    for (const ExplainedWeighing& one : explained_.weighings()) {
      if (one.rule() == reason.rule() && one.hit()) return OfWeights(one);
    }
    const std::vector<std::string> words = WordsOf(reason.rule());
    if (words.empty()) return reason.sentence();
    return context_.Say("规则 $0 命中 $1", "rule $0 finds $1", reason.rule(),
                        Joined(words));
  }

  std::string OfSum(const ReachedSum& reached) const {
    std::vector<const ExplainedHit*> tags;  // The first of each rule.
    for (const ExplainedHit& hit : explained_.hits()) {
      const bool counted =
          absl::c_any_of(tags, [&hit](const ExplainedHit* one) {
            return one->rule() == hit.rule();
          });
      if (!IsTag(hit) || !Counts(hit) || counted ||
          hit.category() != reached.sum->category()) {
        continue;
      }
      tags.push_back(&hit);
    }
    absl::c_stable_sort(tags, [](const ExplainedHit* a, const ExplainedHit* b) {
      return a->score() > b->score();
    });
    std::vector<std::string> words;
    for (const ExplainedHit* hit : tags) {
      words.push_back(Named(*hit, absl::StrCat(" ", hit->score())));
    }
    return context_.Say("$0 得分 $1，达到 $2（$3）：$4",
                        "$0 has $1, and $2 are enough ($3): $4",
                        reached.sum->category(), reached.sum->score(),
                        reached.threshold->score(), reached.threshold->id(),
                        Joined(words));
  }

  std::string OfWeights(const ExplainedWeighing& one) const {
    std::vector<std::string> words;
    for (const admin::v1::ExplainedWord& word : one.words_for()) {
      words.push_back(absl::StrFormat("%s %+d", word.word(), word.weight()));
    }
    return context_.Say("规则 $0 的权重合计 $1，达到 $2：$3",
                        "rule $0 weighs $1, and $2 are enough: $3", one.rule(),
                        one.sum(), one.at_least(), Joined(words));
  }

  // Why it was not stopped.
  std::string WhyNot() const {
    const std::string lifted = LiftedByTemplate();
    if (lifted.empty()) return WhyNotByRules();
    return absl::StrCat(lifted, context_.Say("；此外", "; beside that "),
                        WhyNotByRules());
  }

  // The rules whose hits a person accepted in the text's template.
  std::string LiftedByTemplate() const {
    std::vector<std::string> rules;
    for (const ExplainedHit& hit : explained_.hits()) {
      if (hit.accepted() && !absl::c_linear_search(rules, hit.rule())) {
        rules.push_back(hit.rule());
      }
    }
    if (rules.empty()) return "";
    return context_.Say(
        "模板 $0 的固定文字命中 $1，命中已接受，不再拦截",
        "the fixed text of the template $0 hits $2, which was accepted and "
        "does not count",
        explained_.template_id(), absl::StrJoin(rules, "、"),
        absl::StrJoin(rules, ", "));
  }

  std::string WhyNotByRules() const {
    if (!explained_.would_reasons().empty()) {
      return context_.Say("只有仅观察的规则会拦截：$0",
                          "only what is observed would stop it: $0",
                          Why(explained_.would_reasons(0)));
    }
    const ExplainedLift* const lifted = Lifted(/*held=*/false);
    if (lifted != nullptr) return OfLifted(*lifted);
    for (const ExplainedHit& hit : explained_.hits()) {
      if (Stops(hit.action()) && IsEnforced(hit.mode()) &&
          hit.not_for() != admin::v1::NOT_FOR_UNSPECIFIED) {
        return OfOthers(hit);
      }
    }
    const std::optional<Nearest> nearest = FindNearest();
    if (nearest && nearest->share() >= 1) {
      return context_.Say("$0 已达到 $1 分，但不用于本条短信",
                          "$0 is reached by $1, and is not for this message",
                          nearest->name, nearest->has);
    }
    if (!nearest) {
      return explained_.hits().empty()
                 ? context_.Say("没有规则命中", "no rule hits")
                 : context_.Say("命中的规则都不拦截本条短信",
                                "the rules that hit do not stop this message");
    }
    if (nearest->is_weight) {
      return context_.Say(
          "都不够，最接近的是规则 $0：权重合计 $1，须达到 $2",
          "nothing is enough, the nearest is rule $0: it weighs $1 of $2",
          nearest->name, nearest->has, nearest->needs);
    }
    return context_.Say("得分不够，最接近的是 $0：$1 分，须 $2 分",
                        "no sum is enough, the nearest is $0: $1 of $2",
                        nearest->name, nearest->has, nearest->needs);
  }

  // By the share of what is needed: sums of scores and of weights.
  std::optional<Nearest> FindNearest() const {
    std::optional<Nearest> nearest;
    const auto take = [&nearest](Nearest one) {
      if (!nearest || one.share() > nearest->share()) nearest = std::move(one);
    };
    for (const ExplainedSum& sum : explained_.sums()) {
      if (sum.thresholds().empty()) continue;
      take({sum.thresholds(0).id(), sum.score(), sum.thresholds(0).score()});
    }
    for (const ExplainedWeighing& one : explained_.weighings()) {
      // One that is reached and does not hit asks for more than weight.
      if (!Stops(one.action()) || !IsEnforced(one.mode()) || !one.applies() ||
          one.sum() <= 0 || one.sum() >= one.at_least()) {
        continue;
      }
      take({one.rule(), one.sum(), one.at_least(), /*is_weight=*/true});
    }
    return nearest;
  }

  // The rule that would stop the message, were it not lifted; of one that is
  // `held` already: that would reject it. Rejections first.
  const ExplainedLift* Lifted(bool held) const {
    const ExplainedLift* found = nullptr;
    for (const ExplainedLift& one : explained_.lifted()) {
      const bool rejects = one.action() == rules::v1::RULE_ACTION_REJECT;
      if (!Stops(one.action()) || !IsEnforced(one.mode()) || !one.applies() ||
          (held && !rejects)) {
        continue;
      }
      if (rejects) return &one;
      if (found == nullptr) found = &one;
    }
    return found;
  }

  std::string OfLifted(const ExplainedLift& lifted) const {
    std::vector<std::string> words;
    for (const ExplainedHit& hit : lifted.hits()) {
      std::string word = Named(hit, "");
      if (!absl::c_linear_search(words, word)) words.push_back(std::move(word));
    }
    const bool rejects = lifted.action() == rules::v1::RULE_ACTION_REJECT;
    return context_.Say(
        "若无$0则$2：规则 $3 命中 $4",
        "without $0 it would be $1: rule $3 finds $4",
        LiftsText(context_, lifted, place_), rejects ? "rejected" : "held",
        rejects ? "拒绝" : "待审", lifted.rule(), Joined(words));
  }

  // A rule that hits and is not for the message.
  std::string OfOthers(const ExplainedHit& hit) const {
    return context_.Say("规则 $0 命中 $1，但不适用于本条短信：$2",
                        "rule $0 finds $1, and is not for this message: $2",
                        hit.rule(), Joined(WordsOf(hit.rule())),
                        NotForText(context_, hit.not_for()));
  }

  std::vector<std::string> WordsOf(const std::string& rule) const {
    // Of several at one place the plainest.
    std::vector<const ExplainedHit*> hits;
    for (const ExplainedHit& hit : explained_.hits()) {
      if (hit.rule() != rule || hit.pattern().empty()) continue;
      const auto same = absl::c_find_if(hits, [&hit](const ExplainedHit* one) {
        return one->span().begin() == hit.span().begin() &&
               one->span().end() == hit.span().end();
      });
      if (same == hits.end()) {
        hits.push_back(&hit);
      } else if (hit.folding() < (*same)->folding()) {
        *same = &hit;
      }
    }
    std::vector<std::string> words;
    for (const ExplainedHit* hit : hits) {
      std::string word = Named(*hit, "");
      if (!absl::c_linear_search(words, word)) words.push_back(std::move(word));
    }
    return words;
  }

  std::string Named(const ExplainedHit& hit, const std::string& score) const {
    const std::string pattern =
        hit.regex() ? absl::StrCat("/", tools::Shorten(hit.pattern(), 40), "/")
                    : hit.pattern();
    return context_.Say("$0$1（$2）", "$0$1 ($2)", pattern, score, place_(hit));
  }

  std::string Joined(const std::vector<std::string>& words) const {
    const size_t shown = std::min(words.size(), kNamedMax);
    std::string text = absl::StrJoin(
        words.begin(), words.begin() + static_cast<ptrdiff_t>(shown),
        context_.Say("、", ", "));
    if (words.size() > shown) {
      text += context_.Say(" 等 $0 项", " and $1 more", words.size(),
                           words.size() - shown);
    }
    return text;
  }

  const Context& context_;
  const ExplainTextResponse& explained_;
  const PlaceOfHit& place_;
};

}  // namespace

std::set<std::string> DecidingRules(const ExplainTextResponse& explained) {
  std::set<std::string> rules;
  const auto add = [&](const v1::Reason& reason) {
    rules.insert(reason.rule());
    const ReachedSum reached = SumOf(explained, reason.rule());
    if (reached.sum == nullptr) return;
    for (const ExplainedHit& hit : explained.hits()) {
      if (IsTag(hit) && Counts(hit) &&
          hit.category() == reached.sum->category()) {
        rules.insert(hit.rule());
      }
    }
  };
  for (const v1::Reason& reason : explained.reasons()) add(reason);
  for (const v1::Reason& reason : explained.would_reasons()) add(reason);
  return rules;
}

std::set<std::string> FarRules(const ExplainTextResponse& explained) {
  std::set<std::string> far;
  for (const ExplainedSum& sum : explained.sums()) {
    if (IsFar(sum)) far.insert(sum.category());
  }
  std::set<std::string> rules;
  for (const ExplainedHit& hit : explained.hits()) {
    if (IsTag(hit) && far.contains(hit.category())) rules.insert(hit.rule());
  }
  return rules;
}

std::string NotForText(const Context& context, admin::v1::NotFor why) {
  switch (why) {
    case admin::v1::NOT_FOR_CLASS:
      return context.Say("类别不符", "of another class");
    case admin::v1::NOT_FOR_SCOPE:
      return context.Say("发送方不在规则的 scope 之内",
                         "the rule's scope does not have the sender");
    case admin::v1::NOT_FOR_EXCEPT:
      return context.Say("发送方在规则的 except 之中",
                         "the rule's except has the sender");
    default:
      return "";
  }
}

std::string LiftsText(const Context& context,
                      const admin::v1::LiftedRule& lifted,
                      const PlaceOfHit& place) {
  std::vector<std::string> each;
  for (const admin::v1::Lift& one : lifted.by()) {
    const ExplainedHit& hit = one.hit();
    std::string text = context.Say(
        "“$0”（$1，$2）", "'$0' ($1, $2)",
        hit.regex() ? absl::StrCat("/", tools::Shorten(hit.pattern(), 40), "/")
                    : hit.pattern(),
        place(hit), KindText(context, one.kind()));
    if (!absl::c_linear_search(each, text)) each.push_back(std::move(text));
  }
  const size_t shown = std::min(each.size(), kNamedMax);
  std::string text =
      absl::StrJoin(each.begin(), each.begin() + static_cast<ptrdiff_t>(shown),
                    context.Say("、", ", "));
  if (each.size() > shown) {
    text += context.Say(" 等 $0 项", " and $1 more", each.size(),
                        each.size() - shown);
  }
  return text;
}

std::string SummaryOf(const Context& context,
                      const ExplainTextResponse& explained,
                      const PlaceOfHit& place) {
  return Summary(context, explained, place).Text();
}

}  // namespace sluice::ctl
