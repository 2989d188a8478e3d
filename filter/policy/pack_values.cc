#include "filter/policy/pack_values.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace sluice::filter {

absl::Status InvalidValue(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

absl::StatusOr<ReasonCode> CodeNamed(absl::string_view name) {
  const std::optional<ReasonCode> code = ParseReasonCode(name);
  if (!code) {
    return InvalidValue("code", absl::StrCat("no reason code is named ", name));
  }
  return *code;
}

absl::StatusOr<Mode> ReadMode(rules::v1::CheckMode mode,
                              absl::string_view until, v1::Basis basis,
                              ReasonCode code, const absl::TimeZone& zone) {
  Mode result;
  if (mode != rules::v1::CHECK_MODE_UNSPECIFIED) result.mode = mode;
  if (result.mode == rules::v1::CHECK_MODE_OFF && basis == v1::BASIS_LAW) {
    return InvalidValue("mode",
                        "what the law demands is never off; enforce and "
                        "observe are allowed");
  }
  if (result.mode != rules::v1::CHECK_MODE_ENFORCE && IsAlwaysEnforced(code)) {
    return InvalidValue(
        "mode", absl::StrCat("for ", Name(code), " only enforce is allowed"));
  }
  if (until.empty()) return result;
  absl::CivilDay day;
  if (!absl::ParseCivilTime(until, &day)) {
    return InvalidValue("observe_until",
                        "a date such as 2026-12-31 is allowed");
  }
  if (result.mode != rules::v1::CHECK_MODE_OBSERVE) {
    return InvalidValue("observe_until", "only with mode observe");
  }
  result.observe_until_ms = absl::ToUnixMillis(absl::FromCivil(day, zone));
  return result;
}

}  // namespace sluice::filter
