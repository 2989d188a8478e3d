#pragma once

// Whether a rule means the same in two versions: what it looks for, in which
// messages, and what it does then.

#include <cstdint>
#include <map>
#include <string>

#include "rules/rule_set.h"

namespace sluice::gateway {

// Hashes of all that decides what each rule and threshold hits, by its id; a
// threshold's are of its tags too. Notes, owners, examples and `auto_rollback`
// do not count. Takes milliseconds for large lists.
std::map<std::string, uint64_t> FingerprintsOf(const rules::RuleSet& rules);

}  // namespace sluice::gateway
