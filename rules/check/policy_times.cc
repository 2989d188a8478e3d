#include "rules/check/policy_times.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace sluice::rules {
namespace {

constexpr double kDaySeconds = 24 * 60 * 60;

}  // namespace

double WindowSeconds(absl::string_view window) {
  for (const auto& [name, seconds] :
       {std::pair<absl::string_view, double>("minute", 60),
        {"hour", 3600},
        {"day", kDaySeconds},
        {"week", 7 * kDaySeconds},
        {"month", 30 * kDaySeconds}}) {
    if (window == name) return seconds;
  }
  uint32_t count = 0;
  if (window.empty() ||
      !absl::SimpleAtoi(window.substr(0, window.size() - 1), &count)) {
    return 0;
  }
  const char unit = window.back();
  const double seconds = unit == 's'   ? 1
                         : unit == 'm' ? 60
                         : unit == 'h' ? 3600
                                       : kDaySeconds;
  return seconds * count;
}

int MinutesOfDay(absl::string_view time) {
  int hours = 0;
  int minutes = 0;
  const size_t colon = time.find(':');
  if (colon == time.npos || !absl::SimpleAtoi(time.substr(0, colon), &hours) ||
      !absl::SimpleAtoi(time.substr(colon + 1), &minutes)) {
    return 0;
  }
  return hours * 60 + minutes;
}

std::string ChineseWindow(absl::string_view window) {
  for (const auto& [name, chinese] :
       {std::pair<absl::string_view, absl::string_view>("minute", "一分钟"),
        {"hour", "一小时"},
        {"day", "一天"},
        {"week", "一周"},
        {"month", "一个月"}}) {
    if (window == name) return std::string(chinese);
  }
  for (const auto& [unit, chinese] :
       {std::pair<absl::string_view, absl::string_view>("s", "秒"),
        {"m", "分钟"},
        {"h", "小时"},
        {"d", "天"}}) {
    if (!absl::EndsWith(window, unit)) continue;
    return absl::StrCat(absl::StripSuffix(window, unit), " ", chinese);
  }
  return std::string(window);
}

}  // namespace sluice::rules
