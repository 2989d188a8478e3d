#include "gateway/link/cmpp/options.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "asio/ip/address.hpp"
#include "rules/base/status_macros.h"

namespace sluice::cmpp {
namespace {

absl::Status Wrong(absl::string_view option, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(option, ": ", what));
}

// A field of a PDU: printable ASCII, because the rest is NUL.
absl::Status CheckText(absl::string_view option, absl::string_view text,
                       size_t size_max) {
  if (text.size() > size_max) {
    return Wrong(option,
                 absl::StrCat("has more than ", size_max, " characters"));
  }
  if (!absl::c_all_of(text, absl::ascii_isgraph)) {
    return Wrong(option, "has a character that is not printable ASCII");
  }
  return absl::OkStatus();
}

absl::Status CheckTexts(const CmppLinkOptions& o) {
  SLUICE_RETURN_IF_ERROR(CheckText("sp_id", o.sp_id, 6));
  SLUICE_RETURN_IF_ERROR(CheckText("service_id", o.service_id, 10));
  SLUICE_RETURN_IF_ERROR(CheckText("msg_src", o.msg_src, 6));
  SLUICE_RETURN_IF_ERROR(
      CheckText("fee_terminal_id", o.fee_terminal_id, NumberWidth(o.version)));
  SLUICE_RETURN_IF_ERROR(CheckText("fee_type", o.fee_type, 2));
  SLUICE_RETURN_IF_ERROR(CheckText("fee_code", o.fee_code, 6));
  if (o.fee_user_type < 1 || o.fee_user_type > 3) {
    return Wrong("fee_user_type", "is not within 1 to 3");
  }
  if (o.fee_user_type == 3 && o.fee_terminal_id.empty()) {
    return Wrong("fee_terminal_id", "is empty, and fee_user_type is 3");
  }
  if (o.msg_level > 9) return Wrong("msg_level", "is above 9");
  asio::error_code error;
  if (!o.local_address.empty()) asio::ip::make_address(o.local_address, error);
  if (error) return Wrong("local_address", "is not an IP address");
  return absl::OkStatus();
}

}  // namespace

absl::Status Validate(const CmppLinkOptions& o) {
  if (o.name.empty()) return Wrong("name", "is empty");
  if (o.host.empty()) return Wrong("host", "is empty");
  if (o.port == 0) return Wrong("port", "is 0");
  if (o.sp_id.size() != 6) return Wrong("sp_id", "needs exactly 6 characters");
  if (o.secret.empty()) return Wrong("secret", "is empty");
  SLUICE_RETURN_IF_ERROR(CheckTexts(o));
  if (o.window == 0 || o.window > 65'536) {
    return Wrong("window", "is not within 1 to 65536");
  }
  if (o.window_first == 0) return Wrong("window_first", "is 0");
  if (!(o.pace.segments_per_second >= 0)) {  // NaN is not either.
    return Wrong("segments_per_second", "is negative");
  }
  if (o.traits.reference_bits != 8 && o.traits.reference_bits != 16) {
    return Wrong("reference_bits", "is neither 8 nor 16");
  }
  if (o.keepalive.tries < 1) return Wrong("active_test_tries", "is below 1");
  for (const absl::Duration d :
       {o.connect_timeout, o.login_timeout, o.answer_timeout, o.keepalive.idle,
        o.keepalive.timeout, o.backoff.first, o.backoff.held, o.pace.pause,
        o.terminate_timeout, o.goodbye_timeout, o.unsent_timeout}) {
    if (d <= absl::ZeroDuration()) return Wrong("timers", "must be above 0");
  }
  if (o.backoff.max < o.backoff.first) {
    return Wrong("backoff_max", "is below backoff_first");
  }
  if (o.send_buffer_octets < 1 || o.unsent_octets_max < 1) {
    return Wrong("send buffers", "must be above 0");
  }
  return absl::OkStatus();
}

}  // namespace sluice::cmpp
