#pragma once

// Texts such as everybody sends, by which a word or regex shows that it is too
// common to decide alone.

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sluice::rules {

absl::Span<const absl::string_view> EverydayTexts();

// The everyday text that has `folded`, a word as folded; empty: none.
absl::string_view EverydayTextWith(absl::string_view folded);

// The everyday text that the regex matches somewhere; empty: none.
absl::string_view EverydayTextMatching(const std::string& regex);

}  // namespace sluice::rules
