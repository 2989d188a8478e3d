#pragma once

// Texts in the journal as UTF-8: the journal keeps texts as submitted,
// malformed ones too, but a client rejects a whole answer that has one bad
// string.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice::gateway {

// Returns `bytes` with U+FFFD for each byte that is not part of valid UTF-8.
std::string ToUtf8(absl::string_view bytes);

}  // namespace sluice::gateway
