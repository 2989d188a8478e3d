#pragma once

// Finds phone numbers some of whose digits are written otherwise: 138OO138OOO,
// l38..., 幺三八..., 138加0013加8000. Only a whole mobile, fixed or 400 number
// of mainland China counts, with at least four digits that are digits; so much
// is no chance.
//
//   0  o, also Cyrillic, Greek; ○ 洞     1  l, i, 幺     2  两     7  拐     9
//   勾
//
// Between them stands nothing, or the same thing as in phones.h, or the same
// Chinese character each time that is no unit or conjunction.

#include "rules/contacts/contact_text.h"

namespace sluice::rules {

// Looks at runs that are not taken. A number after WeChat's word becomes a
// WeChat id.
void FindDisguisedPhones(const ContactText& text);

}  // namespace sluice::rules
