#pragma once

// The exemptions (break-glass): what officers lift from the rules in force for
// a while, for one content provider or one template. Order 31, article 16 asks
// for rules; that some rules are never lifted is in filter/policy/exemptions.h.

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

// One thread at a time. A change is checked, journaled, and only then true.
class ExemptionBook {
 public:
  // `store` must outlive it.
  explicit ExemptionBook(store::Store& store) : store_(store) {}

  // Takes a record of the control journal; at start, in their order.
  void Apply(const store::v1::ExemptionChanged& changed);

  // See the calls of rules.proto, with their errors; kUnavailable (the
  // journal). `one_person`: authors may confirm what they made.
  absl::StatusOr<admin::v1::Exemption> Exempt(
      const admin::v1::CreateExemptionRequest& request,
      const PublishedRules& rules, const PartyBook& parties, const Actor& actor,
      bool one_person);
  absl::StatusOr<admin::v1::Exemption> Confirm(uint32_t number,
                                               const Actor& actor,
                                               bool one_person);
  absl::StatusOr<admin::v1::Exemption> End(uint32_t number, const Actor& actor);

  // The newest first; those that are over only with `all`.
  std::vector<admin::v1::Exemption> List(bool all) const;
  // The oldest first.
  std::vector<admin::v1::Exemption> InForce() const;

 private:
  absl::Status CheckOthers(const admin::v1::Exemption& made,
                           bool one_person) const;
  absl::StatusOr<admin::v1::Exemption> Find(uint32_t number) const;
  absl::StatusOr<admin::v1::Exemption> Put(
      const admin::v1::Exemption& exemption, const Actor& actor);
  void ForgetOld();

  store::Store& store_;
  std::map<uint32_t, admin::v1::Exemption> exemptions_;
};

}  // namespace sluice::gateway
