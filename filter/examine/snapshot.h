#pragma once

// Everything a decision looks at beside the message and its recipient, frozen:
// a batch takes one and is decided by it to the end, whatever is published
// meanwhile.

#include <array>
#include <memory>

#include "filter/examine/segments.h"
#include "filter/policy/blocks.h"
#include "filter/policy/exemptions.h"
#include "filter/policy/ids.h"
#include "filter/policy/number_table.h"
#include "filter/policy/policy.h"
#include "filter/policy/rule_counters.h"
#include "filter/registry/registry.h"
#include "rules/rule_set.h"

namespace sluice::filter {

// Immutable once published; shared by all threads.
struct Snapshot {
  std::shared_ptr<const rules::RuleSet> rules;
  // Made from rules->policy(); refers to it.
  std::shared_ptr<const Policy> policy;
  std::shared_ptr<const Registry> registry;
  std::shared_ptr<const NumberTable> numbers;
  // How each carrier encodes and counts, by Carrier.
  std::array<CarrierTraits, kCarriers> carriers;
  // Exemptions from the content rules; null: none.
  std::shared_ptr<const Exemptions> exemptions;
  // What officers have blocked; null: nothing.
  std::shared_ptr<const Blocks> blocks;
  // Counts the hits of rules; no decision reads it. May be null.
  std::shared_ptr<RuleCounters> counters;
};

}  // namespace sluice::filter
