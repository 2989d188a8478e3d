#include "rules/check/odd_word.h"

#include <re2/re2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/characters.h"
#include "rules/base/quoted.h"
#include "rules/check/odd_text.h"
#include "rules/contacts/host_name.h"
#include "rules/contacts/public_suffixes.h"
#include "rules/fold/evasive.h"
#include "rules/fold/spelling.h"

namespace sluice::rules {
namespace {

using Odd = std::optional<OddWord>;

struct Character {
  char32_t code = 0;
  size_t offset = 0;
};

std::vector<Character> CharactersOf(absl::string_view text) {
  std::vector<Character> characters;
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size;) {
    const auto offset = static_cast<size_t>(at);
    UChar32 c;
    U8_NEXT(text.data(), at, size, c);
    characters.push_back({static_cast<char32_t>(c), offset});
  }
  return characters;
}

bool IsBlank(char32_t c) { return u_isUWhiteSpace(static_cast<UChar32>(c)); }

bool IsIn(char32_t c, std::u32string_view these) {
  return these.find(c) != these.npos;
}

// Letters and digits, and symbols that stand for something: 💊, ￥.
bool Means(char32_t c) {
  const auto point = static_cast<UChar32>(c);
  const uint32_t meaningful = U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK |
                              U_GC_SO_MASK | U_GC_SC_MASK | U_GC_C_MASK;
  return (U_GET_GC_MASK(point) & meaningful) != 0;
}

constexpr absl::string_view kSeparators = "separators in words";

Both Comments() {
  return SayBoth("其他写法的注释", "comments of another kind");
}

OddWord Comment(absl::string_view mark, size_t offset) {
  return {
      Comments(),
      SayBoth("“$0”不是注释的开头，这一行会当作词来查找：注释以行首或空格后的 "
              "# 开头",
              "'$0' begins no comment, so this is looked for as a word: a "
              "comment begins with # at the line's beginning or behind a "
              "blank",
              mark),
      offset};
}

Odd FindComment(absl::string_view word) {
  for (const absl::string_view mark : {"//", "/*", "*/", "<!--", "--",
                                       "::", ";", "；", "＃", "%", "!", "！"}) {
    if (absl::StartsWith(word, mark) && word != mark) return Comment(mark, 0);
  }
  if (absl::StartsWithIgnoreCase(word, "rem ")) {
    return Comment(word.substr(0, 3), 0);
  }
  for (const absl::string_view mark : {"//", "/*", "--", "<!--", "＃"}) {
    const size_t at = word.find(absl::StrCat(" ", mark));
    if (at != word.npos) return Comment(mark, at + 1);
  }
  // Behind a Chinese character; C# is a word.
  for (const absl::string_view mark : {"#", "＃"}) {
    const size_t at = word.find(mark);
    if (at == word.npos || at == 0 || absl::ascii_isascii(word[at - 1])) {
      continue;
    }
    if (at + mark.size() == word.size()) continue;
    return OddWord{
        Comments(),
        SayBoth("“$0”前面没有空格，属于这个词：注释以行首或空格后的 # 开头",
                "'$0' without a blank before it belongs to the word: a comment "
                "begins with # at the line's beginning or behind a blank",
                mark),
        at};
  }
  return std::nullopt;
}

Odd FindRuler(const std::vector<Character>& characters) {
  for (const Character& one : characters) {
    if (Means(one.code)) return std::nullopt;
  }
  return OddWord{SayBoth("只有标点的行", "lines of punctuation"),
                 SayBoth("只有标点：只作分隔的行请在前面加 #",
                         "nothing but punctuation: put # before a line that "
                         "only divides the list"),
                 0};
}

Odd FindQuotes(absl::string_view word,
               const std::vector<Character>& characters) {
  constexpr std::u32string_view kSure = U"\"“”„＂「」『』";
  constexpr std::u32string_view kPaired = U"'‘’＇`";
  const Character& first = characters.front();
  const Character& last = characters.back();
  const bool pair = IsIn(first.code, kPaired) && IsIn(last.code, kPaired);
  const bool begins = IsIn(first.code, kSure);
  if (!begins && !IsIn(last.code, kSure) && !pair) return std::nullopt;
  const Character& quote = begins || pair ? first : last;
  return OddWord{SayBoth("带引号的词", "quotes around words"),
                 SayBoth("$0 属于这个词，只有带引号的短信才会命中：请去掉引号",
                         "$0 belongs to the word, so that only texts with it "
                         "are hit: remove the quotes",
                         PartOf(word.substr(quote.offset), 0, 1)),
                 quote.offset, false, true};
}

// Whether `text` is a host that a text's link could have.
bool IsHost(absl::string_view text) {
  std::string host;
  return absl::StrContains(text, '.') && NormaliseHost(text, host) &&
         PublicSuffixes::Shared().IsTopLevel(host.substr(host.rfind('.') + 1));
}

// The host of a web address: "https://a.cn", "www.a.cn", "a.cn/b", "a.cn?b=1".
// Empty: it is none. "t.cn/" is the beginning of many.
absl::string_view HostOfAddress(absl::string_view word) {
  const bool scheme = absl::StartsWithIgnoreCase(word, "http://") ||
                      absl::StartsWithIgnoreCase(word, "https://");
  if (scheme) word.remove_prefix(word.find("//") + 2);
  const size_t end = std::min(word.find_first_of("/?#:"), word.size());
  const absl::string_view host = word.substr(0, end);
  const bool more = end + 1 < word.size();
  const bool www = absl::StartsWithIgnoreCase(host, "www.");
  return (scheme || www || more) && IsHost(host) ? host : "";
}

// "0.0.0.0 ads.example.cn", as a hosts file has it.
Odd FindHostsLine(absl::string_view word) {
  static const RE2& line =
      *new RE2(R"((?:\d{1,3}(?:\.\d{1,3}){3}|::1?)\s+\S+)");
  if (!RE2::FullMatch(re2::StringPiece(word.data(), word.size()), line)) {
    return std::nullopt;
  }
  return OddWord{
      SayBoth("当作词的 hosts 行", "lines of hosts files as words"),
      SayBoth("这是 hosts 文件的一行，没有短信会这样写：请写进域名表"
              "（domain_lists）",
              "a line of a hosts file, which no text has: write it into a "
              "domain list"),
      0};
}

Odd FindAddress(absl::string_view word) {
  const absl::string_view host = HostOfAddress(word);
  if (host.empty()) return std::nullopt;
  return OddWord{
      SayBoth("当作词的网址", "web addresses as words"),
      SayBoth("网址只按原样查找，换一种写法就找不到：请把域名 $0 写进域名表"
              "（domain_lists），规则用 match: links 查找",
              "a web address is looked for as it stands, and no other spelling "
              "of it: write its domain $0 into a domain list, and let the rule "
              "ask for match: links",
              Quoted(absl::StartsWithIgnoreCase(host, "www.") ? host.substr(4)
                                                              : host)),
      0};
}

// What numbers a word of a list or begins it as an item does: its groups are
// the parts that do not belong to it.
constexpr absl::string_view kNumbers[] = {
    // 1. 词, 1、词, (1)词; no 3.15晚会.
    R"((\d+[.．、)）])(?:\s+\S|[^\dA-Za-z\s]))",
    R"(([(（〔]\d+[)）〕])\s*[^\d\s])",
    R"((\d{1,3}[:：_-])\s*\p{Han}{2})",
    // 01 词, 2 词; no 3 天.
    R"((0\d{1,2}|\d{1,3}\s)\s*[^\x00-\x{2e7f}元块角分万千百亿天日号月年周时点秒个位名)"
    R"(人岁次倍折成件张条只台套部款种间米公斤克升度级层楼期届路线禁])",
    R"((第[\d一二三四五六七八九十]{1,3}[条项个词][\s、.:：，,]+)\S)",
    R"((第[\d一二三四五六七八九十]{1,3}[条项个词])\p{Han}{4})",
    R"(([一二三四五六七八九十]{1,3}[、.．:：])\s*[^\x00-\x{2e7f}一二三四五六七八九十]\p{Han})",
    R"(([(（〔][一二三四五六七八九十]{1,3}[)）〕])\s*\p{Han})",
    R"(([①-⑳⑴-⒛㈠-㈩❶-❿➀-➓Ⅰ-Ⅻ][、.．:：]?)\s*\p{Han}{2})",
    R"(([A-Fa-f][.．、)）])\s*\p{Han}{2})",
    R"(((?i:no|nr)[.．]?\s*\d{1,3}[\s.．:：、]+)\p{Han})",
    // What a remark says of a word: 新增：词, 2024-05-01 词.
    R"(((?:新增|新加|增加|补充|关键词|敏感词|违禁词|词条|词语)\s*[:：])\s*\S)",
    R"(((?:19|20)\d\d(?:年|[-/.])\d{1,2}(?:月|[-/.])\d{1,2}日?[\s,，:：]+)\S)",
};

// "- word", "• word", "1. word", "（2）word".
Odd FindBullet(absl::string_view word,
               const std::vector<Character>& characters) {
  const auto odd = [word](size_t size) {
    return OddWord{SayBoth("带编号的词", "numbered words"),
                   SayBoth("“$0”属于这个词：请一行只写词本身，备注写在 # 之后",
                           "'$0' belongs to the word: write the word alone on "
                           "its line, and a remark behind #",
                           absl::StripAsciiWhitespace(word.substr(0, size))),
                   0};
  };
  const bool bullet =
      IsIn(characters[0].code, U"-*+>•·●○◆◇■□▪▫‣–—－＊※★☆√✓✔☑➤►▶→⇒»›＞") &&
      characters.size() > 1 &&
      (IsBlank(characters[1].code) || !IsAscii(word.substr(0, 1)));
  if (bullet) return odd(characters[1].offset);
  static const RE2& numbers =
      *new RE2(absl::StrCat("^(?:", absl::StrJoin(kNumbers, "|"), ")"));
  std::vector<re2::StringPiece> found(std::size(kNumbers) + 1);
  const re2::StringPiece text(word.data(), word.size());
  if (!numbers.Match(text, 0, text.size(), RE2::ANCHOR_START, found.data(),
                     static_cast<int>(found.size()))) {
    return std::nullopt;
  }
  const auto part = std::find_if(
      found.begin() + 1, found.end(),
      [](const re2::StringPiece& one) { return one.data() != nullptr; });
  return odd(part->size());
}

// The marks that Chinese texts put between words, and those of tables.
constexpr std::u32string_view kListMarks = U"，、；|｜\t";

// Whether the mark at `i` separates, rather than belongs to a figure (1,000),
// an English phrase ("oh, you") or an address (妈，我).
bool Separates(const std::vector<Character>& characters, size_t i) {
  const char32_t c = characters[i].code;
  const bool ends = i == 0 || i + 1 == characters.size();
  if (ends && IsIn(c, U",;。")) return i > 0 || c != U'。';
  if (ends) return IsIn(c, kListMarks);
  const bool one_left = i == 1;
  const bool one_right = i + 2 == characters.size();
  const bool between_han =
      IsHan(characters[i - 1].code) && IsHan(characters[i + 1].code);
  if (IsIn(c, kListMarks)) return !between_han || (!one_left && !one_right);
  if (IsIn(c, U"/／")) return between_han && !one_left && !one_right;
  return IsIn(c, U",;") && !IsDigit(characters[i + 1].code) &&
         (IsHan(characters[i - 1].code) || !IsBlank(characters[i + 1].code));
}

Both SeparatorText(absl::string_view mark) {
  if (mark == "\t") {
    return SayBoth("制表符属于这个词：请每行写一个词，表格请存为 .csv",
                   "a tab belongs to the word: write each word on its own "
                   "line, or save a table as .csv");
  }
  return SayBoth("“$0”属于这个词，不起分隔作用：请每行写一个词，不要写“$0”",
                 "'$0' belongs to the word and separates nothing: write each "
                 "word on its own line, without it",
                 mark);
}

Odd FindSeparator(absl::string_view word,
                  const std::vector<Character>& characters) {
  Odd found;
  for (size_t i = 0; i < characters.size(); ++i) {
    if (!Separates(characters, i)) continue;
    if (found) {
      found->may_be_phrase = false;
      break;
    }
    const size_t at = characters[i].offset;
    found = OddWord{SayBoth("含有分隔符的词", kSeparators),
                    SeparatorText(PartOf(word.substr(at), 0, 1)), at};
    found->may_be_phrase = i > 0 && i + 1 < characters.size() &&
                           IsIn(characters[i].code, U"，、；") &&
                           IsHan(characters[i - 1].code) &&
                           IsHan(characters[i + 1].code);
    found->only_marks = true;
    found->joins = i > 0 && i + 1 < characters.size();
  }
  return found;
}

// Wildcards and regexes: 首存*有礼, 加.{0,3}微信.
Odd FindPattern(absl::string_view word,
                const std::vector<Character>& characters) {
  size_t at = word.npos;
  for (const absl::string_view mark :
       {".{", ".*", ".+", "\\d", "\\w", "\\s", "\\b", "\\n", "\\t", "\\."}) {
    at = std::min(at, word.find(mark));
  }
  for (size_t i = 1; i < characters.size() && at == word.npos; ++i) {
    if (!IsIn(characters[i].code, U"*＊?") || !IsHan(characters[i - 1].code)) {
      continue;
    }
    const bool last = i + 1 == characters.size();
    const bool joins = !last && IsHan(characters[i + 1].code);
    if (joins || (last && characters[i].code != U'?')) {
      at = characters[i].offset;
    }
  }
  if (at == word.npos) return std::nullopt;
  return OddWord{
      SayBoth("当作词的通配符", "wildcards in words"),
      SayBoth("$0 在词里不是通配符，只按原样查找：要用通配，请在规则的 "
              "regexes 里写正则表达式",
              "$0 is no wildcard in a word, but looked for as it is: "
              "write a regex under the rule's regexes",
              PartOf(word.substr(at), 0, 1)),
      at};
}

Odd FindBlanks(const std::vector<Character>& characters) {
  for (size_t i = 1; i + 1 < characters.size(); ++i) {
    if (!IsBlank(characters[i].code) || !IsHan(characters[i - 1].code)) {
      continue;
    }
    size_t end = i;
    while (end < characters.size() && IsBlank(characters[end].code)) ++end;
    if (end == characters.size() || !IsHan(characters[end].code)) continue;
    std::string joined;
    for (const Character& one : characters) {
      if (!IsBlank(one.code)) AppendUtf8(one.code, joined);
    }
    return OddWord{
        SayBoth("汉字之间的空格", "blanks between Chinese characters"),
        SayBoth("汉字之间的空格不起作用，这里是一个词 $0：请每行写一个词，"
                "备注写在 # 之后",
                "blanks between Chinese characters do not count, so this is "
                "the one word $0: write each word on its own line, and a "
                "remark behind #",
                Quoted(joined)),
        characters[i].offset};
  }
  return std::nullopt;
}

}  // namespace

std::optional<OddWord> FindOddWord(absl::string_view word) {
  const std::vector<Character> characters = CharactersOf(word);
  if (characters.empty()) return std::nullopt;
  Odd found = FindOddText(word);
  if (!found) found = FindRuler(characters);
  if (!found) found = FindComment(word);
  if (!found) found = FindQuotes(word, characters);
  if (!found) found = FindHostsLine(word);
  if (!found) found = FindAddress(word);
  if (!found) found = FindBullet(word, characters);
  if (!found) found = FindSeparator(word, characters);
  if (!found) found = FindPattern(word, characters);
  if (!found) found = FindBlanks(characters);
  return found;
}

bool HasSeparator(const OddWord& odd) {
  return odd.kind.english == kSeparators;
}

std::string WithoutMarks(absl::string_view word) {
  std::string plain;
  for (const Character& one : CharactersOf(word)) {
    if (Means(one.code)) AppendUtf8(one.code, plain);
  }
  Spelling of_word;
  Spelling of_plain;
  SpellEvasive(StripWord(word), of_word);
  SpellEvasive(StripWord(plain), of_plain);
  return of_word.bytes == of_plain.bytes ? plain : "";
}

bool IsOneCharacter(absl::string_view folded_word) {
  const auto size = static_cast<int32_t>(folded_word.size());
  int32_t at = 0;
  UChar32 c = 0;
  if (size > 0) U8_NEXT(folded_word.data(), at, size, c);
  if (at == 0 || at != size) return false;
  return (U_GET_GC_MASK(c) & (U_GC_SO_MASK | U_GC_CO_MASK)) == 0;
}

}  // namespace sluice::rules
