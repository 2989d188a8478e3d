#pragma once

// How a text becomes the segments that a carrier counts, charges and reports
// on.
//
// Apart from the links because the number of segments is part of the verdict:
// what CountSegments says is what EncodeSegments makes and what is sent.
// Source: 3GPP TS 23.040 9.2.3.24.1 (concatenated short messages); CMPP 3.0.0,
// Msg_Fmt and Msg_Length ("below 160" for ASCII, else at most 140 octets).

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice::filter {

// Belongs to the carrier, so that all its links split alike. Immutable.
struct CarrierTraits {
  uint16_t ascii_max = 159;  // ASCII characters in a message of one segment.
  uint16_t ucs2_single_max = 70;  // UTF-16 units in a message of one segment.
  uint16_t ucs2_part_max = 67;    // UTF-16 units in one of several segments.
  uint8_t reference_bits = 8;     // 8 or 16: reference that joins segments.

  // The header in front of each of several segments.
  constexpr uint32_t header_octets() const {
    return reference_bits == 16 ? 7 : 6;
  }
  // UTF-16 units in one of several segments: 67, or 66 with 16 bits, as header
  // and text share 140 octets.
  constexpr uint32_t units_per_part() const {
    return std::min<uint32_t>(ucs2_part_max, (140 - header_octets()) / 2);
  }
};

// The parts of one message are numbered in one octet.
inline constexpr uint32_t kSegmentsMax = 255;

// Returns the number of segments of `text`, which is valid UTF-8; 1 for the
// empty text. More than kSegmentsMax cannot be sent. Pure; does not allocate.
uint32_t CountSegments(absl::string_view text, const CarrierTraits& traits);

// The values are those of Msg_Fmt and MsgFormat.
enum class DataCoding : uint8_t { kAscii = 0, kUcs2 = 8 };

struct Segments {
  DataCoding coding = DataCoding::kAscii;
  bool has_header = false;  // Each segment begins with a user data header.
  std::vector<std::string> octets;  // The user data, header included.
};

// Splits `text` into CountSegments() segments, none where that is more than
// kSegmentsMax. A surrogate pair is never split. What is not UTF-8 becomes
// U+FFFD. `reference` should differ between messages to one number; its low
// reference_bits are used.
Segments EncodeSegments(absl::string_view text, const CarrierTraits& traits,
                        uint16_t reference);

// The same into `out`, whose memory is used again.
void EncodeSegments(absl::string_view text, const CarrierTraits& traits,
                    uint16_t reference, Segments& out);

}  // namespace sluice::filter
