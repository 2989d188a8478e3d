#include "tools/sluicectl/rules/break_glass.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/base/error_reason.h"
#include "tools/sluicectl/arguments.h"

namespace sluice::ctl {
namespace {

// As absl::ParseDuration, and days.
bool Parse(const std::string& text, absl::Duration& duration) {
  absl::string_view number = text;
  int64_t days = 0;
  if (absl::ConsumeSuffix(&number, "d") && absl::SimpleAtoi(number, &days)) {
    duration = absl::Hours(24) * days;
    return true;
  }
  return absl::ParseDuration(text, &duration);
}

}  // namespace

absl::StatusOr<absl::Duration> ReadDuration(const std::string& text,
                                            absl::Duration max) {
  absl::Duration duration;
  if (!Parse(text, duration) || duration < absl::Minutes(1) || duration > max ||
      duration % absl::Minutes(1) != absl::ZeroDuration()) {
    const int64_t hours = absl::ToInt64Hours(max);
    return absl::InvalidArgumentError(absl::StrCat(
        "--for \"", text, "\": give whole minutes, 1m to ",
        hours < 24 ? absl::StrCat(hours, "h") : absl::StrCat(hours / 24, "d")));
  }
  return duration;
}

absl::Status NextAfter(const absl::Status& status, absl::string_view list) {
  if (HasReason(status, ErrorReason::kNeedsColleague)) {
    return WithNext(status,
                    "A colleague confirms it with their own key, which an "
                    "admin creates: `sluicectl key create --role officer "
                    "--person NAME`.");
  }
  if (status.code() == absl::StatusCode::kNotFound ||
      status.code() == absl::StatusCode::kFailedPrecondition) {
    return WithNext(status, std::string(list));
  }
  return status;
}

}  // namespace sluice::ctl
