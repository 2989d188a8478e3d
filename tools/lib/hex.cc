#include "tools/lib/hex.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"

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
      return ErrorOf(absl::StatusCode::kInvalidArgument,
                     SayBoth("第 $0 个字符不是十六进制数字",
                             "character $0 is not a hexadecimal digit", i + 1));
    }
    digits.push_back(static_cast<char>(c));
  }
  if (digits.size() % 2 != 0) {
    return ErrorOf(absl::StatusCode::kInvalidArgument,
                   SayBoth("$0 个十六进制数字：缺半个字节",
                           "$0 hexadecimal digits: half an octet is missing",
                           digits.size()));
  }
  return absl::HexStringToBytes(digits);
}

}  // namespace sluice::tools
