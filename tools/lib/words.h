#pragma once

// The API's enum values and times in the form that people write and read.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "rules/base/language.h"
#include "sluice/v1/message.pb.h"

namespace sluice::tools {

// The short name of an enum value: "ACCEPTED" for DECISION_ACCEPTED.
std::string ShortName(const google::protobuf::EnumDescriptor& type, int value);

template <typename Enum>
std::string ShortName(Enum value) {
  return ShortName(*google::protobuf::GetEnumDescriptor<Enum>(), value);
}

// The name that people of this language read: ShortName() in English; its
// Chinese name, where it has one, in Chinese.
std::string NameIn(Language language,
                   const google::protobuf::EnumDescriptor& type, int value);

template <typename Enum>
std::string NameIn(Language language, Enum value) {
  return NameIn(language, *google::protobuf::GetEnumDescriptor<Enum>(), value);
}

// The enum value with this short, full or Chinese name, in any case; dashes
// stand for underscores. Errors: kInvalidArgument, which lists the allowed
// names.
absl::StatusOr<int> ParseEnum(const google::protobuf::EnumDescriptor& type,
                              absl::string_view text);

template <typename Enum>
absl::StatusOr<Enum> ParseEnum(absl::string_view text) {
  absl::StatusOr<int> value =
      ParseEnum(*google::protobuf::GetEnumDescriptor<Enum>(), text);
  if (!value.ok()) return value.status();
  return static_cast<Enum>(*value);
}

// RFC 3339 ("2026-01-31T10:00:00+08:00"), the form of TimeText(), or a time
// without offset in MarketZone() ("2026-01-31 10:00", "2026-01-31"). Errors:
// kInvalidArgument.
absl::StatusOr<absl::Time> ParseTime(absl::string_view text);

// As ParseTime(), or how long ago: "30m", "24h", "7d".
absl::StatusOr<absl::Time> ParsePastTime(absl::string_view text,
                                         absl::Time now);
// As ParseTime(), or how long from now.
absl::StatusOr<absl::Time> ParseTimeToCome(absl::string_view text,
                                           absl::Time now);

google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& time);

// "2026-01-31 10:00:00 +08:00" in MarketZone(), the form of all times that
// the tools show; "-" for a time that is not set.
std::string TimeText(const google::protobuf::Timestamp& time);

}  // namespace sluice::tools
