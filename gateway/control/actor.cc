#include "gateway/control/actor.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "rules/base/error_reason.h"

namespace sluice::gateway {
namespace {

constexpr size_t kReasonSizeMax = 1000;

}  // namespace

absl::Status CheckReason(const Actor& actor) {
  if (absl::StripAsciiWhitespace(actor.reason).empty()) {
    return InvalidField("reason",
                        "say why, for the journal; it must not be empty");
  }
  return CheckReasonSize(actor);
}

absl::Status CheckReasonSize(const Actor& actor) {
  if (actor.reason.size() > kReasonSizeMax) {
    return InvalidField("reason", "at most 1000 bytes");
  }
  return absl::OkStatus();
}

}  // namespace sluice::gateway
