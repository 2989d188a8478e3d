#include "gateway/control/actor.h"

#include <cstddef>

#include "absl/strings/ascii.h"

namespace sluice::gateway {
namespace {

constexpr size_t kReasonSizeMax = 1000;

}  // namespace

absl::Status CheckReason(const Actor& actor) {
  if (absl::StripAsciiWhitespace(actor.reason).empty()) {
    return absl::InvalidArgumentError(
        "reason: say why, for the journal; it must not be empty");
  }
  return CheckReasonSize(actor);
}

absl::Status CheckReasonSize(const Actor& actor) {
  if (actor.reason.size() > kReasonSizeMax) {
    return absl::InvalidArgumentError("reason: at most 1000 bytes");
  }
  return absl::OkStatus();
}

}  // namespace sluice::gateway
