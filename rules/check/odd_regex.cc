#include "rules/check/odd_regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "rules/base/characters.h"
#include "rules/base/quoted.h"
#include "rules/check/everyday.h"
#include "rules/fold/han_tables.h"
#include "rules/match/regex_atoms.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

using OddPart = std::optional<Both>;

// The syntax that `atom`, one character in full width, was meant to be; 0: it
// is none.
char SyntaxOf(char32_t c) {
  constexpr std::u32string_view kTyped = U"（）｜？＋＊［］｛｝．＾＄＼";
  constexpr absl::string_view kMeant = "()|?+*[]{}.^$\\";
  const size_t at = kTyped.find(c);
  return at == kTyped.npos ? '\0' : kMeant[at];
}

OddPart FindFullWidth(absl::string_view atom) {
  if (static_cast<unsigned char>(atom[0]) < 0x80) return std::nullopt;
  const char meant = SyntaxOf(CodePoints(atom)[0]);
  if (meant == '\0') return std::nullopt;
  const std::string one(1, meant);
  return SayBoth(
      "全角的“$0”只当作字符“$1”查找：作正则语法请用半角 $1；确要查找"
      "这个字符请写 \\$1",
      "'$0' in full width is looked for as the character '$1': write "
      "$1 for the syntax of a regex, or \\$1 for the character",
      atom, one);
}

// A class with a full-width dash between two letters or digits.
OddPart FindRange(const std::u32string& inside, absl::string_view atom) {
  for (size_t i = 1; i + 1 < inside.size(); ++i) {
    if (inside[i] != U'－' || !IsAlnum(inside[i - 1]) ||
        !IsAlnum(inside[i + 1])) {
      continue;
    }
    return SayBoth(
        "全角的“－”在 $0 中只是一个字符，不表示范围：请用半角 -",
        "'－' in full width is a character of $0 and makes no range: "
        "write -",
        Quoted(atom));
  }
  return std::nullopt;
}

// A class such as [微信|支付宝]: words on both sides of the mark.
OddPart FindAlternatives(const std::u32string& inside, absl::string_view atom) {
  for (size_t i = 2; i + 2 < inside.size(); ++i) {
    if (inside[i] != U'|' && inside[i] != U'｜') continue;
    const bool words = IsHan(inside[i - 2]) && IsHan(inside[i - 1]) &&
                       IsHan(inside[i + 1]) && IsHan(inside[i + 2]);
    if (!words) continue;
    const absl::string_view listed = atom.substr(1, atom.size() - 2);
    return SayBoth(
        "$0 只匹配方括号中的一个字符：要在几个词中选一个，请写 ($1)",
        "$0 is one of these characters: for one of several words write "
        "($1)",
        Quoted(atom), listed);
  }
  return std::nullopt;
}

// A class such as [3|5]: the mark is one more character of it.
OddPart FindBar(const std::u32string& inside, absl::string_view atom) {
  const auto means = [](char32_t c) { return IsAlnum(c) || IsHan(c); };
  for (size_t i = 1; i + 1 < inside.size(); ++i) {
    const bool bar = inside[i] == U'|' || inside[i] == U'｜';
    if (!bar || !means(inside[i - 1])) continue;
    if (!means(inside[i + 1]) && inside[i + 1] != U'\\') continue;
    std::string meant(atom);
    meant.erase(std::remove(meant.begin(), meant.end(), '|'), meant.end());
    return SayBoth(
        "$0 中的“|”也是可匹配的一个字符，不表示“或”：方括号本身就是其中任一个"
        "字符，请写 $1",
        "the '|' in $0 is one more of its characters and no 'or', which "
        "brackets mean by themselves: write $1",
        Quoted(atom), absl::StrReplaceAll(meant, {{"｜", ""}}));
  }
  return std::nullopt;
}

OddPart FindInClass(absl::string_view atom) {
  const std::u32string inside = CodePoints(atom);
  OddPart found = FindRange(inside, atom);
  if (!found) found = FindAlternatives(inside, atom);
  if (!found) found = FindBar(inside, atom);
  return found;
}

// "abc.com": the dot is any character.
OddPart FindHostDot(absl::string_view regex, size_t at) {
  static const RE2& ending = *new RE2(
      R"(\.(com|cn|net|org|top|vip|xyz|cc|club|shop|site|info|ltd|gov|edu))"
      R"(([^\w.*+?{-].*|\..*)?)");
  if (regex[at] != '.' || at == 0) return std::nullopt;
  const char before = regex[at - 1];
  const bool host = absl::ascii_isalnum(static_cast<unsigned char>(before)) ||
                    before == ']' || before == '+' || before == '}';
  const absl::string_view rest = regex.substr(at);
  const bool escape = at > 1 && regex[at - 2] == '\\';  // "\d.top".
  if (!host || escape ||
      !RE2::FullMatch(re2::StringPiece(rest.data(), rest.size()), ending)) {
    return std::nullopt;
  }
  return SayBoth(
      "“.”是任意一个字符，“$0”也会命中不是网址的短信：网址中的点请写 \\.",
      "'.' is any character, so that '$0' is more than a site: write \\. for "
      "the dot of a host",
      rest.substr(0, rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz", 1)));
}

// What RE2 takes for characters: {,3}, {1, 3}, {1-3}.
OddPart FindCount(absl::string_view rest) {
  const size_t close = rest.find('}');
  if (rest[0] != '{' || close == rest.npos) return std::nullopt;
  const absl::string_view inside = rest.substr(1, close - 1);
  const bool count = inside.find_first_not_of("0123456789, -~") == inside.npos;
  const bool digits = inside.find_first_of("0123456789") != inside.npos;
  if (!count || !digits || AllDigits(inside) ||
      CountSize(rest.substr(0, close + 1)) != 0) {
    return std::nullopt;
  }
  return SayBoth(
      "“$0”不是次数，只当作这些字符查找：请写 {0,3} 这样的次数，不带"
      "空格",
      "'$0' is no count, and is looked for as these characters: write "
      "a count as {0,3}, without blanks",
      rest.substr(0, close + 1));
}

OddPart FindBackslashes(absl::string_view rest) {
  if (!absl::StartsWith(rest, "\\\\") || rest.size() < 3 ||
      !absl::StrContains("dDwWsSbBpP.", rest.substr(2, 1))) {
    return std::nullopt;
  }
  return SayBoth(
      "两个反斜杠查找的是字符“\\”：单引号内请只写一个，即 \\$0",
      "two backslashes are the character '\\': in single quotes write "
      "one, \\$0",
      rest.substr(2, 1));
}

// "d{4}" and "w+" where \d and \w are meant.
OddPart FindLostBackslash(absl::string_view regex, size_t at) {
  const absl::string_view rest = regex.substr(at);
  const bool letter = rest[0] == 'd' || rest[0] == 'w';
  const bool alone = at == 0 || !absl::ascii_isalnum(
                                    static_cast<unsigned char>(regex[at - 1]));
  const absl::string_view behind = rest.substr(1);
  const bool counted = absl::StartsWith(behind, "+") ||
                       (absl::StartsWith(behind, "{") && behind.size() > 2 &&
                        IsDigit(behind[1]));
  if (!letter || !alone || !counted) return std::nullopt;
  return SayBoth("“$0”只是字母 $0：要表示$1请写 \\$0",
                 "'$0' is the letter $0: for $2 write \\$0", rest.substr(0, 1),
                 rest[0] == 'd' ? "数字" : "字母和数字",
                 rest[0] == 'd' ? "digits" : "letters and digits");
}

// "发*票" where "发.*票" is meant.
OddPart FindWildcard(absl::string_view atom, absl::string_view behind) {
  if (static_cast<unsigned char>(atom[0]) < 0x80 || behind.empty() ||
      behind[0] != '*' || !IsHan(CodePoints(atom)[0])) {
    return std::nullopt;
  }
  return SayBoth(
      "$0* 是任意多个“$0”，也可以一个都没有：要表示中间任意几个字，请写 "
      "$0.{0,3}",
      "$0* is any number of '$0', even none: for some characters behind "
      "it write $0.{0,3}",
      atom);
}

// Whether these Chinese characters are a word that ordinary texts have. 一二
// and the like are digits when folded, and none.
bool IsEverydayWord(absl::string_view characters) {
  const std::string word = FoldWord(characters);
  const bool digits = absl::c_any_of(
      word, [](unsigned char c) { return absl::ascii_isdigit(c); });
  return !digits && EverydayUseOf(word).texts > 0;
}

// A class that is repeated, of which a word was meant: [加V]+信.
OddPart FindRepeatedClass(absl::string_view atom, absl::string_view behind) {
  if (!absl::StartsWith(behind, "+") || absl::StartsWith(atom, "[^")) {
    return std::nullopt;
  }
  const std::u32string inside = CodePoints(atom.substr(1, atom.size() - 2));
  size_t han = 0;
  for (const char32_t c : inside) {
    if (!IsHan(c) && !IsAlnum(c)) return std::nullopt;
    han += IsHan(c);
  }
  if (han == 0 || inside.size() < 2 || inside.size() > 4) return std::nullopt;
  // [百千万]+ and [哈呵]+ are meant; [加V]+信 and [微信]+ are not.
  const absl::string_view characters = atom.substr(1, atom.size() - 2);
  if (han == inside.size() && !IsEverydayWord(characters)) return std::nullopt;
  return SayBoth(
      "$0+ 是这几个字的任意组合，不论次序和个数：要找其中一个请去掉 +，要找"
      "几个词之一请写 (甲|乙)",
      "$0+ is any row of these characters, in any order: for one of them leave "
      "+ out, for one of several words write (a|b)",
      atom);
}

// A class that holds a word: 代开[发票].
OddPart FindWordInClass(absl::string_view atom) {
  const absl::string_view inside = atom.substr(1, atom.size() - 2);
  const std::u32string characters = CodePoints(inside);
  for (const char32_t c : characters) {
    if (!IsHan(c)) return std::nullopt;
  }
  if (characters.size() < 2 || !IsEverydayWord(inside)) return std::nullopt;
  return SayBoth(
      "$0 只匹配其中的一个字：要找整个词请去掉方括号，要在几个词中选一个请写 "
      "($1|…)",
      "$0 is one of these characters: for the word leave the brackets out, for "
      "one of several words write ($1|…)",
      atom, inside);
}

// "开户{2}", which counts the last character alone.
OddPart FindCounted(absl::string_view regex, size_t at,
                    absl::string_view atom) {
  const absl::string_view behind = regex.substr(at + atom.size());
  const bool follows =
      at > 0 && static_cast<unsigned char>(regex[at - 1]) >= 0x80;
  if (!follows || behind.size() < 3 || behind[0] != '{' || behind[1] < '2' ||
      behind[1] > '9' || static_cast<unsigned char>(atom[0]) < 0x80 ||
      !IsHan(CodePoints(atom)[0])) {
    return std::nullopt;
  }
  return SayBoth("$1 只重复“$0”一个字：要重复整个词请写 (…$0)$1",
                 "$1 counts '$0' alone: for the whole word write (…$0)$1", atom,
                 behind.substr(0, behind.find('}') + 1));
}

bool IsChineseAtom(absl::string_view atom) {
  return !atom.empty() && static_cast<unsigned char>(atom[0]) >= 0x80 &&
         IsHan(CodePoints(atom)[0]);
}

// \b beside a Chinese character: it knows letters and digits of ASCII only.
OddPart FindBoundary(absl::string_view regex, size_t at) {
  if (!absl::StartsWith(regex.substr(at), "\\b")) return std::nullopt;
  const absl::string_view behind = regex.substr(at + 2);
  const bool before_han = IsChineseAtom(behind);
  const bool behind_han =
      at > 0 && static_cast<unsigned char>(regex[at - 1]) >= 0x80;
  if (!before_han && !behind_han) return std::nullopt;
  return SayBoth(
      "\\b 只认英文字母和数字的边界：在汉字旁边，只有另一边紧挨着字母或数字时才"
      "成立，请去掉",
      "\\b knows letters and digits of ASCII only: beside a Chinese character "
      "it "
      "holds where a letter or digit is next to it, and nowhere else: leave it "
      "out");
}

// "/代办/i" and "代办&&假证", as other languages write regexes.
OddPart FindForeign(absl::string_view regex) {
  static const RE2& slashes = *new RE2(R"(/.+/[gimsu]*)");
  const re2::StringPiece text(regex.data(), regex.size());
  if (absl::StrContains(regex, "&&")) {
    return SayBoth(
        "“&&”只当作字符查找，不表示同时含有：请在规则的 match 中用 all",
        "'&&' is looked for as it is and joins no two: write all under the "
        "rule's match");
  }
  const bool path = absl::StartsWith(regex, "//");
  if (path || !RE2::FullMatch(text, slashes)) return std::nullopt;
  return SayBoth(
      "首尾的 / 只当作字符查找：请去掉 / 和后面的字母",
      "a / at the ends is looked for as it is: leave it out, and the letters "
      "behind it");
}

// "^代办": texts begin with a signature.
OddPart FindBeginning(absl::string_view regex) {
  if (!absl::ConsumePrefix(&regex, "^") || !IsChineseAtom(regex)) {
    return std::nullopt;
  }
  return SayBoth(
      "^ 后面直接写“$0”，以【签名】开头的短信不会命中：请去掉 "
      "^，或写 "
      "^(【[^】]*】)?$0",
      "'$0' right behind ^ hits no text that begins with a signature in 【】: "
      "leave ^ out, or write ^(【[^】]*】)?$0",
      PartOf(regex, 0, 1));
}

// Whether a | stands outside of all groups.
bool HasAlternatives(absl::string_view regex) {
  int depth = 0;
  for (size_t at = 0; at < regex.size();) {
    const absl::string_view atom = regex.substr(at, AtomSize(regex.substr(at)));
    depth += atom == "(";
    depth -= atom == ")";
    if (atom == "|" && depth == 0) return true;
    at += atom.size();
  }
  return false;
}

// A gap at an end, which changes nothing: .*代办, 代办.{0,9}.
OddPart FindIdleGap(absl::string_view regex) {
  absl::string_view rest = regex;
  absl::ConsumePrefix(&rest, "^");
  const bool begins = absl::StartsWith(rest, ".*") ||
                      absl::StartsWith(rest, ".?") ||
                      absl::StartsWith(rest, ".{0,");
  absl::ConsumeSuffix(&rest, "$");
  const bool ends = absl::EndsWith(rest, ".*") || absl::EndsWith(rest, ".*?") ||
                    (absl::EndsWith(rest, "}") &&
                     absl::StartsWith(rest.substr(rest.rfind('{') == rest.npos
                                                      ? rest.size()
                                                      : rest.rfind('{')),
                                      "{0,") &&
                     rest.rfind('{') > 0 && rest[rest.rfind('{') - 1] == '.');
  if (!begins && !ends) return std::nullopt;
  // "^.{0,8}代办" is near the beginning.
  const bool bounded = !absl::StartsWith(rest, ".*") &&
                       !absl::EndsWith(rest, ".*") &&
                       !absl::EndsWith(rest, ".*?");
  const bool anchored =
      absl::StartsWith(regex, "^") || absl::EndsWith(regex, "$");
  if (bounded && anchored) return std::nullopt;
  // What is escaped, or an alternative's, is left to its author.
  if (HasAlternatives(regex)) return std::nullopt;
  const size_t dot = rest.rfind('.');
  if (!begins && dot > 0 && rest[dot - 1] == '\\') return std::nullopt;
  return SayBoth(
      "$0的任意字不起作用，反而使命中的范围变长：请去掉",
      "any characters at $1 change nothing but how much is marked: leave them "
      "out",
      begins ? "开头" : "结尾", begins ? "the beginning" : "the end");
}

// An alternative that is empty makes the others optional: (代办|)发票.
OddPart FindEmptyAlternative(absl::string_view regex, size_t at) {
  if (regex[at] != '|') return std::nullopt;
  const bool first = at == 0 || regex[at - 1] == '(';
  const absl::string_view behind = regex.substr(at + 1);
  const bool last = behind.empty() || behind[0] == ')' || behind[0] == '|';
  if (!first && !last) return std::nullopt;
  return SayBoth(
      "竖线“|”旁边没有内容，等于其余各项都可有可无：请删去多余的竖线，确要"
      "可有可无请用 ?",
      "there is nothing beside a '|', so that the other alternatives are "
      "optional: remove it, or write ? for what is meant to be optional");
}

// One digit more than a mobile number has: 1[3-9]\d{10}.
OddPart FindLongMobile(absl::string_view regex) {
  for (const absl::string_view wrong : {"1[3-9]\\d{10}", "1[3-9][0-9]{10}"}) {
    if (!absl::StrContains(regex, wrong)) continue;
    return SayBoth(
        "手机号为 11 位，“$0”要求 12 位，找不到手机号：请写 1[3-9]\\d{9}",
        "mobile numbers have 11 digits, and '$0' asks for 12, so that it finds "
        "none: write 1[3-9]\\d{9}",
        wrong);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Both> FindOddRegex(absl::string_view regex) {
  if (OddPart foreign = FindForeign(regex)) return foreign;
  if (OddPart longer = FindLongMobile(regex)) return longer;
  if (OddPart idle = FindIdleGap(regex)) return idle;
  if (OddPart beginning = FindBeginning(regex)) return beginning;
  for (size_t at = 0; at < regex.size();) {
    const absl::string_view rest = regex.substr(at);
    const absl::string_view atom = rest.substr(0, AtomSize(rest));
    OddPart found;
    if (atom[0] == '[') {
      if (!absl::EndsWith(atom, "]")) return std::nullopt;  // Has a fault.
      found = FindInClass(atom);
      if (!found) {
        found = FindRepeatedClass(atom, rest.substr(atom.size()));
      }
      if (!found) found = FindWordInClass(atom);
    } else if (atom[0] == '\\') {
      found = FindBackslashes(rest);
      if (!found) found = FindBoundary(regex, at);
    } else {
      found = FindFullWidth(atom);
      if (!found) found = FindHostDot(regex, at);
      if (!found) found = FindCount(rest);
      if (!found) found = FindLostBackslash(regex, at);
      if (!found) found = FindCounted(regex, at, atom);
      if (!found) found = FindEmptyAlternative(regex, at);
      if (!found) found = FindWildcard(atom, rest.substr(atom.size()));
    }
    if (found) return found;
    at += atom.size();
  }
  return std::nullopt;
}

}  // namespace sluice::rules
