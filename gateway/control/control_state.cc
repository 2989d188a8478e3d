#include "gateway/control/control_state.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/control/party_check.h"
#include "gateway/wire/timestamp.h"
#include "google/protobuf/util/message_differencer.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr size_t kReasonSizeMax = 1000;

// Changes of parties and ends of keys are answered for: they say why. (Of a new
// key its note says for whom it is.)
absl::Status CheckReason(const Actor& actor) {
  if (absl::StripAsciiWhitespace(actor.reason).empty()) {
    return absl::InvalidArgumentError(
        "reason: say why, for the journal; it must not be empty");
  }
  return absl::OkStatus();
}

absl::Status CheckActor(const Actor& actor) {
  if (actor.reason.size() > kReasonSizeMax) {
    return absl::InvalidArgumentError("reason: at most 1000 bytes");
  }
  return absl::OkStatus();
}

RoleMask MaskOfAll(const admin::v1::ApiKey& key) {
  RoleMask mask = 0;
  for (const int role : key.roles()) {
    mask |= MaskOf(static_cast<admin::v1::Role>(role));
  }
  return mask;
}

absl::Status Failed(const std::string& path, const char* what) {
  return absl::UnavailableError(
      absl::StrCat(path, ": ", what, ": ", std::strerror(errno)));
}

// The secret, alone in a file that only its owner can read.
absl::Status WriteSecret(const std::string& path, const std::string& secret) {
  // What stood there was never journaled, or there would be a key.
  if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    return Failed(path, "cannot be replaced");
  }
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                        S_IRUSR | S_IWUSR);
  if (file < 0) return Failed(path, "cannot be made");
  const std::string line = secret + "\n";
  const bool written = write(file, line.data(), line.size()) ==
                           static_cast<ssize_t>(line.size()) &&
                       fsync(file) == 0;
  const absl::Status status =
      written ? absl::OkStatus() : Failed(path, "cannot be written");
  close(file);
  return status;
}

}  // namespace

ControlState::ControlState(store::Store& store, Callers& callers,
                           const filter::Snapshot& base)
    : store_(store), callers_(callers), next_(base) {
  in_force_.rules = base.rules;
  in_force_.policy = base.policy;
}

absl::Status ControlState::Replay() {
  MutexLock lock(mutex_);
  // clang does not see that the lambda runs inside.
  std::vector<store::v1::Record> records;
  SLUICE_RETURN_IF_ERROR(
      store_.ReadControl([&](const store::v1::Record& record) {
        // Operator actions are most of the journal and change nothing here.
        if (!record.has_operator_action() && !record.has_failed_logins()) {
          records.push_back(record);
        }
      }));
  for (const store::v1::Record& record : records) Apply(record);
  absl::StatusOr<std::shared_ptr<const filter::Registry>> registry =
      Build(nullptr);
  if (!registry.ok()) {
    return absl::DataLossError(
        absl::StrCat("control journal: ", registry.status().message()));
  }
  Publish(*std::move(registry));
  return absl::OkStatus();
}

void ControlState::Apply(const store::v1::Record& record) {
  if (record.has_party_changed()) {
    const store::v1::Party& party = record.party_changed().party();
    const store::v1::PartyKind kind = filter::KindOf(party);
    uint32_t& last = last_number_[kind];
    last = std::max(last, party.number());
    parties_[{kind, party.id()}] = party;
  } else if (record.has_key_changed()) {
    StoredKey key = {record.key_changed().key(), {}};
    const std::string& hash = record.key_changed().secret_hash();
    std::copy_n(hash.begin(), std::min(hash.size(), key.hash.size()),
                key.hash.begin());
    keys_[key.key.id()] = key;
  } else if (record.has_exemption_changed()) {
    const admin::v1::Exemption& exemption =
        record.exemption_changed().exemption();
    exemptions_[exemption.number()] = exemption;
    ForgetOldExemptions();
  } else if (record.has_rule_braked()) {
    braked_.push_back({record.rule_braked(), record.at_ms()});
  } else if (record.has_rule_version_changed() &&
             record.rule_version_changed().version().state() ==
                 admin::v1::RULE_VERSION_STATE_PUBLISHED) {
    braked_.clear();
  }
}

absl::StatusOr<store::v1::Party> ControlState::Create(store::v1::Party party,
                                                      const Actor& actor,
                                                      bool accept_rule_hits) {
  SLUICE_RETURN_IF_ERROR(CheckActor(actor));
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  SLUICE_RETURN_IF_ERROR(CheckParty(party));
  const store::v1::PartyKind kind = filter::KindOf(party);
  MutexLock lock(mutex_);
  if (parties_.contains({kind, party.id()})) {
    return absl::AlreadyExistsError(
        absl::StrCat(party.id(), " exists, or did once"));
  }
  SLUICE_RETURN_IF_ERROR(Release(nullptr, accept_rule_hits, party));
  party.set_number(last_number_[kind] + 1);
  party.set_revision(1);
  return Put(std::move(party), actor);
}

absl::StatusOr<store::v1::Party> ControlState::Change(store::v1::Party party,
                                                      const Actor& actor,
                                                      bool accept_rule_hits) {
  SLUICE_RETURN_IF_ERROR(CheckActor(actor));
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  MutexLock lock(mutex_);
  const auto found = parties_.find({filter::KindOf(party), party.id()});
  if (found == parties_.end()) {
    return absl::NotFoundError(
        absl::StrCat("no such party of this kind: ", party.id()));
  }
  const store::v1::Party& now = found->second;
  if (party.revision() != now.revision()) {
    return absl::AbortedError(absl::StrCat(party.id(), " is at revision ",
                                           now.revision(), ": read it again"));
  }
  if (now.state() == store::v1::PARTY_STATE_CLOSED &&
      party.state() != store::v1::PARTY_STATE_CLOSED) {
    return absl::InvalidArgumentError("party.state: closed parties stay so");
  }
  using google::protobuf::util::MessageDifferencer;
  if (party.state() == store::v1::PARTY_STATE_UNSPECIFIED) {
    party.set_state(now.state());
  }
  party.set_number(now.number());
  *party.mutable_changed() = now.changed();
  // What changes nothing is no change.
  if (MessageDifferencer::Equals(party, now)) return now;
  // One of an older journal is suspended and closed as it is.
  store::v1::Party as_now = party;
  as_now.set_state(now.state());
  if (!MessageDifferencer::Equals(as_now, now)) {
    SLUICE_RETURN_IF_ERROR(CheckParty(party));
  }
  SLUICE_RETURN_IF_ERROR(Release(&now, accept_rule_hits, party));
  party.set_revision(now.revision() + 1);
  return Put(std::move(party), actor);
}

// A template's fixed text is examined when it is released, and anew when the
// text or what its messages are changes, or when it comes back from a
// suspension in which other rules may have been published. `now` is null for a
// new one.
absl::Status ControlState::Release(const store::v1::Party* now,
                                   bool accept_rule_hits,
                                   store::v1::Party& party) const {
  if (!party.has_template_()) {
    if (!accept_rule_hits) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "accept_rule_hits: only templates are examined");
  }
  store::v1::Template& text = *party.mutable_template_();
  const store::v1::Template none;
  const store::v1::Template& before = now == nullptr ? none : now->template_();
  using google::protobuf::util::MessageDifferencer;
  if (!std::equal(text.accepted_hits().begin(), text.accepted_hits().end(),
                  before.accepted_hits().begin(), before.accepted_hits().end(),
                  [](const auto& a, const auto& b) {
                    return MessageDifferencer::Equals(a, b);
                  })) {
    return absl::InvalidArgumentError(
        "party.template.accepted_hits: Sluice writes them");
  }
  const bool same = now != nullptr && filter::SameText(text, before) &&
                    text.message_class() == before.message_class() &&
                    text.content_provider_id() == before.content_provider_id();
  const bool comes_back = now != nullptr &&
                          now->state() == store::v1::PARTY_STATE_SUSPENDED &&
                          party.state() == store::v1::PARTY_STATE_ACTIVE;
  if (party.state() == store::v1::PARTY_STATE_CLOSED) return absl::OkStatus();
  if (same && !comes_back) return absl::OkStatus();
  if (!same) text.clear_accepted_hits();
  return ReleaseTemplate(*next_.rules, *next_.policy, accept_rule_hits, party);
}

absl::StatusOr<store::v1::Party> ControlState::Put(store::v1::Party party,
                                                   const Actor& actor) {
  if (party.state() == store::v1::PARTY_STATE_UNSPECIFIED) {
    party.set_state(store::v1::PARTY_STATE_ACTIVE);
  }
  SetTimestamp(store_.NowMs(), *party.mutable_changed());
  SLUICE_ASSIGN_OR_RETURN(auto registry, Build(&party));
  store::v1::Record record;
  store::v1::PartyChanged& changed = *record.mutable_party_changed();
  *changed.mutable_party() = party;
  changed.set_actor(actor.key_id);
  changed.set_reason(actor.reason);
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  Apply(record);
  Publish(std::move(registry));
  return party;
}

absl::StatusOr<std::shared_ptr<const filter::Registry>> ControlState::Build(
    const store::v1::Party* changed) const {
  std::vector<store::v1::Party> parties;
  parties.reserve(parties_.size() + 1);
  const store::v1::PartyKind kind =
      changed != nullptr ? filter::KindOf(*changed) : store::v1::PartyKind();
  for (const auto& [name, party] : parties_) {
    if (changed != nullptr && name == PartyName(kind, changed->id())) continue;
    parties.push_back(party);
  }
  if (changed != nullptr) parties.push_back(*changed);
  return filter::Registry::Build(std::move(parties), next_.registry.get());
}

void ControlState::Publish(std::shared_ptr<const filter::Registry> registry) {
  next_.registry = std::move(registry);
  store_.Publish(std::make_shared<const filter::Snapshot>(next_));
  PublishKeys();
}

void ControlState::PublishKeys() {
  std::vector<Key> keys;
  for (const auto& [id, stored] : keys_) {
    if (stored.key.has_revoked()) continue;
    Key key = {.id = id,
               .hash = stored.hash,
               .account_id = stored.key.account_id(),
               .account = {},
               .roles = MaskOfAll(stored.key),
               .expires_ms = stored.key.has_expires()
                                 ? MillisOf(stored.key.expires())
                                 : 0,
               .rate = nullptr};
    const auto account =
        parties_.find({store::v1::PARTY_KIND_ACCOUNT, key.account_id});
    if (account != parties_.end()) {
      key.account = AccountId{account->second.number()};
      std::shared_ptr<RateGate>& rate = rates_[key.account_id];
      if (rate == nullptr) rate = std::make_shared<RateGate>();
      rate->set_limit(account->second.account().messages_per_second_max());
      key.rate = rate;
    }
    keys.push_back(std::move(key));
  }
  callers_.Publish(std::make_shared<const KeyTable>(std::move(keys)));
}

std::vector<store::v1::Party> ControlState::List(store::v1::PartyKind kind,
                                                 absl::string_view after,
                                                 size_t limit) const {
  MutexLock lock(mutex_);
  std::vector<store::v1::Party> found;
  // The empty id stands before all others, and is nobody's.
  for (auto it = parties_.upper_bound({kind, std::string(after)});
       it != parties_.end() && it->first.first == kind && found.size() < limit;
       ++it) {
    found.push_back(it->second);
  }
  return found;
}

std::optional<store::v1::Party> ControlState::Find(store::v1::PartyKind kind,
                                                   absl::string_view id) const {
  MutexLock lock(mutex_);
  const auto found = parties_.find({kind, std::string(id)});
  if (found == parties_.end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<admin::v1::CreateKeyResponse> ControlState::CreateKey(
    const admin::v1::CreateKeyRequest& request, const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckActor(actor));
  if (request.note().size() > kReasonSizeMax) {
    return absl::InvalidArgumentError("note: at most 1000 bytes");
  }
  NewKey made = MakeKey();
  StoredKey stored = {{}, made.hash};
  stored.key.set_id(made.id);
  stored.key.set_account_id(request.account_id());
  stored.key.set_note(request.note());
  for (const int role : request.roles()) {
    if (!admin::v1::Role_IsValid(role) || role == admin::v1::ROLE_UNSPECIFIED) {
      return absl::InvalidArgumentError("roles: not a known role");
    }
    stored.key.add_roles(static_cast<admin::v1::Role>(role));
  }
  if (stored.key.roles_size() == 0) {
    return absl::InvalidArgumentError("roles: a key needs at least one");
  }
  const bool submits =
      (MaskOfAll(stored.key) & MaskOf(admin::v1::ROLE_SUBMIT)) != 0;
  if (submits && request.account_id().empty()) {
    return absl::InvalidArgumentError(
        "account_id: a key with the role submit needs one");
  }
  if (request.has_expires()) {
    if (!TryMillisOf(request.expires())) {
      return absl::InvalidArgumentError("expires: not a time");
    }
    *stored.key.mutable_expires() = request.expires();
  }
  MutexLock lock(mutex_);
  if (!request.account_id().empty() &&
      !parties_.contains(
          {store::v1::PARTY_KIND_ACCOUNT, request.account_id()})) {
    return absl::NotFoundError(
        absl::StrCat("account_id: no account ", request.account_id()));
  }
  SetTimestamp(store_.NowMs(), *stored.key.mutable_created());
  SLUICE_RETURN_IF_ERROR(PutKey(stored, actor));
  admin::v1::CreateKeyResponse response;
  *response.mutable_key() = std::move(stored.key);
  response.set_secret(std::move(made.secret));
  return response;
}

absl::Status ControlState::PutKey(StoredKey key, const Actor& actor) {
  store::v1::Record record;
  store::v1::KeyChanged& changed = *record.mutable_key_changed();
  *changed.mutable_key() = key.key;
  changed.set_secret_hash(key.hash.data(), key.hash.size());
  changed.set_actor(actor.key_id);
  changed.set_reason(actor.reason);
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  Apply(record);
  PublishKeys();
  return absl::OkStatus();
}

absl::StatusOr<admin::v1::ApiKey> ControlState::RevokeKey(absl::string_view id,
                                                          const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckActor(actor));
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  MutexLock lock(mutex_);
  const auto found = keys_.find(id);
  if (found == keys_.end()) {
    return absl::NotFoundError(absl::StrCat("no key ", id));
  }
  if (found->second.key.has_revoked()) return found->second.key;
  if (IsLastAdmin(id)) {
    return absl::FailedPreconditionError(
        "this is the last admin key: make another one first");
  }
  StoredKey key = found->second;
  SetTimestamp(store_.NowMs(), *key.key.mutable_revoked());
  SLUICE_RETURN_IF_ERROR(PutKey(key, actor));
  return key.key;
}

bool ControlState::IsLastAdmin(absl::string_view id) const {
  bool is_admin = false;
  for (const auto& [other_id, other] : keys_) {
    const bool admin =
        (MaskOfAll(other.key) & MaskOf(admin::v1::ROLE_ADMIN)) != 0 &&
        !other.key.has_revoked();
    if (!admin) continue;
    if (other_id == id) {
      is_admin = true;
    } else if (!other.key.has_expires()) {
      return false;
    }
  }
  return is_admin;
}

std::vector<admin::v1::ApiKey> ControlState::ListKeys(
    absl::string_view account_id, absl::string_view after, size_t limit) const {
  MutexLock lock(mutex_);
  std::vector<admin::v1::ApiKey> found;
  for (auto it = keys_.upper_bound(after);
       it != keys_.end() && found.size() < limit; ++it) {
    const admin::v1::ApiKey& key = it->second.key;
    if (!account_id.empty() && key.account_id() != account_id) continue;
    found.push_back(key);
  }
  return found;
}

absl::StatusOr<bool> ControlState::MakeFirstKey(const std::string& path) {
  MutexLock lock(mutex_);
  if (!keys_.empty()) return false;
  NewKey made = MakeKey();
  // The file first: a key that is journaled and written nowhere locks us out.
  SLUICE_RETURN_IF_ERROR(WriteSecret(path, made.secret));
  StoredKey stored = {{}, made.hash};
  stored.key.set_id(made.id);
  stored.key.add_roles(admin::v1::ROLE_ADMIN);
  stored.key.set_note("made at the first start");
  SetTimestamp(store_.NowMs(), *stored.key.mutable_created());
  SLUICE_RETURN_IF_ERROR(PutKey(stored, {"sluiced", "first start"}));
  return true;
}

// Most of it without the lock: there may be many templates.
absl::Status ControlState::PublishRules(
    RulesInForce rules, bool anew, OnTemplateHits on_hits, const Actor& actor,
    const std::function<absl::Status(RulesInForce&)>& journal) {
  // A pattern counts for each of its rules; so do links and contacts together.
  size_t patterns = 0;
  const size_t number = rules.rules->rules().size();
  for (size_t i = 0; i < number; ++i) {
    ++patterns;
    rules.rules->ForEachPattern(static_cast<uint32_t>(i),
                                [&patterns](absl::string_view, bool,
                                            absl::string_view) { ++patterns; });
  }
  rules.counters = std::make_shared<filter::RuleCounters>(
      number + rules.rules->thresholds().size(), patterns);
  const std::shared_ptr<const filter::Registry> reviewed = registry();
  std::vector<TemplateHits> hits =
      ReviewTemplates(*reviewed, *rules.rules, *rules.policy);
  MutexLock lock(mutex_);
  hits =
      ReviewAgain(reviewed.get(), std::move(hits), *rules.rules, *rules.policy);
  // The templates first: what they accept of rules that are not in force does
  // no harm, should we end in between.
  SLUICE_RETURN_IF_ERROR(AllowHits(hits, on_hits, actor));
  const absl::Status journaled = journal(rules);
  if (!journaled.ok()) {
    Publish(next_.registry);
    return journaled;
  }
  in_force_ = std::move(rules);
  if (anew) braked_.clear();
  next_.rules = in_force_.rules;
  next_.policy = in_force_.policy;
  next_.counters = in_force_.counters;
  PublishExemptions();
  return absl::OkStatus();
}

absl::Status ControlState::AcceptTemplateHits(const rules::RuleSet& rules,
                                              const filter::Policy& policy,
                                              OnTemplateHits on_hits,
                                              const Actor& actor) {
  const std::shared_ptr<const filter::Registry> reviewed = registry();
  std::vector<TemplateHits> hits = ReviewTemplates(*reviewed, rules, policy);
  MutexLock lock(mutex_);
  hits = ReviewAgain(reviewed.get(), std::move(hits), rules, policy);
  SLUICE_RETURN_IF_ERROR(AllowHits(hits, on_hits, actor));
  Publish(next_.registry);
  return absl::OkStatus();
}

std::shared_ptr<const filter::Registry> ControlState::registry() const {
  MutexLock lock(mutex_);
  return next_.registry;
}

// What `reviewed` gave, unless a party has changed since.
std::vector<TemplateHits> ControlState::ReviewAgain(
    const filter::Registry* reviewed, std::vector<TemplateHits> hits,
    const rules::RuleSet& rules, const filter::Policy& policy) const {
  if (next_.registry.get() == reviewed) return hits;
  return ReviewTemplates(*next_.registry, rules, policy);
}

absl::Status ControlState::AllowHits(const std::vector<TemplateHits>& hits,
                                     OnTemplateHits on_hits,
                                     const Actor& actor) {
  if (hits.empty()) return absl::OkStatus();
  if (on_hits == OnTemplateHits::kRefuse ||
      (on_hits == OnTemplateHits::kAccept && AnyProhibited(hits))) {
    return RefusedForTemplates(hits);
  }
  if (on_hits == OnTemplateHits::kTell) {
    spdlog::warn(
        "rules: the fixed text of released templates is hit; their messages "
        "are judged as any text: {}",
        ToString(hits));
    return absl::OkStatus();
  }
  std::vector<store::v1::Record> records;
  for (const TemplateHits& one : hits) {
    store::v1::Party party =
        parties_.at({store::v1::PARTY_KIND_TEMPLATE, one.template_id});
    Accept(one.hits, *party.mutable_template_());
    party.set_revision(party.revision() + 1);
    SetTimestamp(store_.NowMs(), *party.mutable_changed());
    store::v1::PartyChanged& changed =
        *records.emplace_back().mutable_party_changed();
    *changed.mutable_party() = std::move(party);
    changed.set_actor(actor.key_id);
    changed.set_reason(actor.reason);
  }
  // Of many, the journal may have taken some: so do we, or the next change of
  // one of these would be a revision that is there already.
  size_t durable = 0;
  const absl::Status appended = store_.AppendControl(records, durable);
  for (size_t i = 0; i < durable; ++i) Apply(records[i]);
  SLUICE_ASSIGN_OR_RETURN(next_.registry, Build(nullptr));
  if (!appended.ok() && durable > 0) Publish(next_.registry);
  return appended;
}

std::shared_ptr<const rules::RuleSet> ControlState::rules() const {
  MutexLock lock(mutex_);
  return next_.rules;
}

RulesInForce ControlState::rules_in_force() const {
  MutexLock lock(mutex_);
  return in_force_;
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
