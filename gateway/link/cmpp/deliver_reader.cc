#include "gateway/link/cmpp/deliver_reader.h"

#include <utility>

#include "gateway/link/cmpp/msg_id.h"
#include "gateway/link/cmpp/report.h"
#include "gateway/link/text_decode.h"

namespace sluice::cmpp {
namespace {

absl::StatusOr<std::variant<link::Report, link::Mo>> ReadReport(
    const Deliver& deliver) {
  SLUICE_ASSIGN_OR_RETURN(ReportBody body, DecodeReport(deliver.content));
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
  if (deliver.registered_delivery != 0) return ReadReport(deliver);
  const link::UserData data =
      link::SplitUserData(deliver.tp_udhi != 0, deliver.content);
  link::Mo mo;
  mo.message_id = MsgIdKey(deliver.msg_id);
  mo.access_number = deliver.dest_id;
  mo.sender = deliver.src_terminal_id;
  mo.text =
      link::DecodeText(static_cast<link::Coding>(deliver.msg_fmt), data.text);
  mo.part = data.part;
  mo.parts = data.parts;
  mo.reference = data.reference;
  return mo;
}

}  // namespace sluice::cmpp
