#include "gateway/link/cmpp/submit_writer.h"

#include "absl/strings/str_cat.h"

namespace sluice::cmpp {

SubmitWriter::SubmitWriter(const CmppLinkOptions& options) {
  submit_.msg_level = options.msg_level;
  submit_.service_id = options.service_id;
  submit_.msg_src = options.msg_src.empty() ? options.sp_id : options.msg_src;
  submit_.fee_user_type = options.fee_user_type;
  submit_.fee_terminal_id = options.fee_terminal_id;
  submit_.fee_type = options.fee_type;
  submit_.fee_code = options.fee_code;
  // One number in a SUBMIT: its response and reports concern one message.
  submit_.dest_terminal_id.resize(1);
}

absl::Status SubmitWriter::Append(const link::Flight::Segment& segment,
                                  Version version, uint32_t sequence,
                                  std::string& out) {
  const link::HandOver& hand_over = *segment.hand_over;
  submit_.pk_total = static_cast<uint8_t>(segment.parts);
  submit_.pk_number = static_cast<uint8_t>(segment.part + 1);
  submit_.registered_delivery = hand_over.report_wanted ? 1 : 0;
  submit_.tp_udhi = segment.has_header ? 1 : 0;
  submit_.msg_fmt = static_cast<uint8_t>(segment.coding);
  if (hand_over.expire_at != expire_at_) {
    expire_at_ = hand_over.expire_at;
    submit_.valid_time = ValidTime(expire_at_);
  }
  submit_.src_id = hand_over.access_number;
  submit_.dest_terminal_id[0] = hand_over.recipient;
  submit_.content = *segment.octets;
  return AppendPdu(submit_, version, sequence, out);
}

std::string ValidTime(absl::Time at) {
  if (at == absl::InfiniteFuture() || at == absl::InfinitePast()) return "";
  return absl::StrCat(
      absl::FormatTime("%y%m%d%H%M%S", at, absl::FixedTimeZone(8 * 3600)),
      "032+");
}

}  // namespace sluice::cmpp
