#include "gateway/link/cmpp/options.h"

#include "absl/strings/str_cat.h"

namespace sluice::cmpp {
namespace {

absl::Status Wrong(absl::string_view option, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(option, ": ", what));
}

}  // namespace

absl::Status Validate(const CmppLinkOptions& o) {
  if (o.name.empty()) return Wrong("name", "is empty");
  if (o.host.empty()) return Wrong("host", "is empty");
  if (o.port == 0) return Wrong("port", "is 0");
  if (o.sp_id.size() != 6) return Wrong("sp_id", "needs exactly 6 characters");
  if (o.secret.empty()) return Wrong("secret", "is empty");
  if (o.service_id.size() > 10) {
    return Wrong("service_id", "has more than 10 characters");
  }
  if (o.msg_src.size() > 6)
    return Wrong("msg_src", "has more than 6 characters");
  if (o.window == 0 || o.window > 65'536) {
    return Wrong("window", "is not within 1 to 65536");
  }
  if (o.window_first == 0) return Wrong("window_first", "is 0");
  if (o.pace.segments_per_second < 0) {
    return Wrong("segments_per_second", "is negative");
  }
  if (o.traits.reference_bits != 8 && o.traits.reference_bits != 16) {
    return Wrong("reference_bits", "is neither 8 nor 16");
  }
  if (o.keepalive.tries < 1) return Wrong("active_test_tries", "is below 1");
  for (const absl::Duration d :
       {o.connect_timeout, o.login_timeout, o.answer_timeout, o.keepalive.idle,
        o.keepalive.timeout, o.backoff.first, o.pace.pause}) {
    if (d <= absl::ZeroDuration()) return Wrong("timers", "must be above 0");
  }
  return absl::OkStatus();
}

}  // namespace sluice::cmpp
