#include "tools/lib/hex.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace sluice::tools {

absl::StatusOr<std::string> ParseHex(absl::string_view text) {
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (absl::ascii_isspace(c) || c == ':') continue;
    if (c == '0' && i + 1 < text.size() && (text[i + 1] | 0x20) == 'x') {
      ++i;
      continue;
    }
    if (!absl::ascii_isxdigit(c)) {
      return absl::InvalidArgumentError(
          absl::StrCat("character ", i + 1, " is not a hexadecimal digit"));
    }
    digits.push_back(static_cast<char>(c));
  }
  if (digits.size() % 2 != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        digits.size(), " hexadecimal digits: half an octet is missing"));
  }
  return absl::HexStringToBytes(digits);
}

}  // namespace sluice::tools
