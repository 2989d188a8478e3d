#pragma once

// Finds links and e-mail addresses.
//
// A link is a host name that ends in a known top-level domain, or an IPv4
// address, with the parts before it (http://, hxxp, user:password@) and after
// it (port, path). It ends at a Chinese character, a blank, a bracket, a quote,
// and before punctuation that ends a sentence. How a host may be written, and
// what it then needs to count:
//
//   t.cn, shop.example.com       see host_evidence.h
//   shop 点 example 点 com, t。cn, a丶com, a dot com, a[.]com
//                                a well known top-level domain, www, a scheme
//                                or a path
//   shop . example . com         the same, but of well known domains only com
//                                and cn: sentences are written so
//   shop%2Ecom  s h o p . c o m  as shop.com: see hidden_hosts.h
//   www,example,com  www example com
//                                www, and a well known top-level domain
//   1.2.3.4                      a scheme, a port or a path; other spellings of
//                                addresses (0x1020304) only after a scheme
//   例子.中国, xn--fsqu00a.cn    an international name; all labels but the last
//                                joined with '.'. Chinese just before it is
//                                taken for a part of the name, but for words
//                                such as 请访问
//
// A host is what a phone opens: letters of other alphabets belong to it, also
// those with accents, which folding takes off.
//
// An e-mail address is such a host behind an @ with a local part before it.

#include "rules/contacts/contact_text.h"

namespace sluice::rules {

void FindLinks(const ContactText& text);

}  // namespace sluice::rules
