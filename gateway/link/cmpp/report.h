#pragma once

// The status report inside a CMPP_DELIVER with Registered_Delivery = 1.
// Source: China Mobile CMPP 2.0 and 3.0.0, Msg_Content of a status report.
//
// 60 octets with a number of 21 (2.0), or 71 with a number of 32 (3.0). Some
// software sends 60 octets on 3.0 links too, so the width of the number is
// taken from the length of the content and not from the version.

#include <cstdint>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/link/cmpp/header.h"
#include "gateway/link/link.h"
#include "gateway/link/pdu.h"

namespace sluice::cmpp {

struct ReportBody {
  uint64_t msg_id = 0;      // That of the SUBMIT_RESP.
  std::string stat;         // DELIVRD, EXPIRED, MK:0012, ...
  std::string submit_time;  // YYMMDDhhmm, or empty.
  std::string done_time;
  std::string dest_terminal_id;
  uint32_t smsc_sequence = 0;
  bool operator==(const ReportBody&) const = default;

  static constexpr auto Fields(size_t number_width) {
    using Text = link::TextField<ReportBody>;
    return std::tuple{
        link::UintField<ReportBody, uint64_t>{"Msg_Id", &ReportBody::msg_id},
        Text{"Stat", 7, &ReportBody::stat},
        Text{"Submit_time", 10, &ReportBody::submit_time},
        Text{"Done_time", 10, &ReportBody::done_time},
        Text{"Dest_terminal_Id", number_width, &ReportBody::dest_terminal_id},
        link::UintField<ReportBody, uint32_t>{"SMSC_sequence",
                                              &ReportBody::smsc_sequence},
    };
  }
};

// Octets of a report without its number.
constexpr size_t kReportFixedSize = 39;

// Width of the number in a report of `content_size` octets; 0 when too short.
constexpr size_t ReportNumberWidth(size_t content_size) {
  return content_size < kReportFixedSize ? 0 : content_size - kReportFixedSize;
}

// Errors: kOutOfRange when `content` is shorter than a report without number.
absl::StatusOr<ReportBody> DecodeReport(absl::string_view content);

// kDelivered for DELIVRD, kIntermediate for ACCEPTD, else kFailed.
link::Delivery DeliveryOf(absl::string_view stat);

// The meaning of a Stat in English, found by its word or its first two letters;
// "other failure" for a Stat that is in no table.
absl::string_view StatMeaning(absl::string_view stat);

// "YYMMDDhhmm" in the carriers' zone (UTC+8). InfinitePast when `text` is not
// such a time, which is legal: some gateways leave the field empty.
absl::Time ReportTime(absl::string_view text);

}  // namespace sluice::cmpp
