#include "filter/templates/variable.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/characters.h"
#include "rules/base/language.h"

namespace sluice::filter {
namespace {

constexpr absl::string_view kNames[kVariableTypes] = {
    "digits", "code", "amount", "date",  "time",
    "name",   "text", "link",   "number"};

// Which characters values of a type are made of, in groups, to tell whether two
// types can be mixed up.
enum Group : uint32_t {
  kGroupDigits = 1u << 0,
  kGroupLetters = 1u << 1,
  kGroupDash = 1u << 2,
  kGroupPlus = 1u << 3,
  kGroupPoint = 1u << 4,
  kGroupComma = 1u << 5,
  kGroupColon = 1u << 6,
  kGroupSlash = 1u << 7,
  kGroupBrackets = 1u << 8,
  kGroupStar = 1u << 9,
  kGroupHan = 1u << 10,
  kGroupDateHan = 1u << 11,
  kGroupTimeHan = 1u << 12,
  kGroupNumerals = 1u << 13,
};
constexpr uint32_t kAllHan =
    kGroupHan | kGroupDateHan | kGroupTimeHan | kGroupNumerals;
constexpr uint32_t kGroups[kVariableTypes] = {
    kGroupDigits,
    kGroupDigits | kGroupLetters,
    kGroupDigits | kGroupDash | kGroupPlus | kGroupPoint | kGroupComma,
    kGroupDigits | kGroupDash | kGroupPoint | kGroupSlash | kGroupDateHan |
        kGroupNumerals,
    kGroupDigits | kGroupColon | kGroupTimeHan | kGroupNumerals,
    kGroupLetters | kGroupStar | kAllHan,
    ~0u,
    ~kAllHan,
    kGroupDigits | kGroupDash | kGroupPlus | kGroupBrackets,
};

// A letter of a form stands for a number: Y year, M month, D day, H hour, F
// minute or second, each of one or two digits; N, E, T month, day, minute or
// second of exactly two. A year has four.
constexpr std::u32string_view kDateForms[] = {
    U"Y-M-D", U"Y/M/D",     U"Y.M.D",     U"M-D",    U"M/D",    U"M.D",
    U"YNE",   U"Y年M月D日", U"Y年M月D号", U"M月D日", U"M月D号", U"Y年M月"};
constexpr std::u32string_view kTimeForms[] = {
    U"H:T",  U"H:T:T", U"H时",       U"H点",   U"H时F分", U"H点F分",
    U"H点F", U"H点半", U"H时F分F秒", U"H点整", U"H时整"};
constexpr std::u32string_view kDayParts[] = {U"上午", U"下午", U"早上", U"晚上",
                                             U"中午", U"凌晨", U"傍晚"};
constexpr std::u32string_view kDateOthers = U"-/.年月日号";
constexpr std::u32string_view kTimeOthers =
    U":时点分秒半整上下午早晚中凌晨傍两";

// Each at the place of its value. Chinese digits of all kinds are read as one
// of these.
constexpr std::u32string_view kNumerals = U"〇一二三四五六七八九十";
constexpr size_t kTen = 10;

bool IsSmall(char32_t c) { return c >= 'a' && c <= 'z'; }
bool IsWord(char32_t c) { return IsDigit(c) || IsSmall(c); }
bool IsOneOf(char32_t c, std::u32string_view set) {
  return set.find(c) != std::u32string_view::npos;
}

// Folding leaves a-z of most Latin letters; these are what it keeps.
bool IsOtherLatin(char32_t c) {
  return c >= 0xdf && c <= 0x24f && c != 0xf7;  // 0xf7 is the division sign.
}

struct Range {
  int digits_min;
  int digits_max;
  int min;
  int max;
};

Range RangeOf(char32_t letter) {
  switch (letter) {
    case 'Y':
      return {4, 4, 0, 9999};
    case 'M':
      return {1, 2, 1, 12};
    case 'N':
      return {2, 2, 1, 12};
    case 'D':
      return {1, 2, 1, 31};
    case 'E':
      return {2, 2, 1, 31};
    case 'H':
      return {1, 2, 0, 24};
    case 'T':
      return {2, 2, 0, 59};
    default:
      return {1, 2, 0, 59};
  }
}

int ValueOf(char32_t numeral) {
  return static_cast<int>(kNumerals.find(numeral));
}

// The number that numerals say: 二〇二六, 一一, 十, 二十, 三十一. Negative when
// they say none, or `range` is of other ones.
int ChineseNumber(std::u32string_view numerals, const Range& range) {
  const auto size = static_cast<int>(numerals.size());
  const auto ten = static_cast<int>(numerals.find(kNumerals[kTen]));
  if (ten < 0) {
    if (size < range.digits_min || size > range.digits_max) return -1;
    int value = 0;
    for (const char32_t c : numerals) value = value * 10 + ValueOf(c);
    return value;
  }
  if (range.digits_min > 1 || ten > 1 || size > ten + 2) return -1;
  const int tens = ten == 0 ? 1 : ValueOf(numerals[0]);
  if (size == ten + 1) return tens == 0 ? -1 : tens * 10;
  const int ones = ValueOf(numerals.back());
  return tens == 0 || ones == 0 || ones == 10 ? -1 : tens * 10 + ones;
}

bool TakeChineseNumber(char32_t letter, std::u32string_view& text) {
  if (letter == 'H' && text[0] == U'两') {
    text.remove_prefix(1);
    return true;
  }
  const Range range = RangeOf(letter);
  const auto numerals = text.substr(0, text.find_first_not_of(kNumerals));
  const int value = ChineseNumber(numerals, range);
  text.remove_prefix(numerals.size());
  return value >= range.min && value <= range.max;
}

bool IsChinese(std::u32string_view form) {
  return std::any_of(form.begin(), form.end(),
                     [](char32_t c) { return c > 0x7f; });
}

// Takes the number that `letter` of `form` stands for from the front of `text`.
bool TakeNumberOf(char32_t letter, std::u32string_view form,
                  std::u32string_view& text) {
  if (!text.empty() && text[0] > 0x7f && IsChinese(form)) {
    return TakeChineseNumber(letter, text);
  }
  const Range range = RangeOf(letter);
  int digits = 0;
  int value = 0;
  while (digits < range.digits_max && !text.empty() && IsDigit(text[0])) {
    value = value * 10 + static_cast<int>(text[0] - '0');
    text.remove_prefix(1);
    ++digits;
  }
  return digits >= range.digits_min && value >= range.min && value <= range.max;
}

bool HasForm(std::u32string_view text, std::u32string_view form) {
  for (const char32_t c : form) {
    if (c >= 'A' && c <= 'Z') {
      if (!TakeNumberOf(c, form, text)) return false;
      continue;
    }
    if (text.empty() || text[0] != c) return false;
    text.remove_prefix(1);
  }
  return text.empty();
}

bool IsDate(std::u32string_view text) {
  return std::any_of(std::begin(kDateForms), std::end(kDateForms),
                     [&](auto form) { return HasForm(text, form); });
}

bool IsTime(std::u32string_view text) {
  for (const std::u32string_view part : kDayParts) {
    if (text.substr(0, part.size()) != part) continue;
    text.remove_prefix(part.size());
    break;
  }
  return std::any_of(std::begin(kTimeForms), std::end(kTimeForms),
                     [&](auto form) { return HasForm(text, form); });
}

}  // namespace

absl::string_view Name(VariableType type) {
  return kNames[static_cast<size_t>(type)];
}

absl::StatusOr<VariableType> ParseVariableType(absl::string_view name) {
  for (int i = 0; i < kVariableTypes; ++i) {
    if (kNames[i] == name) return static_cast<VariableType>(i);
  }
  return ErrorOf(
      absl::StatusCode::kInvalidArgument,
      SayBoth("类型可用 digits、code、amount、date、time、name、text、link 和 "
              "number",
              "type: digits, code, amount, date, time, name, text, link and "
              "number are allowed"));
}

std::string Explain(const Variable* variable, VariableFault fault) {
  constexpr absl::string_view kFaults[] = {
      "the value is good", "the value is of another type",
      "the value has another length", "no value is given",
      "values are given that the template has no variable for"};
  const absl::string_view what = kFaults[static_cast<size_t>(fault)];
  if (variable == nullptr) return std::string(what);
  return absl::StrCat(variable->name, ": ", Name(variable->type), ", ",
                      variable->characters_min, " to ",
                      variable->characters_max, " characters; ", what);
}

VariableFault Check(VariableType type, size_t characters_min,
                    size_t characters_max, DigitOrigins& text, size_t begin,
                    size_t end) {
  if (begin == end) return VariableFault::kLength;
  const absl::string_view folded = text.folded();
  VariableReader reader(type);
  size_t characters = 0;
  for (size_t i = begin; i < end; ++characters) {
    const size_t at = i;
    UChar32 c;
    U8_NEXT(folded.data(), i, end, c);
    if (c < 0) return VariableFault::kType;
    const auto taken = static_cast<char32_t>(c);
    const DigitOrigin origin =
        IsDigit(taken) ? text.At(at) : DigitOrigin::kPlain;
    if (!reader.Take(taken, origin)) return VariableFault::kType;
  }
  if (!reader.Complete()) return VariableFault::kType;
  return characters < characters_min || characters > characters_max
             ? VariableFault::kLength
             : VariableFault::kNone;
}

bool Overlap(VariableType a, VariableType b) {
  return (kGroups[static_cast<size_t>(a)] & kGroups[static_cast<size_t>(b)]) !=
         0;
}

bool MayHoldSpace(VariableType type) {
  return type == VariableType::kName || type == VariableType::kText ||
         type == VariableType::kNumber;
}

bool VariableReader::Take(char32_t c, DigitOrigin origin) {
  if (origin == DigitOrigin::kOther && type_ != VariableType::kText) {
    return false;
  }
  if (origin == DigitOrigin::kChinese) c = kNumerals[c - '0'];
  const auto take = [&] {
    switch (type_) {
      case VariableType::kDigits:
        return IsDigit(c);
      case VariableType::kCode:
        return IsWord(c);
      case VariableType::kAmount:
        return TakeAmount(c);
      case VariableType::kDate:
        return TakeShort(c, kDateOthers);
      case VariableType::kTime:
        return TakeShort(c, kTimeOthers);
      case VariableType::kName:
        return TakeName(c);
      case VariableType::kText:
        return TakeText(c, origin);
      case VariableType::kLink:
        return TakeLink(c);
      case VariableType::kNumber:
        return TakeNumber(c);
    }
    return false;
  };
  const bool taken = take();
  last_ = c;
  last_origin_ = origin;
  return taken;
}

bool VariableReader::Complete() const {
  if (last_ == 0) return false;
  switch (type_) {
    case VariableType::kDigits:
    case VariableType::kCode:
      return true;
    case VariableType::kAmount:
      return digits_ > 0 && (dots_ > 0 || !grouped_ || digits_ == 3);
    case VariableType::kDate:
      return IsDate({short_, size_});
    case VariableType::kTime:
      return IsTime({short_, size_});
    case VariableType::kName:
      return last_ != ' ' && last_ != U'·';
    case VariableType::kText:
      return last_ != ' ';
    case VariableType::kLink:
      return path_ || (dots_ > 0 && label_ >= 2 && letters_);
    case VariableType::kNumber:
      return IsDigit(last_) && digits_ >= 3;
  }
  return false;
}

bool VariableReader::TakeAmount(char32_t c) {
  const bool whole = digits_ > 0 && (!grouped_ || digits_ == 3);
  if (IsDigit(c)) return ++digits_ <= 3 || !grouped_ || dots_ > 0;
  if (c == '-' || c == '+') return last_ == 0;
  if (c == ',') {
    if (dots_ > 0 || !whole || digits_ > 3) return false;
    grouped_ = true;
  } else if (c == '.') {
    if (++dots_ > 1 || !whole) return false;
  } else {
    return false;
  }
  digits_ = 0;
  return true;
}

bool VariableReader::TakeShort(char32_t c, std::u32string_view others) {
  if (size_ == kShortMax) return false;
  if (!IsDigit(c) && !IsOneOf(c, others) && !IsOneOf(c, kNumerals)) {
    return false;
  }
  short_[size_++] = c;
  return true;
}

bool VariableReader::TakeName(char32_t c) {
  if (IsHan(c) || c == U'〇' || IsSmall(c) || IsOtherLatin(c) || c == '*')
    return true;
  const bool after_letter = last_ != 0 && last_ != ' ' && last_ != U'·';
  return (c == ' ' || c == U'·') && after_letter;
}

bool VariableReader::TakeText(char32_t c, DigitOrigin origin) {
  constexpr uint8_t kMark = 3;  // Characters of ://.
  if (c == '\n' || (c == ' ' && last_ == 0)) return false;
  if (c == (slashes_ == 0 ? ':' : '/')) {
    ++slashes_;
  } else {
    slashes_ = c == ':' ? 1 : 0;
  }
  return slashes_ < kMark && TakeTextDigit(c, origin) && TakeTextLabel(c);
}

// Numbers are spelled in Chinese digits to hide them, but a single one at the
// end of a number is rather the word beside it.
bool VariableReader::TakeTextDigit(char32_t c, DigitOrigin origin) {
  constexpr uint32_t kDigitsMax = 6;
  constexpr uint32_t kJoinedMax = 9;
  const bool chinese = origin == DigitOrigin::kChinese;
  if (!chinese && !IsDigit(c)) {
    digits_ = 0;
    lone_ = false;
    if (!IsOneOf(c, U" .-()")) joined_ = 0;
    return true;
  }
  if (chinese && last_origin_ != DigitOrigin::kChinese) {
    lone_ = true;
    return true;
  }
  const uint32_t count = lone_ && (chinese || digits_ > 0) ? 2 : 1;
  lone_ = false;
  digits_ += count;
  joined_ += count;
  return digits_ <= kDigitsMax && joined_ <= kJoinedMax;
}

// Takes the character behind a point or an @ that follows a letter or digit. An
// ideographic full stop separates domain labels as a point does.
bool VariableReader::TakeTextLabel(char32_t c) {
  if (IsWord(c)) {
    if (last_ == '@' && dots_ > 0) return false;
    letters_ = letters_ && IsSmall(c);
    return dots_ == 0 || ++label_ < 2 || !letters_;
  }
  dots_ = IsWord(last_) && IsOneOf(c, U".。@") ? 1 : 0;
  label_ = 0;
  letters_ = true;
  return true;
}

bool VariableReader::TakeLink(char32_t c) {
  if (c <= ' ' || c >= 0x7f || IsOneOf(c, U"\"<>\\^`{|}")) return false;
  if (path_) return true;
  if (slashes_ > 0) {
    --slashes_;
    label_ = 0;
    letters_ = true;
    return c == '/';
  }
  if (c == ':' && http_ && dots_ == 0 && label_ >= 4) {
    slashes_ = 2;
    http_ = false;  // Once.
    return true;
  }
  if (IsOneOf(c, U":/?#")) {
    path_ = dots_ > 0 && label_ >= 2 && letters_;
    return path_;
  }
  return TakeLinkLabel(c);
}

bool VariableReader::TakeLinkLabel(char32_t c) {
  if (c == '.') {
    if (label_ == 0) return false;
    ++dots_;
    label_ = 0;
    letters_ = true;
    http_ = false;
    return true;
  }
  if (!IsWord(c) && (c != '-' || label_ == 0)) return false;
  constexpr std::u32string_view kHttps = U"https";
  http_ = http_ && label_ < kHttps.size() && kHttps[label_] == c;
  letters_ = letters_ && IsSmall(c);
  ++label_;
  return true;
}

bool VariableReader::TakeNumber(char32_t c) {
  constexpr uint32_t kDigitsMax = 15;
  if (IsDigit(c)) return ++digits_ <= kDigitsMax;
  if (c == '+') return last_ == 0;
  if (c == '(') return last_ == 0 || IsDigit(last_) || last_ == ' ';
  if (c == ')') return IsDigit(last_);
  return (c == '-' || c == ' ') && (IsDigit(last_) || last_ == ')');
}

}  // namespace sluice::filter
