#pragma once

// The runs of ASCII letters and digits of a folded text, of which every contact
// is made. Apart because most texts have few or none, and this check must cost
// next to nothing.

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice::rules {

struct TextRun {
  enum class Kind : uint8_t {
    kLetters,
    kDigits,
    kDot,  // A single '.' with something other than ASCII right beside it.
  };
  uint32_t begin = 0;  // Bytes.
  uint32_t end = 0;
  Kind kind = Kind::kLetters;
  bool taken = false;  // A contact was found in it.

  uint32_t size() const { return end - begin; }
};

// Whether `text` has a character that any contact has; does not look further.
bool MayHaveRuns(absl::string_view text);

// Puts the runs of `text`, in order, into `runs`. Letters and digits are runs
// of their own: "vx123" is two.
void FindRuns(absl::string_view text, std::vector<TextRun>& runs);

}  // namespace sluice::rules
