#pragma once

// Finds the text in the octets of a reply. Carriers and phones often mark
// octets with another coding than they have, and a refusal must not be lost to
// that: when the octets do not fit their mark, the other codings are tried.
// Source: 3GPP TS 23.038 4, the groups of the data coding scheme; CMPP 3.0.0,
// Msg_Fmt, which adds 15.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "gateway/link/text_decode.h"

namespace sluice::link {

// The alphabet that a data coding octet names, in whatever group: 9, 24 and 25
// are UCS2, too, with a class. Reserved values are ASCII, to be doubted.
Coding AlphabetOf(uint8_t data_coding);

struct Reading {
  std::string text;      // UTF-8; U+FFFD for undecodable octets.
  bool readable = true;  // The octets fit a coding.
};

// Reads octets without their user data header. Thread-safe.
Reading ReadText(uint8_t data_coding, absl::string_view octets);

}  // namespace sluice::link
