#pragma once

// CMPP_SUBMIT, which sends one segment of a message, and its response.
// Source: China Mobile CMPP 2.0 and 3.0.0, the submit operation.
//
// 3.0 widens the numbers from 21 to 32 octets, adds the two *_type fields and
// turns Reserve (8) into LinkID (20).

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "gateway/link/cmpp/header.h"
#include "gateway/link/pdu.h"

namespace sluice::cmpp {

struct Submit {
  static constexpr Command kCommand = Command::kSubmit;

  uint64_t msg_id = 0;  // The SP leaves it 0.
  uint8_t pk_total = 1;
  uint8_t pk_number = 1;            // From 1.
  uint8_t registered_delivery = 0;  // 1: a status report is wanted.
  uint8_t msg_level = 0;
  std::string service_id;
  uint8_t fee_user_type = 0;  // 0 destination, 1 source, 2 SP, 3 the number.
  std::string fee_terminal_id;
  uint8_t fee_terminal_type = 0;  // Only 3.0.
  uint8_t tp_pid = 0;
  uint8_t tp_udhi = 0;     // 1: the content begins with a user data header.
  uint8_t msg_fmt = 0;     // 0 ASCII, 3 SIM, 4 binary, 8 UCS2, 15 GBK.
  std::string msg_src;     // SP id.
  std::string fee_type;    // "01" free, "02" per message, "03" monthly.
  std::string fee_code;    // Fen.
  std::string valid_time;  // "YYMMDDhhmmsstnnp", or empty.
  std::string at_time;
  std::string src_id;  // The access number.
  std::vector<std::string> dest_terminal_id;
  uint8_t dest_terminal_type = 0;  // Only 3.0; one for all numbers.
  std::string content;
  std::array<uint8_t, 20> link_id = {};  // 2.0: Reserve, the first 8 octets.
  bool operator==(const Submit&) const = default;

  static constexpr auto Fields(Version v) {
    using link::OnlyIf;
    using Uint8 = link::UintField<Submit, uint8_t>;
    using Text = link::TextField<Submit>;
    const bool v30 = v == Version::k30;
    return std::tuple{
        link::UintField<Submit, uint64_t>{"Msg_Id", &Submit::msg_id},
        Uint8{"Pk_total", &Submit::pk_total},
        Uint8{"Pk_number", &Submit::pk_number},
        Uint8{"Registered_Delivery", &Submit::registered_delivery},
        Uint8{"Msg_level", &Submit::msg_level},
        Text{"Service_Id", 10, &Submit::service_id},
        Uint8{"Fee_UserType", &Submit::fee_user_type},
        Text{"Fee_terminal_Id", NumberWidth(v), &Submit::fee_terminal_id},
        OnlyIf{v30, Uint8{"Fee_terminal_type", &Submit::fee_terminal_type}},
        Uint8{"TP_pId", &Submit::tp_pid},
        Uint8{"TP_udhi", &Submit::tp_udhi},
        Uint8{"Msg_Fmt", &Submit::msg_fmt},
        Text{"Msg_src", 6, &Submit::msg_src},
        Text{"FeeType", 2, &Submit::fee_type},
        Text{"FeeCode", 6, &Submit::fee_code},
        Text{"ValId_Time", 17, &Submit::valid_time},
        Text{"At_Time", 17, &Submit::at_time},
        Text{"Src_Id", 21, &Submit::src_id},
        // The specification says "fewer than 100".
        link::TextListField<Submit>{"DestUsr_tl", "Dest_terminal_Id",
                                    NumberWidth(v), 99,
                                    &Submit::dest_terminal_id},
        OnlyIf{v30, Uint8{"Dest_terminal_type", &Submit::dest_terminal_type}},
        link::ContentField<Submit>{"Msg_Length", "Msg_Content",
                                   &Submit::content},
        link::OctetsField<Submit, 20>{v30 ? "LinkID" : "Reserve",
                                      &Submit::link_id, ReserveWidth(v)},
    };
  }
};

struct SubmitResp {
  static constexpr Command kCommand = Command::kSubmitResp;

  uint64_t msg_id = 0;
  uint32_t result = 0;  // See result.h.
  bool operator==(const SubmitResp&) const = default;

  static constexpr auto Fields(Version v) {
    return std::tuple{
        link::UintField<SubmitResp, uint64_t>{"Msg_Id", &SubmitResp::msg_id},
        link::SizedUintField<SubmitResp>{"Result", ResultWidth(v),
                                         &SubmitResp::result},
    };
  }
};

}  // namespace sluice::cmpp
