#include "rules/base/quoted.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace sluice {
namespace {

constexpr absl::string_view kEllipsis = "…";

}  // namespace

absl::string_view CutUtf8(absl::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  // The byte after the end must not continue a character.
  while (bytes_max > 0 && (text[bytes_max] & 0xc0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

std::string Shortened(absl::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  if (bytes_max < kEllipsis.size()) return std::string();
  return absl::StrCat(CutUtf8(text, bytes_max - kEllipsis.size()), kEllipsis);
}

std::string Quoted(absl::string_view value) {
  std::string shown = Shortened(value, kQuotedBytesMax);
  std::replace_if(
      shown.begin(), shown.end(),
      [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); },
      ' ');
  return absl::StrCat("'", shown, "'");
}

}  // namespace sluice
