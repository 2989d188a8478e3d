#pragma once

// The error of a call that ends only because the server stops.

#include "absl/status/status.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"

namespace sluice::gateway {

// kUnavailable, with its reason: the caller tries again, here after a restart
// or elsewhere.
inline absl::Status Stopping() {
  return WithReason(
      WithChinese(absl::UnavailableError("the server is stopping"),
                  "服务器正在停止，请稍后再试"),
      ErrorReason::kStopping);
}

}  // namespace sluice::gateway
