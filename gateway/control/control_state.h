#pragma once

// The global facts as they stand: parties, API keys, the rule set in force, and
// what is lifted from it for a while (control_relief.cc).
// All of it is a view of the control journal, rebuilt from it at start (the
// versions of the rules by rule_book.h). A
// change is checked, journaled, and only then published, so that nothing is
// ever in force that a restart would forget.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/examine/snapshot.h"
#include "gateway/access/caller.h"
#include "gateway/control/template_release.h"
#include "rules/base/mutex.h"
#include "sluice/admin/v1/registry.pb.h"
#include "sluice/admin/v1/rule_version.pb.h"
#include "sluice/admin/v1/rules.pb.h"
#include "sluice/store/v1/party.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Who changes something, and why.
struct Actor {
  std::string key_id;
  std::string reason;
};

// The rules that decide, and who put them in force.
struct RulesInForce {
  std::shared_ptr<const rules::RuleSet> rules;
  std::shared_ptr<const filter::Policy> policy;
  int64_t since_ms = 0;  // When this set was published.
  std::string actor;
  std::string reason;
  // What it does not enforce and since when; see posture.h.
  std::vector<admin::v1::NotEnforcedSince> not_enforced;
  // Of this publication.
  std::shared_ptr<filter::RuleCounters> counters;
};

// A rule or threshold that took itself back, until the next publication.
struct Braked {
  store::v1::RuleBraked brake;
  int64_t at_ms = 0;
};

// Any thread; changes go one at a time and wait for the disk. `store` and
// `callers` must outlive it.
class ControlState {
 public:
  // `base` has rules, policy, numbers and carriers; its registry is replaced.
  ControlState(store::Store& store, Callers& callers,
               const filter::Snapshot& base);

  // Reads the control journal and publishes what it says. Once, at start.
  // Errors: those of Store::ReadControl; kDataLoss (parties that do not fit
  // together).
  absl::Status Replay();

  // The party as it stands afterwards. Errors: those of Registry.Create and
  // Registry.Change in registry.proto; kUnavailable (the journal).
  // `accept_rule_hits`: a template is released although content rules hit it.
  absl::StatusOr<store::v1::Party> Create(store::v1::Party party,
                                          const Actor& actor,
                                          bool accept_rule_hits = false);
  absl::StatusOr<store::v1::Party> Change(store::v1::Party party,
                                          const Actor& actor,
                                          bool accept_rule_hits = false);

  // Parties of `kind` by id, after `after`, at most `limit`.
  std::vector<store::v1::Party> List(store::v1::PartyKind kind,
                                     absl::string_view after,
                                     size_t limit) const;
  std::optional<store::v1::Party> Find(store::v1::PartyKind kind,
                                       absl::string_view id) const;

  // Makes a key; the secret is in the answer and nowhere else.
  absl::StatusOr<admin::v1::CreateKeyResponse> CreateKey(
      const admin::v1::CreateKeyRequest& request, const Actor& actor);
  // Errors: kNotFound; kFailedPrecondition (the last admin key).
  absl::StatusOr<admin::v1::ApiKey> RevokeKey(absl::string_view id,
                                              const Actor& actor);
  // Keys by id, after `after`; of one account unless it is empty.
  std::vector<admin::v1::ApiKey> ListKeys(absl::string_view account_id,
                                          absl::string_view after,
                                          size_t limit) const;

  // Makes an admin key when there has never been one, and writes its secret to
  // `path` with mode 0600. Returns whether it did.
  // Errors: kUnavailable (the file or the journal).
  absl::StatusOr<bool> MakeFirstKey(const std::string& path);

  // From now on these rules decide. Looks at all released templates with them
  // first; then `journal` makes it durable that they do, and fills in since
  // when, by whom and why. `anew`: it is a publication, not one that a restart
  // finds; then no rule is braked any more. Errors: kFailedPrecondition
  // (templates that they newly hit, with kRefuse); those of `journal` and of
  // the journal.
  absl::Status PublishRules(
      RulesInForce rules, bool anew, OnTemplateHits on_hits, const Actor& actor,
      const std::function<absl::Status(RulesInForce&)>& journal);
  // Released templates that these rules would newly hit; says yes to them for
  // later, or refuses. With kTell it only tells.
  absl::Status AcceptTemplateHits(const rules::RuleSet& rules,
                                  const filter::Policy& policy,
                                  OnTemplateHits on_hits, const Actor& actor);
  std::shared_ptr<const rules::RuleSet> rules() const;
  RulesInForce rules_in_force() const;

  // Break-glass: see the calls of rules.proto, with their errors. `one_person`:
  // authors may confirm what they made.
  absl::StatusOr<admin::v1::Exemption> Exempt(
      const admin::v1::ExemptRequest& request, const Actor& actor,
      bool one_person);
  absl::StatusOr<admin::v1::Exemption> ConfirmExemption(uint32_t number,
                                                        const Actor& actor,
                                                        bool one_person);
  absl::StatusOr<admin::v1::Exemption> EndExemption(uint32_t number,
                                                    const Actor& actor);
  // The newest first; those that are over only with `all`.
  std::vector<admin::v1::Exemption> ListExemptions(bool all) const;

  // A rule of `rules` takes itself back. Journaled before it has effect. Does
  // nothing when others are in force by now. Errors: kUnavailable.
  absl::Status Brake(const RulesInForce& rules,
                     const store::v1::RuleBraked& brake);
  std::vector<Braked> braked() const;

  // Journals the refused logins since the last call, if there were any.
  absl::Status JournalFailures();

 private:
  struct StoredKey {
    admin::v1::ApiKey key;
    KeyHash hash = {};
  };
  using PartyName = std::pair<store::v1::PartyKind, std::string>;

  absl::StatusOr<store::v1::Party> Put(store::v1::Party party,
                                       const Actor& actor)
      SLUICE_REQUIRES(mutex_);
  absl::Status Release(const store::v1::Party* now, bool accept_rule_hits,
                       store::v1::Party& party) const SLUICE_REQUIRES(mutex_);
  // Leaves it to the caller to publish next_, but for what is on record after
  // an error.
  absl::Status AllowHits(const std::vector<TemplateHits>& hits,
                         OnTemplateHits on_hits, const Actor& actor)
      SLUICE_REQUIRES(mutex_);
  std::vector<TemplateHits> ReviewAgain(const filter::Registry* reviewed,
                                        std::vector<TemplateHits> hits,
                                        const rules::RuleSet& rules,
                                        const filter::Policy& policy) const
      SLUICE_REQUIRES(mutex_);
  std::shared_ptr<const filter::Registry> registry() const;
  absl::Status PutKey(StoredKey key, const Actor& actor)
      SLUICE_REQUIRES(mutex_);
  void Apply(const store::v1::Record& record) SLUICE_REQUIRES(mutex_);
  absl::StatusOr<std::shared_ptr<const filter::Registry>> Build(
      const store::v1::Party* changed) const SLUICE_REQUIRES(mutex_);
  void Publish(std::shared_ptr<const filter::Registry> registry)
      SLUICE_REQUIRES(mutex_);
  void PublishKeys() SLUICE_REQUIRES(mutex_);
  void PublishExemptions() SLUICE_REQUIRES(mutex_);
  absl::Status CheckTarget(const admin::v1::ExemptRequest& request) const
      SLUICE_REQUIRES(mutex_);
  absl::Status CheckOthers(const admin::v1::Exemption& made,
                           bool one_person) const SLUICE_REQUIRES(mutex_);
  absl::StatusOr<admin::v1::Exemption> FindExemption(uint32_t number) const
      SLUICE_REQUIRES(mutex_);
  absl::StatusOr<admin::v1::Exemption> PutExemption(
      const admin::v1::Exemption& exemption, const Actor& actor)
      SLUICE_REQUIRES(mutex_);
  void ForgetOldExemptions() SLUICE_REQUIRES(mutex_);
  bool IsLastAdmin(absl::string_view id) const SLUICE_REQUIRES(mutex_);

  store::Store& store_;
  Callers& callers_;
  mutable Mutex mutex_;
  filter::Snapshot next_ SLUICE_GUARDED_BY(mutex_);
  std::map<PartyName, store::v1::Party> parties_ SLUICE_GUARDED_BY(mutex_);
  std::map<store::v1::PartyKind, uint32_t> last_number_
      SLUICE_GUARDED_BY(mutex_);
  std::map<std::string, StoredKey, std::less<>> keys_ SLUICE_GUARDED_BY(mutex_);
  // By account id; kept over changes so that debts stay.
  std::map<std::string, std::shared_ptr<RateGate>> rates_
      SLUICE_GUARDED_BY(mutex_);
  RulesInForce in_force_ SLUICE_GUARDED_BY(mutex_);
  std::map<uint32_t, admin::v1::Exemption> exemptions_
      SLUICE_GUARDED_BY(mutex_);
  std::vector<Braked> braked_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::gateway
