#pragma once

// The number of a phone, as carriers write it.

#include "absl/strings/string_view.h"
#include "rules/base/phone.h"

namespace sluice::gateway {

// Reads a number with or without 86, +86, 0086, or a 0 before a mainland mobile
// number, and numbers of other countries with or without +. None: no rule makes
// a number of it, such as a service's 10086.
Phone SubscriberOf(absl::string_view digits);

}  // namespace sluice::gateway
