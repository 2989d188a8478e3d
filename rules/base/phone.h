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

// What a mainland number is for; kOther: every number outside the mainland.
enum class PhoneKind : uint8_t { kMobile, kIot, kSatellite, kFixed, kOther };

// Reads a number as senders write it: mainland digits with or without 86, +86,
// 0086, with spaces and dashes anywhere after the first character. A mainland
// number is one of
//   mobile     1[3-9] and 9 digits, whatever the prefix table knows
//   satellite  1349 or 1749 and 7 digits
//   IoT        1064 or 14 and digits to 13 in all
//   fixed      0, area code and 7 or 8 digits; after 86 the 0 may be left out
// Numbers outside the mainland need + or 00 and are checked by libphonenumber
// (33 us instead of 0.03).
// No allocation for a good mainland number. Errors: kInvalidArgument, saying
// what is wrong, without the number.
absl::StatusOr<Phone> ParsePhone(absl::string_view text);

PhoneKind KindOf(Phone phone);

// In the numbering of the mainland (86).
bool IsMainland(Phone phone);

// 1[3-9] and nine digits after 86.
bool IsMainlandMobile(Phone phone);

// The country calling code: 86, 1, 852. 0 for no number.
uint32_t CallingCode(Phone phone);

// "+8613800138000".
std::string ToE164(Phone phone);

// "138****5678", for people who must not see the whole number: logs, errors.
std::string Masked(Phone phone);

}  // namespace sluice
