#pragma once

// Exemptions from the content rules in force: by officers for a while
// (break-glass), and rules that rolled themselves back (automatic rollback).
// Beside the rules and not in them, so that an exemption begins and ends
// without a publication.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/policy/policy.h"
#include "rules/rule_set.h"
#include "sluice/admin/v1/exemption.pb.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::filter {

// Whether there may be an exemption from `rule`, or, when `word` is not empty,
// from that word of it; `word` becomes the pack's spelling. Errors: kNotFound
// (no such rule, threshold or word; says which is near); kFailedPrecondition (a
// check that is never merely observed: design.md, section 9; a rule that is
// off, or whose hit needs several words together).
absl::Status CheckExemption(const rules::RuleSet& rules, const Policy& policy,
                            absl::string_view rule, std::string& word);

// The number of this rule or threshold in counters and exemptions (see
// rule_counters.h); nullopt: there is none.
std::optional<uint32_t> NumberOfRule(const ContentPolicy& policy,
                                     absl::string_view rule);

// Immutable; any thread.
class Exemptions {
 public:
  // An exemption whose rule the rule set does not have, or from which there
  // must be none, has no effect. `rolled_back` are the rules and thresholds
  // that rolled themselves back. Null when nothing is exempted.
  static std::shared_ptr<const Exemptions> Build(
      std::shared_ptr<const rules::RuleSet> rules, const Policy& policy,
      absl::Span<const admin::v1::Exemption> exemptions,
      absl::Span<const store::v1::RuleRolledBack> rolled_back, int64_t now_ms);

  // The number of an exemption by which a hit of `pattern` of `rule` is only
  // observed for this sender; 0: none.
  uint32_t ExemptionOf(uint32_t rule, uint32_t pattern,
                       const ContentSender& sender, int64_t now_ms) const;
  // The same for a word as written in the pack.
  uint32_t ExemptionOf(uint32_t rule, absl::string_view word,
                       const ContentSender& sender, int64_t now_ms) const;
  // Whether the rule or threshold rolled itself back.
  bool IsRolledBack(uint32_t rule) const;

 private:
  struct Entry {
    uint32_t rule = 0;
    std::string word;  // Empty: all.
    std::string content_provider;
    std::string template_id;
    int64_t from_ms = 0;
    int64_t until_ms = 0;
    uint32_t exemption = 0;
  };

  Exemptions() = default;
  template <typename IsWord>
  uint32_t Find(uint32_t rule, const ContentSender& sender, int64_t now_ms,
                const IsWord& is_word) const;

  std::shared_ptr<const rules::RuleSet> rules_;
  std::vector<Entry> entries_;         // By rule.
  std::vector<uint32_t> rolled_back_;  // Sorted.
};

}  // namespace sluice::filter
