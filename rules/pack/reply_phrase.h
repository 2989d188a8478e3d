#pragma once

// What a word of a pack's opt-out wording may have besides its characters. The
// filter, which looks for these words in replies, refuses the same; here it is
// said at the word's place.

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"

namespace sluice::rules {

enum class ReplySyntax : uint8_t {
  kPlain,        // 退订
  kGaps,         // 怎么还没…退
  kGapsOrWhole,  // 别…发, ^不要$
};

// What is wrong in `word`, which folding leaves something of.
std::optional<Both> FaultOfReplyWord(absl::string_view word,
                                     ReplySyntax syntax);

}  // namespace sluice::rules
