#pragma once

// What a recipient's reply (MO) means: whether it opts out, whether it
// complains. A reply is never dropped as ambiguous (regulation.md, "Replies
// (MO) that opt out").

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "filter/policy/policy.h"

namespace sluice::filter {

enum class OptOutReply : uint8_t {
  kNone = 0,
  kCertain = 1,   // The whole reply is an opt-out word, such as R or 退订.
  kContains = 2,  // It contains one: opts out as well, and a person reviews it.
};

struct ReplyMeaning {
  OptOutReply opt_out = OptOutReply::kNone;
  // It opens a complaint, and opts out as well.
  bool complains = false;
  bool operator==(const ReplyMeaning&) const = default;
};

// An opt-out by a reply is for the content provider's COMMERCIAL messages.
// `text` is UTF-8; of anything else the meaning is empty, without an error.
ReplyMeaning ReadReply(const Policy& policy, absl::string_view text);

// The form of a reply that is compared: folded, without white space and
// punctuation, and without a quoted notice. Exposed for tests and for showing
// why.
std::string NormaliseReply(absl::string_view text);

}  // namespace sluice::filter
