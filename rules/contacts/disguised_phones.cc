#include "rules/contacts/disguised_phones.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "rules/base/characters.h"
#include "rules/contacts/contact_words.h"
#include "rules/contacts/digit_groups.h"
#include "rules/contacts/phones.h"

namespace sluice::rules {
namespace {

using absl::string_view;

constexpr size_t kMobileDigits = 11;
constexpr size_t kFixedDigits = 12;  // With an area code of four.
constexpr size_t kTollFreeDigits = 10;
constexpr size_t kTrueDigitsMin = 4;

// What joins or measures numbers; "138或1398或1480" are three.
constexpr char32_t kNoSeparators[] =
    U"元块角圆万亿千百个人名位年月日号天点时分秒条次份套户家平米里折期件张只"
    U"台款多余倍奖度岁斤克升和或与及至到跟比送减返得抵赠存充满买领省立享";

// The digit that `c` is written for; '\0': none.
char DigitFor(char32_t c) {
  if (IsDigit(c)) return static_cast<char>(c);
  switch (c) {
    case 'o':
    case U'о':
    case U'ο':
    case U'○':
    case U'◯':
    case U'洞':
      return '0';
    case 'l':
    case 'i':
    case U'і':
    case U'幺':
      return '1';
    case U'两':
      return '2';
    case U'拐':
      return '7';
    case U'勾':
      return '9';
    default:
      return '\0';
  }
}

bool IsLatin(char32_t c) { return c >= 'a' && c <= 'z'; }

// A number, as it is read character by character.
struct Reading {
  std::array<char, kFixedDigits> digits;
  std::array<char, kFixedDigits> shape;  // Sizes of the groups, from '1'.
  size_t count = 0;
  size_t groups = 0;
  size_t true_digits = 0;
  size_t end = 0;
  string_view separator;
  bool even = true;
  bool han = false;  // The separator is a Chinese character.

  string_view value() const { return {digits.data(), count}; }
  string_view groups_shape() const { return {shape.data(), groups}; }
  // The same is between all digits.
  bool spaced() const { return even && groups == count; }
  // Of a number that begins so.
  size_t digits_max() const {
    return count > 0 && digits[0] == '0' ? kFixedDigits : kMobileDigits;
  }
};

class DisguiseSearch {
 public:
  explicit DisguiseSearch(const ContactText& text) : text_(text) {}

  void Run() {
    for (size_t run = 0; run < text_.runs.size(); ++run) {
      const TextRun& here = text_.runs[run];
      if (here.taken || here.begin < end_ || !MayBegin(run)) continue;
      Take(run);
    }
  }

 private:
  // Cheap: most runs are words and numbers that nothing joins to others.
  bool MayBegin(size_t run) const {
    const TextRun& here = text_.runs[run];
    if (here.kind == TextRun::Kind::kDot || here.size() >= kMobileDigits) {
      return false;
    }
    if (text_.IsLetters(run)) {
      return IsDigit(static_cast<uint8_t>(text_.At(here.end))) &&
             IsRunOfDigits(here);
    }
    return MayJoinNext(run) || IsDigitAfter(here.end) ||
           BeginBefore(here.begin) < here.begin;
  }

  // Whether the next run may be more of the number: digits close to it, or
  // letters for digits.
  bool MayJoinNext(size_t run) const {
    if (run + 1 == text_.runs.size()) return false;
    const TextRun& next = text_.runs[run + 1];
    const uint32_t gap = next.begin - text_.runs[run].end;
    if (text_.IsDigits(run + 1)) return gap <= 5;
    return gap <= 4 && text_.IsLetters(run + 1) && IsRunOfDigits(next);
  }

  // Whether a digit beyond ASCII is at `at`.
  bool IsDigitAfter(size_t at) const {
    return (text_.At(at) & 0x80) != 0 && DigitFor(Next(at)) != '\0';
  }

  bool IsRunOfDigits(const TextRun& run) const {
    const string_view letters = text_.Of(run);
    return std::all_of(letters.begin(), letters.end(), [](char c) {
      return DigitFor(static_cast<char32_t>(c)) != '\0';
    });
  }

  char32_t Next(size_t& at) const {
    auto index = static_cast<int32_t>(at);
    UChar32 c = 0;
    U8_NEXT(text_.bytes.data(), index, static_cast<int32_t>(text_.bytes.size()),
            c);
    at = static_cast<size_t>(index);
    return static_cast<char32_t>(c);
  }

  // Where the digits right before `begin` begin that are in no run: 幺, and 三
  // at the beginning of one.
  size_t BeginBefore(size_t begin) const {
    for (size_t count = 0; count < kFixedDigits && begin > end_; ++count) {
      const auto before = static_cast<uint8_t>(text_.At(begin - 1));
      if (before < 0x80) {
        if (!IsDigit(before)) return begin;
        --begin;
        continue;
      }
      auto at = static_cast<int32_t>(begin);
      UChar32 c = 0;
      U8_PREV(text_.bytes.data(), 0, at, c);
      if (DigitFor(static_cast<char32_t>(c)) == '\0') return begin;
      begin = static_cast<size_t>(at);
    }
    return begin;
  }

  void Take(size_t run) {
    const size_t begin = BeginBefore(text_.runs[run].begin);
    size_t second = begin;
    const char first = DigitFor(Next(second));
    if (!MayBeginNumber(first, second)) return;
    Reading reading;
    if (!Read(begin, reading) || !IsNumber(reading)) return;
    const string_view before = text_.Before(begin);
    const string_view after = text_.After(reading.end);
    if (!MayStickBefore(before) || !MayStickAfter(after) ||
        IsAmount(before, after) || IsCodeBefore(before) ||
        IsPiece(before, reading)) {
      return;
    }
    Contact contact;
    contact.kind = AccountWordBefore(before).kind == AccountKind::kWeChat
                       ? Contact::Kind::kWeChat
                       : Contact::Kind::kPhone;
    contact.begin = static_cast<uint32_t>(begin);
    contact.end = static_cast<uint32_t>(reading.end);
    contact.value = text_.Keep(reading.value());
    if (contact.value.empty()) return;
    text_.Add(contact, run);
    end_ = reading.end;
  }

  // By the first digit and what follows it at `next`, when that is a digit too:
  // "13", "40", "80" or an area code's. Cheap: most numbers are codes and
  // amounts.
  bool MayBeginNumber(char first, size_t next) const {
    if (first != '0' && first != '1' && first != '4' && first != '8') {
      return false;
    }
    if (next >= text_.bytes.size()) return false;
    const char second = DigitFor(Next(next));
    if (second == '\0') return true;
    if (first == '0') return second != '0';
    return first == '1' ? second >= '3' : second == '0';
  }

  // Whether more of the same stands before it.
  static bool IsPiece(string_view before, const Reading& reading) {
    if (!before.empty() && IsDigit(before.back())) return true;
    return !reading.separator.empty() &&
           absl::ConsumeSuffix(&before, reading.separator) && !before.empty() &&
           IsDigit(before.back());
  }

  // Reads the digits from `begin` on, until there are as many as a mobile
  // number has or nothing joins on. False: too many, or nothing is disguised.
  bool Read(size_t begin, Reading& reading) const {
    bool disguised = false;
    for (size_t at = begin; at < text_.bytes.size();) {
      size_t next = at;
      const char32_t c = Next(next);
      const char digit = IsWordLetter(at, c) ? '\0' : DigitFor(c);
      if (digit != '\0') {
        if (reading.count > 0 && reading.count == reading.digits_max()) {
          // A longer number; behind a gap the next one begins.
          if (at == reading.end) return false;
          break;
        }
        const bool joined = reading.count > 0 && at == reading.end;
        if (!joined) reading.shape[reading.groups++] = '0';
        ++reading.shape[reading.groups - 1];
        reading.digits[reading.count++] = digit;
        reading.true_digits += IsDigit(c);
        disguised = disguised || !IsDigit(c);
        reading.end = next;
        at = next;
        continue;
      }
      const size_t after = SeparatorEnd(at, reading);
      if (after == at) break;
      at = after;
    }
    return disguised || reading.han;
  }

  // Of a Latin word that has other letters, too.
  bool IsWordLetter(size_t at, char32_t c) const {
    if (!IsLatin(c)) return false;
    const auto run = std::upper_bound(
        text_.runs.begin(), text_.runs.end(), at,
        [](size_t place, const TextRun& one) { return place < one.begin; });
    return run == text_.runs.begin() || !IsRunOfDigits(*(run - 1));
  }

  // The end of what stands at `at` between two digits; `at`: nothing joins on.
  size_t SeparatorEnd(size_t at, Reading& reading) const {
    size_t end = at;
    size_t count = 0;
    size_t han = 0;
    while (end < text_.bytes.size() && count <= DigitGroups::kGapMax) {
      size_t next = end;
      const char32_t c = Next(next);
      if (!MaySeparate(c)) break;
      han += IsHan(c);
      ++count;
      end = next;
    }
    size_t digit_end = end;
    if (count == 0 || count > DigitGroups::kGapMax || han > 1 ||
        end >= text_.bytes.size() || DigitFor(Next(digit_end)) == '\0') {
      return at;
    }
    const string_view separator = text_.bytes.substr(at, end - at);
    if (reading.groups == 1) reading.separator = separator;
    reading.han = reading.han || han > 0;
    reading.even = reading.even && separator == reading.separator;
    return reading.groups < reading.shape.size() ? end : at;
  }

  static bool MaySeparate(char32_t c) {
    if (c < 0x80) {
      return !IsAlnum(c) && string_view("\n:%+=$").find(static_cast<char>(c)) ==
                                string_view::npos;
    }
    if (IsHan(c)) {
      return std::find(std::begin(kNoSeparators), std::end(kNoSeparators), c) ==
             std::end(kNoSeparators);
    }
    return !u_isalnum(static_cast<UChar32>(c)) &&
           u_charType(static_cast<UChar32>(c)) != U_CURRENCY_SYMBOL;
  }

  static bool IsNumber(const Reading& reading) {
    const string_view value = reading.value();
    if (reading.true_digits < kTrueDigitsMin) return false;
    if (value.size() == kTollFreeDigits) {
      return (absl::StartsWith(value, "400") ||
              absl::StartsWith(value, "800")) &&
             reading.even && (reading.groups <= 4 || reading.spaced());
    }
    if (value[0] == '0') return IsFixed(reading);
    if (value.size() != kMobileDigits || value[0] != '1' || value[1] < '3') {
      return false;
    }
    if (reading.groups == 1) return true;
    // One Chinese character between two numbers is a word.
    return reading.even && IsMobileShape(reading.groups_shape()) &&
           (reading.groups > 2 || !reading.han);
  }

  // Whole, with the same between all digits, or the area code apart.
  static bool IsFixed(const Reading& reading) {
    const string_view value = reading.value();
    if (!IsFixedNumber(value)) return false;
    if (reading.groups == 1 || reading.spaced()) return true;
    const auto area = static_cast<char>('0' + AreaCodeSize(value));
    return reading.groups <= 3 && reading.even && !reading.han &&
           reading.shape[0] == area;
  }

  const ContactText& text_;
  size_t end_ = 0;  // Of the number found last.
};

}  // namespace

void FindDisguisedPhones(const ContactText& text) {
  DisguiseSearch(text).Run();
}

}  // namespace sluice::rules
