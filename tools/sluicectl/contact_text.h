#pragma once

// Links and contacts of a text, for people: the server answers where they
// stand, and a person wants to know which ones it took for what.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sluice/v1/message.pb.h"

namespace sluice::ctl {

struct FoundContact {
  v1::Span span;
  std::string name;  // "link shop.cn/a", "phone 4001234567".
};

// By place. None in what is not UTF-8.
std::vector<FoundContact> FindContacts(absl::string_view text);

// Those that a reason is about, "link shop.cn, phone 4001234567"; empty for a
// reason about something else. `text` is the one that its spans count in.
std::string ContactsOf(const v1::Reason& reason, absl::string_view text);

// A reason's sentence, with those behind it.
std::string InWords(const v1::Reason& reason, absl::string_view text);

}  // namespace sluice::ctl
