#pragma once

// The journal keeps texts as they came, also malformed ones; the API's strings
// are UTF-8, and a client that gets anything else refuses the whole answer.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice::gateway {

// `bytes` with U+FFFD in place of each byte that is not part of valid UTF-8.
std::string ToUtf8(absl::string_view bytes);

}  // namespace sluice::gateway
