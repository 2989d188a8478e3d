#pragma once

// Applies a pack's content rules to a text: only that part of Examine, so that
// packs can be compared on texts without a sender.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/policy/policy.h"
#include "rules/rule_set.h"

namespace sluice::evaluate {

enum class Outcome : uint8_t { kPassed, kHeld, kRejected };

class Judge {
 public:
  // Errors: those of RuleSet::Load and Policy::Build.
  static absl::StatusOr<std::unique_ptr<Judge>> Load(
      const std::string& pack, v1::MessageClass message_class);

  // `text` is UTF-8. Observed hits do not count. Not thread-safe.
  Outcome Of(absl::string_view text);

  // The rules and thresholds that decided the last text, without observed ones.
  const std::vector<absl::string_view>& rules() const { return deciding_; }

  // A hit in the last text, and its rule.
  struct Found {
    absl::string_view rule;
    absl::string_view looked_for;  // Empty: an absence or a contact.
    std::string written;
  };
  std::vector<Found> FoundIn(absl::string_view text) const;

  const rules::RuleSet& rule_set() const { return *rules_; }

 private:
  Judge() = default;

  std::shared_ptr<const rules::RuleSet> rules_;
  std::shared_ptr<const filter::Policy> policy_;
  v1::MessageClass class_ = v1::MESSAGE_CLASS_UNSPECIFIED;
  rules::FoldedText folded_;
  rules::RuleScratch scratch_;
  std::vector<rules::Hit> hits_;
  std::vector<filter::Finding> findings_;
  std::vector<absl::string_view> deciding_;
};

}  // namespace sluice::evaluate
