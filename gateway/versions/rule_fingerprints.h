#pragma once

// Fingerprints, which tell whether a rule is the same in two versions: what it
// looks for, in which messages, and its effect.

#include <cstdint>
#include <map>
#include <string>

#include "rules/rule_set.h"

namespace sluice::gateway {

// A fingerprint of each rule and threshold, by id: a hash of everything that
// decides its hits and effect; for a threshold also of its tags. Notes, owners,
// examples and `auto_rollback` are left out. Takes milliseconds for large
// lists.
std::map<std::string, uint64_t> FingerprintsOf(const rules::RuleSet& rules);

}  // namespace sluice::gateway
