#include "filter/examine/segments.h"

#include "rules/base/characters.h"

namespace sluice::filter {
namespace {

// UTF-16 units of valid UTF-8: one for each code point, two for those of four
// octets. Octets that lead nothing (10xxxxxx) count nothing.
struct Units {
  uint32_t all = 0;
  uint32_t pairs = 0;
};
Units CountUnits(absl::string_view text) {
  Units units;
  for (const char c : text) {
    units.all += static_cast<int8_t>(c) >= -64;      // Not 10xxxxxx.
    units.pairs += static_cast<uint8_t>(c) >= 0xf0;  // 11110xxx.
  }
  units.all += units.pairs;
  return units;
}

// The same for any octets; see TakeCodePoint.
char32_t TakeAnyCodePoint(absl::string_view& text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  const size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  char32_t code = size == 1 ? lead : lead & (0xff >> (size + 1));
  bool good = size <= text.size() && (lead < 0x80 || lead >= 0xc2);
  for (size_t i = 1; good && i < size; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    good = (next & 0xc0) == 0x80;
    code = code << 6 | (next & 0x3f);
  }
  good = good && code >= kLeast[size] && code <= 0x10ffff &&
         (code < 0xd800 || code > 0xdfff);
  text.remove_prefix(good ? size : 1);
  return good ? code : 0xfffd;
}

// Takes one code point off the front; U+FFFD and one octet where there is none.
inline char32_t TakeCodePoint(absl::string_view& text) {
  const auto octet = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  // Most of what is sent: Chinese characters, of three octets.
  if (text.size() >= 3 && octet(0) >= 0xe1 && octet(0) <= 0xec &&
      (octet(1) & 0xc0) == 0x80 && (octet(2) & 0xc0) == 0x80) {
    const char32_t code = static_cast<char32_t>(
        (octet(0) & 0x0f) << 12 | (octet(1) & 0x3f) << 6 | (octet(2) & 0x3f));
    text.remove_prefix(3);
    return code;
  }
  return TakeAnyCodePoint(text);
}

void AppendUnit(char16_t unit, std::string& out) {
  const char octets[] = {static_cast<char>(unit >> 8), static_cast<char>(unit)};
  out.append(octets, 2);
}

// Writes `text` to the front of `out` as UTF-16 and returns whether it has at
// most `units_max` units; if not, `out` is of no use.
bool WriteWhole(absl::string_view text, size_t units_max, std::string& out) {
  out.resize(2 * units_max + 4);
  const size_t limit = 2 * units_max;
  size_t size = 0;
  const auto put = [&](char32_t unit) {
    out[size++] = static_cast<char>(unit >> 8);
    out[size++] = static_cast<char>(unit);
  };
  while (!text.empty()) {
    if (size >= limit) return false;
    const char32_t code = TakeCodePoint(text);
    if (code < 0x10000) {
      put(code);
    } else {
      put(0xd800 + ((code - 0x10000) >> 10));
      put(0xdc00 + ((code - 0x10000) & 0x3ff));
    }
  }
  out.resize(size);
  return size <= limit;
}

void AppendUtf16(char32_t code, std::string& out) {
  if (code < 0x10000) return AppendUnit(static_cast<char16_t>(code), out);
  AppendUnit(static_cast<char16_t>(0xd800 + ((code - 0x10000) >> 10)), out);
  AppendUnit(static_cast<char16_t>(0xdc00 + ((code - 0x10000) & 0x3ff)), out);
}

// Where pairs make some segments one unit short, only walking tells.
uint32_t WalkParts(absl::string_view text, uint32_t room) {
  uint32_t parts = 1;
  uint32_t used = 0;
  while (!text.empty()) {
    const uint32_t units = TakeCodePoint(text) < 0x10000 ? 1 : 2;
    if (used + units > room) {
      ++parts;
      used = 0;
    }
    used += units;
  }
  return parts;
}

// Octets of the header: length, element id, its length, reference, count,
// index.
std::string Header(const CarrierTraits& traits, uint16_t reference) {
  if (traits.reference_bits == 16) {
    return {6,
            8,
            4,
            static_cast<char>(reference >> 8),
            static_cast<char>(reference),
            0,
            0};
  }
  return {5, 0, 3, static_cast<char>(reference), 0, 0};
}

std::string& NextSegment(Segments& out, size_t index) {
  if (out.octets.size() <= index) out.octets.emplace_back();
  out.octets[index].clear();
  return out.octets[index];
}

// Returns the number of segments made.
size_t SplitUcs2(absl::string_view text, const CarrierTraits& traits,
                 uint16_t reference, Segments& out) {
  const std::string header = Header(traits, reference);
  const size_t octets_max = header.size() + 2 * traits.units_per_part();
  size_t made = 0;
  std::string* segment = nullptr;
  while (!text.empty()) {
    absl::string_view rest = text;
    const char32_t code = TakeCodePoint(rest);
    const size_t octets = code < 0x10000 ? 2 : 4;
    if (segment == nullptr || segment->size() + octets > octets_max) {
      if (made == kSegmentsMax) return 0;
      segment = &NextSegment(out, made++);
      *segment += header;
      segment->back() = static_cast<char>(made);
    }
    AppendUtf16(code, *segment);
    text = rest;
  }
  for (size_t i = 0; i < made; ++i) {
    out.octets[i][header.size() - 2] = static_cast<char>(made);
  }
  return made;
}

}  // namespace

uint32_t CountSegments(absl::string_view text, const CarrierTraits& traits) {
  if (text.size() <= traits.ascii_max && IsAscii(text)) return 1;
  const Units units = CountUnits(text);
  if (units.all <= traits.ucs2_single_max) return 1;
  const uint32_t room = traits.units_per_part();
  if (units.pairs > 0) return WalkParts(text, room);
  return (units.all + room - 1) / room;
}

void EncodeSegments(absl::string_view text, const CarrierTraits& traits,
                    uint16_t reference, Segments& out) {
  out.has_header = false;
  if (text.size() <= traits.ascii_max && IsAscii(text)) {
    out.coding = DataCoding::kAscii;
    NextSegment(out, 0).assign(text.data(), text.size());
    out.octets.resize(1);
    return;
  }
  out.coding = DataCoding::kUcs2;
  // Most messages fit into one segment; a longer one is split again from its
  // beginning, because the header of its first segment takes room.
  if (WriteWhole(text, traits.ucs2_single_max, NextSegment(out, 0))) {
    out.octets.resize(1);
    return;
  }
  out.has_header = true;
  out.octets.resize(SplitUcs2(text, traits, reference, out));
}

Segments EncodeSegments(absl::string_view text, const CarrierTraits& traits,
                        uint16_t reference) {
  Segments out;
  EncodeSegments(text, traits, reference, out);
  return out;
}

}  // namespace sluice::filter
