#include "rules/pack/keyboard_slips.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/base/characters.h"

namespace sluice::rules {
namespace {

struct SlipCharacter {
  char32_t code;
  absl::string_view chinese;
  absl::string_view name;
  absl::string_view key;  // What to type.
};

constexpr SlipCharacter kSlips[] = {
    {U'：', "全角冒号", "a full-width colon", ":"},
    {U'﹕', "小冒号", "a small colon", ":"},
    {U'，', "全角逗号", "a full-width comma", ","},
    {U'、', "顿号", "a Chinese enumeration comma", ","},
    {U'；', "全角分号", "a full-width semicolon", "a comma"},
    {U'＃', "全角井号", "a full-width number sign", "#"},
    {U'－', "全角连字符", "a full-width hyphen", "-"},
    {U'—', "破折号", "a dash", "-"},
    {U'–', "破折号", "a dash", "-"},
    {U'−', "减号", "a minus sign", "-"},
    {U'“', "中文引号", "a curly quote", "\""},
    {U'”', "中文引号", "a curly quote", "\""},
    {U'＂', "全角引号", "a full-width quote", "\""},
    {U'‘', "中文引号", "a curly quote", "'"},
    {U'’', "中文引号", "a curly quote", "'"},
    {U'＇', "全角引号", "a full-width quote", "'"},
    {U'「', "直角引号", "a corner bracket", "\""},
    {U'」', "直角引号", "a corner bracket", "\""},
    {U'『', "直角引号", "a corner bracket", "\""},
    {U'』', "直角引号", "a corner bracket", "\""},
    {U'［', "全角方括号", "a full-width bracket", "["},
    {U'］', "全角方括号", "a full-width bracket", "]"},
    {U'【', "方头括号", "a Chinese bracket", "["},
    {U'】', "方头括号", "a Chinese bracket", "]"},
    {U'｛', "全角花括号", "a full-width brace", "{"},
    {U'｝', "全角花括号", "a full-width brace", "}"},
    {U'（', "全角圆括号", "a full-width parenthesis", "("},
    {U'）', "全角圆括号", "a full-width parenthesis", ")"},
    {U'。', "句号", "a Chinese full stop", "."},
    {U'．', "全角句点", "a full-width full stop", "."},
    {U'＿', "全角下划线", "a full-width underscore", "_"},
    {U'％', "全角百分号", "a full-width percent sign", "%"},
};

// Blanks that are none to YAML.
constexpr SlipCharacter kBlanks[] = {
    {0x00a0, "不换行空格", "a no-break space", "the space bar"},
    {0x3000, "全角空格", "a full-width space", "the space bar"},
    {0x202f, "窄空格", "a narrow no-break space", "the space bar"},
    {0x200b, "零宽空格", "a zero-width space", "nothing"},
    {0xfeff, "字节顺序标记", "a byte order mark", "nothing"},
};

// What to type, in Chinese.
absl::string_view ChineseKey(absl::string_view key) {
  if (key == "the space bar") return "空格键";
  if (key == "a comma") return "逗号 ,";
  return key;
}

// As in "'：' (U+FF1A) is a full-width colon: type :".
Both Visible(const SlipCharacter& one) {
  std::string shown;
  AppendUtf8(one.code, shown);
  const std::string code =
      absl::StrFormat("U+%04X", static_cast<uint32_t>(one.code));
  return SayBoth(
      "“$0”是$1（$2）：请输入 $3（切换到英文半角输入）",
      "'$0' is $4 ($2): type $5 (switch the keyboard to English and half "
      "width)",
      shown, one.chinese, code, ChineseKey(one.key), one.name, one.key);
}

Both Invisible(const SlipCharacter& one) {
  const std::string code =
      absl::StrFormat("U+%04X", static_cast<uint32_t>(one.code));
  Both both =
      SayBoth("这里有$0（$1）：请改用空格键", "there is $2 ($1): type $3",
              one.chinese, code, one.name, one.key);
  if (one.key == "nothing") {
    both.chinese = Say(Language::kChinese, "这里有$0（$1）：请删除", "",
                       one.chinese, code);
  }
  return both;
}

std::optional<Both> SlipOf(char32_t code) {
  for (const SlipCharacter& one : kSlips) {
    if (one.code == code) return Visible(one);
  }
  for (const SlipCharacter& one : kBlanks) {
    if (one.code == code) return Invisible(one);
  }
  // U+2000 to U+200A are spaces of many widths.
  if (code >= 0x2000 && code <= 0x200a) {
    return Invisible(
        {code, "其他宽度的空格", "a space of another width", "the space bar"});
  }
  const bool digit = code >= U'０' && code <= U'９';
  const bool letter =
      (code >= U'Ａ' && code <= U'Ｚ') || (code >= U'ａ' && code <= U'ｚ');
  if (!digit && !letter) return std::nullopt;
  const std::string key(1, static_cast<char>(code - 0xfee0));
  return Visible({code, digit ? "全角数字" : "全角字母",
                  digit ? "a full-width digit" : "a full-width letter", key});
}

bool IsSlipBlank(char32_t code) {
  return (code >= 0x2000 && code <= 0x200a) ||
         std::any_of(
             std::begin(kBlanks), std::end(kBlanks),
             [code](const SlipCharacter& one) { return one.code == code; });
}

bool IsIn(char32_t code, std::u32string_view these) {
  return these.find(code) != these.npos;
}

// Looks at one line.
class SlipLine {
 public:
  using Keys = std::set<std::string, std::less<>>;

  SlipLine(absl::string_view line, const Keys& keys) : keys_(keys) {
    const auto size = static_cast<int32_t>(line.size());
    for (int32_t at = 0; at < size;) {
      UChar32 c;
      U8_NEXT(line.data(), at, size, c);
      text_.push_back(static_cast<char32_t>(c));
    }
  }

  // Calls `add` with the column, from 1, and what is wrong there.
  template <typename Add>
  void Find(const Add& add) const {
    size_t at = 0;
    std::optional<size_t> blank;
    for (; at < text_.size() && IsBlank(text_[at]); ++at) {
      if (!blank && text_[at] != U' ') blank = at;
    }
    if (at == text_.size()) return;
    if (text_[at] == U'＃') return AddAt(at, add);
    const bool dash = IsIn(text_[at], U"－—–−") && at + 1 < text_.size() &&
                      IsBlank(text_[at + 1]);
    if (dash) AddAt(at, add);
    const bool item = dash || (text_[at] == U'-' && at + 1 < text_.size() &&
                               IsBlank(text_[at + 1]));
    size_t begin = at;
    if (item) {
      for (++begin; begin < text_.size() && IsBlank(text_[begin]); ++begin) {
        if (text_[begin] != U' ' && !blank) blank = begin;
      }
    }
    const size_t key_end = FindColon(begin, add);
    if (blank && (item || key_end > begin)) AddBlank(*blank, add);
    FindBrace(key_end, add);
    FindBrackets(begin, add);
    FindQuotes(begin, add);
  }

 private:
  static bool IsBlank(char32_t c) {
    return c == U' ' || c == U'\t' || IsSlipBlank(c);
  }

  template <typename Add>
  void AddAt(size_t at, const Add& add) const {
    const auto what = SlipOf(text_[at]);
    if (what) add(at + 1, *what);
  }

  template <typename Add>
  void AddBlank(size_t at, const Add& add) const {
    if (text_[at] != U'\t') return AddAt(at, add);
    add(at + 1, SayBoth("缩进中有制表符：请改用空格",
                        "there is a tab in the indentation: type blanks"));
  }

  // The end of the key at `begin`; `begin` when there is none. Adds a slip
  // instead of the colon behind it, or of the blank behind that.
  template <typename Add>
  size_t FindColon(size_t begin, const Add& add) const {
    size_t end = begin;
    std::string key;
    for (; end < text_.size() && (IsAlnum(text_[end]) || text_[end] == U'_');
         ++end) {
      key += static_cast<char>(text_[end]);
    }
    if (end == text_.size() || !keys_.contains(key)) return begin;
    if (IsIn(text_[end], U"：﹕")) {
      AddAt(end, add);
      return end;
    }
    if (text_[end] != U':') return begin;
    if (end + 1 == text_.size() || text_[end + 1] == U' ') return end;
    if (IsBlank(text_[end + 1])) {
      AddBlank(end + 1, add);
    } else {
      add(end + 2,
          SayBoth("“$0:”后面缺少空格", "a blank is missing behind '$0:'", key));
    }
    return end;
  }

  // A brace of another kind that begins the value behind a key.
  template <typename Add>
  void FindBrace(size_t key_end, const Add& add) const {
    size_t at = key_end + 1;
    while (at < text_.size() && IsBlank(text_[at])) ++at;
    if (at < text_.size() && text_[at] == U'｛') AddAt(at, add);
  }

  // A list or map that a bracket of another kind closes, and keys in it.
  template <typename Add>
  void FindBrackets(size_t begin, const Add& add) const {
    const auto count = [this, begin](std::u32string_view these) {
      return std::count_if(text_.begin() + static_cast<ptrdiff_t>(begin),
                           text_.end(),
                           [these](char32_t c) { return IsIn(c, these); });
    };
    const bool open = count(U"[{") > count(U"]}");
    const bool closed = count(U"[{") < count(U"]}");
    for (size_t at = begin; at < text_.size(); ++at) {
      if (open && IsIn(text_[at], U"］】｝")) AddAt(at, add);
      if (closed && IsIn(text_[at], U"［【｛")) AddAt(at, add);
      if (!IsIn(text_[at], U"{,")) continue;
      size_t next = at + 1;
      while (next < text_.size() && text_[next] == U' ') ++next;
      FindColon(next, add);
    }
  }

  // A quote of ASCII that one of another kind closes, or the other way round.
  template <typename Add>
  void FindQuotes(size_t begin, const Add& add) const {
    for (const auto& [quote, others] :
         {std::pair<char32_t, std::u32string_view>(U'"', U"“”＂"),
          {U'\'', U"‘’＇"}}) {
      const auto from = text_.begin() + static_cast<ptrdiff_t>(begin);
      if (std::count(from, text_.end(), quote) % 2 == 0) continue;
      for (size_t at = begin; at < text_.size(); ++at) {
        if (IsIn(text_[at], others)) AddAt(at, add);
      }
    }
  }

  const Keys& keys_;
  std::vector<char32_t> text_;
};

}  // namespace

std::optional<KeyboardSlip> FindKeyboardSlip(absl::string_view text) {
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size;) {
    const auto offset = static_cast<size_t>(at);
    UChar32 c;
    U8_NEXT(text.data(), at, size, c);
    auto what = SlipOf(static_cast<char32_t>(c));
    if (what) return KeyboardSlip{offset, *std::move(what)};
  }
  return std::nullopt;
}

Both KeyboardHint(absl::string_view text) {
  const auto slip = FindKeyboardSlip(text);
  if (!slip) return {};
  return {absl::StrCat("：", slip->what.chinese),
          absl::StrCat(": ", slip->what.english)};
}

std::map<Position, Both> FindYamlSlips(
    absl::string_view content, const std::set<std::string, std::less<>>& keys) {
  std::map<Position, Both> slips;
  content = absl::StripPrefix(content, "\xef\xbb\xbf");
  uint32_t number = 0;
  for (absl::string_view line : absl::StrSplit(content, '\n')) {
    ++number;
    line = absl::StripSuffix(line, "\r");
    SlipLine(line, keys).Find([&](size_t column, Both what) {
      slips.emplace(Position{number, static_cast<uint32_t>(column)},
                    std::move(what));
    });
  }
  return slips;
}

}  // namespace sluice::rules
