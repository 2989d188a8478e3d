#pragma once

// What a recipient's reply (MO) means: does it refuse further messages, does it
// complain. A reply is never dropped as ambiguous (regulation.md, "Replies (MO)
// that opt out").

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "filter/policy/policy.h"

namespace sluice::filter {

enum class Refusal : uint8_t {
  kNone = 0,
  kCertain = 1,   // The whole reply is a word of refusal, such as R or 退订.
  kContains = 2,  // It holds one: opts out as well, and a person reviews it.
};

struct ReplyMeaning {
  Refusal refusal = Refusal::kNone;
  // It opens a complaint, and refuses.
  bool complains = false;
  bool operator==(const ReplyMeaning&) const = default;
};

// Which scope an opt-out by a reply has: COMMERCIAL of the content provider.
// `text` is UTF-8; anything else means nothing but is not an error.
ReplyMeaning ReadReply(const Policy& policy, absl::string_view text);

// A reply as it is compared: folded, without white space and punctuation, and
// without a quoted notice. Exposed for tests and for showing why.
std::string NormaliseReply(absl::string_view text);

}  // namespace sluice::filter
