#pragma once

// Turns the user data of a short message back into text: header off, octets to
// UTF-8. All Chinese carrier protocols share these codings, so this is apart
// from them.
// Source: 3GPP TS 23.040 9.2.3.24 (user data header); CMPP 3.0.0, Msg_Fmt.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice::link {

// Values as on the wire; others are read as octets that may be ASCII.
enum class Coding : uint8_t {
  kAscii = 0,
  kBinary = 4,
  kUcs2 = 8,  // In practice UTF-16: surrogate pairs are read.
  kGbk = 15,  // Read as GB18030, which contains it.
};

// Returns UTF-8 for any octets: what is not text becomes U+FFFD, so that a
// reply is never lost to one bad octet. Thread-safe.
std::string DecodeText(Coding coding, absl::string_view octets);

// User data without its header. 1 of 1 when it has none, or one that does not
// join segments; octets whose header is malformed are all text.
struct UserData {
  absl::string_view text;  // Points into the octets given.
  uint32_t reference = 0;
  uint32_t parts = 1;
  uint32_t part = 1;  // From 1.
};
UserData SplitUserData(bool has_header, absl::string_view octets);

}  // namespace sluice::link
