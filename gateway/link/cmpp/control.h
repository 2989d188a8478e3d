#pragma once

// The small PDUs that keep a session alive (ACTIVE_TEST), end it (TERMINATE) or
// take a message back (CANCEL).
// Source: China Mobile CMPP 2.0 and 3.0.0, the operations of these names.

#include <cstdint>
#include <string>
#include <tuple>

#include "gateway/link/cmpp/header.h"
#include "gateway/link/pdu.h"

namespace sluice::cmpp {

struct ActiveTest {
  static constexpr Command kCommand = Command::kActiveTest;
  bool operator==(const ActiveTest&) const = default;
  static constexpr auto Fields(Version) { return std::tuple{}; }
};

struct ActiveTestResp {
  static constexpr Command kCommand = Command::kActiveTestResp;

  // One octet without meaning. Some gateways omit it, which is read and written
  // as the empty string.
  std::string reserved = std::string(1, '\0');
  bool operator==(const ActiveTestResp&) const = default;

  // Reads and writes the octet if it is present.
  struct ReservedField {
    absl::string_view name;

    absl::Status Append(const ActiveTestResp& pdu, std::string& out) const {
      if (pdu.reserved.size() > 1) {
        return absl::InvalidArgumentError(
            absl::StrCat(name, ": more than 1 octet"));
      }
      out += pdu.reserved;
      return absl::OkStatus();
    }
    absl::Status Take(ByteReader& in, ActiveTestResp& pdu) const {
      const size_t size = in.remaining() == 0 ? 0 : 1;
      const absl::StatusOr<absl::string_view> octets = in.Take(size);
      pdu.reserved.assign(octets->data(), size);
      return absl::OkStatus();
    }
    template <class See>
    void Show(const ActiveTestResp& pdu, See&& see) const {
      if (pdu.reserved.empty()) return;
      see(name, 1, absl::StrCat(static_cast<uint8_t>(pdu.reserved[0])));
    }
  };

  static constexpr auto Fields(Version) {
    return std::tuple{ReservedField{"Reserved"}};
  }
};

struct Terminate {
  static constexpr Command kCommand = Command::kTerminate;
  bool operator==(const Terminate&) const = default;
  static constexpr auto Fields(Version) { return std::tuple{}; }
};

struct TerminateResp {
  static constexpr Command kCommand = Command::kTerminateResp;
  bool operator==(const TerminateResp&) const = default;
  static constexpr auto Fields(Version) { return std::tuple{}; }
};

struct Cancel {
  static constexpr Command kCommand = Command::kCancel;

  uint64_t msg_id = 0;
  bool operator==(const Cancel&) const = default;

  static constexpr auto Fields(Version) {
    return std::tuple{
        link::UintField<Cancel, uint64_t>{"Msg_Id", &Cancel::msg_id},
    };
  }
};

struct CancelResp {
  static constexpr Command kCommand = Command::kCancelResp;

  uint32_t success_id = 0;  // 0 taken back, 1 failed.
  bool operator==(const CancelResp&) const = default;

  static constexpr auto Fields(Version v) {
    return std::tuple{
        link::SizedUintField<CancelResp>{"Success_Id", ResultWidth(v),
                                         &CancelResp::success_id},
    };
  }
};

}  // namespace sluice::cmpp
