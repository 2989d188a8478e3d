#include "rules/base/pasted_phone.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <vector>

#include "rules/base/language.h"
#include "rules/base/quoted.h"

namespace sluice {
namespace {

std::vector<UChar32> CodePoints(absl::string_view text) {
  std::vector<UChar32> all;
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(text.data(), i, size, c);
    all.push_back(c);
  }
  return all;
}

void Append(UChar32 c, std::string& out) {
  char bytes[U8_MAX_LENGTH];
  int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, c);
  out.append(bytes, static_cast<size_t>(size));
}

// ASCII, small, full width.
bool IsPlus(UChar32 c) { return c == '+' || c == 0xfe62 || c == 0xff0b; }
// ASCII, ratio, small, full width and its vertical form.
bool IsColon(UChar32 c) {
  return c == ':' || c == 0x2236 || c == 0xfe55 || c == 0xff1a || c == 0xfe13;
}

bool IsDot(UChar32 c) {
  // Full stops and middle dots. Unicode has no property for dots.
  static constexpr UChar32 kDots[] = {'.',    0xb7,   0x2022, 0x2024, 0x2027,
                                      0x2219, 0x22c5, 0x3002, 0x30fb, 0xfe52,
                                      0xff0e, 0xff61, 0xff65};
  return std::find(std::begin(kDots), std::end(kDots), c) != std::end(kDots);
}

bool IsDropped(UChar32 c) {
  const int8_t kind = u_charType(c);
  return kind == U_FORMAT_CHAR || kind == U_START_PUNCTUATION ||
         kind == U_END_PUNCTUATION || IsDot(c) ||
         u_hasBinaryProperty(c, UCHAR_WHITE_SPACE) ||
         u_hasBinaryProperty(c, UCHAR_DASH) ||
         u_hasBinaryProperty(c, UCHAR_QUOTATION_MARK) ||
         u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

}  // namespace

std::string PlainNumber(absl::string_view text) {
  const std::vector<UChar32> all = CodePoints(text);
  const auto first = std::find_if(all.begin(), all.end(), [](UChar32 c) {
    return IsPlus(c) || u_charDigitValue(c) >= 0;
  });
  auto begin = first;
  while (begin != all.begin() && !IsColon(*(begin - 1))) --begin;
  std::string plain;
  for (auto c = begin; c != all.end(); ++c) {
    if (const int32_t digit = u_charDigitValue(*c); digit >= 0) {
      plain.push_back(static_cast<char>('0' + digit));
    } else if (IsPlus(*c)) {
      plain.push_back('+');
    } else if (!IsDropped(*c)) {
      Append(*c, plain);
    }
  }
  return plain;
}

absl::StatusOr<Phone> ParsePastedPhone(absl::string_view text) {
  const std::string plain = PlainNumber(text);
  for (const UChar32 c : CodePoints(plain)) {
    if (c == '+' || ('0' <= c && c <= '9')) continue;
    std::string shown;
    Append(c, shown);
    const Both why =
        SayBoth("含 $0，号码中没有这个字符",
                "holds $0, which stands in no number", Quoted(shown));
    return WithChinese(absl::InvalidArgumentError(why.english), why.chinese);
  }
  return ParsePhone(plain);
}

}  // namespace sluice
