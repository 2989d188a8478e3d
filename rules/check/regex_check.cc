#include "rules/check/regex_check.h"

#include <unicode/utf8.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/faults.h"
#include "rules/check/regex_words.h"
#include "rules/fold/fold.h"
#include "rules/match/loosen.h"
#include "rules/match/matcher.h"
#include "rules/match/regex_fold.h"

namespace sluice::rules {
namespace {

// The regex with everything masked that is not a character to be found: escapes
// and the letters of group openings. As long as the regex.
std::string Masked(absl::string_view regex) {
  std::string masked(regex);
  const auto mask = [&](size_t begin, size_t end) {
    end = std::min(end, masked.size());
    std::fill(masked.begin() + static_cast<ptrdiff_t>(begin),
              masked.begin() + static_cast<ptrdiff_t>(end), '.');
    return end;
  };
  for (size_t at = 0; at < regex.size();) {
    const absl::string_view rest = regex.substr(at);
    if (rest.size() > 2 && rest[0] == '\\' && rest[2] == '{') {  // \p{Han}
      const size_t close = rest.find('}');
      at = mask(at, close == rest.npos ? regex.size() : at + close + 1);
    } else if (rest[0] == '\\') {
      at = mask(at, at + 2);
    } else if (rest.substr(0, 3) == "(?P") {
      at = mask(at, at + 3);
    } else {
      ++at;
    }
  }
  return masked;
}

// The code point of `text` that begins at `byte`.
std::string CharacterAt(absl::string_view text, size_t byte) {
  const auto begin = static_cast<int32_t>(byte);
  int32_t end = begin;
  U8_FWD_1(text.data(), end, static_cast<int32_t>(text.size()));
  return std::string(text.substr(byte, static_cast<size_t>(end - begin)));
}

// A backslash that YAML's double quotes have taken.
Both EscapeFault(char c) {
  constexpr absl::string_view kControls = "\a\b\t\n\v\f\r";
  constexpr absl::string_view kLetters = "abtnvfr";
  const size_t at = kControls.find(c);
  if (at == kControls.npos) return {};
  return SayBoth(
      "双引号中的 \\$0 是控制字符，短信中没有：正则请用单引号，即 "
      "'…\\$0…'",
      "\\$0 in double quotes is a control character, which no text "
      "has: write the regex in single quotes, '...\\$0...'",
      kLetters.substr(at, 1));
}

Both FoldFault(absl::string_view regex) {
  const std::string masked = Masked(regex);
  FoldedText folded;
  FoldTable::Shared().Fold(masked, folded);
  if (folded.bytes == masked) return {};
  // The first character that folding changes.
  for (size_t at = 0; at < masked.size();) {
    const std::string character = CharacterAt(masked, at);
    std::string one;
    FoldTable::Shared().Fold(character, one);
    if (one != character) {
      if (const Both escape = EscapeFault(character[0]);
          !escape.english.empty()) {
        return escape;
      }
      return one.empty()
                 ? SayBoth("归一化后的短信中没有“$0”，请去掉",
                           "'$0' is never in a folded text, leave it out",
                           character)
                 : SayBoth("归一化后的短信中没有“$0”，请写“$1”",
                           "'$0' is never in a folded text, write '$1'",
                           character, one);
    }
    at += character.size();
  }
  return SayBoth("归一化后的短信中，汉字之间的空格已去掉：请去掉空格",
                 "spaces between Chinese characters are never in a folded "
                 "text, leave them out");
}

Both SizeFault(const std::string& regex) {
  const RegexSize size = RegexSizeOf(regex);
  if (size.positions <= kRegexMax.positions && size.edges <= kRegexMax.edges) {
    return {};
  }
  const bool edges = size.positions <= kRegexMax.positions;
  const double is = edges ? size.edges : size.positions;
  const double allowed = edges ? kRegexMax.edges : kRegexMax.positions;
  const std::string most = absl::StrFormat("%.0f", allowed);
  const Both number =
      is < 1e9 ? SayBoth("约 $0", "about $0", absl::StrFormat("%.0f", is))
               : SayBoth("数十亿", "thousands of millions of");
  return {
      absl::StrCat("过大，无法编译：", number.chinese, " 个",
                   edges ? "转移" : "状态", "，最多 ", most,
                   " 个。请减小重复次数（{1,300} 等于把内容写 300 遍）；用范围"
                   "较小的字符类，如以 \\p{Han} 代替 \\p{L} 或 [^a]；间隔写作 "
                   ".{0,300}，它不占状态；或拆成几个正则表达式"),
      absl::StrCat("too large to compile: ", number.english, " ",
                   edges ? "ways through it" : "states", ", at most ", most,
                   " are allowed. Make its counts smaller, since {1,300} "
                   "writes what it counts 300 times; use narrower classes, "
                   "such as \\p{Han} for \\p{L} or [^a]; write a gap as "
                   ".{0,300}, which costs nothing; or make several regexes of "
                   "it")};
}

// A backslash before a Chinese character, of which RE2 says that it is no
// UTF-8.
Both EscapeFault(absl::string_view regex) {
  for (size_t at = 0; at + 1 < regex.size(); ++at) {
    if (regex[at] != '\\') continue;
    ++at;  // What is escaped may be a backslash.
    if (static_cast<unsigned char>(regex[at]) < 0x80) continue;
    return SayBoth("正则表达式有误：“$0”前不能有反斜杠，请去掉",
                   "not a regex: no backslash goes before '$0', leave it out",
                   CharacterAt(regex, at));
  }
  return {};
}

// What a library says, or nothing.
Both NotARegex(const std::string& english) {
  if (english.empty()) return {};
  return {absl::StrCat("正则表达式有误：", ChineseOfRegexFault(english)),
          absl::StrCat("not a regex: ", english)};
}

}  // namespace

RegexSize RegexSizeOf(const std::string& regex) {
  const RegexSize normal = SizeOf(Loosened(regex));
  const RegexSize evasive =
      SizeOf(ScannedRegex(EvasiveRegex(FoldRegex(regex))));
  return {std::max(normal.positions, evasive.positions),
          std::max(normal.edges, evasive.edges)};
}

Both RegexFault(const std::string& regex) {
  if (regex.empty()) return SayBoth("空的正则表达式", "an empty regex");
  if (regex.size() > kRegexSizeMax) {
    return SayBoth("正则表达式有 $0 字节，最多 $1 字节",
                   "regex of $0 bytes, at most $1 are allowed", regex.size(),
                   kRegexSizeMax);
  }
  if (FirstInvalidUtf8(regex)) return SayBoth("不是 UTF-8", "not UTF-8");
  // Before Hyperscan or RE2 sees it.
  Both fault = SizeFault(regex);
  if (!fault.english.empty()) return fault;
  // Before it is rewritten: what is no regex has no atoms.
  fault = EscapeFault(regex);
  if (!fault.english.empty()) return fault;
  fault = NotARegex(Matcher::RegexFault(regex));
  if (!fault.english.empty()) return fault;
  const std::string folded = FoldRegex(regex);
  fault = FoldFault(folded);
  if (!fault.english.empty()) return fault;
  return NotARegex(Matcher::RegexFault(folded));
}

}  // namespace sluice::rules
