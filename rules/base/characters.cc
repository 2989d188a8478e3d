#include "rules/base/characters.h"

#include <cstdint>
#include <cstring>

#include "absl/algorithm/container.h"

namespace sluice {

bool IsAscii(absl::string_view text) {
  uint64_t high = 0;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t eight;
    std::memcpy(&eight, text.data() + i, 8);
    high |= eight;
  }
  for (; i < text.size(); ++i) high |= static_cast<uint8_t>(text[i]);
  return (high & 0x8080808080808080) == 0;
}

bool AllDigits(absl::string_view text) {
  return absl::c_all_of(text, [](char c) { return IsDigit(c); });
}

absl::string_view PartOf(absl::string_view text, uint32_t begin, uint32_t end) {
  size_t from = text.size();
  uint32_t at = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((text[i] & 0xc0) == 0x80) continue;
    if (at == begin) from = i;
    if (at == end) return text.substr(from, i - from);
    ++at;
  }
  return text.substr(from);
}

void AppendUtf8(char32_t c, std::string& utf8) {
  const auto push = [&](char32_t byte) {
    utf8.push_back(static_cast<char>(byte));
  };
  if (c < 0x80) return push(c);
  if (c < 0x800) {
    push(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      push(0xe0 | c >> 12);
    } else {
      push(0xf0 | c >> 18);
      push(0x80 | (c >> 12 & 0x3f));
    }
    push(0x80 | (c >> 6 & 0x3f));
  }
  push(0x80 | (c & 0x3f));
}

}  // namespace sluice
