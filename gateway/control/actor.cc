#include "gateway/control/actor.h"

#include "absl/strings/ascii.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"

namespace sluice::gateway {
absl::Status CheckReason(const Actor& actor) {
  if (absl::StripAsciiWhitespace(actor.reason).empty()) {
    return InvalidField(
        "reason", SayBoth("请说明原因，以记入日志；不能为空",
                          "say why, for the journal; it must not be empty"));
  }
  return CheckReasonSize(actor);
}

absl::Status CheckReasonSize(const Actor& actor) {
  if (actor.reason.size() > kReasonSizeMax) {
    return InvalidField("reason",
                        SayBoth("最多 1000 字节", "at most 1000 bytes"));
  }
  return absl::OkStatus();
}

}  // namespace sluice::gateway
