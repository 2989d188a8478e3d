#include "tools/lib/words.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace sluice::tools {
namespace {

using google::protobuf::EnumDescriptor;

// "MESSAGE_CLASS_" for MessageClass.
std::string Prefix(const EnumDescriptor& type) {
  std::string prefix;
  for (const char c : type.name()) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !prefix.empty()) {
      prefix.push_back('_');
    }
    prefix.push_back(absl::ascii_toupper(static_cast<unsigned char>(c)));
  }
  return prefix + "_";
}

}  // namespace

std::string ShortName(const EnumDescriptor& type, int value) {
  const auto* found = type.FindValueByNumber(value);
  if (found == nullptr) return absl::StrCat(value);
  const std::string prefix = Prefix(type);
  const std::string& name = found->name();
  return absl::StartsWith(name, prefix) ? name.substr(prefix.size()) : name;
}

absl::StatusOr<int> ParseEnum(const EnumDescriptor& type,
                              absl::string_view text) {
  const std::string wanted =
      absl::StrReplaceAll(absl::AsciiStrToUpper(text), {{"-", "_"}});
  std::vector<std::string> allowed;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& value = *type.value(i);
    const std::string name = ShortName(type, value.number());
    if (wanted == name || wanted == value.name()) return value.number();
    if (value.number() != 0) allowed.push_back(absl::AsciiStrToLower(name));
  }
  // A long one is something else that stands in the wrong place, such as the
  // text of a message: it is not shown.
  const std::string shown =
      text.size() <= 24 ? absl::StrCat("\"", text, "\"") : "\"…\"";
  return absl::InvalidArgumentError(
      absl::StrCat(shown, " is none of ", absl::StrJoin(allowed, ", ")));
}

absl::StatusOr<absl::Time> ParseTime(absl::string_view text, absl::Time now) {
  const std::string value(text);
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, value, &time, &error)) return time;
  for (const char* format : {"%Y-%m-%d %H:%M:%E*S %Ez", "%Y-%m-%d %H:%M:%E*S",
                             "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    if (absl::ParseTime(format, value, absl::LocalTimeZone(), &time, &error)) {
      return time;
    }
  }
  absl::Duration before;
  if (absl::ParseDuration(value, &before) && before >= absl::ZeroDuration()) {
    return now - before;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", text,
      "\" is no time: write 2026-01-31T10:00:00+08:00, \"2026-01-31 10:00\" "
      "or how long ago, such as 24h"));
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
                          absl::LocalTimeZone());
}

}  // namespace sluice::tools
