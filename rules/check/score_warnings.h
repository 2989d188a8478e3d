#pragma once

// Scores that add up otherwise than their author means: a sum that one hit
// makes, or that a threshold keeps from ever being seen.

#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for
// - a threshold that the tags which are not off do not reach;
// - a threshold that each of several tags of its category reaches alone;
// - a tag that scores more than a threshold. Who means that it decides alone
//   writes exactly the threshold's score. Thresholds with a scope do not count;
// - a threshold that six tags or more reach only all together;
// - a word that several tags look for, which together reach a threshold;
// - a threshold to hold that is not below one to reject, one that is there
//   twice.
// Rules and thresholds that are off do not count.
void FindScoreWarnings(const Pack& pack, Warnings& warnings);

}  // namespace sluice::rules
