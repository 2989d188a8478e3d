#pragma once

// Categories that are misspelt: nothing lists them, so any spelling makes one.

#include "absl/strings/string_view.h"
#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for each category that one rule alone has and that is another
// one but for capitals, marks (-, _, blanks) or a typing error.
void FindCategoryWarnings(const Pack& pack, Warnings& warnings);

// Whether one of two names is probably the other one misspelt: but for capitals
// and marks they are the same, or the one is the plural, or one letter too
// many, missing, changed or in the wrong place makes them so, two in names of 9
// letters and more. Names that differ in digits only are not: stage1, stage2.
bool AreNearNames(absl::string_view a, absl::string_view b);

}  // namespace sluice::rules
