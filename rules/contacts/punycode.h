#pragma once

// Labels of host names as they are read: "xn--shp-tna" is "shöp". ICU does it,
// too, with allocations, which looking at every link cannot have.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// Decodes `label`, without its "xn--" (RFC 3492), into `decoded`, replacing
// what it held. False, with `decoded` in any state: it is none. Does not
// allocate once `decoded` is grown.
bool DecodePunycode(absl::string_view label, std::u32string& decoded);

}  // namespace sluice::rules
