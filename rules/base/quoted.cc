#include "rules/base/quoted.h"

#include <algorithm>
#include <iterator>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace sluice {
namespace {

constexpr absl::string_view kEllipsis = "…";

// The end of the run of digits at `text[begin]`; it may have one space or dash
// between two digits.
size_t EndOfRun(absl::string_view text, size_t begin) {
  size_t end = begin + 1;
  for (; end < text.size(); ++end) {
    const bool joins = (text[end] == ' ' || text[end] == '-') &&
                       end + 1 < text.size() &&
                       absl::ascii_isdigit(text[end + 1]);
    if (!joins && !absl::ascii_isdigit(text[end])) break;
  }
  return end;
}

// The digits of `run`, masked, if they are a number; else empty.
std::string MaskedRun(absl::string_view run) {
  std::string digits;
  absl::c_copy_if(run, std::back_inserter(digits),
                  [](unsigned char c) { return absl::ascii_isdigit(c); });
  absl::string_view national = digits;
  if (!absl::ConsumePrefix(&national, "0086")) {
    absl::ConsumePrefix(&national, "86");
  }
  const bool mobile =
      national.size() == 11 && national[0] == '1' && national[1] >= '3';
  const bool foreign = run[0] == '+' && digits.size() >= 8;
  if (!mobile && !foreign) return {};
  const absl::string_view shown = mobile ? national : digits;
  return absl::StrCat(mobile ? "" : "+", shown.substr(0, mobile ? 3 : 2),
                      "****", mobile ? shown.substr(shown.size() - 4) : "");
}

// A message id may have as many digits as a number: letters beside them tell.
bool StandsAlone(absl::string_view text, size_t begin, size_t end) {
  const auto is_free = [](unsigned char c) { return !absl::ascii_isalnum(c); };
  return (begin == 0 || text[begin] == '+' || is_free(text[begin - 1])) &&
         (end == text.size() || is_free(text[end]));
}

std::string WithoutNumbers(absl::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const bool begins = text[at] == '+' || absl::ascii_isdigit(text[at]);
    size_t end = begins ? EndOfRun(text, at) : at + 1;
    std::string masked;
    if (begins && StandsAlone(text, at, end)) {
      masked = MaskedRun(text.substr(at, end - at));
    }
    if (begins && masked.empty()) {
      // What follows the first space or dash may be one by itself.
      end = std::min(end, text.find_first_of(" -", at + 1));
    }
    absl::StrAppend(&out, masked.empty() ? text.substr(at, end - at) : masked);
    at = end;
  }
  return out;
}

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
  // Numbers first, so that none is cut; a long value is not read to its end.
  std::string shown = Shortened(
      WithoutNumbers(CutUtf8(value, 8 * kQuotedBytesMax)), kQuotedBytesMax);
  std::replace_if(
      shown.begin(), shown.end(),
      [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); },
      ' ');
  return absl::StrCat("'", shown, "'");
}

}  // namespace sluice
