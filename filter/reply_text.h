#pragma once

// A reply, taken apart: what the recipient says, and what stands beside it. A
// notice that is quoted is what we sent, and 发自我的iPhone is what the phone
// says.

#include "absl/strings/string_view.h"
#include "filter/policy/squeezed_text.h"

namespace sluice::filter {

struct ReplyText {
  SqueezedText all;
  // Without quoted notices; `all` when nothing else is left.
  SqueezedText own;
  // `own` without the phone's signature as well; may be empty.
  SqueezedText bare;
  // Octets that are not UTF-8 were left out.
  bool damaged = false;
};

// Of any octets, in time linear in their number.
ReplyText ReadReplyText(absl::string_view text);

}  // namespace sluice::filter
