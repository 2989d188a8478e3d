#pragma once

// Turns the user data of a short message into text: removes the header and
// decodes the octets to UTF-8. All Chinese carrier protocols share these
// codings.
// Source: 3GPP TS 23.040 9.2.3.24 (user data header); CMPP 3.0.0, Msg_Fmt.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice::link {

// Wire values. Other values are decoded as ASCII.
enum class Coding : uint8_t {
  kAscii = 0,
  kBinary = 4,
  kUcs2 = 8,  // In practice UTF-16: surrogate pairs are read.
  kGbk = 15,  // Read as GB18030, which contains it.
};

// Returns UTF-8 for any octets: undecodable octets become U+FFFD, so that one
// bad octet never loses a reply. Thread-safe.
std::string DecodeText(Coding coding, absl::string_view octets);

// Whether `c` is one of the 6,763 Chinese characters of GB 2312, which nearly
// all texts keep to. Thread-safe.
bool IsCommonHan(char32_t c);

// User data without its header. `part` is 1 of 1 without a header, or with a
// header that does not join segments. Octets with a malformed header are all
// text.
struct UserData {
  absl::string_view text;  // Points into the octets given.
  uint32_t reference = 0;
  uint32_t parts = 1;
  uint32_t part = 1;  // From 1.
};
UserData SplitUserData(bool has_header, absl::string_view octets);

}  // namespace sluice::link
