#pragma once

// Values inside commands that people are told to paste.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice {

// `value` as one word of a POSIX shell: 'it'\''s me'; shop-1 as it is.
std::string ShellWord(absl::string_view value);

}  // namespace sluice
