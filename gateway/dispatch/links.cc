#include "gateway/dispatch/links.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "filter/policy/number_table.h"
#include "gateway/link/cmpp/cmpp_link.h"

namespace sluice::gateway {
namespace {

// The carrier "unknown" serves recipients that the prefix table does not know.
Carrier CarrierNamed(const std::string& name) {
  return filter::ParseCarrier(name).value_or(Carrier::kUnknown);
}

cmpp::AuthenticatorCheck CheckNamed(const std::string& name) {
  if (name == "off") return cmpp::AuthenticatorCheck::kOff;
  if (name == "enforce") return cmpp::AuthenticatorCheck::kEnforce;
  return cmpp::AuthenticatorCheck::kWarn;
}

cmpp::CmppLinkOptions OptionsOf(const config::v1::LinkConfig& config,
                                const CarrierTraitsTable& traits) {
  cmpp::CmppLinkOptions options;
  options.name = config.name();
  options.host = config.host();
  options.port = static_cast<uint16_t>(config.port());
  options.sp_id = config.sp_id();
  options.secret = config.secret();
  options.version =
      config.protocol() == "cmpp30" ? cmpp::Version::k30 : cmpp::Version::k20;
  options.authenticator_check = CheckNamed(config.authenticator_check());
  options.service_id = config.service_id();
  options.msg_src = config.msg_src();
  options.msg_level = static_cast<uint8_t>(config.msg_level());
  options.fee_user_type = static_cast<uint8_t>(config.fee_user_type());
  options.fee_terminal_id = config.fee_terminal_id();
  options.fee_type = config.fee_type();
  options.fee_code = config.fee_code();
  options.local_address = config.local_address();
  options.window = config.window();
  options.traits =
      traits[static_cast<size_t>(CarrierNamed(config.carriers(0)))];
  options.pace.segments_per_second = config.segments_per_second();
  options.keepalive.idle = absl::Seconds(config.active_test_seconds());
  options.keepalive.timeout =
      absl::Seconds(config.active_test_timeout_seconds());
  options.keepalive.tries = static_cast<int>(config.active_test_tries());
  options.connect_timeout = absl::Seconds(config.connect_seconds());
  options.login_timeout = absl::Seconds(config.login_seconds());
  options.answer_timeout = absl::Seconds(config.answer_timeout_seconds());
  options.backoff.first = absl::Seconds(config.reconnect_first_seconds());
  options.backoff.max = absl::Seconds(config.reconnect_last_seconds());
  options.retry_codes.assign(config.retry_codes().begin(),
                             config.retry_codes().end());
  return options;
}

}  // namespace

CarrierTraitsTable TraitsOf(const config::v1::Config& config) {
  CarrierTraitsTable traits;
  for (const config::v1::CarrierConfig& carrier : config.carriers()) {
    traits[static_cast<size_t>(CarrierNamed(carrier.name()))].reference_bits =
        static_cast<uint8_t>(carrier.reference_bits());
  }
  return traits;
}

std::array<bool, kCarriers> CarriersOf(const config::v1::LinkConfig& link) {
  std::array<bool, kCarriers> carriers = {};
  for (const std::string& name : link.carriers()) {
    carriers[static_cast<size_t>(CarrierNamed(name))] = true;
  }
  return carriers;
}

// CMPP: length, longer than the maximum, a number that the gateway does not
// serve, Fee_terminal_Id, Dest_terminal_Id.
bool ConcernsOneMessage(uint32_t code) {
  return code == 4 || code == 6 || code == 9 || code == 12 || code == 13;
}

absl::StatusOr<std::unique_ptr<link::Link>> MakeLink(
    const config::v1::LinkConfig& config, const CarrierTraitsTable& traits,
    asio::any_io_executor executor, link::LinkOwner& owner,
    const Clock& clock) {
  cmpp::CmppLinkOptions options = OptionsOf(config, traits);
  const absl::Status valid = cmpp::Validate(options);
  if (!valid.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("link ", config.name(), ": ", valid.message()));
  }
  return std::make_unique<cmpp::CmppLink>(std::move(executor),
                                          std::move(options), owner, clock);
}

}  // namespace sluice::gateway
