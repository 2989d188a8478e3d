#include "rules/check/policy_warnings.h"

#include <set>
#include <string>

#include "absl/algorithm/container.h"
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

// No regulation is made for so long.
constexpr absl::Duration kEffectMax = absl::Hours(30 * 365 * 24);

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

void FindFarEffect(const Pack& pack, const std::string& far,
                   Warnings& warnings) {
  const auto look = [&](const std::string& key, const std::string& day) {
    if (day <= far) return;
    warnings.Add(pack.header_file.path, pack.header_file.positions.At(key),
                 SayBoth("遥远的生效日期", "days of effect far ahead"),
                 SayBoth("$0 还有几十年，像是笔误：请核对年份",
                         "$0 is decades ahead, which seems mistyped: look at "
                         "the year again",
                         Quoted(day)));
  };
  look("effective_from", pack.header.effective_from());
  look("effective_to", pack.header.effective_to());
}

// Whether all of `some` are among `others`; none stands for all classes.
template <typename Classes>
bool AreAmong(const Classes& some, const Classes& others) {
  if (others.empty()) return true;
  return !some.empty() && absl::c_all_of(some, [&others](int one) {
    return absl::c_linear_search(others, one);
  });
}

// Of several settings of a code the last holds.
void FindOverriddenChecks(const Pack& pack, Warnings& warnings) {
  const auto& checks = pack.policy.checks();
  const auto place = [&pack](int i) {
    return pack.policy_file.positions.At(absl::StrCat("checks[", i, "]"));
  };
  for (int i = 0; i < checks.size(); ++i) {
    for (int j = i + 1; j < checks.size(); ++j) {
      if (checks[i].code() != checks[j].code() ||
          !AreAmong(checks[i].classes(), checks[j].classes())) {
        continue;
      }
      warnings.Add(
          pack.policy_file.path, place(i),
          SayBoth("被后面取代的检查", "checks that a later one replaces"),
          SayBoth("$0 在第 $1 行又写了一次，以后面的为准，这里不起作用：请只"
                  "留一处",
                  "$0 is there again in line $1, which holds, so that this "
                  "does nothing: keep one of them",
                  checks[i].code(), place(j).line));
      break;
    }
  }
}

// Send hours of a class add up, so that those within others do nothing.
void FindCoveredHours(const Pack& pack, Warnings& warnings) {
  const auto& hours = pack.policy.send_hours();
  const auto place = [&pack](int i) {
    return pack.policy_file.positions.At(absl::StrCat("send_hours[", i, "]"));
  };
  const auto covers = [&hours](int i, int j) {
    return hours[i].open() < hours[i].close() &&
           hours[i].open() <= hours[j].open() &&
           hours[j].open() < hours[j].close() &&
           hours[j].close() <= hours[i].close() &&
           AreAmong(hours[j].classes(), hours[i].classes());
  };
  for (int j = 0; j < hours.size(); ++j) {
    for (int i = 0; i < hours.size(); ++i) {
      if (i == j || !covers(i, j) || (covers(j, i) && j < i)) continue;
      warnings.Add(
          pack.policy_file.path, place(j),
          SayBoth("不起作用的发送时段", "send hours that do nothing"),
          SayBoth(
              "同一类别的发送时段合并计算，第 $0 行的 $1 至 $2 已包含这里的 "
              "$3 至 $4：请只留一处",
              "send hours of a class add up, and line $0 has $1 to $2, "
              "which holds $3 to $4: keep one of them",
              place(i).line, hours[i].open(), hours[i].close(), hours[j].open(),
              hours[j].close()));
      break;
    }
  }
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
  FindFarEffect(pack, DayOf(pack, now + kEffectMax), warnings);
  FindCoveredHours(pack, warnings);
  FindOverriddenChecks(pack, warnings);
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
