#pragma once

// CMPP_CONNECT, the login that an SP sends first, and its response.
// Source: China Mobile CMPP 2.0 and 3.0.0, the connect operation.
// login.h computes the digests.

#include <array>
#include <cstdint>
#include <string>
#include <tuple>

#include "gateway/link/cmpp/header.h"
#include "gateway/link/pdu.h"

namespace sluice::cmpp {

struct Connect {
  static constexpr Command kCommand = Command::kConnect;

  std::string source_addr;                     // SP id, 6 characters.
  std::array<uint8_t, 16> authenticator = {};  // MD5; see login.h.
  uint8_t version = 0x20;  // High nibble major, low nibble minor.
  uint32_t timestamp = 0;  // MMDDHHMMSS as a decimal number, local time.
  bool operator==(const Connect&) const = default;

  static constexpr auto Fields(Version) {
    return std::tuple{
        link::TextField<Connect>{"Source_Addr", 6, &Connect::source_addr},
        link::OctetsField<Connect, 16>{"AuthenticatorSource",
                                       &Connect::authenticator},
        link::UintField<Connect, uint8_t>{"Version", &Connect::version},
        link::UintField<Connect, uint32_t>{"Timestamp", &Connect::timestamp},
    };
  }
};

struct ConnectResp {
  static constexpr Command kCommand = Command::kConnectResp;

  uint32_t status = 0;                         // See ConnectStatusText().
  std::array<uint8_t, 16> authenticator = {};  // Zeros when refused.
  uint8_t version = 0x20;                      // What the gateway can speak.
  bool operator==(const ConnectResp&) const = default;

  static constexpr auto Fields(Version v) {
    return std::tuple{
        link::SizedUintField<ConnectResp>{"Status", ResultWidth(v),
                                          &ConnectResp::status},
        link::OctetsField<ConnectResp, 16>{"AuthenticatorISMG",
                                           &ConnectResp::authenticator},
        link::UintField<ConnectResp, uint8_t>{"Version", &ConnectResp::version},
    };
  }
};

}  // namespace sluice::cmpp
