#pragma once

// SHA-256 of whole files and packs.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// 32 bytes.
std::string Sha256(absl::string_view bytes);

}  // namespace sluice::rules
