#include "rules/check/policy_warnings.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "rules/base/quoted.h"

namespace sluice::rules {
namespace {

// "2026-07-01", as `observe_until` is written.
std::string TodayOf(const Pack& pack, absl::Time now) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(pack.header.time_zone(), &zone)) {
    zone = absl::UTCTimeZone();
  }
  return absl::FormatTime("%Y-%m-%d", now, zone);
}

template <typename Many>
void FindPastDates(const PackFile& file, const std::string& path,
                   const Many& many, const std::string& today,
                   Warnings& warnings) {
  for (int i = 0; i < many.size(); ++i) {
    const std::string& until = many[i].observe_until();
    if (many[i].mode() != rules::v1::CHECK_MODE_OBSERVE || until.empty() ||
        until > today) {
      continue;
    }
    warnings.Add(
        file.path,
        file.positions.At(absl::StrCat(path, "[", i, "].observe_until")),
        SayBoth("已过的观察期", "past days of observation"),
        SayBoth(
            "观察期到 $0 为止，此后已在执行：仍要观察请写更晚的日期，否则请"
            "写 mode: enforce",
            "observed until $0, and enforced since: write a later day to go "
            "on observing, or mode: enforce",
            Quoted(until)));
  }
}

}  // namespace

void FindPolicyWarnings(const Pack& pack, absl::Time now, Warnings& warnings) {
  for (int i = 0; i < pack.policy.send_hours_size(); ++i) {
    const rules::v1::SendHours& hours = pack.policy.send_hours(i);
    if (hours.open() <= hours.close()) continue;
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
  const std::string today = TodayOf(pack, now);
  FindPastDates(pack.policy_file, "limits", pack.policy.limits(), today,
                warnings);
  FindPastDates(pack.policy_file, "checks", pack.policy.checks(), today,
                warnings);
  FindPastDates(pack.rules_file, "rules", pack.rules.rules(), today, warnings);
  FindPastDates(pack.rules_file, "thresholds", pack.rules.thresholds(), today,
                warnings);
}

}  // namespace sluice::rules
