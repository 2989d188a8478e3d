#pragma once

// Names that may be one person's, written in two ways: the second one would be
// a second person, who may approve what the first one did.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice::ctl {

enum class Nearness : uint8_t {
  kFar,
  // One has a character more: often another person.
  kNear,
  // They differ only in digits, signs, what stands in brackets, or a part in
  // Latin letters: hardly ever another person.
  kVeryNear,
};

// Names that the server takes for one, because they fold to the same, are far:
// there is nothing to ask.
Nearness NearnessOf(absl::string_view name, absl::string_view other);

}  // namespace sluice::ctl
