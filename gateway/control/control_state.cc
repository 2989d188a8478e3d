#include "gateway/control/control_state.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "filter/policy/exemptions.h"
#include "gateway/control/key_recovery.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

PublishedRules RulesOf(const filter::Snapshot& snapshot) {
  PublishedRules rules;
  rules.rules = snapshot.rules;
  rules.policy = snapshot.policy;
  return rules;
}

}  // namespace

ControlState::ControlState(store::Store& store, Callers& callers,
                           const filter::Snapshot& base)
    : store_(store),
      callers_(callers),
      parties_(store, base.registry),
      keys_(store, key_holders_),
      rules_(store, RulesOf(base)),
      exemptions_(store, key_holders_),
      blocks_(store, key_holders_),
      legal_holds_(store),
      erasures_(store),
      snapshot_(base) {}

absl::Status ControlState::Replay() {
  MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(
      store_.ReadStanding([this](const store::v1::Record& record)
                              SLUICE_REQUIRES(mutex_) { Apply(record); }));
  SLUICE_RETURN_IF_ERROR(parties_.Rebuild());
  PublishParties();
  PublishBlocks();
  return absl::OkStatus();
}

// Most records are operator actions, which have no effect here.
void ControlState::Apply(const store::v1::Record& record) {
  if (record.has_party_changed()) {
    parties_.Apply(record.party_changed());
  } else if (record.has_key_changed()) {
    keys_.Apply(record.key_changed());
  } else if (record.has_exemption_changed()) {
    exemptions_.Apply(record.exemption_changed());
  } else if (record.has_block_changed()) {
    blocks_.Apply(record.block_changed());
  } else if (record.has_legal_hold_changed()) {
    legal_holds_.Apply(record);
  } else if (record.has_erasure_requested()) {
    erasures_.Apply(record);
  } else {
    rules_.Apply(record);
  }
}

void ControlState::PublishSnapshot() {
  store_.Publish(std::make_shared<const filter::Snapshot>(snapshot_));
}

// Keys too: they name accounts and their limits.
void ControlState::PublishParties() {
  snapshot_.registry = parties_.registry();
  PublishSnapshot();
  PublishKeys();
}

void ControlState::PublishKeys() { callers_.Publish(keys_.Table(parties_)); }

// The rules, exemptions and automatic rollbacks.
void ControlState::PublishRules() {
  const PublishedRules& now = rules_.now();
  std::vector<store::v1::RuleRolledBack> rolled_back;
  for (const RolledBackRule& one : rules_.rolled_back()) {
    rolled_back.push_back(one.rollback);
  }
  snapshot_.rules = now.rules;
  snapshot_.policy = now.policy;
  snapshot_.counters = now.counters;
  snapshot_.exemptions =
      filter::Exemptions::Build(now.rules, *now.policy, exemptions_.InForce(),
                                rolled_back, store_.NowMs());
  PublishSnapshot();
}

// With the sounds and strict words of the rules in force, so that a phrase is
// found as a rule's word is.
void ControlState::PublishBlocks() {
  auto built = filter::Blocks::Build(
      blocks_.InForce(), rules_.now().rules->source(), store_.NowMs());
  if (built.ok()) {
    snapshot_.blocks = *std::move(built);
  } else {
    // What was blocked until now stays so.
    spdlog::error("rules: the blocks cannot be compiled: {}",
                  std::string(built.status().message()));
  }
  PublishSnapshot();
}

absl::StatusOr<store::v1::Party> ControlState::Create(store::v1::Party party,
                                                      const Actor& actor,
                                                      bool accept_rule_hits) {
  MutexLock lock(mutex_);
  const PublishedRules& now = rules_.now();
  SLUICE_ASSIGN_OR_RETURN(
      store::v1::Party made,
      parties_.Create(std::move(party), *now.rules, *now.policy,
                      accept_rule_hits, actor));
  PublishParties();
  return made;
}

absl::StatusOr<store::v1::Party> ControlState::Change(store::v1::Party party,
                                                      const Actor& actor,
                                                      bool accept_rule_hits) {
  MutexLock lock(mutex_);
  const PublishedRules& now = rules_.now();
  SLUICE_ASSIGN_OR_RETURN(
      store::v1::Party changed,
      parties_.Change(std::move(party), *now.rules, *now.policy,
                      accept_rule_hits, actor));
  PublishParties();
  return changed;
}

std::vector<store::v1::Party> ControlState::List(store::v1::PartyKind kind,
                                                 absl::string_view after,
                                                 size_t limit) const {
  MutexLock lock(mutex_);
  return parties_.List(kind, after, limit);
}

std::optional<store::v1::Party> ControlState::Find(store::v1::PartyKind kind,
                                                   absl::string_view id) const {
  MutexLock lock(mutex_);
  const store::v1::Party* const found = parties_.Find(kind, id);
  if (found == nullptr) return std::nullopt;
  return *found;
}

absl::StatusOr<admin::v1::CreateKeyResponse> ControlState::CreateKey(
    const admin::v1::CreateKeyRequest& request, const Actor& actor) {
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(admin::v1::CreateKeyResponse made,
                          keys_.Create(request, parties_, actor));
  PublishKeys();
  return made;
}

absl::StatusOr<admin::v1::ApiKey> ControlState::RevokeKey(absl::string_view id,
                                                          const Actor& actor) {
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(admin::v1::ApiKey key, keys_.Revoke(id, actor));
  PublishKeys();
  return key;
}

std::vector<admin::v1::ApiKey> ControlState::ListKeys(
    absl::string_view account_id, absl::string_view after, size_t limit) const {
  MutexLock lock(mutex_);
  return keys_.List(account_id, after, limit);
}

absl::StatusOr<bool> ControlState::MakeFirstKey(const std::string& path) {
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(const bool made, keys_.MakeFirst(path));
  if (made) PublishKeys();
  return made;
}

absl::StatusOr<std::string> ControlState::RecoverKey(
    const std::string& folder) {
  const auto request = ReadRecoveryRequest(folder);
  if (!request.ok()) {
    // Otherwise the same error comes every second.
    RemoveRecoveryRequest(folder).IgnoreError();
    return request.status();
  }
  if (!*request) return std::string();
  // Before the key: a request must not make two.
  SLUICE_RETURN_IF_ERROR(RemoveRecoveryRequest(folder));
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(
      const std::string id,
      keys_.MakeAdmin(absl::StrCat(folder, "/", kRecoveredKey),
                      absl::StrCat("recovered by user ", (*request)->user,
                                   " of the machine"),
                      {"sluiced", (*request)->reason}));
  PublishKeys();
  return id;
}

TemplateReview ControlState::Review(const rules::RuleSet& rules,
                                    const filter::Policy& policy) const {
  std::shared_ptr<const filter::Registry> registry;
  {
    MutexLock lock(mutex_);
    registry = parties_.registry();
  }
  return ReviewTemplates(std::move(registry), rules, policy);
}

absl::Status ControlState::SettleHits(TemplateReview review,
                                      const rules::RuleSet& rules,
                                      const filter::Policy& policy,
                                      OnTemplateHits on_hits,
                                      const Actor& actor) {
  const absl::Status settled =
      parties_.SettleHits(std::move(review), rules, policy, on_hits, actor);
  // After an error too: some hits may be journaled as accepted.
  if (parties_.registry() != snapshot_.registry) PublishParties();
  return settled;
}

void ControlState::PutInForce(PublishedRules rules, bool is_publication) {
  rules_.Put(std::move(rules), is_publication);
  PublishRules();
  PublishBlocks();
}

PublishedRules ControlState::rules_in_force() const {
  MutexLock lock(mutex_);
  return rules_.now();
}

std::shared_ptr<const rules::RuleSet> ControlState::rules() const {
  MutexLock lock(mutex_);
  return rules_.now().rules;
}

absl::Status ControlState::RollBack(const PublishedRules& rules,
                                    const store::v1::RuleRolledBack& rollback) {
  MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(rules_.RollBack(rules, rollback));
  PublishRules();
  return absl::OkStatus();
}

std::vector<RolledBackRule> ControlState::rolled_back() const {
  MutexLock lock(mutex_);
  return rules_.rolled_back();
}

void ControlState::UseNumbers(
    std::shared_ptr<const filter::NumberTable> numbers) {
  MutexLock lock(mutex_);
  snapshot_.numbers = std::move(numbers);
  PublishSnapshot();
}

absl::StatusOr<admin::v1::Exemption> ControlState::Exempt(
    const admin::v1::CreateExemptionRequest& request, const Actor& actor,
    bool one_person) {
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(
      admin::v1::Exemption made,
      exemptions_.Exempt(request, rules_.now(), parties_, actor, one_person));
  PublishRules();
  return made;
}

absl::StatusOr<admin::v1::Exemption> ControlState::ConfirmExemption(
    uint32_t number, const Actor& actor, bool one_person) {
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(admin::v1::Exemption confirmed,
                          exemptions_.Confirm(number, actor, one_person));
  PublishRules();
  return confirmed;
}

absl::StatusOr<admin::v1::Exemption> ControlState::EndExemption(
    uint32_t number, const Actor& actor) {
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(admin::v1::Exemption ended,
                          exemptions_.End(number, actor));
  PublishRules();
  return ended;
}

std::vector<admin::v1::Exemption> ControlState::ListExemptions(bool all) const {
  MutexLock lock(mutex_);
  return exemptions_.List(all);
}

absl::StatusOr<admin::v1::Block> ControlState::CreateBlock(
    const admin::v1::CreateBlockRequest& request, const Actor& actor,
    std::weak_ptr<const filter::Snapshot>& before) {
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(admin::v1::Block made,
                          blocks_.Create(request, parties_, actor));
  before = store_.snapshot();
  PublishBlocks();
  return made;
}

absl::StatusOr<admin::v1::Block> ControlState::ConfirmBlock(uint32_t number,
                                                            const Actor& actor,
                                                            bool one_person) {
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(admin::v1::Block confirmed,
                          blocks_.Confirm(number, actor, one_person));
  PublishBlocks();
  return confirmed;
}

absl::StatusOr<admin::v1::Block> ControlState::EndBlock(uint32_t number,
                                                        const Actor& actor) {
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(admin::v1::Block ended, blocks_.End(number, actor));
  PublishBlocks();
  return ended;
}

std::vector<admin::v1::Block> ControlState::ListBlocks(bool all) const {
  MutexLock lock(mutex_);
  return blocks_.List(all);
}

absl::StatusOr<admin::v1::LegalHold> ControlState::CreateLegalHold(
    admin::v1::LegalHold hold, const LegalHoldBook::Covered& covered,
    const Actor& actor) {
  MutexLock lock(mutex_);
  return legal_holds_.Create(std::move(hold), covered, actor);
}

absl::StatusOr<admin::v1::LegalHold> ControlState::ReviewLegalHold(
    const admin::v1::ReviewLegalHoldRequest& request, const Actor& actor) {
  MutexLock lock(mutex_);
  return legal_holds_.Review(request, actor);
}

absl::StatusOr<admin::v1::LegalHold> ControlState::EndLegalHold(
    uint32_t number, const Actor& actor) {
  MutexLock lock(mutex_);
  return legal_holds_.End(number, actor);
}

std::vector<admin::v1::LegalHold> ControlState::ListLegalHolds(bool all) const {
  MutexLock lock(mutex_);
  return legal_holds_.List(all);
}

absl::StatusOr<admin::v1::Erasure> ControlState::CreateErasure(
    Phone recipient, const Actor& actor) {
  MutexLock lock(mutex_);
  return erasures_.Create(recipient, actor);
}

std::vector<admin::v1::Erasure> ControlState::ListErasures(uint32_t before,
                                                           size_t limit) const {
  MutexLock lock(mutex_);
  return erasures_.List(before, limit);
}

absl::Status ControlState::JournalFailures() {
  const LoginFailures failures = callers_.TakeFailures();
  if (failures.unauthenticated == 0 && failures.denied == 0) {
    return absl::OkStatus();
  }
  store::v1::Record record;
  record.mutable_failed_logins()->set_unauthenticated(failures.unauthenticated);
  record.mutable_failed_logins()->set_denied(failures.denied);
  return store_.AppendControl(std::move(record));
}

}  // namespace sluice::gateway
