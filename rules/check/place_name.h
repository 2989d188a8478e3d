#pragma once

// Names of places, which stand in the addresses of all kinds of senders.

#include "absl/strings/string_view.h"

namespace sluice::rules {

// A place without what it is: 江苏 of 江苏省, 浦东 of 浦东新区. The word itself
// when it does not end so, or one character would be left.
absl::string_view WithoutPlaceKind(absl::string_view word);

// Whether only places end so: 固安县, 西长安街街道.
bool IsPlaceName(absl::string_view word);

}  // namespace sluice::rules
