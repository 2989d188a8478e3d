#pragma once

// What may stand in a template's variable: its type, its length, and the value
// that one message brings. Apart from the templates because it looks at values
// one character at a time, in whatever place a template's text puts them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/templates/digit_origins.h"

namespace sluice::filter {

// All are read in folded form (rules/fold/fold.h), so full width digits and
// capital letters count as well. No value begins or ends with a space, and only
// kText holds anything that is not listed here.
//
// Folding makes digits of 五 and ❺ too. Here they are what was submitted: 五 is
// a Chinese character, of names, dates and times; ❺ stands in kText only.
enum class VariableType : uint8_t {
  kDigits,  // 0-9
  kCode,    // 0-9, a-z
  kAmount,  // 1234 -1,234.50: a sign, groups of three if any, decimals
  kDate,    // 2026-11-02 2026/11/2 11.02 20261102 2026年11月2日 11月2日
            // 2026年11月 二〇二六年十一月二日
  kTime,  // 10:00 10:00:30 10时30分 10点 上午10点半 十点三十分 下午两点
  kName,  // Han or Latin letters, * for a hidden one; inside also · and space
  kText,  // No line end, link, e-mail address or telephone number; see below.
  kLink,  // A domain of ASCII characters, with or without http:// and a path
  kNumber,  // +86 571-8634 5678: a telephone number of 3 to 15 digits
};
// kDate and kTime take Chinese numerals where a form has 年, 月, 日, 时 or 点,
// each number all in one kind: 2026年十一月 is one, 1十月 is none. kText is
// judged by its look, and rejected when in doubt: `a.bc`, `://`, `a@b`, 7
// digits in a row, or 10 that only spaces, points, dashes and brackets part.
// Chinese ones count, but for one alone at an end of a row: 三楼 and 123456一份
// are words. What links and contacts a message holds is for
// rules/contacts/contacts.h to say.
inline constexpr int kVariableTypes = 9;

// "digits", "code", "amount", "date", "time", "name", "text", "link", "number".
absl::string_view Name(VariableType type);
// Errors: kInvalidArgument, saying what is allowed.
absl::StatusOr<VariableType> ParseVariableType(absl::string_view name);

// A variable as a template declares it.
struct Variable {
  std::string name;
  VariableType type = VariableType::kText;
  // Characters of the folded value.
  uint16_t characters_min = 1;
  uint16_t characters_max = 1;
  bool operator==(const Variable&) const = default;
};

// Why a value may not stand in its variable.
enum class VariableFault : uint8_t {
  kNone,
  kType,
  kLength,
  kMissing,  // The caller gives none.
  kUnknown,  // The caller gives one that the template has no variable for.
};

// "code: digits, 4 to 6 characters; the value has another length". Never says
// what the value is. `variable` may be null for kUnknown.
std::string Explain(const Variable* variable, VariableFault fault);

// Whether bytes [begin, end) of text.folded() may stand in `variable`. The type
// comes first: a value that breaks both has the wrong type.
VariableFault Check(VariableType type, size_t characters_min,
                    size_t characters_max, DigitOrigins& text, size_t begin,
                    size_t end);
// The same for all of it.
inline VariableFault Check(const Variable& variable, DigitOrigins& text) {
  return Check(variable.type, variable.characters_min, variable.characters_max,
               text, 0, text.folded().size());
}

// Whether some character may stand in values of both types; a space apart.
bool Overlap(VariableType a, VariableType b);
// Whether a value may hold a space.
bool MayHoldSpace(VariableType type);

// Takes a value one character at a time; a few instructions each, and no
// memory of its own beyond this object.
class VariableReader {
 public:
  explicit VariableReader(VariableType type) : type_(type) {}

  // `c` is folded; `origin` is that of a digit. False: no value of the type
  // begins like this, whatever follows. Do not call it again after that.
  bool Take(char32_t c, DigitOrigin origin = DigitOrigin::kPlain);

  // Whether what was taken so far is a value.
  bool Complete() const;

 private:
  // Dates and times are short: they are kept and compared whole.
  static constexpr size_t kShortMax = 14;

  bool TakeAmount(char32_t c);
  bool TakeShort(char32_t c, std::u32string_view others);
  bool TakeName(char32_t c);
  bool TakeText(char32_t c, DigitOrigin origin);
  bool TakeTextDigit(char32_t c, DigitOrigin origin);
  bool TakeTextLabel(char32_t c);
  bool TakeLink(char32_t c);
  bool TakeLinkLabel(char32_t c);
  bool TakeNumber(char32_t c);

  VariableType type_;
  DigitOrigin last_origin_ = DigitOrigin::kPlain;
  char32_t last_ = 0;     // 0: nothing was taken.
  uint32_t digits_ = 0;   // Of the number that is being read.
  uint32_t joined_ = 0;   // Text: the same, with what dashes and the like join.
  uint32_t label_ = 0;    // Characters of the part of a domain that is read.
  uint32_t dots_ = 0;     // Points of the amount, the domain.
  uint8_t slashes_ = 0;   // Text: of ://. Link: those that must come next.
  bool lone_ = false;     // Text: of the digits, one Chinese is not counted.
  bool letters_ = true;   // The label holds nothing but letters.
  bool grouped_ = false;  // Amount: in groups of three.
  bool http_ = true;      // Link: so far it begins like http or https.
  bool path_ = false;     // Link: the domain is over.
  uint8_t size_ = 0;
  char32_t short_[kShortMax] = {};
};

}  // namespace sluice::filter
