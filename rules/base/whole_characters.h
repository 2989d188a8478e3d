#pragma once

// Stretches of a text, widened to what a reader sees as whole characters: an
// accent goes with its letter, 👍🏽, 👨‍👩‍👧 and 1️⃣ are one
// each.

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice {

// One for each text. Allocates only for texts that have characters of several
// code points.
class WholeCharacters {
 public:
  // `text` is UTF-8; it need not live longer than this call.
  explicit WholeCharacters(absl::string_view text);

  // Widens the code points [begin, end) of the text.
  void Widen(uint32_t& begin, uint32_t& end) const;

 private:
  bool GoesOnAt(uint32_t code_point) const {
    return code_point < goes_on_.size() && goes_on_[code_point];
  }

  // By code point: whether it belongs to the character of the one before it.
  std::vector<bool> goes_on_;  // Empty: none does.
};

}  // namespace sluice
