#pragma once

// The header of every CMPP PDU, and the two versions of the protocol.
// Source: China Mobile CMPP 2.0 and 3.0.0, message header and command ids.
//
//   pdu := Total_Length: u32 | Command_Id: u32 | Sequence_Id: u32 | body
//
// Total_Length counts itself and the header. A response carries its request's
// id with the highest bit set, and copies its Sequence_Id. Each side numbers
// its own requests, so both sides may use the same number at the same time.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/link/pdu.h"

namespace sluice::cmpp {

// As in the Version field of CONNECT: high nibble major, low nibble minor.
enum class Version : uint8_t { k20 = 0x20, k30 = 0x30 };

// "CMPP 3.0"; lives as long as the program.
constexpr const char* VersionName(Version v) {
  return v == Version::k20 ? "CMPP 2.0" : "CMPP 3.0";
}

// Octets of a phone number, of a result, and of Reserve (3.0: LinkID).
constexpr size_t NumberWidth(Version v) { return v == Version::k20 ? 21 : 32; }
constexpr size_t ResultWidth(Version v) { return v == Version::k20 ? 1 : 4; }
constexpr size_t ReserveWidth(Version v) { return v == Version::k20 ? 8 : 20; }

enum class Command : uint32_t {
  kConnect = 1,
  kTerminate = 2,
  kSubmit = 4,
  kDeliver = 5,
  kQuery = 6,
  kCancel = 7,
  kActiveTest = 8,
  kConnectResp = 0x80000001,
  kTerminateResp = 0x80000002,
  kSubmitResp = 0x80000004,
  kDeliverResp = 0x80000005,
  kQueryResp = 0x80000006,
  kCancelResp = 0x80000007,
  kActiveTestResp = 0x80000008,
};

// "CMPP_SUBMIT"; "unknown command" for an unknown id.
absl::string_view CommandName(Command command);

constexpr size_t kHeaderSize = 12;
// The longest legal PDU, a SUBMIT to 99 numbers, has about 3.4 KiB. A greater
// length than this limit means that the stream is out of step.
constexpr size_t kPduSizeMax = 64 * 1024;

struct Header {
  uint32_t length = 0;
  Command command = Command::kActiveTest;
  uint32_t sequence = 0;
};

// Errors: kOutOfRange (fewer than 12 octets); kInvalidArgument (Total_Length is
// not the size of `pdu`).
absl::StatusOr<Header> DecodeHeader(absl::string_view pdu);

// Appends a header with the length of a PDU without body.
void AppendHeader(Command command, uint32_t sequence, std::string& out);

// Sets the length in the header at `begin` for a PDU that ends where `out`
// ends.
void PatchLength(size_t begin, std::string& out);

// Appends the whole PDU to `out`, which is unchanged after an error.
template <class Body>
absl::Status AppendPdu(const Body& body, Version version, uint32_t sequence,
                       std::string& out) {
  const size_t begin = out.size();
  AppendHeader(Body::kCommand, sequence, out);
  const absl::Status status = link::AppendBody(body, out, version);
  if (!status.ok()) {
    out.resize(begin);
    return status;
  }
  PatchLength(begin, out);
  return status;
}

template <class Body>
absl::StatusOr<std::string> EncodePdu(const Body& body, Version version,
                                      uint32_t sequence) {
  std::string out;
  SLUICE_RETURN_IF_ERROR(AppendPdu(body, version, sequence, out));
  return out;
}

}  // namespace sluice::cmpp
