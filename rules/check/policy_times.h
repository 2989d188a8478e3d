#pragma once

// Times and windows of policy.yaml as numbers.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// Of a window as limits have it; of a wrong one 0. A month has 30 days.
double WindowSeconds(absl::string_view window);

// Minutes from midnight of "08:30"; 0 of a wrong time.
int MinutesOfDay(absl::string_view time);

// "24 小时" of 24h, "一天" of day; a wrong window as it is.
std::string ChineseWindow(absl::string_view window);

}  // namespace sluice::rules
