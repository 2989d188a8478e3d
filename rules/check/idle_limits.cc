#include "rules/check/idle_limits.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/grouped.h"
#include "rules/base/quoted.h"
#include "rules/check/policy_times.h"

namespace sluice::rules {
namespace {

using rules::v1::LimitRule;

constexpr double kDaySeconds = 24 * 60 * 60;
// No phone gets so many messages of a kind in a day.
constexpr double kDayMax = 1000;

// "day" begins at midnight; "24h" ends at each message.
bool IsOfCalendar(const LimitRule& limit) {
  return !absl::ascii_isdigit(
      static_cast<unsigned char>(limit.window().front()));
}

// At least and at most so long.
double ShortestOf(const LimitRule& limit) {
  return limit.window() == "month" ? 28 * kDaySeconds
                                   : WindowSeconds(limit.window());
}
double LongestOf(const LimitRule& limit) {
  return limit.window() == "month" ? 31 * kDaySeconds
                                   : WindowSeconds(limit.window());
}

// The most messages in a window of `limit` of which `other` allows its `max` in
// each window of its own.
double MostUnder(const LimitRule& other, const LimitRule& limit) {
  const double windows = std::ceil(LongestOf(limit) / ShortestOf(other));
  // A window may lie across one more of the calendar's, unless it is in one.
  const bool weeks = limit.window() == "week" && other.window() == "month";
  const bool nested = windows <= 1 && IsOfCalendar(limit) && !weeks;
  const bool across = IsOfCalendar(other) && !nested;
  return (windows + (across ? 1 : 0)) * other.max();
}

// Whether `other` counts every message that `limit` counts, together with at
// least those that `limit` counts together.
bool CountsAllOf(const LimitRule& other, const LimitRule& limit) {
  const bool classes = other.classes().empty() ||
                       (!limit.classes().empty() &&
                        absl::c_all_of(limit.classes(), [&other](int one) {
                          return absl::c_linear_search(other.classes(), one);
                        }));
  const bool keys =
      absl::c_all_of(other.by(), [&limit](const std::string& key) {
        return key == "recipient" || absl::c_linear_search(limit.by(), key);
      });
  const bool enforced = other.mode() == rules::v1::CHECK_MODE_ENFORCE ||
                        other.mode() == rules::v1::CHECK_MODE_UNSPECIFIED;
  return classes && keys && enforced &&
         (!other.refund_undelivered() || limit.refund_undelivered());
}

bool MakesIdle(const LimitRule& other, const LimitRule& limit) {
  return CountsAllOf(other, limit) && limit.max() >= MostUnder(other, limit);
}

class IdleLimits {
 public:
  IdleLimits(const Pack& pack, Warnings& warnings)
      : pack_(pack), limits_(pack.policy.limits()), warnings_(warnings) {}

  void Find() {
    for (int i = 0; i < limits_.size(); ++i) {
      if (limits_[i].mode() != rules::v1::CHECK_MODE_OFF) LookAt(i);
    }
  }

 private:
  void LookAt(int i) {
    const LimitRule& limit = limits_[i];
    for (int j = 0; j < limits_.size(); ++j) {
      if (i == j || !MakesIdle(limits_[j], limit)) continue;
      // Of two that say the same, the later one is too many.
      if (i < j && MakesIdle(limit, limits_[j])) continue;
      return AddIdle(i, limits_[j]);
    }
    const double days = std::max(1.0, LongestOf(limit) / kDaySeconds);
    if (limit.max() <= kDayMax * days) return;
    Add(i,
        SayBoth("限额 $0 不起作用：没有号码会收到 $2 条（$1内）；请写收件人能"
                "接受的条数",
                "limit $0 never acts: no number gets $2 messages in $3; "
                "write how many recipients put up with",
                Quoted(limit.id()), ChineseWindow(limit.window()),
                Grouped(limit.max()), limit.window()));
  }

  void AddIdle(int i, const LimitRule& other) {
    const LimitRule& limit = limits_[i];
    Add(i,
        SayBoth("限额 $0 不起作用：$1 最多只放行 $3 条（$2内），到不了这里的 "
                "$5 条（$4内）；请改小这里的 max，或改 $1",
                "limit $0 never acts: $1 allows $3 in $6, so that $5 in $7 "
                "are never reached; lower this 'max', or change $1",
                Quoted(limit.id()), Quoted(other.id()),
                ChineseWindow(other.window()), Grouped(other.max()),
                ChineseWindow(limit.window()), Grouped(limit.max()),
                other.window(), limit.window()));
  }

  void Add(int i, Both what) {
    warnings_.Add(
        pack_.policy_file.path,
        pack_.policy_file.positions.At(absl::StrCat("limits[", i, "].max")),
        SayBoth("不起作用的限额", "limits that never act"), std::move(what));
  }

  const Pack& pack_;
  const google::protobuf::RepeatedPtrField<LimitRule>& limits_;
  Warnings& warnings_;
};

}  // namespace

void FindIdleLimits(const Pack& pack, Warnings& warnings) {
  IdleLimits(pack, warnings).Find();
}

}  // namespace sluice::rules
