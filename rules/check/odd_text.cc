#include "rules/check/odd_text.h"

#include <re2/re2.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/characters.h"
#include "rules/base/faults.h"
#include "rules/base/quoted.h"
#include "rules/contacts/host_name.h"
#include "rules/contacts/public_suffixes.h"
#include "rules/fold/han_tables.h"

namespace sluice::rules {
namespace {

using Odd = std::optional<OddWord>;

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

Converter OpenConverter(const char* name) {
  UErrorCode error = U_ZERO_ERROR;
  Converter converter(ucnv_open(name, &error));
  if (U_FAILURE(error)) return nullptr;
  ucnv_setFromUCallBack(converter.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr,
                        nullptr, nullptr, &error);
  return converter;
}

// The bytes of which an editor that reads `converter`'s encoding makes `word`;
// empty: there are none.
std::string BytesOf(absl::string_view word, UConverter* converter) {
  if (converter == nullptr) return "";
  const icu::UnicodeString text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(word.data(), static_cast<int32_t>(word.size())));
  std::string bytes(static_cast<size_t>(text.length()) * 4 + 1, '\0');
  UErrorCode error = U_ZERO_ERROR;
  const int32_t size = ucnv_fromUChars(converter, bytes.data(),
                                       static_cast<int32_t>(bytes.size()),
                                       text.getBuffer(), text.length(), &error);
  if (U_FAILURE(error)) return "";
  bytes.resize(static_cast<size_t>(size));
  return bytes;
}

// Whether `text` has nothing but Chinese characters, of which there is one at
// least, and plain ones of ASCII.
bool IsChinese(absl::string_view text) {
  bool has = false;
  for (const char32_t c : CodePoints(text)) {
    if (!IsHan(c) && c >= 0x80 && (c < 0xff00 || c > 0xffef)) return false;
    has |= IsHan(c);
  }
  return has;
}

// What `word` was before its UTF-8 was read in another encoding; empty: it is
// as it was. A last character that was cut off is left out.
std::string BeforeMisread(absl::string_view word, UConverter* converter) {
  std::string bytes = BytesOf(word, converter);
  const auto bad = FirstInvalidUtf8(bytes);
  const bool cut = bad && bytes.size() - *bad < 3;
  if (cut) bytes.resize(*bad);
  if ((bad && !cut) || !IsChinese(bytes)) return "";
  // 娼妓 begins with the bytes of one character by chance.
  const size_t least = cut ? 3 : 2;
  return CodePoints(bytes).size() < least ? "" : bytes;
}

OddWord Garbled(const Both& meant) {
  return {SayBoth("乱码", "garbled words"),
          SayBoth("弄错编码产生的乱码$0，没有短信会这样写：请从原来的文件重新"
                  "导出，存为 UTF-8",
                  "characters that a wrong encoding made$1, which no text has: "
                  "export the list again from where it came from, as UTF-8",
                  meant.chinese, meant.english),
          0};
}

// Whether it has what UTF-8 looks like that was read as Latin: Ã¤. Of three
// bytes, å¥½ says so; é® alone is how Nestlé® ends.
bool LooksLikeLatin(absl::string_view word) {
  static constexpr std::u32string_view kLater = U"‘’‚“”„†‡•…‰‹›€™ŒœŠšŸŽžƒˆ˜–—";
  const auto is_later = [](char32_t c) {
    return (c >= 0x80 && c <= 0xbf) || kLater.find(c) != kLater.npos;
  };
  const std::u32string characters = CodePoints(word);
  for (size_t i = 1; i < characters.size(); ++i) {
    const char32_t first = characters[i - 1];
    if (first < 0xc2 || first > 0xef || !is_later(characters[i])) continue;
    const bool two = first < 0xe0;
    if (two || (i + 1 < characters.size() && is_later(characters[i + 1]))) {
      return true;
    }
  }
  return false;
}

// ASCII of these encodings is the same, and most words are plain Chinese ones.
bool MayBeMisread(absl::string_view word) {
  return !IsAscii(word) && word.size() >= 4;
}

Odd FindGarbled(absl::string_view word) {
  for (const absl::string_view mark : {"\ufffd", "锟斤拷", "烫烫", "屯屯"}) {
    if (absl::StrContains(word, mark)) return Garbled({});
  }
  if (!MayBeMisread(word)) return std::nullopt;
  thread_local const Converter latin = OpenConverter("windows-1252");
  thread_local const Converter latin1 = OpenConverter("ISO-8859-1");
  thread_local const Converter gbk = OpenConverter("GBK");
  for (const Converter* one : {&latin, &latin1, &gbk}) {
    const std::string meant = BeforeMisread(word, one->get());
    if (meant.empty()) continue;
    return Garbled(SayBoth("（原文可能是“$0”）", " of '$0'", meant));
  }
  if (LooksLikeLatin(word)) return Garbled({});
  return std::nullopt;
}

Odd FindDate(absl::string_view word) {
  static const RE2& date =
      *new RE2(R"((19|20)\d\d(年|[-/.])\d{1,2}(月|[-/.])\d{1,2}日?)");
  if (word.empty() || !absl::ascii_isdigit(word[0])) return std::nullopt;
  if (!RE2::FullMatch(re2::StringPiece(word.data(), word.size()), date)) {
    return std::nullopt;
  }
  return OddWord{
      SayBoth("当作词的日期", "dates as words"),
      SayBoth("这是日期，只有写着这一天的短信才会命中：备注请写在 # 之后",
              "a date, which only texts with that day have: write a remark "
              "behind #"),
      0};
}

// What tables and web pages have where there is no word.
Odd FindPlaceholder(absl::string_view word) {
  static const RE2& entity = *new RE2(R"(&(#\d+|[a-z]+);)");
  const re2::StringPiece text(word.data(), word.size());
  if (absl::StrContains(word, ';') && RE2::PartialMatch(text, entity)) {
    return OddWord{
        SayBoth("网页中的代码", "codes of web pages"),
        SayBoth("含有网页代码（如 &nbsp;），短信里不会有：请改成它代表的字符",
                "a code of web pages such as &nbsp;, which no text has: write "
                "the character that it stands for"),
        0};
  }
  // The results of formulas; a long number that a spreadsheet rounded.
  static const RE2& result =
      *new RE2(R"(#(?:NAME\?|REF!|N/A|VALUE!|DIV/0!|NULL!|NUM!|SPILL!)|#{3,}|)"
               R"(TRUE|FALSE|-?\d(?:\.\d+)?E[+-]\d+)");
  if (RE2::FullMatch(text, result)) {
    return OddWord{
        SayBoth("表格程序的结果", "results of spreadsheets"),
        SayBoth("表格程序写成了这样，原来的词已不在这里：请把该列设为文本，"
                "重新填写并导出",
                "a spreadsheet wrote this instead of the word, which is lost: "
                "make its column text, fill it in and export it again"),
        0};
  }
  for (const absl::string_view one :
       {"null", "n/a", "undefined", "同上", "暂无", "待定", "待补充", "（空）",
        "(空)"}) {
    if (!absl::EqualsIgnoreCase(word, one)) continue;
    return OddWord{SayBoth("表格的占位", "placeholders of tables"),
                   SayBoth("表格里表示没有内容的占位，会当作词来查找：请去掉",
                           "what tables write where there is nothing, and it "
                           "is looked for as a word: remove it"),
                   0};
  }
  return std::nullopt;
}

// "办理假证！": nobody writes a word with the same mark every time.
Odd FindEndMark(absl::string_view word) {
  static const RE2& marked =
      *new RE2(R"(\p{Han}[^吗呢么吧啊]([！!？?…~～]+)$)");
  re2::StringPiece mark;
  if (!RE2::PartialMatch(re2::StringPiece(word.data(), word.size()), marked,
                         &mark)) {
    return std::nullopt;
  }
  const absl::string_view odd(mark.data(), mark.size());
  return OddWord{
      SayBoth("带标点的词", "words with a mark at their end"),
      SayBoth("“$0”属于这个词，后面不是它的短信不会命中：请去掉",
              "'$0' belongs to the word, so that only texts with it are hit: "
              "remove it",
              odd),
      static_cast<size_t>(mark.data() - word.data()), false, true};
}

// A whole message, which nobody sends again with the same time and figures.
Odd FindWholeText(absl::string_view word) {
  static const RE2& whole = *new RE2(absl::StrCat(
      // A signature beside a sentence.
      R"(^\s*【[^】]{1,20}】.{6}|.{10}【[^】]{1,20}】\s*$)",
      // How an advertisement ends.
      R"(|.{8}(?:退订|拒收)请?回复?[TRNtrn]\s*$)",
      // A day or a time in a sentence, two and more sentences.
      R"(|.{6}(?:\d{1,2}[:：]\d\d|\d{1,2}月\d{1,2}日).{4}.*[，。！,!])",
      R"(|[，。！].*(?:\d{1,2}[:：]\d\d|\d{1,2}月\d{1,2}日).{2})",
      R"(|\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日? ?\d{1,2}[:：]\d\d.{4})",
      R"(|(?:\p{Han}{2}[^，。！]*[，。！]){2}.*\p{Han}{4}[。！]\s*$)"));
  // Most words are short.
  if (word.size() < 24) return std::nullopt;
  const re2::StringPiece text(word.data(), word.size());
  if (!RE2::PartialMatch(text, whole)) return std::nullopt;
  return OddWord{
      SayBoth("当作词的整条短信", "whole texts as words"),
      SayBoth("像一整条短信：签名、时间、金额稍有不同就不再命中，请只写其中"
              "固定不变的词句",
              "it looks like a whole text, and no text with another signature, "
              "time or sum is hit: write only the words that stay the same"),
      0};
}

}  // namespace

std::optional<OddWord> FindOddText(absl::string_view word) {
  Odd found = FindGarbled(word);
  if (!found) found = FindPlaceholder(word);
  if (!found) found = FindWholeText(word);
  if (!found) found = FindEndMark(word);
  if (!found) found = FindDate(word);
  return found;
}

bool IsSite(absl::string_view word) {
  if (!IsAscii(word) || !absl::StrContains(word, '.')) return false;
  std::string host;
  if (!NormaliseHost(word, host)) return false;
  const PublicSuffixes& suffixes = PublicSuffixes::Shared();
  return suffixes.IsTopLevel(host.substr(host.rfind('.') + 1)) &&
         !suffixes.IsRegistrySuffix(host);
}

}  // namespace sluice::rules
