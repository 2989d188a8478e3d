#pragma once

// The parties (licensees, accounts, content providers, signatures, ports,
// templates) in the control journal, and the registry built from them.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/policy/policy.h"
#include "filter/registry/registry.h"
#include "gateway/control/actor.h"
#include "gateway/control/template_release.h"
#include "rules/rule_set.h"
#include "sluice/store/v1/party.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// One thread at a time. A change is checked, then journaled, and only then
// takes effect.
class PartyBook {
 public:
  // `registry` is the registry until Rebuild(). `store` must outlive it.
  PartyBook(store::Store& store,
            std::shared_ptr<const filter::Registry> registry);

  // Applies a record of the control journal; at start, in the journal's order.
  void Apply(const store::v1::PartyChanged& changed);
  // Builds the registry once all records are applied. Errors: kDataLoss (the
  // parties contradict each other).
  absl::Status Rebuild();

  // Return the party after the change. Errors: those of the calls Create and
  // Update in registry.proto; kUnavailable (the journal). Templates are
  // examined by `rules` and `policy`; with `accept_rule_hits` a template is
  // released although content rules hit it.
  absl::StatusOr<store::v1::Party> Create(store::v1::Party party,
                                          const rules::RuleSet& rules,
                                          const filter::Policy& policy,
                                          bool accept_rule_hits,
                                          const Actor& actor);
  absl::StatusOr<store::v1::Party> Change(store::v1::Party party,
                                          const rules::RuleSet& rules,
                                          const filter::Policy& policy,
                                          bool accept_rule_hits,
                                          const Actor& actor);

  // Handles the templates that `rules` hit, found by `review`, as `on_hits`
  // says. Reviews the templates again if a party has changed since. Errors:
  // kFailedPrecondition (hits that are not accepted, by name); kUnavailable
  // (the journal; some hits may have been accepted).
  absl::Status SettleHits(TemplateReview review, const rules::RuleSet& rules,
                          const filter::Policy& policy, OnTemplateHits on_hits,
                          const Actor& actor);

  // Parties of `kind` by id, after `after`, at most `limit`.
  std::vector<store::v1::Party> List(store::v1::PartyKind kind,
                                     absl::string_view after,
                                     size_t limit) const;
  // Null: no such party. Valid until the next change.
  const store::v1::Party* Find(store::v1::PartyKind kind,
                               absl::string_view id) const;

  // A new registry after each change.
  const std::shared_ptr<const filter::Registry>& registry() const {
    return registry_;
  }

 private:
  using PartyName = std::pair<store::v1::PartyKind, std::string>;

  absl::StatusOr<store::v1::Party> Put(store::v1::Party party,
                                       const Actor& actor);
  absl::Status AcceptHits(const std::vector<TemplateHits>& hits,
                          const Actor& actor);
  absl::StatusOr<std::shared_ptr<const filter::Registry>> Build(
      const store::v1::Party* changed) const;

  store::Store& store_;
  std::map<PartyName, store::v1::Party> parties_;
  std::map<store::v1::PartyKind, uint32_t> last_number_;
  std::shared_ptr<const filter::Registry> registry_;
};

}  // namespace sluice::gateway
