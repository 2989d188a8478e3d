#include "rules/contacts/digit_groups.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "absl/strings/ascii.h"

namespace sluice::rules {
namespace {

bool MayStandBetween(UChar32 c) {
  if (c > 0x7f) return !u_isalnum(c) && u_charType(c) != U_CURRENCY_SYMBOL;
  const char ascii = static_cast<char>(c);
  return c >= 0 && !absl::ascii_isalnum(static_cast<unsigned char>(ascii)) &&
         absl::string_view("\n:%+=$").find(ascii) == absl::string_view::npos;
}

}  // namespace

absl::string_view SeparatorAfter(const ContactText& text, size_t run) {
  if (!text.IsDigits(run) || !text.IsDigits(run + 1) ||
      text.runs[run + 1].taken) {
    return {};
  }
  const uint32_t begin = text.runs[run].end;
  const uint32_t end = text.runs[run + 1].begin;
  if (end - begin > DigitGroups::kGapMax * 4) return {};
  const absl::string_view gap = text.bytes.substr(begin, end - begin);
  const auto size = static_cast<int32_t>(gap.size());
  size_t characters = 0;
  for (int32_t at = 0; at < size; ++characters) {
    UChar32 c;
    U8_NEXT(gap.data(), at, size, c);
    if (!MayStandBetween(c)) return {};
  }
  if (characters > DigitGroups::kGapMax) return {};
  const absl::string_view trimmed = absl::StripAsciiWhitespace(gap);
  return trimmed.empty() ? gap.substr(0, 1) : trimmed;
}

DigitGroups DigitGroups::Read(const ContactText& text, size_t run,
                              size_t digits) {
  DigitGroups groups;
  groups.first_run = run;
  groups.begin = text.runs[run].begin;
  for (;;) {
    const uint32_t size = text.runs[run].size();
    groups.sizes[groups.count++] =
        static_cast<uint8_t>(std::min<uint32_t>(size, UINT8_MAX));
    groups.digits += size;
    groups.end = text.runs[run].end;
    groups.next_run = run + 1;
    if (groups.digits >= digits || groups.count == kMax) return groups;
    const absl::string_view separator = SeparatorAfter(text, run);
    if (separator.empty()) return groups;
    if (groups.count == 1) groups.separator = separator;
    groups.even = groups.even && separator == groups.separator;
    ++run;
  }
}

}  // namespace sluice::rules
