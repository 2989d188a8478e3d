#pragma once

// Articles of the law that a pack names and that there cannot be.

#include "absl/time/time.h"
#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for
// - an article that is no number, or a higher one than the regulation of 2015
//   has, in a pack with the title of that regulation;
// - a day on which somebody confirmed an article that is after `now`.
void FindArticleWarnings(const Pack& pack, absl::Time now, Warnings& warnings);

}  // namespace sluice::rules
