#pragma once

// What an officer should know before a block is in force: that it also stops
// what everybody sends. The checks of lists and rules, for what takes effect at
// once.

#include <vector>

#include "rules/base/language.h"
#include "sluice/admin/v1/block.pb.h"

namespace sluice::filter {

// What is odd about a block; empty: nothing, or CheckBlock() refuses it. Of a
// phrase: it is found in everyday texts, however they spell it; it is a web
// address; it is no word as it stands. Of a domain: a site that everybody uses.
// Slow, for people.
std::vector<Both> BlockWarnings(admin::v1::Block block);

}  // namespace sluice::filter
