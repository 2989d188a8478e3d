#include "gateway/link/text_decode.h"

#include <unicode/ucnv.h>

#include <memory>
#include <vector>

#include "rules/base/characters.h"
#include "rules/base/check.h"

namespace sluice::link {
namespace {

constexpr char32_t kReplacement = 0xfffd;

std::string DecodeAscii(absl::string_view octets) {
  std::string out;
  out.reserve(octets.size());
  for (const char c : octets) {
    const auto octet = static_cast<uint8_t>(c);
    AppendUtf8(octet < 0x80 ? octet : kReplacement, out);
  }
  return out;
}

std::string DecodeUtf16(absl::string_view octets) {
  std::string out;
  out.reserve(octets.size() * 3 / 2);
  const auto unit = [&](size_t at) {
    return static_cast<char32_t>(static_cast<uint8_t>(octets[at]) << 8 |
                                 static_cast<uint8_t>(octets[at + 1]));
  };
  size_t at = 0;
  while (at + 2 <= octets.size()) {
    char32_t code = unit(at);
    at += 2;
    if (code >= 0xd800 && code <= 0xdfff) {
      const bool pair = code < 0xdc00 && at + 2 <= octets.size() &&
                        (unit(at) & 0xfc00) == 0xdc00;
      code = pair ? 0x10000 + ((code - 0xd800) << 10) + (unit(at) - 0xdc00)
                  : kReplacement;
      if (pair) at += 2;
    }
    AppendUtf8(code, out);
  }
  if (at < octets.size()) AppendUtf8(kReplacement, out);  // Half a unit.
  return out;
}

// A converter has state and is slow to open: each thread has its own.
UConverter& Gb18030() {
  struct Close {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
  };
  thread_local const std::unique_ptr<UConverter, Close> converter = [] {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<UConverter, Close> opened(ucnv_open("gb18030", &error));
    SLUICE_CHECK(U_SUCCESS(error));
    return opened;
  }();
  return *converter;
}

std::string DecodeGbk(absl::string_view octets) {
  // No supported coding makes more than one unit of an octet.
  std::vector<UChar> units(octets.size() + 1);
  UErrorCode error = U_ZERO_ERROR;
  const int32_t size = ucnv_toUChars(
      &Gb18030(), units.data(), static_cast<int32_t>(units.size()),
      octets.data(), static_cast<int32_t>(octets.size()), &error);
  SLUICE_CHECK(U_SUCCESS(error));
  std::string utf16;
  for (int32_t i = 0; i < size; ++i) {
    utf16.push_back(static_cast<char>(units[i] >> 8));
    utf16.push_back(static_cast<char>(units[i]));
  }
  return DecodeUtf16(utf16);
}

uint32_t OctetAt(absl::string_view octets, size_t at) {
  return static_cast<uint8_t>(octets[at]);
}

}  // namespace

std::string DecodeText(Coding coding, absl::string_view octets) {
  switch (coding) {
    case Coding::kUcs2:
      return DecodeUtf16(octets);
    case Coding::kGbk:
      return DecodeGbk(octets);
    case Coding::kAscii:
    case Coding::kBinary:
      break;
  }
  return DecodeAscii(octets);
}

bool IsCommonHan(char32_t c) {
  if (c < 0x4e00 || c > 0x9fff) return false;
  const auto unit = static_cast<UChar>(c);
  char octets[8];
  UErrorCode error = U_ZERO_ERROR;
  const int32_t size =
      ucnv_fromUChars(&Gb18030(), octets, sizeof(octets), &unit, 1, &error);
  if (U_FAILURE(error) || size != 2) return false;
  const auto lead = static_cast<uint8_t>(octets[0]);
  return lead >= 0xb0 && lead <= 0xf7 && static_cast<uint8_t>(octets[1]) > 0xa0;
}

UserData SplitUserData(bool has_header, absl::string_view octets) {
  UserData data;
  data.text = octets;
  if (!has_header || octets.empty()) return data;
  const size_t header_size = 1 + OctetAt(octets, 0);
  if (header_size > octets.size()) return data;
  data.text = octets.substr(header_size);
  absl::string_view rest = octets.substr(1, header_size - 1);
  while (rest.size() >= 2) {
    const uint32_t id = OctetAt(rest, 0);
    const size_t size = OctetAt(rest, 1);
    if (rest.size() < 2 + size) break;
    const absl::string_view element = rest.substr(2, size);
    rest.remove_prefix(2 + size);
    // Element 0 has a reference of 8 bits, element 8 one of 16 bits.
    if ((id != 0 || size != 3) && (id != 8 || size != 4)) continue;
    data.reference = OctetAt(element, 0);
    if (id == 8) data.reference = data.reference << 8 | OctetAt(element, 1);
    data.parts = OctetAt(element, size - 2);
    data.part = OctetAt(element, size - 1);
  }
  if (data.part == 0 || data.part > data.parts) data.part = data.parts = 1;
  return data;
}

}  // namespace sluice::link
