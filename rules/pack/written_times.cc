#include "rules/pack/written_times.h"

#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"

namespace sluice::rules {
namespace {

// The numbers of a text, in order, each of at most 4 digits; others: none.
std::vector<int> NumbersIn(absl::string_view text) {
  std::vector<int> numbers;
  bool goes_on = false;
  for (const char c : text) {
    const bool digit = absl::ascii_isdigit(static_cast<unsigned char>(c));
    if (digit && !goes_on) numbers.push_back(0);
    if (digit) numbers.back() = numbers.back() * 10 + (c - '0');
    if (digit && numbers.back() > 9999) return {};
    goes_on = digit;
  }
  return numbers;
}

struct Day {
  int year = 0;
  int month = 0;
  int day = 0;
};

std::optional<Day> DayIn(absl::string_view text) {
  const std::vector<int> numbers = NumbersIn(text);
  if (numbers.size() != 3 || numbers[0] < 1900 || numbers[1] < 1 ||
      numbers[1] > 12 || numbers[2] < 1 || numbers[2] > 31) {
    return std::nullopt;
  }
  return Day{numbers[0], numbers[1], numbers[2]};
}

int LastOf(const Day& day) {
  return (absl::CivilDay(absl::CivilMonth(day.year, day.month) + 1) - 1).day();
}

bool HasAny(absl::string_view text,
            const std::vector<absl::string_view>& parts) {
  for (const absl::string_view part : parts) {
    if (absl::StrContains(absl::AsciiStrToLower(text), part)) return true;
  }
  return false;
}

}  // namespace

std::string MeantDate(absl::string_view written) {
  const auto day = DayIn(written);
  if (!day || day->day > LastOf(*day)) return "";
  return absl::StrFormat("%04d-%02d-%02d", day->year, day->month, day->day);
}

int DaysOfMonth(absl::string_view written) {
  const auto day = DayIn(written);
  if (!day || day->day <= LastOf(*day)) return 0;
  return LastOf(*day);
}

std::string MeantTimeOfDay(absl::string_view written) {
  const std::vector<int> numbers = NumbersIn(written);
  if (numbers.empty() || numbers.size() > 2) return "";
  int hour = numbers[0];
  int minute = numbers.size() == 2 ? numbers[1] : 0;
  if (numbers.size() == 1 && hour >= 100) {  // 0830, 2100.
    minute = hour % 100;
    hour /= 100;
  }
  if (numbers.size() == 1 && HasAny(written, {"半"})) minute = 30;
  if (HasAny(written, {"刻", "中午", "夜", "凌晨"})) return "";
  // 晚上12点 and 12am are midnight, of which day is not said.
  if (hour == 12 && HasAny(written, {"am", "晚", "上午"})) return "";
  if (hour < 12 && HasAny(written, {"pm", "下午", "晚"})) hour += 12;
  if (hour > 24 || minute > 59 || (hour == 24 && minute > 0)) return "";
  return absl::StrFormat("%02d:%02d", hour, minute);
}

std::string MeantWindow(absl::string_view written) {
  const std::vector<int> numbers = NumbersIn(written);
  if (numbers.size() > 1) return "";
  // Of 三天, half a day or the weekend no other window is suggested.
  if (HasAny(written, {"一", "二", "两", "三", "四", "五", "六", "七", "八",
                       "九", "十", "半", "周末", "weekend", "monday"})) {
    return "";
  }
  static constexpr struct {
    absl::string_view unit;
    absl::string_view letter;
    absl::string_view alone;
    int max;
  } kUnits[] = {
      {"周", "", "week", 0},         {"week", "", "week", 0},
      {"月", "", "month", 0},        {"month", "", "month", 0},
      {"天", "d", "day", 31},        {"日", "d", "day", 31},
      {"day", "d", "day", 31},       {"小时", "h", "hour", 744},
      {"hour", "h", "hour", 744},    {"分", "m", "minute", 44640},
      {"min", "m", "minute", 44640}, {"秒", "s", "", 9999},
      {"sec", "s", "", 9999},
  };
  const int count = numbers.empty() ? 0 : numbers[0];
  for (const auto& one : kUnits) {
    if (!absl::StrContains(absl::AsciiStrToLower(written), one.unit)) continue;
    if (count == 0) return std::string(one.alone);
    if (one.letter.empty()) return count == 1 ? std::string(one.alone) : "";
    return count <= one.max ? absl::StrCat(count, one.letter) : "";
  }
  return "";
}

}  // namespace sluice::rules
