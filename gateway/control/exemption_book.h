#pragma once

// The exemptions (break-glass): officers exempt one content provider or one
// template from a rule in force for a while. Order 31, article 16 requires the
// rules; filter/policy/exemptions.h says which rules allow no exemption.

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/control/break_glass_book.h"
#include "gateway/control/party_book.h"
#include "gateway/control/rules_in_force.h"
#include "sluice/admin/v1/exemption.pb.h"
#include "sluice/admin/v1/rules.pb.h"

namespace sluice::gateway {

// As BreakGlassBook.
class ExemptionBook final : public BreakGlassBook<admin::v1::Exemption> {
 public:
  ExemptionBook(store::Store& store, const KeyHolders& holders)
      : BreakGlassBook(store, holders, {"豁免", "exemption"}) {}

  // Applies a record of the control journal; at start, in the journal's order.
  void Apply(const store::v1::ExemptionChanged& changed) {
    Take(changed.exemption());
  }

  // As CreateExemption in rules.proto, with its errors; kUnavailable (the
  // journal). Unless `one_person`, nobody exempts from a rule a second time
  // within a day of the first one's end unless a colleague confirmed that, for
  // whichever sender or word it was. A threshold and the tags that it adds up
  // are one rule.
  absl::StatusOr<admin::v1::Exemption> Exempt(
      const admin::v1::CreateExemptionRequest& request,
      const PublishedRules& rules, const PartyBook& parties, const Actor& actor,
      bool one_person);

 private:
  bool StillMatters(const admin::v1::Exemption& exemption,
                    int64_t now_ms) const override;
  absl::Status CheckOthers(const rules::RuleSet& rules,
                           const admin::v1::Exemption& made,
                           bool one_person) const;
};

}  // namespace sluice::gateway
