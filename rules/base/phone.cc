#include "rules/base/phone.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "phonenumbers/phonenumberutil.h"
#include "rules/base/language.h"

namespace sluice {
namespace {

// 00, a calling code of 3 digits and 15 more would already be too long.
constexpr size_t kDigitsMax = 20;
constexpr uint32_t kMainland = 86;

// The digits of a number as written, without what may stand between them.
struct Written {
  bool plus = false;
  char digits[kDigitsMax] = {};
  size_t size = 0;

  absl::string_view view() const { return {digits, size}; }
};

absl::Status Refuse(const Words& why) {
  return WithChinese(absl::InvalidArgumentError(why.english), why.chinese);
}

bool IsDigit(char c) { return '0' <= c && c <= '9'; }

// Why a character may not stand in a number.
absl::Status RefuseCharacter(absl::string_view rest) {
  // U+FF10 to U+FF19 and U+FF0B.
  if (rest.size() >= 3 && rest[0] == '\xef' && rest[1] == '\xbc' &&
      ((rest[2] >= '\x90' && rest[2] <= '\x99') || rest[2] == '\x8b')) {
    return Refuse(
        {"是全角数字，请改用半角", "full-width digits: write them half width"});
  }
  if (rest[0] == '+')
    return Refuse({"“+”只能在最前面", "+ may only come first"});
  return Refuse({"只能含数字、空格和“-”",
                 "holds a character other than digits, spaces and dashes"});
}

absl::Status ReadDigits(absl::string_view text, Written& written) {
  if (!text.empty() && text[0] == '+') {
    written.plus = true;
    text.remove_prefix(1);
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (IsDigit(c)) {
      if (written.size == kDigitsMax)
        return Refuse({"数字过多", "too many digits"});
      written.digits[written.size++] = c;
    } else if ((c != ' ' && c != '-') || (i == 0 && !written.plus)) {
      return RefuseCharacter(text.substr(i));
    }
  }
  if (written.size == 0) return Refuse({"没有数字", "holds no digits"});
  return absl::OkStatus();
}

uint64_t ToInteger(absl::string_view digits) {
  uint64_t value = 0;
  for (const char c : digits)
    value = value * 10 + static_cast<uint64_t>(c - '0');
  return value;
}

uint64_t PowerOfTen(size_t exponent) {
  uint64_t power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

Phone MainlandPhone(absl::string_view national) {
  return {kMainland * PowerOfTen(national.size()) + ToInteger(national)};
}

bool IsMobileNumber(absl::string_view n) {
  return n.size() == 11 && n[0] == '1' && n[1] >= '3';
}

// Machines: 10646 to 10649 and 140 to 149 have numbers of 13 digits.
bool IsIotNumber(absl::string_view n) {
  return n.size() == 13 && (n.substr(0, 4) == "1064" || n.substr(0, 2) == "14");
}

// Area code (10, 2x or three digits from 3 on) and subscriber, without the 0.
// 400 and 800 are not areas.
bool IsFixedNumber(absl::string_view n) {
  if (n.size() < 9 || n[0] == '0') return false;
  if (n[0] == '1' && n[1] != '0') return false;
  if (n.substr(0, 3) == "400" || n.substr(0, 3) == "800") return false;
  const size_t area = n[0] <= '2' ? 2 : 3;
  const size_t subscriber = n.size() - area;
  if (area == 2 ? subscriber != 8 : (subscriber != 7 && subscriber != 8)) {
    return false;
  }
  return n[area] >= '2';
}

// `after_86`: the number came with its calling code, so that the 0 of an area
// code may be missing.
absl::StatusOr<Phone> ParseMainland(absl::string_view n, bool after_86) {
  if (IsMobileNumber(n) || IsIotNumber(n)) return MainlandPhone(n);
  if (!n.empty() && n[0] == '0') {
    if (IsFixedNumber(n.substr(1))) return MainlandPhone(n.substr(1));
    if (IsMobileNumber(n.substr(1))) {
      return Refuse({"手机号码前不加 0", "a mobile number has no 0 before it"});
    }
    return Refuse(
        {"不是中国大陆的号码：区号或位数不对",
         "not a number of the mainland: area code or length is wrong"});
  }
  if (after_86 && IsFixedNumber(n)) return MainlandPhone(n);
  if (!n.empty() && n[0] == '1') {
    return Refuse({"手机号码为 11 位，以 13 至 19 开头",
                   "a mobile number has 11 digits and begins with 13 to 19"});
  }
  return Refuse({"不是中国大陆的号码；境外号码请以 + 或 00 开头",
                 "neither a mainland number nor written with + or 00"});
}

absl::StatusOr<Phone> ParseForeign(absl::string_view digits) {
  namespace pn = i18n::phonenumbers;
  const auto& util = *pn::PhoneNumberUtil::GetInstance();
  pn::PhoneNumber number;
  if (util.Parse(absl::StrCat("+", digits), "ZZ", &number) !=
          pn::PhoneNumberUtil::NO_PARSING_ERROR ||
      !util.IsPossibleNumber(number)) {
    return Refuse({"该国家或地区没有这样的号码",
                   "not a possible number of that country"});
  }
  std::string e164;
  util.Format(number, pn::PhoneNumberUtil::E164, &e164);
  const absl::string_view bare = absl::string_view(e164).substr(1);
  if (bare.size() > 15) return Refuse({"数字过多", "too many digits"});
  return Phone{ToInteger(bare)};
}

size_t CountDigits(uint64_t value) {
  size_t count = 1;
  while (value >= 10) {
    value /= 10;
    ++count;
  }
  return count;
}

// The digits after 86; 0 when the number is not of the mainland.
uint64_t National(Phone phone, size_t* digits) {
  const size_t size = CountDigits(phone.e164);
  if (size < 3 || phone.e164 / PowerOfTen(size - 2) != kMainland) return 0;
  *digits = size - 2;
  return phone.e164 % PowerOfTen(size - 2);
}

// Calling codes of two digits (ITU-T E.164 list); 1 and 7 have one, all others
// three.
bool IsTwoDigitCallingCode(uint64_t code) {
  static constexpr uint8_t kCodes[] = {
      20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46,
      47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62, 63,
      64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98};
  return std::binary_search(std::begin(kCodes), std::end(kCodes), code);
}

}  // namespace

absl::StatusOr<Phone> ParsePhone(absl::string_view text) {
  Written written;
  if (absl::Status read = ReadDigits(text, written); !read.ok()) return read;
  absl::string_view digits = written.view();
  const bool zeros = !written.plus && digits.substr(0, 2) == "00";
  if (zeros) digits.remove_prefix(2);
  if (written.plus || zeros) {
    if (digits.substr(0, 2) == "86") {
      return ParseMainland(digits.substr(2), /*after_86=*/true);
    }
    return ParseForeign(digits);
  }
  // No number of the mainland begins with 86 by itself.
  if (digits.substr(0, 2) == "86") {
    return ParseMainland(digits.substr(2), /*after_86=*/true);
  }
  return ParseMainland(digits, /*after_86=*/false);
}

PhoneKind KindOf(Phone phone) {
  if (IsMainlandMobile(phone)) {
    const uint64_t first6 = phone.e164 / 10'000'000;  // 86 and four digits.
    const bool satellite = first6 == 861349 || first6 == 861749;
    return satellite ? PhoneKind::kSatellite : PhoneKind::kMobile;
  }
  size_t digits = 0;
  if (National(phone, &digits) == 0) return PhoneKind::kOther;
  return digits == 13 ? PhoneKind::kIot : PhoneKind::kFixed;
}

bool IsMainland(Phone phone) {
  if (IsMainlandMobile(phone)) return true;  // Nearly all of them.
  size_t digits = 0;
  return National(phone, &digits) != 0;
}

bool IsMainlandMobile(Phone phone) {
  return phone.e164 >= 8'613'000'000'000 && phone.e164 < 8'620'000'000'000;
}

uint32_t CallingCode(Phone phone) {
  if (IsMainlandMobile(phone)) return kMainland;
  const size_t size = CountDigits(phone.e164);
  if (size < 4) return 0;
  const uint64_t first3 = phone.e164 / PowerOfTen(size - 3);
  if (first3 / 100 == 1 || first3 / 100 == 7) {
    return static_cast<uint32_t>(first3 / 100);
  }
  return static_cast<uint32_t>(IsTwoDigitCallingCode(first3 / 10) ? first3 / 10
                                                                  : first3);
}

std::string ToE164(Phone phone) { return absl::StrCat("+", phone.e164); }

std::string Masked(Phone phone) {
  if (!phone) return "****";
  size_t size = 0;
  const uint64_t national = National(phone, &size);
  const std::string digits =
      national != 0 ? absl::StrCat(national) : absl::StrCat("+", phone.e164);
  // At least four digits stay hidden, whatever the length.
  const absl::string_view view = digits;
  if (view.size() < 11) return absl::StrCat(view.substr(0, 2), "****");
  return absl::StrCat(view.substr(0, 3), "****", view.substr(view.size() - 4));
}

}  // namespace sluice
