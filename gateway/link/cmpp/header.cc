#include "gateway/link/cmpp/header.h"

#include "absl/strings/str_cat.h"

namespace sluice::cmpp {

absl::string_view CommandName(Command command) {
  switch (command) {
    case Command::kConnect:
      return "CMPP_CONNECT";
    case Command::kTerminate:
      return "CMPP_TERMINATE";
    case Command::kSubmit:
      return "CMPP_SUBMIT";
    case Command::kDeliver:
      return "CMPP_DELIVER";
    case Command::kQuery:
      return "CMPP_QUERY";
    case Command::kCancel:
      return "CMPP_CANCEL";
    case Command::kActiveTest:
      return "CMPP_ACTIVE_TEST";
    case Command::kConnectResp:
      return "CMPP_CONNECT_RESP";
    case Command::kTerminateResp:
      return "CMPP_TERMINATE_RESP";
    case Command::kSubmitResp:
      return "CMPP_SUBMIT_RESP";
    case Command::kDeliverResp:
      return "CMPP_DELIVER_RESP";
    case Command::kQueryResp:
      return "CMPP_QUERY_RESP";
    case Command::kCancelResp:
      return "CMPP_CANCEL_RESP";
    case Command::kActiveTestResp:
      return "CMPP_ACTIVE_TEST_RESP";
  }
  return "unknown command";
}

absl::StatusOr<Header> DecodeHeader(absl::string_view pdu) {
  ByteReader in(pdu);
  const absl::StatusOr<uint32_t> length = in.TakeBigEndian<uint32_t>();
  if (!length.ok()) return link::InField("Total_Length", length.status());
  const absl::StatusOr<uint32_t> command = in.TakeBigEndian<uint32_t>();
  if (!command.ok()) return link::InField("Command_Id", command.status());
  const absl::StatusOr<uint32_t> sequence = in.TakeBigEndian<uint32_t>();
  if (!sequence.ok()) return link::InField("Sequence_Id", sequence.status());
  if (*length != pdu.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Total_Length: says ", *length, ", the PDU has ", pdu.size()));
  }
  return Header{*length, static_cast<Command>(*command), *sequence};
}

void AppendHeader(Command command, uint32_t sequence, std::string& out) {
  AppendBigEndian(static_cast<uint32_t>(kHeaderSize), out);
  AppendBigEndian(static_cast<uint32_t>(command), out);
  AppendBigEndian(sequence, out);
}

void PatchLength(size_t begin, std::string& out) {
  const auto length = static_cast<uint32_t>(out.size() - begin);
  for (int i = 0; i < 4; ++i) {
    out[begin + i] = static_cast<char>(length >> (24 - 8 * i));
  }
}

}  // namespace sluice::cmpp
