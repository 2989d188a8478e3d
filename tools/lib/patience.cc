#include "tools/lib/patience.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"

namespace sluice::tools {
namespace {

constexpr absl::Duration kDelayMin = absl::Milliseconds(20);
constexpr absl::Duration kDelayMax = absl::Seconds(5);

// The first line of an error.
std::string FirstLine(const absl::Status& status) {
  const std::string message(status.message());
  return message.substr(0, message.find('\n'));
}

}  // namespace

bool Patience::MayPass(const absl::Status& status) const {
  for (const ErrorReason reason :
       {ErrorReason::kClockStepped, ErrorReason::kOverloaded,
        ErrorReason::kRateLimited}) {
    if (HasReason(status, reason)) return true;
  }
  // A part of the request may have been recorded.
  return repeatable_ && (HasReason(status, ErrorReason::kDiskFull) ||
                         HasReason(status, ErrorReason::kJournalReopened));
}

absl::Status Patience::Wait(const absl::Status& status, absl::Duration asked) {
  // An account with a low rate waits for its turn, however long that takes.
  if (HasReason(status, ErrorReason::kRateLimited)) {
    absl::SleepFor(std::clamp(asked, kDelayMin, kDelayMax));
    return absl::OkStatus();
  }
  const absl::Time now = absl::Now();
  if (since_ == absl::InfinitePast()) {
    since_ = now;
    delay_ = kDelayMin;
  }
  const absl::Duration left = since_ + options_.timeout - now;
  if (left <= absl::ZeroDuration()) {
    return WithReason(
        absl::Status(status.code(),
                     absl::StrCat(status.message(), "\n  Tried again for ",
                                  absl::FormatDuration(options_.timeout),
                                  "; --timeout SECONDS allows more.")),
        ParseErrorReason(ReasonOf(status)).value_or(ErrorReason::kOverloaded));
  }
  // Overload is daily life and passes in milliseconds.
  const std::string reason(ReasonOf(status));
  if (options_.notes != nullptr && reason != noted_ &&
      !HasReason(status, ErrorReason::kOverloaded)) {
    *options_.notes << FirstLine(status) << "; trying again for "
                    << absl::FormatDuration(options_.timeout) << " at most"
                    << std::endl;
    noted_ = reason;
  }
  absl::SleepFor(std::min(std::clamp(asked, delay_, kDelayMax), left));
  delay_ = std::min(2 * delay_, kDelayMax);
  return absl::OkStatus();
}

void Patience::Progress() {
  since_ = absl::InfinitePast();
  noted_.clear();
}

absl::Status CallPatiently(const Connection& connection,
                           absl::FunctionRef<absl::Status()> call) {
  Patience patience(connection.options());
  for (;;) {
    const absl::Status status = call();
    if (!patience.MayPass(status)) return status;
    SLUICE_RETURN_IF_ERROR(patience.Wait(status));
  }
}

}  // namespace sluice::tools
