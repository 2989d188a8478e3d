#pragma once

// Reads host names with letters beyond ASCII, where no blank separates the name
// from the sentence: "请访问例子.中国", "名字.com欢迎".

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "rules/contacts/contact_text.h"
#include "rules/contacts/host_chain.h"

namespace sluice::rules {

// Where the labels before the dot at `dot` begin, not before `floor`; `dot`
// when there are none. Words that lead to a name (请访问) are no part of it.
size_t NameBegin(const ContactText& text, size_t dot, size_t floor);

// Where the label of letters of alphabets (not Chinese), digits and hyphens
// before `end` begins, and the labels before it, not before `floor`; `end` when
// no letter of the label is beyond ASCII.
size_t AlphabeticBegin(const ContactText& text, size_t end, size_t floor);

// The end of the label that begins at `begin`; `begin` when none does.
size_t NameLabelEnd(const ContactText& text, size_t begin);

// Ends the chain with its last label, of which only the ASCII counts when it
// begins so: the sentence may stick to it.
void EndWithLastLabel(const ContactText& text, LabelChain& chain);
// That ASCII.
absl::string_view AsciiOfLastLabel(const LabelChain& chain);

// Whether a label has a word that leads to a name: "亿元.登录www" are two
// sentences.
bool LeadsIn(const LabelChain& chain);

}  // namespace sluice::rules
