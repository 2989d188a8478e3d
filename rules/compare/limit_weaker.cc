#include "rules/compare/limit_weaker.h"

#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "rules/base/quoted.h"
#include "rules/check/policy_times.h"
#include "rules/compare/figures.h"

namespace sluice::rules {
namespace {

using rules::v1::LimitRule;

// The window is no plain figure: a shorter one is weaker.
constexpr Figure kFigures[] = {
    {"max", WeakerWhen::kMore, {"允许更多条", "more messages pass"}},
    {"by",
     WeakerWhen::kHasMore,
     {"分得更细，每一份各自计数", "each part is counted apart"}},
    {"classes",
     WeakerWhen::kHasAny,
     {"其余类别不受限", "other classes have no limit"}},
    {"mode", WeakerWhen::kLess, {"超限也照发", "more are sent all the same"}},
    {"refund_undelivered",
     WeakerWhen::kMore,
     {"没有送达的不计数", "what failed does not count"}},
};

bool HasAll(const LimitRule& of, const LimitRule& all) {
  return absl::c_all_of(of.by(), [&all](const std::string& part) {
    return part == "recipient" || absl::c_linear_search(all.by(), part);
  });
}

bool Counts(const LimitRule& limit, int message_class) {
  return limit.classes().empty() ||
         absl::c_linear_search(limit.classes(), message_class);
}

bool Replaces(const LimitRule& own, const LimitRule& shipped) {
  return own.max() <= shipped.max() &&
         WindowSeconds(own.window()) >= WindowSeconds(shipped.window()) &&
         HasAll(own, shipped) &&
         EffectOf(own.mode()) >= EffectOf(shipped.mode()) &&
         (shipped.refund_undelivered() || !own.refund_undelivered());
}

class LimitComparison {
 public:
  LimitComparison(const Pack& own, Weaker& weaker)
      : own_(own), weaker_(weaker) {}

  void LookAt(const LimitRule& shipped) {
    if (IsReplaced(shipped)) return;
    const auto& limits = own_.policy.limits();
    const auto same = absl::c_find_if(
        limits, [&](const LimitRule& one) { return one.id() == shipped.id(); });
    if (same == limits.end()) return AddGone(shipped);
    const std::string path =
        absl::StrCat("limits[", same - limits.begin(), "]");
    ForEachWeaker(shipped, *same, path, kFigures,
                  [&](const std::string& at, const Both& what) {
                    Add(own_.policy_file.positions.At(at), shipped.id(), what);
                  });
    if (WindowSeconds(same->window()) < WindowSeconds(shipped.window())) {
      Add(own_.policy_file.positions.At(path + ".window"), shipped.id(),
          SayBoth("window 为 $0，随附为 $1：时间越短，总数越多",
                  "window is $0, shipped $1: a shorter one lets more pass in "
                  "all",
                  same->window(), shipped.window()));
    }
  }

 private:
  bool IsReplaced(const LimitRule& shipped) const {
    for (int one = sluice::v1::MessageClass_MIN + 1;
         one <= sluice::v1::MessageClass_MAX; ++one) {
      if (!Counts(shipped, one)) continue;
      if (absl::c_none_of(own_.policy.limits(), [&](const LimitRule& limit) {
            return Counts(limit, one) && Replaces(limit, shipped);
          })) {
        return false;
      }
    }
    return true;
  }

  void AddGone(const LimitRule& shipped) {
    const bool enforced = EffectOf(shipped.mode()) > 1;
    Add({.line = 0, .column = 0}, shipped.id(),
        enforced
            ? SayBoth("没有这条限额（随附：$2内最多 $0 条）",
                      "the limit is gone: shipped at most $0 in $1",
                      shipped.max(), shipped.window(),
                      ChineseWindow(shipped.window()))
            : SayBoth("没有这条仅观察的限额，$2内超过 $0 条也不再记录",
                      "the limit is gone, which only watches: more than $0 in "
                      "$1 are no longer noted",
                      shipped.max(), shipped.window(),
                      ChineseWindow(shipped.window())));
  }

  void Add(Position position, const std::string& id, const Both& what) {
    weaker_.other.Add(
        own_.policy_file.path, position, SayBoth("放宽的限额", "looser limits"),
        SayBoth("限额 $0：$1", "limit $0: $2", id, what.chinese, what.english));
  }

  const Pack& own_;
  Weaker& weaker_;
};

}  // namespace

void FindWeakerLimits(const Pack& shipped, const Pack& own, Weaker& weaker) {
  LimitComparison comparison(own, weaker);
  for (const LimitRule& limit : shipped.policy.limits()) {
    comparison.LookAt(limit);
  }
}

}  // namespace sluice::rules
