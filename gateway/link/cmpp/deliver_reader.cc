#include "gateway/link/cmpp/deliver_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/link/cmpp/msg_id.h"
#include "gateway/link/cmpp/report.h"
#include "gateway/link/reading.h"
#include "gateway/link/text_decode.h"

namespace sluice::cmpp {
namespace {

constexpr size_t kStatBegin = 8;
constexpr size_t kStatSize = 7;

// Whether `content` is a status report, whole or cut after its Stat.
bool IsReport(absl::string_view content) {
  if (content.size() < kStatBegin + kStatSize) return false;
  const absl::string_view stat =
      link::UpToNul(content.substr(kStatBegin, kStatSize));
  if (stat.empty()) return content.size() >= kReportFixedSize;
  return absl::c_all_of(
      stat, [](char c) { return absl::ascii_isalnum(c) || c == ':'; });
}

absl::StatusOr<std::variant<link::Report, link::Mo>> ReadReport(
    const Deliver& deliver) {
  std::string content = deliver.content;
  content.resize(std::max(content.size(), kReportFixedSize));
  SLUICE_ASSIGN_OR_RETURN(ReportBody body, DecodeReport(content));
  link::Report report;
  report.message_id = MsgIdKey(body.msg_id);
  report.delivery = DeliveryOf(body.stat);
  report.done_at = ReportTime(body.done_time);
  report.stat = std::move(body.stat);
  // The recipient of the message. The DELIVER names it too, and either field
  // may be empty.
  report.recipient = body.dest_terminal_id.empty()
                         ? deliver.src_terminal_id
                         : std::move(body.dest_terminal_id);
  return report;
}

}  // namespace

absl::StatusOr<std::variant<link::Report, link::Mo>> ReadDeliver(
    const Deliver& deliver) {
  if (deliver.registered_delivery != 0) {
    if (IsReport(deliver.content)) return ReadReport(deliver);
    if (deliver.src_terminal_id.empty() || deliver.content.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Msg_Content: ", deliver.content.size(),
                       " octets, which are no status report"));
    }
  }
  const link::UserData data =
      link::SplitUserData(deliver.tp_udhi != 0, deliver.content);
  link::Mo mo;
  mo.message_id = MsgIdKey(deliver.msg_id);
  mo.access_number = deliver.dest_id;
  mo.sender = deliver.src_terminal_id;
  link::Reading reading = link::ReadText(deliver.msg_fmt, data.text);
  mo.text = std::move(reading.text);
  mo.readable = reading.readable;
  mo.raw = deliver.content;
  mo.coding = deliver.msg_fmt;
  mo.part = data.part;
  mo.parts = data.parts;
  mo.reference = data.reference;
  return mo;
}

}  // namespace sluice::cmpp
