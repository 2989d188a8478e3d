#pragma once

// The form in which host names are compared: lower case, ASCII
// (internationalised labels as xn--...), no dot at the end. Apart because texts
// and lists of domains must agree on it.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

inline constexpr size_t kHostSizeMax = 253;  // Bytes in ASCII form: RFC 1035.
inline constexpr size_t kLabelSizeMax = 63;

// Puts the form of `written` (UTF-8, xn--... or both) into `host`. False, with
// `host` in any state, when it is no host name: a label that is empty, too long
// or has characters that none has.
//
// Letters are those that a browser takes: full width and capitals as plain
// ones, but "frée" is not "free". Of Chinese characters the traditional and
// simplified spellings of a name, each as characters or as xn--..., are one
// host.
bool NormaliseHost(absl::string_view written, std::string& host);

// Whether `written` is a host name and already in that form, and has no
// international label. Does not allocate.
bool IsNormalHost(absl::string_view written);

// Puts the four-part form of an IPv4 address into `host`: of "10.0.0.1" only
// or, when `any_form`, of all that browsers take after http:// ("0xa000001",
// "167772161", "012.1"). False when `written` is none.
bool NormaliseIpv4(absl::string_view written, bool any_form, std::string& host);

}  // namespace sluice::rules
