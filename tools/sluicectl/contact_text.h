#pragma once

// Links and contacts of a text, for people: the server answers only with
// positions, and a person wants to know which text it took for which contact.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"
#include "sluice/v1/message.pb.h"

namespace sluice::ctl {

struct FoundContact {
  v1::Span span;
  std::string name;  // "link shop.cn/a", "phone 4001234567".
};

// In the order of the text. Empty if `text` is not UTF-8.
std::vector<FoundContact> FindContacts(absl::string_view text,
                                       Language language = Language::kEnglish);

// The contacts that a reason is about, "link shop.cn, phone 4001234567"; empty
// for other reasons. The reason's spans must count in `text`.
std::string ContactsOf(const v1::Reason& reason, absl::string_view text,
                       Language language = Language::kEnglish);

// A reason's sentence, followed by its contacts.
std::string InWords(const v1::Reason& reason, absl::string_view text,
                    Language language = Language::kEnglish);

}  // namespace sluice::ctl
