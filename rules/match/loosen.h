#pragma once

// Makes a regex cheaper to scan for. Apart from the matcher because it is pure
// and easy to get wrong.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// Returns a regex that matches wherever `regex` does, and maybe elsewhere: a
// counted gap of any characters, as in 中.{0,30}奖 or 中[^,]{2,9}奖, becomes an
// uncounted one. Hyperscan spends milliseconds and tens of kilobytes on each
// counted gap over UTF-8, or rejects it, and next to nothing on an uncounted
// one; RE2 then checks what it finds. `regex` is in RE2's syntax.
std::string Loosened(absl::string_view regex);

}  // namespace sluice::rules
