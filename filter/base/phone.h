#pragma once

// A telephone number as E.164 digits in an integer: 8613800138000.

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice {

struct Phone {
  uint64_t e164 = 0;  // 0: none.

  explicit operator bool() const { return e164 != 0; }
  auto operator<=>(const Phone&) const = default;
};

// What a mainland number is for.
enum class PhoneKind : uint8_t { kMobile, kIot, kSatellite, kFixed, kOther };

// Reads a number as senders write it: 11 mainland digits with or without 86,
// +86, 0086, spaces and dashes. Numbers outside the mainland need + or 00.
// No allocation. Errors: kInvalidArgument, without the number.
absl::StatusOr<Phone> ParsePhone(absl::string_view text);

PhoneKind KindOf(Phone phone);

// 1[3-9] and nine digits after 86.
bool IsMainlandMobile(Phone phone);

// "+8613800138000".
std::string ToE164(Phone phone);

// "138****5678", for people who must not see the whole number: logs, errors.
std::string Masked(Phone phone);

}  // namespace sluice
