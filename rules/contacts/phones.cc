#include "rules/contacts/phones.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "rules/contacts/contact_words.h"
#include "rules/contacts/digit_groups.h"

namespace sluice::rules {
namespace {

using absl::string_view;

constexpr size_t kMobileSize = 11;
constexpr size_t kTollFreeSize = 10;

// How people group eleven digits.
constexpr string_view kMobileShapes[] = {
    "344", "443", "38",  "74",  "335",  "56",    "65",     "47",
    "83",  "353", "434", "533", "3332", "32222", "122222", "11111111111"};

// An area code of 4 digits and 8 more.
constexpr size_t kFixedMax = 12;

// The sizes of the groups, one character each, without `skip` digits at the
// beginning.
class Shape {
 public:
  Shape(const DigitGroups& groups, size_t skip) {
    for (size_t i = 0; i < groups.count; ++i) {
      const size_t size = groups.sizes[i] - (i == 0 ? skip : 0);
      if (size == 0) continue;  // The country code, apart.
      shape_[size_++] = static_cast<char>('0' + std::min<size_t>(size, 12));
    }
  }
  string_view get() const { return {shape_.data(), size_}; }

 private:
  std::array<char, DigitGroups::kMax> shape_;
  size_t size_ = 0;
};

bool IsLocal(string_view digits) {
  return (digits.size() == 7 || digits.size() == 8) && digits[0] >= '2';
}

// 20140512: as a local number, it would be one in most cities.
bool IsDate(string_view digits) {
  if (digits.size() != 8 || (digits[0] != '1' && digits[0] != '2')) {
    return false;
  }
  const int month = (digits[4] - '0') * 10 + digits[5] - '0';
  const int day = (digits[6] - '0') * 10 + digits[7] - '0';
  return (absl::StartsWith(digits, "19") || absl::StartsWith(digits, "20")) &&
         month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool IsService(string_view digits) {
  const size_t size = digits.size();
  if (absl::StartsWith(digits, "95") || absl::StartsWith(digits, "96")) {
    return size >= 5 && size <= 8;
  }
  if (absl::StartsWith(digits, "106")) return size >= 8 && size <= 12;
  if (size == 3) {
    return absl::StartsWith(digits, "11") || absl::StartsWith(digits, "12");
  }
  if (size == 5) {
    return absl::StartsWith(digits, "100") || absl::StartsWith(digits, "12") ||
           absl::StartsWith(digits, "11");
  }
  return size == 6 && absl::StartsWith(digits, "11");
}

class PhoneSearch {
 public:
  explicit PhoneSearch(const ContactText& text) : text_(text) {}

  void Run() {
    for (size_t run = 0; run < text_.runs.size(); ++run) {
      if (!text_.IsDigits(run) || text_.runs[run].taken) continue;
      if (TakeMobile(run) || TakeSpaced(run) || TakeFixed(run) ||
          TakeTollFree(run) || TakeLocal(run) || TakeService(run)) {
        while (run + 1 < text_.runs.size() && text_.runs[run + 1].taken) ++run;
      }
    }
  }

 private:
  string_view Digits(size_t run) const { return text_.Of(text_.runs[run]); }

  // Whether the number in [begin, end) can be one by what is right beside it.
  bool StandsAlone(uint32_t begin, uint32_t end) const {
    const string_view before = text_.Before(begin);
    const string_view after = text_.After(end);
    return !IsAfterPoint(begin) && MayStickBefore(before) &&
           MayStickAfter(after) && !IsAmount(before, after) &&
           !IsCodeBefore(before);
  }

  // "3.13800138000"; not in "8286662.13800138000", which is a list.
  bool IsAfterPoint(uint32_t begin) const {
    if (text_.At(begin - size_t{1}) != '.') return false;
    size_t digits = 0;
    while (digits < 4 && absl::ascii_isdigit(static_cast<unsigned char>(
                             text_.At(begin - size_t{2} - digits)))) {
      ++digits;
    }
    return digits > 0 && digits < 4;
  }

  // Whether the groups are a piece of more of the same, as 16 digits of a card
  // number in fours have mobile numbers in them.
  bool IsPiece(const DigitGroups& groups) const {
    if (groups.count == 1) return false;
    const size_t first = groups.first_run;
    if (first > 0 && !text_.runs[first - 1].taken &&
        SeparatorAfter(text_, first - 1) == groups.separator) {
      return true;
    }
    const size_t last = groups.next_run - 1;
    // After a dash, up to five digits are an extension.
    const size_t piece_min = groups.separator == "-" ? 6 : 4;
    return SeparatorAfter(text_, last) == groups.separator &&
           text_.runs[last + 1].size() >= piece_min;
  }

  bool TakeMobile(size_t run) {
    const string_view first = Digits(run);
    size_t prefix = 0;  // Digits of the country code, or the old 0.
    if (absl::StartsWith(first, "01") && first.size() == kMobileSize + 1) {
      prefix = 1;
    } else if (absl::StartsWith(first, "0086")) {
      prefix = 4;
    } else if (absl::StartsWith(first, "86")) {
      prefix = 2;
    } else if (first[0] != '1') {
      return false;
    }
    const DigitGroups groups =
        DigitGroups::Read(text_, run, kMobileSize + prefix);
    if (groups.digits != kMobileSize + prefix) return false;
    if (DigitAt(groups, prefix) != '1' || DigitAt(groups, prefix + 1) < '3') {
      return false;
    }
    if (!IsMobileShape(groups, prefix) || IsPiece(groups) ||
        !StandsAlone(BeginOf(groups), groups.end)) {
      return false;
    }
    Add(groups, prefix);
    return true;
  }

  // `at` is less than the number of digits.
  char DigitAt(const DigitGroups& groups, size_t at) const {
    size_t run = groups.first_run;
    while (at >= text_.runs[run].size()) at -= text_.runs[run++].size();
    return Digits(run)[at];
  }

  bool IsMobileShape(const DigitGroups& groups, size_t prefix) const {
    if (groups.count == 1) return true;
    const Shape sizes(groups, prefix);
    const string_view shape = sizes.get();
    if (shape.size() == 1) return true;  // The country code apart.
    return sluice::rules::IsMobileShape(shape) &&
           (groups.even || shape == "344" || prefix > 0);
  }

  // With the + and bracket of a country code.
  uint32_t BeginOf(const DigitGroups& groups) const {
    return text_.At(groups.begin - size_t{1}) == '+' ? groups.begin - 1
                                                     : groups.begin;
  }

  // A fixed or toll-free number with the same thing between all its digits, as
  // mobile numbers have it. What separates a list's entries is no such thing.
  bool TakeSpaced(size_t run) {
    const string_view first = Digits(run);
    if (first != "0" && first != "4" && first != "8") return false;
    const DigitGroups groups = DigitGroups::Read(text_, run, kFixedMax + 1);
    if (!groups.even || groups.digits != groups.count ||
        groups.digits > kFixedMax ||
        absl::StrContains(",、;", groups.separator)) {
      return false;
    }
    std::array<char, kFixedMax> all = {};
    for (size_t i = 0; i < groups.digits; ++i) all[i] = DigitAt(groups, i);
    const string_view digits(all.data(), groups.digits);
    if (!IsFixedNumber(digits) && !IsTollFree(digits)) return false;
    return TakeGroups(groups);
  }

  static bool IsTollFree(string_view digits) {
    return digits.size() == kTollFreeSize &&
           (absl::StartsWith(digits, "400") || absl::StartsWith(digits, "800"));
  }

  bool TakeFixed(size_t run) {
    const string_view first = Digits(run);
    const size_t area = AreaCodeSize(first);
    if (area == 0 || first.size() > 12) return false;
    if (first.size() > area) {
      if (!IsLocal(first.substr(area))) return false;
      return TakeGroups(DigitGroups::Read(text_, run, first.size()));
    }
    const string_view joint = SeparatorAfter(text_, run);
    if (joint.empty() || joint == ".") return false;
    const size_t local = run + 1;
    if (IsLocal(Digits(local))) {
      return TakeGroups(
          DigitGroups::Read(text_, run, area + Digits(local).size()));
    }
    const string_view halves = SeparatorAfter(text_, local);
    if ((halves != "-" && halves != " ") || Digits(local)[0] < '2') {
      return false;
    }
    const size_t size = Digits(local).size() + Digits(local + 1).size();
    if (Digits(local).size() < 3 || Digits(local + 1).size() < 3 || size < 7 ||
        size > 8) {
      return false;
    }
    return TakeGroups(DigitGroups::Read(text_, run, area + size));
  }

  bool TakeGroups(const DigitGroups& groups) {
    if (IsPiece(groups) || !StandsAlone(groups.begin, groups.end)) return false;
    Add(groups, 0);
    return true;
  }

  bool TakeTollFree(size_t run) {
    const string_view first = Digits(run);
    if (!absl::StartsWith(first, "400") && !absl::StartsWith(first, "800")) {
      return false;
    }
    const DigitGroups groups = DigitGroups::Read(text_, run, kTollFreeSize);
    if (groups.digits != kTollFreeSize || groups.count > 4 || !groups.even) {
      return false;
    }
    if (groups.count > 1 && !absl::StrContains("-— /", groups.separator)) {
      return false;
    }
    return TakeGroups(groups);
  }

  bool TakeLocal(size_t run) {
    const string_view digits = Digits(run);
    if (!IsLocal(digits) || IsDate(digits)) return false;
    const uint32_t begin = text_.runs[run].begin;
    const uint32_t end = text_.runs[run].end;
    const string_view before = text_.Before(begin);
    const string_view after = text_.After(end);
    const bool called = IsCallBefore(before, true) || IsCallAfter(after) ||
                        (IsCallNear(before) && !IsCodeNear(before));
    if (!called && !IsNextOfList(run) && !IsLastInBody(run)) return false;
    if (IsCountAfter(after)) return false;
    return TakeGroups(DigitGroups::Read(text_, run, digits.size()));
  }

  // "2666000/2666088": the number before was one.
  bool IsNextOfList(size_t run) const {
    if (run == 0 || !text_.runs[run - 1].taken || text_.contacts.empty()) {
      return false;
    }
    const Contact& last = text_.contacts.back();
    const uint32_t begin = text_.runs[run].begin;
    if (last.kind != Contact::Kind::kPhone || last.end >= begin ||
        begin - last.end > 5) {
      return false;
    }
    const string_view gap = absl::StripAsciiWhitespace(
        text_.bytes.substr(last.end, begin - last.end));
    return gap.empty() || gap == "或" || gap == "、" || gap == "/" ||
           gap == "\\" || gap == "," || gap == ";";
  }

  // A number that ends the message, as those of shops do.
  bool IsLastInBody(size_t run) const {
    const uint32_t begin = text_.runs[run].begin;
    const string_view before =
        absl::StripTrailingAsciiWhitespace(text_.Before(begin));
    if (before.empty() || IsCodeNear(before) || !MayStickBefore(before) ||
        absl::StrContains("-_#*/.=", before.substr(before.size() - 1)) ||
        absl::ascii_isdigit(static_cast<unsigned char>(before.back())) ||
        absl::EndsWith(before, "第")) {
      return false;
    }
    // A few more numbers, or their last digits, may follow it.
    size_t last = run;
    while (last < run + 3 && IsListedAfter(last)) ++last;
    return IsBodyEnd(text_.After(text_.runs[last].end)) && HasChinese(before);
  }

  // "2666000/088", "2666000 2666088".
  bool IsListedAfter(size_t run) const {
    const string_view separator = SeparatorAfter(text_, run);
    return !separator.empty() && absl::StrContains("/\\, 、", separator) &&
           text_.runs[run + 1].size() >= 3;
  }

  static bool HasChinese(string_view before) {
    return std::any_of(before.begin(), before.end(),
                       [](char c) { return (c & 0x80) != 0; });
  }

  bool TakeService(size_t run) {
    const string_view digits = Digits(run);
    if (!IsService(digits)) return false;
    const uint32_t begin = text_.runs[run].begin;
    const uint32_t end = text_.runs[run].end;
    const string_view before = text_.Before(begin);
    const string_view after = text_.After(end);
    if (!IsSendBefore(before)) {
      if (!IsCallBefore(before, false) && !IsCallAfter(after) &&
          !IsNextOfList(run)) {
        return false;
      }
      if (IsCountAfter(after)) return false;
    }
    return TakeGroups(DigitGroups::Read(text_, run, digits.size()));
  }

  // `prefix`: digits of the country code, which the value is without.
  void Add(const DigitGroups& groups, size_t prefix) {
    Contact contact;
    contact.kind = Contact::Kind::kPhone;
    contact.begin = prefix > 0 ? BeginOf(groups) : groups.begin;
    contact.end = groups.end;
    contact.value = text_.KeepDigits(groups.first_run, groups.next_run);
    contact.value.remove_prefix(std::min(prefix, contact.value.size()));
    const AccountWord word = AccountWordBefore(text_.Before(contact.begin));
    if (word.kind == AccountKind::kWeChat) {
      contact.kind = Contact::Kind::kWeChat;
    }
    text_.Add(contact, groups.first_run);
  }

  const ContactText& text_;
};

}  // namespace

size_t AreaCodeSize(string_view digits) {
  if (digits.size() < 3 || digits[0] != '0') return 0;
  if (absl::StartsWith(digits, "010") || digits[1] == '2') return 3;
  return digits[1] >= '3' && digits.size() >= 4 ? 4 : 0;
}

bool IsFixedNumber(string_view digits) {
  const size_t area = AreaCodeSize(digits);
  return area > 0 && IsLocal(digits.substr(area));
}

bool IsMobileShape(string_view shape) {
  return std::find(std::begin(kMobileShapes), std::end(kMobileShapes), shape) !=
         std::end(kMobileShapes);
}

void FindPhones(const ContactText& text) { PhoneSearch(text).Run(); }

}  // namespace sluice::rules
