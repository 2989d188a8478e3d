#include "rules/base/characters.h"

#include "absl/algorithm/container.h"

namespace sluice {

bool AllDigits(absl::string_view text) {
  return absl::c_all_of(text, [](char c) { return IsDigit(c); });
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
