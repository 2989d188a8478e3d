#pragma once

// The exemptions (break-glass): officers exempt one content provider or one
// template from a rule in force for a while. Order 31, article 16 requires the
// rules; filter/policy/exemptions.h says which rules allow no exemption.

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/control/actor.h"
#include "gateway/control/party_book.h"
#include "gateway/control/rules_in_force.h"
#include "sluice/admin/v1/exemption.pb.h"
#include "sluice/admin/v1/rules.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// One thread at a time. A change is checked, then journaled, and only then
// takes effect.
class ExemptionBook {
 public:
  // `store` must outlive it.
  explicit ExemptionBook(store::Store& store) : store_(store) {}

  // Applies a record of the control journal; at start, in the journal's order.
  void Apply(const store::v1::ExemptionChanged& changed);

  // As the calls in rules.proto, with their errors; kUnavailable (the journal).
  // `one_person`: authors may confirm their own exemptions. Otherwise nobody
  // exempts from a rule a second time within a day of the first one's end
  // unless a colleague confirmed that, for whichever sender or word it was. A
  // threshold and the tags that it adds up are one rule. A person is a key:
  // keys name nobody, so whoever may create keys must answer for each.
  absl::StatusOr<admin::v1::Exemption> Exempt(
      const admin::v1::CreateExemptionRequest& request,
      const PublishedRules& rules, const PartyBook& parties, const Actor& actor,
      bool one_person);
  absl::StatusOr<admin::v1::Exemption> Confirm(uint32_t number,
                                               const Actor& actor,
                                               bool one_person);
  absl::StatusOr<admin::v1::Exemption> End(uint32_t number, const Actor& actor);

  // The newest first; without `all` only those in force.
  std::vector<admin::v1::Exemption> List(bool all) const;
  // The oldest first.
  std::vector<admin::v1::Exemption> InForce() const;

 private:
  absl::Status CheckOthers(const rules::RuleSet& rules,
                           const admin::v1::Exemption& made,
                           bool one_person) const;
  absl::StatusOr<admin::v1::Exemption> Find(uint32_t number) const;
  absl::StatusOr<admin::v1::Exemption> Put(
      const admin::v1::Exemption& exemption, const Actor& actor);
  void ForgetOld();

  store::Store& store_;
  std::map<uint32_t, admin::v1::Exemption> exemptions_;
};

}  // namespace sluice::gateway
