#pragma once

// Texts such as everybody sends, of every trade. Invented.

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sluice::rules {

absl::Span<const absl::string_view> EverydayTexts();

}  // namespace sluice::rules
