#include "tools/sluicectl/rules/break_glass.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
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
    return ErrorOf(absl::StatusCode::kInvalidArgument,
                   SayBoth("--for “$0”：请给出整分钟数，1m 至 $1",
                           "--for \"$0\": give whole minutes, 1m to $1", text,
                           hours < 24 ? absl::StrCat(hours, "h")
                                      : absl::StrCat(hours / 24, "d")));
  }
  return duration;
}

absl::Status NextAfter(const absl::Status& status, const Both& list) {
  if (HasReason(status, ErrorReason::kNeedsColleague)) {
    return WithNext(status,
                    SayBoth("由同事用自己的密钥确认；密钥由管理员创建："
                            "`sluicectl key create --role officer --person "
                            "姓名`。",
                            "A colleague confirms it with their own key, which "
                            "an admin creates: `sluicectl key create --role "
                            "officer --person NAME`."));
  }
  if (status.code() == absl::StatusCode::kNotFound ||
      status.code() == absl::StatusCode::kFailedPrecondition) {
    return WithNext(status, list);
  }
  return status;
}

void AddEndColumns(const Context& context,
                   std::vector<tools::Column>& columns) {
  columns.push_back({context.Say("结束人", "ended by")});
  columns.push_back(
      {context.Say("结束原因", "why it was ended"), tools::Align::kLeft, true});
}

}  // namespace sluice::ctl
