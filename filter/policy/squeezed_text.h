#pragma once

// A folded text without its gaps: only letters, digits and Chinese characters
// are left, and where something was left out is remembered. So T D, T.D and
// 退。订 compare equal to TD and 退订, while "stop" is told from "nonstop" and
// a negation from a clause before.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice::filter {

enum class Gap : uint8_t {
  kNone = 0,
  kGap = 1,    // White space, quotation marks, emoji.
  kBreak = 2,  // A clause or a line ends; also before and behind the text.
};

struct SqueezedText {
  std::string bytes;  // UTF-8.
  // One more than `bytes`: what was left out before each byte, and at the end.
  std::vector<Gap> gaps = {Gap::kBreak};
  // As long as `gaps`: where each byte stood in the text; its size at the end.
  std::vector<uint32_t> origins = {0};

  bool empty() const { return bytes.empty(); }
  size_t size() const { return bytes.size(); }

  // Whether a word of ASCII letters or digits may begin or end here: "stop" is
  // no part of "nonstop", and 0000 none of 10000 or 1 0000. True beside
  // Chinese.
  bool IsWordEdge(size_t at) const;
};

// `folded` is valid UTF-8.
SqueezedText Squeeze(absl::string_view folded);

bool IsAsciiAlnumAt(absl::string_view text, size_t at);

// The number of bytes of the UTF-8 character at `at`; `text` is valid.
size_t CharacterSize(absl::string_view text, size_t at);

}  // namespace sluice::filter
