#pragma once

// Days, times and windows as people write them, and as a pack wants them: what
// a fault tells them to write.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// "2026-12-31" of 2026/12/31 and 2026年12月31日. Empty: no day is meant.
std::string MeantDate(absl::string_view written);

// How many days the month of a date has that there is none of: 30 of
// 2026-11-31. 0: it is no such date.
int DaysOfMonth(absl::string_view written);

// "08:00" of 8:00, 8点, 8am; "21:30" of 晚上9点半.
std::string MeantTimeOfDay(absl::string_view written);

// "1d" of 1天, "2h" of 2 hours, "week" of 每周.
std::string MeantWindow(absl::string_view written);

}  // namespace sluice::rules
