#include "rules/base/encoding.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>
#include <unicode/unistr.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "rules/base/both_error.h"
#include "rules/base/characters.h"
#include "rules/base/check.h"
#include "rules/base/status_macros.h"

namespace sluice::rules {
namespace {

constexpr absl::string_view kUtf8Mark = "\xef\xbb\xbf";

// Bytes beyond ASCII: how many, and how many are of valid characters.
struct Utf8Count {
  size_t bytes = 0;
  size_t valid_bytes = 0;
  size_t valid_characters = 0;
  // Of valid characters of three bytes and more, as Chinese ones are; two bytes
  // of GBK are often a character of two bytes.
  size_t wide_bytes = 0;
  bool cut = false;  // The last character is not whole, but may become so.

  bool all_valid() const { return valid_bytes == bytes; }
};

// The most bytes of a character.
constexpr int32_t kCharacterMax = 4;

Utf8Count CountUtf8(absl::string_view content) {
  Utf8Count count;
  const auto size = static_cast<int32_t>(content.size());
  for (int32_t at = 0; at < size;) {
    const int32_t begin = at;
    UChar32 c;
    U8_NEXT(content.data(), at, size, c);
    if (c >= 0 && c < 0x80) continue;
    const auto bytes = static_cast<size_t>(at - begin);
    // The beginning of a file may end inside a character.
    const auto lead = static_cast<unsigned char>(content[begin]);
    const bool cut = c < 0 && at == size && U8_IS_LEAD(lead) &&
                     at -
                         begin<kCharacterMax&& static_cast<int32_t>(
                             U8_COUNT_TRAIL_BYTES(lead))>
                             at - begin - 1;
    if (cut) {
      count.cut = true;
      continue;
    }
    count.bytes += bytes;
    if (c < 0) continue;
    count.valid_bytes += bytes;
    ++count.valid_characters;
    if (bytes > 2) count.wide_bytes += bytes;
  }
  return count;
}

// Where the bytes 0 are, which text has none of but as a half of UTF-16.
struct Zeros {
  size_t even = 0;
  size_t odd = 0;
};

Zeros CountZeros(absl::string_view content) {
  Zeros zeros;
  for (size_t at = content.find('\0'); at != content.npos;
       at = content.find('\0', at + 1)) {
    ++(at % 2 == 0 ? zeros.even : zeros.odd);
  }
  return zeros;
}

// Some bytes were damaged, or are of another program.
bool IsMostlyUtf8(const Utf8Count& count) {
  return !count.all_valid() && count.wide_bytes * 2 > count.bytes;
}

bool HasUtf16Mark(absl::string_view content) {
  return absl::StartsWith(content, "\xff\xfe") ||
         absl::StartsWith(content, "\xfe\xff");
}

char16_t UnitAt(absl::string_view content, size_t at, bool big_endian) {
  const auto first = static_cast<uint8_t>(content[at]);
  const auto second = static_cast<uint8_t>(content[at + 1]);
  return static_cast<char16_t>(big_endian ? first << 8 | second
                                          : second << 8 | first);
}

// Whether texts of Chinese offices have `unit`: ASCII, Chinese, its marks.
bool IsUsual(char16_t unit) {
  if (unit < 0x20) return unit == '\t' || unit == '\r' || unit == '\n';
  return unit < 0x7f || unit == u'·' || IsHan(unit) ||
         (unit >= 0x2010 && unit <= 0x2026) ||
         (unit >= 0x3000 && unit <= 0x303f) ||
         (unit >= 0xff01 && unit <= 0xff60);
}

// How many units of two bytes are usual in one byte order; a pair of surrogates
// is two.
size_t CountUsual(absl::string_view content, bool big_endian) {
  size_t usual = 0;
  for (size_t at = 0; at + 1 < content.size(); at += 2) {
    const char16_t unit = UnitAt(content, at, big_endian);
    const bool pair = U16_IS_LEAD(unit) && at + 3 < content.size() &&
                      U16_IS_TRAIL(UnitAt(content, at + 2, big_endian));
    usual += IsUsual(unit) || pair;
    if (!pair) continue;
    ++usual;
    at += 2;
  }
  return usual;
}

// By zeros alone where there are no other signs: "a".
bool IsBigEndian(absl::string_view content) {
  const size_t big = CountUsual(content, true);
  const size_t little = CountUsual(content, false);
  if (big != little) return big > little;
  const Zeros zeros = CountZeros(content);
  return zeros.even > zeros.odd;
}

bool IsPrintable(char c) { return c >= ' ' && c < 0x7f; }

// Whether hardly any unit is unusual, and not because two letters of ASCII are
// the bytes of a Chinese character.
bool AreUtf16Units(absl::string_view content) {
  const size_t units = content.size() / 2;
  size_t printable = 0;
  for (size_t at = 0; at + 1 < content.size(); at += 2) {
    printable += IsPrintable(content[at]) && IsPrintable(content[at + 1]);
  }
  const size_t usual =
      std::max(CountUsual(content, true), CountUsual(content, false));
  return units > 0 && usual * 10 >= units * 9 && printable * 10 <= units * 6;
}

// Whether `content` is GBK of common characters: those of GB2312, for most. Of
// UTF-16 two bytes in a row are hardly ever.
bool IsCommonGbk(absl::string_view content) {
  const auto byte = [&](size_t at) {
    return static_cast<uint8_t>(at < content.size() ? content[at] : 0xff);
  };
  size_t all = 0;
  size_t common = 0;
  for (size_t at = 0; at < content.size(); ++at) {
    const uint8_t lead = byte(at);
    if (lead < 0x80) {
      if (!IsUsual(lead)) return false;
      continue;
    }
    ++all;
    const bool cut = at + 1 == content.size();
    const uint8_t trail = cut ? 0xa1 : byte(++at);
    if (IsDigit(trail)) {  // A character of four bytes.
      ++common;
      at += 2;
      continue;
    }
    if (lead == 0x80 || lead == 0xff || trail < 0x40 || trail == 0x7f ||
        trail == 0xff) {
      return false;
    }
    common += lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1;
  }
  return all > 0 && common * 10 >= all * 7;
}

// Fewer characters without a zero tell nothing: any two bytes may be one.
constexpr size_t kUnitsMin = 4;

bool SeemsUtf16(absl::string_view content) {
  if (HasUtf16Mark(content)) return true;
  const Zeros zeros = CountZeros(content);
  const size_t both = zeros.even + zeros.odd;
  const Utf8Count utf8 = CountUtf8(content);
  if ((zeros.even == 0) != (zeros.odd == 0)) {
    // Half of the bytes of ASCII are zeros; what has fewer and is UTF-8
    // otherwise is a file with a stray zero. Chinese text has them where a line
    // ends, and in 一 and 开, on the other side.
    if (both * 3 > content.size() || !utf8.all_valid()) return true;
  }
  if (utf8.all_valid() ? both == 0
                       : IsMostlyUtf8(utf8) || IsCommonGbk(content)) {
    return false;
  }
  return content.size() >= kUnitsMin * sizeof(char16_t) &&
         AreUtf16Units(content);
}

// The name by which ICU knows it; `bytes` are the first.
const char* ConverterName(Encoding encoding, absl::string_view bytes) {
  if (encoding == Encoding::kGbk) return "GB18030";
  if (absl::StartsWith(bytes, "\xfe\xff")) return "UTF-16BE";
  if (absl::StartsWith(bytes, "\xff\xfe")) return "UTF-16LE";
  return IsBigEndian(bytes) ? "UTF-16BE" : "UTF-16LE";
}

const char* NameOf(Encoding encoding) {
  return encoding == Encoding::kGbk     ? "GBK"
         : encoding == Encoding::kUtf16 ? "UTF-16"
                                        : "UTF-8";
}

// Whether half and more of what is not ASCII are Chinese characters and marks.
bool IsChinese(absl::string_view utf8) {
  size_t chinese = 0;
  size_t others = 0;
  const auto size = static_cast<int32_t>(utf8.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c;
    U8_NEXT(utf8.data(), at, size, c);
    if (c < 0x80) continue;
    const bool mark = (c >= 0x3000 && c <= 0x303f) ||
                      (c >= 0xff01 && c <= 0xff60) ||
                      (c >= 0x2010 && c <= 0x2026);
    ++(mark || IsHan(static_cast<char32_t>(c)) ? chinese : others);
  }
  return chinese > 0 && chinese >= others;
}

}  // namespace

struct Decoder::State {
  explicit State(const char* name) {
    UErrorCode error = U_ZERO_ERROR;
    converter = ucnv_open(name, &error);
    SLUICE_CHECK(U_SUCCESS(error));
    ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr,
                        nullptr, &error);
    SLUICE_CHECK(U_SUCCESS(error));
  }
  ~State() { ucnv_close(converter); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  UConverter* converter = nullptr;
  std::vector<UChar> characters = std::vector<UChar>(16 << 10);
};

std::optional<Encoding> SeemingEncoding(absl::string_view content) {
  if (SeemsUtf16(content)) return Encoding::kUtf16;
  const Utf8Count utf8 = CountUtf8(content);
  if (utf8.all_valid()) return Encoding::kUtf8;
  if (IsMostlyUtf8(utf8)) return std::nullopt;
  Decoder decoder(Encoding::kGbk);
  std::string text;
  // Not at its end: the content may be cut inside a character.
  if (!decoder.Decode(content, /*at_end=*/false, text).ok()) {
    return std::nullopt;
  }
  if (!IsChinese(text)) return std::nullopt;
  return Encoding::kGbk;
}

Both NoTextFault(absl::string_view content) {
  if (absl::StartsWith(content, "PK\x03\x04") ||
      absl::StartsWith(content, "\xd0\xcf\x11\xe0") ||
      absl::StartsWith(content, "{\\rtf")) {
    return SayBoth(
        "这是 Excel 或 Word 文件，不是文本：请在其中另存为“CSV UTF-8”或纯文本，"
        "只改文件名不行",
        "a file of Excel or Word, and no text: save it there as CSV UTF-8 or "
        "as plain text, another name is not enough");
  }
  if (absl::StartsWith(content, "%PDF-")) {
    return SayBoth("这是 PDF 文件，不是文本：请把其中的内容另存为纯文本",
                   "a PDF, and no text: save what is in it as plain text");
  }
  return {};
}

std::string NotUtf8(absl::string_view content, Language language) {
  const Both no_text = NoTextFault(content);
  if (!no_text.english.empty()) return no_text.in(language);
  const std::optional<Encoding> seems = SeemingEncoding(content);
  if (seems == Encoding::kGbk) {
    return Say(
        language,
        "不是 UTF-8，像是 GBK（记事本和 WPS 称为 ANSI）：请另存为 UTF-8，或给 "
        "sluicectl 加上 --encoding gbk",
        "not UTF-8: it looks like GBK, which Notepad and WPS call ANSI: save "
        "it as UTF-8, or give sluicectl --encoding gbk");
  }
  if (seems == Encoding::kUtf16) {
    const std::string name = ConverterName(Encoding::kUtf16, content);
    return Say(language,
               "不是 UTF-8，像是 $0（记事本和 Excel 称为 Unicode）：请另存为 "
               "UTF-8，或给 sluicectl 加上 --encoding utf-16",
               "not UTF-8: it looks like $0, which Notepad and Excel call "
               "Unicode: save it as UTF-8, or give sluicectl --encoding utf-16",
               name);
  }
  return Say(language, "不是 UTF-8", "not UTF-8");
}

Decoder::Decoder(Encoding encoding, BadBytes bad)
    : encoding_(encoding), bad_(bad) {}
Decoder::~Decoder() = default;

namespace {

absl::Status NotUtf8Error(absl::string_view content) {
  return ErrorOf(absl::StatusCode::kInvalidArgument,
                 {NotUtf8(content, Language::kChinese), NotUtf8(content)});
}

}  // namespace

absl::Status Decoder::Begin(absl::string_view bytes) {
  begun_ = true;
  if (!NoTextFault(bytes).english.empty()) return NotUtf8Error(bytes);
  if (encoding_ == Encoding::kUtf8) return absl::OkStatus();
  // Two characters of GBK may be valid UTF-8 by chance, as 联通 is.
  const Utf8Count utf8 = CountUtf8(bytes);
  const bool is_utf8 =
      absl::StartsWith(bytes, kUtf8Mark) ||
      (!SeemsUtf16(bytes) && utf8.all_valid() && utf8.valid_characters > 2);
  if (is_utf8) return absl::OkStatus();
  if (encoding_ == Encoding::kGbk && SeemsUtf16(bytes)) {
    return NotUtf8Error(bytes);
  }
  // As GBK nearly any bytes are characters, and these would be nonsense.
  if (encoding_ == Encoding::kGbk && IsMostlyUtf8(utf8)) {
    return ErrorOf(
        absl::StatusCode::kInvalidArgument,
        SayBoth(
            "大部分是 UTF-8，但有些字节不是，例如别的程序加进的行：请另存为 "
            "UTF-8",
            "UTF-8 with some bytes that are not, such as lines that "
            "another program has added: save it as UTF-8"));
  }
  state_ = std::make_unique<State>(ConverterName(encoding_, bytes));
  return absl::OkStatus();
}

absl::Status Decoder::Decode(absl::string_view bytes, bool at_end,
                             std::string& utf8) {
  const bool first = !begun_;
  if (first) SLUICE_RETURN_IF_ERROR(Begin(bytes));
  if (state_ == nullptr) {
    if (first) absl::ConsumePrefix(&bytes, kUtf8Mark);
    utf8.append(bytes.data(), bytes.size());
    return absl::OkStatus();
  }
  const char* from = bytes.data();
  const char* const end = from + bytes.size();
  bool begin = first;
  for (;;) {
    UErrorCode error = U_ZERO_ERROR;
    UChar* const characters = state_->characters.data();
    UChar* to = characters;
    ucnv_toUnicode(state_->converter, &to,
                   characters + state_->characters.size(), &from, end, nullptr,
                   at_end, &error);
    const UChar* text = characters;
    const UChar* const text_end = to;
    if (begin && text < text_end && *text == 0xfeff) ++text;
    begin = false;
    lines_ += static_cast<uint64_t>(std::count(text, text_end, u'\n'));
    icu::UnicodeString(false, text, static_cast<int32_t>(text_end - text))
        .toUTF8String(utf8);
    if (U_SUCCESS(error)) return absl::OkStatus();
    if (error == U_BUFFER_OVERFLOW_ERROR) continue;
    if (bad_ == BadBytes::kRefuse) {
      return ErrorOf(
          absl::StatusCode::kInvalidArgument,
          SayBoth("第 $0 行不是 $1：不加 --encoding 重试，会说明像是哪种编码",
                  "line $0 is not $1: leave --encoding out to see what the "
                  "file seems to be",
                  lines_, NameOf(encoding_)));
    }
    utf8 += '\xff';
    if (from == end) return absl::OkStatus();
  }
}

absl::StatusOr<std::string> ToUtf8(absl::string_view content,
                                   Encoding encoding) {
  std::string utf8;
  SLUICE_RETURN_IF_ERROR(
      Decoder(encoding).Decode(content, /*at_end=*/true, utf8));
  return utf8;
}

absl::StatusOr<Encoding> ParseEncoding(absl::string_view name) {
  const std::string plain =
      absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"-", ""}, {"_", ""}});
  if (plain == "utf8") return Encoding::kUtf8;
  if (plain == "gbk" || plain == "gb2312" || plain == "gb18030") {
    return Encoding::kGbk;
  }
  if (plain == "utf16" || plain == "utf16le" || plain == "utf16be") {
    return Encoding::kUtf16;
  }
  return ErrorOf(
      absl::StatusCode::kInvalidArgument,
      SayBoth("没有编码 \"$0\"：可用 utf-8、gbk、utf-16",
              "encoding \"$0\" is not one of utf-8, gbk, utf-16", name));
}

}  // namespace sluice::rules
