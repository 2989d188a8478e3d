#pragma once

// The settings of one CMPP link, as plain values. The gateway fills them from
// its configuration file.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "filter/examine/segments.h"
#include "gateway/link/backoff.h"
#include "gateway/link/cmpp/header.h"
#include "gateway/link/cmpp/login.h"
#include "gateway/link/keepalive.h"
#include "gateway/link/pace.h"

namespace sluice::cmpp {

struct CmppLinkOptions {
  std::string name;  // For the log and the operator.
  std::string host;
  uint16_t port = 7890;
  // Exactly 6 characters: implementations disagree about the digest of a
  // shorter id.
  std::string sp_id;
  std::string secret;
  Version version = Version::k20;
  AuthenticatorCheck authenticator_check = AuthenticatorCheck::kWarn;

  std::string service_id;  // At most 10 characters.
  std::string msg_src;     // At most 6 characters; empty: the sp_id.
  uint8_t msg_level = 0;   // 0 to 9.

  // Who pays the carrier for a message, and how: by default the SP, and
  // nothing. Whatever the contract says, the phone that gets the message must
  // not pay.
  uint8_t fee_user_type = 2;    // 1 the source, 2 the SP, 3 the number below.
  std::string fee_terminal_id;  // At most 21 characters (3.0: 32).
  std::string fee_type = "01";  // 2 characters.
  std::string fee_code = "000000";  // Fen; at most 6 characters.

  // The address of this host from which to connect; empty: any.
  std::string local_address;

  uint32_t window = 16;       // Segments written and not answered, at most,
  uint32_t window_first = 1;  // and on a new connection.
  filter::CarrierTraits traits;
  link::PaceOptions pace;
  link::KeepaliveOptions keepalive;
  link::BackoffOptions backoff;
  // Results beside 8 that mean flow control.
  std::vector<uint32_t> retry_codes;
  uint32_t segment_tries_max = 360;

  absl::Duration connect_timeout = absl::Seconds(10);
  absl::Duration login_timeout = absl::Seconds(30);
  // How long the answer to the login may come after the first DELIVER.
  absl::Duration early_timeout = absl::Seconds(1);
  absl::Duration answer_timeout = absl::Seconds(60);
  // How long a segment may wait in this host for a carrier that does not read.
  // Then the connection is reset, because an opt-out waits as long.
  absl::Duration unsent_timeout = absl::Seconds(5);
  absl::Duration terminate_timeout = absl::Seconds(2);
  // How long the carrier's TERMINATE waits for its open answers.
  absl::Duration goodbye_timeout = absl::Seconds(5);
  // Unacknowledged reports in the hands of the owner, and as many MOs, so that
  // no reports keep an opt-out out. Further DELIVERs are answered with flow
  // control, and the carrier repeats them.
  uint32_t deliveries_open_max = 16384;
  // Octets that the kernel holds for a carrier that does not read, and octets
  // that it takes before it has sent those that it has.
  int send_buffer_octets = 64 << 10;
  int unsent_octets_max = 16 << 10;
  // Octets of responses that wait for a carrier that does not read.
  size_t control_octets_max = 1 << 20;
};

// Errors: kInvalidArgument, beginning with the name of the option.
absl::Status Validate(const CmppLinkOptions& options);

}  // namespace sluice::cmpp
