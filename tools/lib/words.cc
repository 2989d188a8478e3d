#include "tools/lib/words.h"

#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "rules/base/enum_names.h"
#include "rules/base/market_zone.h"
#include "tools/lib/chinese_names.h"

namespace sluice::tools {

using google::protobuf::EnumDescriptor;

std::string ShortName(const EnumDescriptor& type, int value) {
  const auto* found = type.FindValueByNumber(value);
  if (found == nullptr) return absl::StrCat(value);
  return std::string(sluice::ShortName(*found));
}

std::string NameIn(Language language, const EnumDescriptor& type, int value) {
  std::string name = ShortName(type, value);
  if (language == Language::kEnglish) return name;
  const absl::string_view chinese = ChineseName(type, name);
  return chinese.empty() ? name : std::string(chinese);
}

absl::StatusOr<int> ParseEnum(const EnumDescriptor& type,
                              absl::string_view text) {
  const absl::string_view chinese = EnglishName(type, text);
  const std::string wanted =
      chinese.empty()
          ? absl::StrReplaceAll(absl::AsciiStrToUpper(text), {{"-", "_"}})
          : std::string(chinese);
  std::vector<std::string> allowed;
  std::vector<std::string> allowed_chinese;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& value = *type.value(i);
    const std::string name = ShortName(type, value.number());
    if (wanted == name || wanted == value.name()) return value.number();
    if (value.number() == 0) continue;
    allowed.push_back(absl::AsciiStrToLower(name));
    const absl::string_view read = ChineseName(type, name);
    allowed_chinese.push_back(
        read.empty() ? allowed.back()
                     : absl::StrCat(read, " (", allowed.back(), ")"));
  }
  // A long value is probably something else in the wrong place, such as the
  // text of a message: do not show it.
  const std::string shown =
      text.size() <= 24 ? absl::StrCat("\"", text, "\"") : "\"…\"";
  const std::string all = absl::StrJoin(allowed, ", ");
  return WithChinese(
      absl::InvalidArgumentError(absl::StrCat(shown, " is not one of ", all)),
      absl::StrCat("没有 ", shown, " 这个取值，可用：",
                   absl::StrJoin(allowed_chinese, "、")));
}

namespace {

// Shown where a time is not understood, because people forget the zone.
constexpr char kZoneNote[] =
    " (without an offset: China Standard Time, +08:00)";

std::optional<absl::Time> ReadTime(const std::string& text) {
  // absl also accepts "infinite-future" as a time.
  if (text.empty() || !absl::ascii_isdigit(text[0])) return std::nullopt;
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  for (const char* format :
       {"%Y-%m-%d %H:%M:%E*S %Ez", "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M:%E*S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
    if (absl::ParseTime(format, text, MarketZone(), &time, &error)) {
      return time;
    }
  }
  return std::nullopt;
}

// "30m", "1h30m", and days, which absl does not parse.
std::optional<absl::Duration> ReadDuration(absl::string_view text) {
  absl::Duration duration;
  int64_t days = 0;
  if (absl::EndsWith(text, "d") &&
      absl::SimpleAtoi(text.substr(0, text.size() - 1), &days) &&
      days <= 365 * 100) {
    duration = absl::Hours(24 * days);
  } else if (!absl::ParseDuration(text, &duration)) {
    return std::nullopt;
  }
  if (duration < absl::ZeroDuration()) return std::nullopt;
  return duration;
}

absl::Status NoTime(absl::string_view text, absl::string_view or_else,
                    absl::string_view or_else_chinese) {
  return WithChinese(
      absl::InvalidArgumentError(absl::StrCat(
          "\"", text,
          "\" is not a time: write 2026-01-31T10:00:00+08:00, \"2026-01-31 "
          "10:00\"",
          or_else, kZoneNote)),
      absl::StrCat("“", text,
                   "”不是时间：请写 2026-01-31T10:00:00+08:00、\"2026-01-31 "
                   "10:00\"",
                   or_else_chinese, "（不写时区即为北京时间，+08:00）"));
}

}  // namespace

absl::StatusOr<absl::Time> ParseTime(absl::string_view text) {
  if (const auto time = ReadTime(std::string(text))) return *time;
  return NoTime(text, " or 2026-01-31", " 或 2026-01-31");
}

absl::StatusOr<absl::Time> ParsePastTime(absl::string_view text,
                                         absl::Time now) {
  if (const auto time = ReadTime(std::string(text))) return *time;
  if (const auto before = ReadDuration(text)) return now - *before;
  return NoTime(text, " or how long ago, such as 24h", " 或多久以前，例如 24h");
}

absl::StatusOr<absl::Time> ParseTimeToCome(absl::string_view text,
                                           absl::Time now) {
  if (const auto time = ReadTime(std::string(text))) return *time;
  if (const auto after = ReadDuration(text)) return now + *after;
  if (absl::StartsWith(text, "-") && ReadDuration(text.substr(1))) {
    return WithChinese(
        absl::InvalidArgumentError(absl::StrCat(
            "\"", text,
            "\" is in the past: write after how long, such as 2h or 30d")),
        absl::StrCat("“", text, "”已过去：请写多久以后，例如 2h、30d"));
  }
  return NoTime(text, " or after how long, such as 2h or 30d",
                " 或多久以后，例如 2h、30d");
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

absl::Time FromTimestamp(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0 && time.nanos() == 0) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S %Ez", FromTimestamp(time),
                          MarketZone());
}

}  // namespace sluice::tools
