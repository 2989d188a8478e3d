#include "rules/check/policy_warnings.h"

#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/enum_names.h"
#include "rules/base/quoted.h"
#include "rules/check/idle_limits.h"
#include "rules/check/policy_sense.h"
#include "rules/check/reply_warnings.h"

namespace sluice::rules {
namespace {

// A check that is observed for longer is none.
constexpr absl::Duration kObserveMax = absl::Hours(2 * 365 * 24);

// "2026-07-01", as `observe_until` is written.
std::string DayOf(const Pack& pack, absl::Time now) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(pack.header.time_zone(), &zone)) {
    zone = absl::UTCTimeZone();
  }
  return absl::FormatTime("%Y-%m-%d", now, zone);
}

// Where `many` of `file` are observed, and until when.
struct Observed {
  const PackFile& file;
  std::string path;
  std::string until;
};

void AddPast(const Observed& one, Warnings& warnings) {
  warnings.Add(
      one.file.path, one.file.positions.At(one.path),
      SayBoth("已过的观察期", "past days of observation"),
      SayBoth("观察期到 $0 为止，此后已在执行：仍要观察请写更晚的日期，否则请"
              "写 mode: enforce",
              "observed until $0, and enforced since: write a later day to go "
              "on observing, or mode: enforce",
              Quoted(one.until)));
}

void AddFar(const Observed& one, Warnings& warnings) {
  warnings.Add(
      one.file.path, one.file.positions.At(one.path),
      SayBoth("遥远的观察期", "days of observation far ahead"),
      SayBoth("观察期到 $0 才结束，在此之前从不执行：过渡期通常为几十天",
              "observed until $0, and not enforced before: a transition "
              "usually takes some weeks",
              Quoted(one.until)));
}

// Days of observation as they are written, of which none is sensible before the
// one or after the other.
struct Days {
  std::string today;
  std::string far;
};

template <typename Many>
void FindOddDates(const PackFile& file, const std::string& path,
                  const Many& many, const Days& days, Warnings& warnings) {
  for (int i = 0; i < many.size(); ++i) {
    const std::string& until = many[i].observe_until();
    if (many[i].mode() != rules::v1::CHECK_MODE_OBSERVE || until.empty()) {
      continue;
    }
    const Observed one = {file, absl::StrCat(path, "[", i, "].observe_until"),
                          until};
    if (until <= days.today) AddPast(one, warnings);
    if (until > days.far) AddFar(one, warnings);
  }
}

// Calls `visit` with each class that the policy names beside `classes`, and the
// path of where.
template <typename Visit>
void ForEachNamedClass(const rules::v1::PackPolicy& policy,
                       const Visit& visit) {
  const auto all = [&visit](const auto& many, absl::string_view name) {
    for (int i = 0; i < many.size(); ++i) {
      for (int j = 0; j < many[i].classes_size(); ++j) {
        visit(many[i].classes(j),
              absl::StrCat(name, "[", i, "].classes[", j, "]"));
      }
    }
  };
  all(policy.send_hours(), "send_hours");
  all(policy.limits(), "limits");
  all(policy.campaigns().limits(), "campaigns.limits");
}

void FindClassesWithoutDuties(const Pack& pack, Warnings& warnings) {
  std::set<int> known;
  for (const rules::v1::ClassPolicy& one : pack.policy.classes()) {
    known.insert(one.message_class());
  }
  ForEachNamedClass(pack.policy, [&](int one, const std::string& path) {
    if (!known.insert(one).second) return;
    const auto* const value =
        sluice::v1::MessageClass_descriptor()->FindValueByNumber(one);
    if (value == nullptr) return;
    const std::string name = absl::AsciiStrToLower(ShortName(*value));
    warnings.Add(
        pack.policy_file.path, pack.policy_file.positions.At(path),
        SayBoth("没有义务的短信类别", "classes without duties"),
        SayBoth("类别 $0 没有写在 classes 中，因而不查同意、退订和签名：请在 "
                "classes 中写明它的要求",
                "class $0 is not under 'classes', so that neither consent nor "
                "opt-outs nor a signature are asked for: say there what it "
                "needs",
                name));
  });
}

}  // namespace

void FindPolicyWarnings(const Pack& pack, absl::Time now, Warnings& warnings) {
  for (int i = 0; i < pack.policy.send_hours_size(); ++i) {
    const rules::v1::SendHours& hours = pack.policy.send_hours(i);
    if (hours.open() <= hours.close()) continue;
    if (hours.close() == "00:00") {
      warnings.Add(
          pack.policy_file.path,
          pack.policy_file.positions.At(
              absl::StrCat("send_hours[", i, "].close")),
          SayBoth("写作 00:00 的午夜", "midnight as 00:00"),
          SayBoth("到午夜为止的发送时段，close 请写 24:00；若把 open 和 close "
                  "写反了，请对调",
                  "for send hours until midnight write 24:00 as 'close'; make "
                  "sure that 'open' and 'close' are not the wrong way round"));
      continue;
    }
    warnings.Add(
        pack.policy_file.path,
        pack.policy_file.positions.At(absl::StrCat("send_hours[", i, "].open")),
        SayBoth("跨午夜的发送时段", "send hours across midnight"),
        SayBoth("发送时段从 $0 跨午夜到次日 $1，包括夜间：请确认没有把 open 和 "
                "close 写反",
                "these send hours are from $0 over midnight to $1, at night: "
                "make sure that 'open' and 'close' are not the wrong way round",
                hours.open(), hours.close()));
  }
  FindClassesWithoutDuties(pack, warnings);
  FindPolicySense(pack, now, warnings);
  FindIdleLimits(pack, warnings);
  FindReplyWarnings(pack, warnings);
  const Days days = {DayOf(pack, now), DayOf(pack, now + kObserveMax)};
  FindOddDates(pack.policy_file, "limits", pack.policy.limits(), days,
               warnings);
  FindOddDates(pack.policy_file, "checks", pack.policy.checks(), days,
               warnings);
  FindOddDates(pack.rules_file, "rules", pack.rules.rules(), days, warnings);
  FindOddDates(pack.rules_file, "thresholds", pack.rules.thresholds(), days,
               warnings);
}

}  // namespace sluice::rules
