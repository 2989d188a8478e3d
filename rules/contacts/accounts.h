#pragma once

// Finds QQ numbers and WeChat ids. They have no shape of their own, so each
// stands after its word (contact_words.h), with little between:
//
//   QQ      5 to 11 digits, the first not 0; in groups too
//   WeChat  6 to 20 letters, digits, - and _, a letter first; or 6 to 11 digits
//           in one piece. Letters alone count only where the word says that an
//           id comes ("微信号", ":", "加微"): 微信wifi is none. After "微信ID:"
//           from 3 on
//   Telegram an @name of 5 to 32 after 飞机, 电报, tg: the link t.me/name
//
// After words that mean other things too (扣, 群), amounts and counts are none.

#include "rules/contacts/contact_text.h"

namespace sluice::rules {

// Looks at runs that are not taken.
void FindAccounts(const ContactText& text);

}  // namespace sluice::rules
