#pragma once

// Finds phone numbers that a recipient in mainland China could call. Missing
// one is better than taking every code for one; what is in doubt needs a word
// beside it.
//
//   mobile     1[3-9] and 9 digits, with +86, 86, 0086 or the old 0 before it;
//              whole, in usual groups (138-0013-8000), or with the same thing
//              between all digits (1.3.8.0...)
//   fixed      an area code of the mainland and 7 or 8 digits, with brackets,
//              blank or dash between or not; the 7 or 8 digits in two groups
//   400, 800   and 7 digits, in any groups joined by dash or blank
//   local      7 or 8 digits after a word such as 电话 or 询, or at the end of
//              the message; not a date
//   service    95xxx, 96xxx, 100xx, 12xxx, 11x, 12x, 11xxxx, 106... after a
//              word to call or to send to, or before 热线 and alike
//
// None is what has an amount's sign or unit, stands after a word such as
// 验证码, 单号 and 尾号, or is part of a longer number.

#include "rules/contacts/contact_text.h"

namespace sluice::rules {

// Looks at runs that are not taken. A number after WeChat's word becomes a
// WeChat id, as FindAccounts leaves those in groups.
void FindPhones(const ContactText& text);

}  // namespace sluice::rules
