#pragma once

// Finds phone numbers that a recipient in mainland China could call. To miss a
// number is better than to take every code for one; a doubtful number needs a
// word beside it.
//
//   mobile     1[3-9] and 9 digits, with +86, 86, 0086 or the old 0 before it;
//              whole, in usual groups (138-0013-8000), or with the same thing
//              between all digits (1.3.8.0...)
//   fixed      an area code of the mainland and 7 or 8 digits, with brackets,
//              blank or dash between or not; the 7 or 8 digits in two groups;
//              with the same thing between all digits
//   400, 800   and 7 digits, in any groups joined by dash or blank; with the
//              same thing between all digits
//   local      7 or 8 digits after a word such as 电话 or 询, or at the end of
//              the message; not a date
//   service    95xxx, 96xxx, 100xx, 12xxx, 11x, 12x, 11xxxx, 106... after a
//              word to call or to send to, or before 热线 and alike
//
// Digits with an amount's sign or unit, behind a word such as 验证码, 单号 or
// 尾号, or within a longer number are no phone number.

#include <cstddef>

#include "absl/strings/string_view.h"
#include "rules/contacts/contact_text.h"

namespace sluice::rules {

// Looks at runs that are not taken. A number after WeChat's word becomes a
// WeChat id, as FindAccounts leaves those in groups.
void FindPhones(const ContactText& text);

// Whether people group the digits of a mobile number so: "344", a digit for
// each group.
bool IsMobileShape(absl::string_view shape);

// Digits of the area code that `digits` begin with: 3 (010, 02x) or 4, or 0.
size_t AreaCodeSize(absl::string_view digits);

// Whether `digits` are an area code and a number of that area.
bool IsFixedNumber(absl::string_view digits);

}  // namespace sluice::rules
