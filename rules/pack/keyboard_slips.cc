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
  absl::string_view name;
  absl::string_view key;  // What to type.
};

constexpr SlipCharacter kSlips[] = {
    {U'：', "a full-width colon", ":"},
    {U'﹕', "a small colon", ":"},
    {U'，', "a full-width comma", ","},
    {U'、', "a Chinese enumeration comma", ","},
    {U'；', "a full-width semicolon", "a comma"},
    {U'＃', "a full-width number sign", "#"},
    {U'－', "a full-width hyphen", "-"},
    {U'—', "a dash", "-"},
    {U'–', "a dash", "-"},
    {U'−', "a minus sign", "-"},
    {U'“', "a curly quote", "\""},
    {U'”', "a curly quote", "\""},
    {U'＂', "a full-width quote", "\""},
    {U'‘', "a curly quote", "'"},
    {U'’', "a curly quote", "'"},
    {U'＇', "a full-width quote", "'"},
    {U'「', "a corner bracket", "\""},
    {U'」', "a corner bracket", "\""},
    {U'『', "a corner bracket", "\""},
    {U'』', "a corner bracket", "\""},
    {U'［', "a full-width bracket", "["},
    {U'］', "a full-width bracket", "]"},
    {U'【', "a Chinese bracket", "["},
    {U'】', "a Chinese bracket", "]"},
    {U'｛', "a full-width brace", "{"},
    {U'｝', "a full-width brace", "}"},
    {U'（', "a full-width parenthesis", "("},
    {U'）', "a full-width parenthesis", ")"},
    {U'。', "a Chinese full stop", "."},
    {U'．', "a full-width full stop", "."},
    {U'＿', "a full-width underscore", "_"},
    {U'％', "a full-width percent sign", "%"},
};

// Blanks that are none to YAML.
constexpr SlipCharacter kBlanks[] = {
    {0x00a0, "a no-break space", "the space bar"},
    {0x3000, "a full-width space", "the space bar"},
    {0x202f, "a narrow no-break space", "the space bar"},
    {0x200b, "a zero-width space", "nothing"},
    {0xfeff, "a byte order mark", "nothing"},
};

constexpr absl::string_view kMode =
    " (switch the keyboard to English and half width)";

// As in "'：' (U+FF1A) is a full-width colon: type :".
std::string Say(char32_t code, absl::string_view name, absl::string_view key,
                bool visible) {
  std::string shown;
  if (visible) {
    AppendUtf8(code, shown);
    shown = absl::StrCat("'", shown, "' is ");
  } else {
    shown = "there is ";
  }
  return absl::StrCat(shown, name,
                      absl::StrFormat(" (U+%04X)", static_cast<uint32_t>(code)),
                      ": type ", key, visible ? kMode : "");
}

std::optional<std::string> SlipOf(char32_t code) {
  for (const SlipCharacter& one : kSlips) {
    if (one.code == code) return Say(code, one.name, one.key, true);
  }
  for (const SlipCharacter& one : kBlanks) {
    if (one.code == code) return Say(code, one.name, one.key, false);
  }
  // U+2000 to U+200A are spaces of many widths.
  if (code >= 0x2000 && code <= 0x200a) {
    return Say(code, "a space of another width", "the space bar", false);
  }
  const bool wide = (code >= U'０' && code <= U'９') ||
                    (code >= U'Ａ' && code <= U'Ｚ') ||
                    (code >= U'ａ' && code <= U'ｚ');
  if (!wide) return std::nullopt;
  return Say(code, code <= U'９' ? "a full-width digit" : "a full-width letter",
             std::string(1, static_cast<char>(code - 0xfee0)), true);
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
    add(at + 1, "there is a tab in the indentation: type blanks");
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
      add(end + 2, absl::StrCat("a blank is missing behind '", key, ":'"));
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

std::string KeyboardHint(absl::string_view text) {
  const auto slip = FindKeyboardSlip(text);
  return slip ? absl::StrCat(": ", slip->what) : "";
}

std::map<Position, std::string> FindYamlSlips(
    absl::string_view content, const std::set<std::string, std::less<>>& keys) {
  std::map<Position, std::string> slips;
  content = absl::StripPrefix(content, "\xef\xbb\xbf");
  uint32_t number = 0;
  for (absl::string_view line : absl::StrSplit(content, '\n')) {
    ++number;
    line = absl::StripSuffix(line, "\r");
    SlipLine(line, keys).Find([&](size_t column, std::string what) {
      slips.emplace(Position{number, static_cast<uint32_t>(column)},
                    std::move(what));
    });
  }
  return slips;
}

}  // namespace sluice::rules
