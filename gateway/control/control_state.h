#pragma once

// The global state: parties, API keys, the rules in force, exemptions, blocks,
// legal holds, erasures. Each has a book of its own. The books are views of the
// control journal, rebuilt from it at start (rule_book.h rebuilds the versions
// of the rules). This class makes one change at a time, and after each
// publishes the snapshot and the key table that batches are decided with.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/examine/snapshot.h"
#include "gateway/access/caller.h"
#include "gateway/control/actor.h"
#include "gateway/control/block_book.h"
#include "gateway/control/erasure_book.h"
#include "gateway/control/exemption_book.h"
#include "gateway/control/key_book.h"
#include "gateway/control/key_holders.h"
#include "gateway/control/legal_hold_book.h"
#include "gateway/control/party_book.h"
#include "gateway/control/rules_in_force.h"
#include "gateway/control/template_release.h"
#include "rules/base/mutex.h"
#include "store/store.h"

namespace sluice::gateway {

// Any thread. Changes run one at a time and wait for the disk. `store` and
// `callers` must outlive it.
class ControlState {
 public:
  // `base` has rules, policy, numbers and carriers; its registry is replaced.
  ControlState(store::Store& store, Callers& callers,
               const filter::Snapshot& base);

  // Reads the control journal and publishes the state. Once, at start.
  // Errors: those of Store::ReadStanding; kDataLoss (the parties
  // contradict each other).
  absl::Status Replay();

  // Parties: see PartyBook.
  absl::StatusOr<store::v1::Party> Create(store::v1::Party party,
                                          const Actor& actor,
                                          bool accept_rule_hits = false);
  absl::StatusOr<store::v1::Party> Change(store::v1::Party party,
                                          const Actor& actor,
                                          bool accept_rule_hits = false);
  std::vector<store::v1::Party> List(store::v1::PartyKind kind,
                                     absl::string_view after,
                                     size_t limit) const;
  std::optional<store::v1::Party> Find(store::v1::PartyKind kind,
                                       absl::string_view id) const;

  // Keys: see KeyBook.
  absl::StatusOr<admin::v1::CreateKeyResponse> CreateKey(
      const admin::v1::CreateKeyRequest& request, const Actor& actor);
  absl::StatusOr<admin::v1::ApiKey> RevokeKey(absl::string_view id,
                                              const Actor& actor);
  std::vector<admin::v1::ApiKey> ListKeys(absl::string_view account_id,
                                          absl::string_view after,
                                          size_t limit) const;
  const KeyHolders& key_holders() const { return key_holders_; }
  absl::StatusOr<bool> MakeFirstKey(const std::string& path);
  // Makes the admin key that a request in the store's folder asks for, and
  // removes the request: see key_recovery.h. Returns the key's id; empty: there
  // is no request. Errors: those of ReadRecoveryRequest() and
  // KeyBook::MakeAdmin(); a request that is refused is removed.
  absl::StatusOr<std::string> RecoverKey(const std::string& folder);

  // The rules in force. A publication reviews the released templates without a
  // lock, because the review takes long, and then holds changing() until
  // PutInForce(), so that no party changes meanwhile. See RuleBook::Decide.
  TemplateReview Review(const rules::RuleSet& rules,
                        const filter::Policy& policy) const;
  Mutex& changing() SLUICE_THREAD_SAFETY_(lock_returned(mutex_)) {
    return mutex_;
  }
  // As PartyBook::SettleHits.
  absl::Status SettleHits(TemplateReview review, const rules::RuleSet& rules,
                          const filter::Policy& policy, OnTemplateHits on_hits,
                          const Actor& actor) SLUICE_REQUIRES(mutex_);
  // As RulesInForce::Put.
  void PutInForce(PublishedRules rules, bool is_publication)
      SLUICE_REQUIRES(mutex_);
  PublishedRules rules_in_force() const;
  std::shared_ptr<const rules::RuleSet> rules() const;
  // As RulesInForce::RollBack.
  absl::Status RollBack(const PublishedRules& rules,
                        const store::v1::RuleRolledBack& rollback);
  std::vector<RolledBackRule> rolled_back() const;

  // Which carrier serves which number, from now on. Not null.
  void UseNumbers(std::shared_ptr<const filter::NumberTable> numbers);

  // Exemptions: see ExemptionBook.
  absl::StatusOr<admin::v1::Exemption> Exempt(
      const admin::v1::CreateExemptionRequest& request, const Actor& actor,
      bool one_person);
  absl::StatusOr<admin::v1::Exemption> ConfirmExemption(uint32_t number,
                                                        const Actor& actor,
                                                        bool one_person);
  absl::StatusOr<admin::v1::Exemption> EndExemption(uint32_t number,
                                                    const Actor& actor);
  std::vector<admin::v1::Exemption> ListExemptions(bool all) const;

  // Blocks: see BlockBook. `before`: the snapshot that decided until then.
  absl::StatusOr<admin::v1::Block> CreateBlock(
      const admin::v1::CreateBlockRequest& request, const Actor& actor,
      std::weak_ptr<const filter::Snapshot>& before);
  absl::StatusOr<admin::v1::Block> ConfirmBlock(uint32_t number,
                                                const Actor& actor,
                                                bool one_person);
  absl::StatusOr<admin::v1::Block> EndBlock(uint32_t number,
                                            const Actor& actor);
  std::vector<admin::v1::Block> ListBlocks(bool all) const;

  // Legal holds: see LegalHoldBook.
  absl::StatusOr<admin::v1::LegalHold> CreateLegalHold(
      admin::v1::LegalHold hold, const LegalHoldBook::Covered& covered,
      const Actor& actor);
  absl::StatusOr<admin::v1::LegalHold> ReviewLegalHold(
      const admin::v1::ReviewLegalHoldRequest& request, const Actor& actor);
  absl::StatusOr<admin::v1::LegalHold> EndLegalHold(uint32_t number,
                                                    const Actor& actor);
  std::vector<admin::v1::LegalHold> ListLegalHolds(bool all) const;

  // Erasures: see ErasureBook.
  absl::StatusOr<admin::v1::Erasure> CreateErasure(Phone recipient,
                                                   const Actor& actor);
  std::vector<admin::v1::Erasure> ListErasures(uint32_t before,
                                               size_t limit) const;

  // Journals the refused logins since the last call, if there were any.
  absl::Status JournalFailures();

 private:
  void Apply(const store::v1::Record& record) SLUICE_REQUIRES(mutex_);
  void PublishParties() SLUICE_REQUIRES(mutex_);
  void PublishKeys() SLUICE_REQUIRES(mutex_);
  void PublishRules() SLUICE_REQUIRES(mutex_);
  void PublishBlocks() SLUICE_REQUIRES(mutex_);
  void PublishSnapshot() SLUICE_REQUIRES(mutex_);

  store::Store& store_;
  Callers& callers_;
  KeyHolders key_holders_;
  mutable Mutex mutex_;
  PartyBook parties_ SLUICE_GUARDED_BY(mutex_);
  KeyBook keys_ SLUICE_GUARDED_BY(mutex_);
  RulesInForce rules_ SLUICE_GUARDED_BY(mutex_);
  ExemptionBook exemptions_ SLUICE_GUARDED_BY(mutex_);
  BlockBook blocks_ SLUICE_GUARDED_BY(mutex_);
  LegalHoldBook legal_holds_ SLUICE_GUARDED_BY(mutex_);
  ErasureBook erasures_ SLUICE_GUARDED_BY(mutex_);
  // The published snapshot; its numbers and carriers come from no book.
  filter::Snapshot snapshot_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::gateway
