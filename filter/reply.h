#pragma once

// What a recipient's reply (MO) means: whether it refuses, whether it
// complains. A reply is never dropped as ambiguous (regulation.md, "Replies
// (MO) that opt out"): what looks like a refusal is one, and a person reviews
// it. README.md lists the kinds of replies.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/policy/policy.h"

namespace sluice::filter {

// What was made of a reply; values as admin::v1::ReplyReading.
enum class ReplyReading : uint8_t {
  kNothing = 1,
  kRefusal = 2,        // The whole reply is a word of refusal: R, 退订.
  kLikelyRefusal = 3,  // It contains words of a refusal.
  kNegated = 4,        // Every refusal in it is negated: 不要退订.
  kAnswer = 5,         // To a question of the last 72 hours.
  kUnreadable = 6,
  kPart = 7,  // Of a longer reply; nothing can be said of it alone.
};

struct ReplyMeaning {
  ReplyReading reading = ReplyReading::kNothing;
  // It opens a complaint, and refuses as well.
  bool complains = false;
  bool review = false;  // A person should look at it.
  std::string word;     // That decided, folded as it was compared.

  bool refuses() const {
    return reading == ReplyReading::kRefusal ||
           reading == ReplyReading::kLikelyRefusal;
  }
  bool operator==(const ReplyMeaning&) const = default;
};

// What is known of a reply beside its text.
struct ReplyContext {
  // The text is a part of a longer reply whose other parts are missing. That it
  // is a keyword as a whole decides nothing: N may begin "Never mind". Words
  // that it contains decide, save one at its beginning, where a negation may be
  // missing.
  bool part = false;
  // Octets of the reply could not be decoded.
  bool unreadable = false;
  // Words that messages of the last 72 hours asked this recipient to answer
  // with, from AskedWords().
  absl::Span<const std::string> asked;
};

// An opt-out by a reply is for the content provider's COMMERCIAL messages.
// `text` is UTF-8; of anything else, what can be read is, and the reply counts
// as unreadable. Takes time linear in the size of `text`. Any thread.
ReplyMeaning ReadReply(const Policy& policy, absl::string_view text,
                       const ReplyContext& context = {});

// The short answers that a text asks its recipient for with a meaning other
// than a refusal: N of 不满意请回复N, T of 回复T取消预约, Y of 同意回Y. Folded,
// each once. Empty: none.
std::vector<std::string> AskedWords(const Policy& policy,
                                    absl::string_view text);

}  // namespace sluice::filter
