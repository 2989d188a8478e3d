#pragma once

// CMPP_DELIVER, which carries a message from a phone (MO) or a status report,
// and its response. report.h has the body of a status report.
// Source: China Mobile CMPP 2.0 and 3.0.0, the deliver operation.

#include <array>
#include <cstdint>
#include <string>
#include <tuple>

#include "gateway/link/cmpp/header.h"
#include "gateway/link/pdu.h"

namespace sluice::cmpp {

// Octets of a DELIVER before Msg_Length.
constexpr size_t DeliverHeadSize(Version v) {
  return 8 + 21 + 10 + 3 + NumberWidth(v) + (v == Version::k30 ? 1 : 0) + 1;
}

struct Deliver {
  static constexpr Command kCommand = Command::kDeliver;

  uint64_t msg_id = 0;
  std::string dest_id;  // The access number.
  std::string service_id;
  uint8_t tp_pid = 0;
  uint8_t tp_udhi = 0;
  uint8_t msg_fmt = 0;
  std::string src_terminal_id;      // The phone, for a report too.
  uint8_t src_terminal_type = 0;    // Only 3.0.
  uint8_t registered_delivery = 0;  // 0 MO, 1 status report.
  std::string content;
  std::array<uint8_t, 20> link_id = {};  // 2.0: Reserved, the first 8 octets.
  bool operator==(const Deliver&) const = default;

  static constexpr auto Fields(Version v) {
    using Uint8 = link::UintField<Deliver, uint8_t>;
    using Text = link::TextField<Deliver>;
    const bool v30 = v == Version::k30;
    return std::tuple{
        link::UintField<Deliver, uint64_t>{"Msg_Id", &Deliver::msg_id},
        Text{"Dest_Id", 21, &Deliver::dest_id},
        Text{"Service_Id", 10, &Deliver::service_id},
        Uint8{"TP_pid", &Deliver::tp_pid},
        Uint8{"TP_udhi", &Deliver::tp_udhi},
        Uint8{"Msg_Fmt", &Deliver::msg_fmt},
        Text{"Src_terminal_Id", NumberWidth(v), &Deliver::src_terminal_id},
        link::OnlyIf{v30,
                     Uint8{"Src_terminal_type", &Deliver::src_terminal_type}},
        Uint8{"Registered_Delivery", &Deliver::registered_delivery},
        link::ContentField<Deliver>{"Msg_Length", "Msg_Content",
                                    &Deliver::content},
        link::OctetsField<Deliver, 20>{v30 ? "LinkID" : "Reserved",
                                       &Deliver::link_id, ReserveWidth(v)},
    };
  }
};

struct DeliverResp {
  static constexpr Command kCommand = Command::kDeliverResp;

  uint64_t msg_id = 0;
  uint32_t result = 0;  // See result.h.
  bool operator==(const DeliverResp&) const = default;

  static constexpr auto Fields(Version v) {
    return std::tuple{
        link::UintField<DeliverResp, uint64_t>{"Msg_Id", &DeliverResp::msg_id},
        link::SizedUintField<DeliverResp>{"Result", ResultWidth(v),
                                          &DeliverResp::result},
    };
  }
};

}  // namespace sluice::cmpp
