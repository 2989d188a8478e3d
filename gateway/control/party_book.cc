#include "gateway/control/party_book.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/control/party_check.h"
#include "gateway/wire/timestamp.h"
#include "google/protobuf/util/message_differencer.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

using google::protobuf::util::MessageDifferencer;

store::v1::Record RecordOf(store::v1::Party party, const Actor& actor) {
  store::v1::Record record;
  store::v1::PartyChanged& changed = *record.mutable_party_changed();
  *changed.mutable_party() = std::move(party);
  changed.set_actor(actor.key_id);
  changed.set_reason(actor.reason);
  return record;
}

// `status`, which is about this field of the party.
absl::Status InParty(const store::v1::Party& party, absl::string_view field,
                     absl::Status status) {
  return WithField(std::move(status),
                   absl::StrCat(filter::RequestFieldOf(party), ".", field));
}

// An error of the registry in terms of the party that changes, which the caller
// knows: it may be about another one.
absl::Status OfChanged(const store::v1::Party& changed,
                       const absl::Status& fault) {
  const std::string faulty = filter::FaultyPartyIn(fault);
  if (faulty.empty() || faulty == filter::NameOf(changed)) return fault;
  absl::string_view what = fault.message();
  absl::ConsumePrefix(&what, faulty);
  absl::ConsumePrefix(&what, ": ");
  const absl::Status told = ErrorOf(
      absl::StatusCode::kInvalidArgument,
      {absl::StrCat("这一改动会使 ", faulty, " 不合格：",
                    BothOf(fault).in(Language::kChinese)),
       absl::StrCat("this change would make ", faulty, " invalid: ", what)});
  // A party of the same kind has the same field; only the content provider of a
  // signature makes parties of another kind invalid.
  const std::string field = FieldOf(fault);
  const bool same_kind = absl::StartsWith(
      field, absl::StrCat(filter::RequestFieldOf(changed), "."));
  return same_kind ? WithField(told, field)
                   : InParty(changed, "content_provider_id", told);
}

bool SameAcceptedHits(const store::v1::Template& a,
                      const store::v1::Template& b) {
  return std::equal(a.accepted_hits().begin(), a.accepted_hits().end(),
                    b.accepted_hits().begin(), b.accepted_hits().end(),
                    [](const auto& one, const auto& other) {
                      return MessageDifferencer::Equals(one, other);
                    });
}

// Examines a template's fixed text when the template is released; when its
// text, class or content provider changes; and when it becomes active again:
// other rules may have been published meanwhile. `now` is null for a new party.
absl::Status Release(const store::v1::Party* now, const rules::RuleSet& rules,
                     const filter::Policy& policy, bool accept_rule_hits,
                     const Acceptance& by, store::v1::Party& party) {
  if (!party.has_template_()) {
    if (!accept_rule_hits) return absl::OkStatus();
    return InvalidField("accept_rule_hits",
                        SayBoth("只用于模板", "only for templates"));
  }
  store::v1::Template& text = *party.mutable_template_();
  const store::v1::Template none;
  const store::v1::Template& before = now == nullptr ? none : now->template_();
  if (!SameAcceptedHits(text, before)) {
    return InvalidField("template.accepted_hits",
                        SayBoth("由 Sluice 填写", "Sluice writes them"));
  }
  const bool same = now != nullptr && filter::SameText(text, before) &&
                    text.message_class() == before.message_class() &&
                    text.content_provider_id() == before.content_provider_id();
  const bool comes_back = now != nullptr &&
                          now->state() != store::v1::PARTY_STATE_ACTIVE &&
                          party.state() == store::v1::PARTY_STATE_ACTIVE;
  if (party.state() == store::v1::PARTY_STATE_CLOSED) return absl::OkStatus();
  if (same && !comes_back) return absl::OkStatus();
  if (!same) text.clear_accepted_hits();
  return ReleaseTemplate(rules, policy, accept_rule_hits, by, party);
}

// Whether `party` may replace `now`.
absl::Status CheckChange(const store::v1::Party& party,
                         const store::v1::Party& now) {
  if (party.revision() != now.revision()) {
    return InParty(
        party, "revision",
        ErrorOf(absl::StatusCode::kAborted,
                SayBoth("$0 已是第 $1 次修订：此间有人改动；请重新查看后再改",
                        "$0 is at revision $1: it was changed meanwhile; read "
                        "it again and repeat the change",
                        party.id(), now.revision())));
  }
  // The only check of the state when nothing else changes.
  return CheckState(party);
}

}  // namespace

PartyBook::PartyBook(store::Store& store,
                     std::shared_ptr<const filter::Registry> registry)
    : store_(store), registry_(std::move(registry)) {}

void PartyBook::Apply(const store::v1::PartyChanged& changed) {
  const store::v1::Party& party = changed.party();
  const store::v1::PartyKind kind = filter::KindOf(party);
  uint32_t& last = last_number_[kind];
  last = std::max(last, party.number());
  parties_[{kind, party.id()}] = party;
}

absl::Status PartyBook::Rebuild() {
  absl::StatusOr<std::shared_ptr<const filter::Registry>> registry =
      Build(nullptr);
  if (!registry.ok()) {
    return absl::DataLossError(
        absl::StrCat("control journal: ", registry.status().message()));
  }
  registry_ = *std::move(registry);
  return absl::OkStatus();
}

absl::StatusOr<store::v1::Party> PartyBook::Create(store::v1::Party party,
                                                   const rules::RuleSet& rules,
                                                   const filter::Policy& policy,
                                                   bool accept_rule_hits,
                                                   const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  SLUICE_RETURN_IF_ERROR(CheckParty(party));
  const store::v1::PartyKind kind = filter::KindOf(party);
  if (Find(kind, party.id()) != nullptr) {
    return InParty(
        party, "id",
        ErrorOf(absl::StatusCode::kAlreadyExists,
                SayBoth("$0 已在使用或曾经用过：请换一个编号",
                        "$0 is in use or was used before: choose another id",
                        party.id())));
  }
  SLUICE_RETURN_IF_ERROR(Release(nullptr, rules, policy, accept_rule_hits,
                                 {actor, store_.NowMs()}, party));
  party.set_number(last_number_[kind] + 1);
  party.set_revision(1);
  return Put(std::move(party), actor);
}

absl::StatusOr<store::v1::Party> PartyBook::Change(store::v1::Party party,
                                                   const rules::RuleSet& rules,
                                                   const filter::Policy& policy,
                                                   bool accept_rule_hits,
                                                   const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  const store::v1::Party* const found = Find(filter::KindOf(party), party.id());
  if (found == nullptr) {
    return InParty(
        party, "id",
        ErrorOf(absl::StatusCode::kNotFound,
                SayBoth("登记簿的这一类中没有 $0",
                        "no such party of this kind: $0", Quoted(party.id()))));
  }
  const store::v1::Party& now = *found;
  SLUICE_RETURN_IF_ERROR(CheckChange(party, now));
  if (party.state() == store::v1::PARTY_STATE_UNSPECIFIED) {
    party.set_state(now.state());
  }
  party.set_number(now.number());
  *party.mutable_update_time() = now.update_time();
  // No change: no record and no new revision.
  if (MessageDifferencer::Equals(party, now)) return now;
  if (now.state() == store::v1::PARTY_STATE_CLOSED) {
    return WithOuterField(
        InvalidField("state", SayBoth("已注销的不能再改",
                                      "closed parties cannot be changed")),
        filter::RequestFieldOf(party));
  }
  // A change of the state alone is not checked: an older journal may have
  // parties that CheckParty() would not accept, and they can be suspended and
  // closed.
  store::v1::Party as_now = party;
  as_now.set_state(now.state());
  if (!MessageDifferencer::Equals(as_now, now)) {
    SLUICE_RETURN_IF_ERROR(CheckParty(party));
  }
  SLUICE_RETURN_IF_ERROR(Release(&now, rules, policy, accept_rule_hits,
                                 {actor, store_.NowMs()}, party));
  party.set_revision(now.revision() + 1);
  return Put(std::move(party), actor);
}

absl::StatusOr<store::v1::Party> PartyBook::Put(store::v1::Party party,
                                                const Actor& actor) {
  if (party.state() == store::v1::PARTY_STATE_UNSPECIFIED) {
    party.set_state(store::v1::PARTY_STATE_ACTIVE);
  }
  SetTimestamp(store_.NowMs(), *party.mutable_update_time());
  auto registry = Build(&party);
  if (!registry.ok()) return OfChanged(party, registry.status());
  const store::v1::Record record = RecordOf(party, actor);
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  Apply(record.party_changed());
  registry_ = *std::move(registry);
  return party;
}

absl::StatusOr<std::shared_ptr<const filter::Registry>> PartyBook::Build(
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
  return filter::Registry::Build(std::move(parties), registry_.get());
}

absl::Status PartyBook::SettleHits(TemplateReview review,
                                   const rules::RuleSet& rules,
                                   const filter::Policy& policy,
                                   OnTemplateHits on_hits, const Actor& actor) {
  if (review.registry != registry_) {
    review = ReviewTemplates(registry_, rules, policy);
  }
  const std::vector<TemplateHits>& hits = review.hits;
  if (hits.empty()) return absl::OkStatus();
  if (on_hits == OnTemplateHits::kRefuse ||
      (on_hits == OnTemplateHits::kAccept && AnyProhibited(hits))) {
    return RefusedForTemplates(hits);
  }
  if (on_hits == OnTemplateHits::kTell) {
    spdlog::warn(
        "rules: the rules in force hit the fixed text of released templates; "
        "their messages are judged like any other text until a person releases "
        "the templates again: {}",
        ToString(hits));
    return absl::OkStatus();
  }
  return AcceptHits(hits, actor);
}

absl::Status PartyBook::AcceptHits(const std::vector<TemplateHits>& hits,
                                   const Actor& actor) {
  std::vector<store::v1::Record> records;
  for (const TemplateHits& one : hits) {
    store::v1::Party party =
        parties_.at({store::v1::PARTY_KIND_TEMPLATE, one.template_id});
    Accept(one.hits, {actor, store_.NowMs()}, *party.mutable_template_());
    party.set_revision(party.revision() + 1);
    SetTimestamp(store_.NowMs(), *party.mutable_update_time());
    records.push_back(RecordOf(std::move(party), actor));
  }
  // The journal may have taken only the first records. The book applies these,
  // or the next change of such a template would repeat a revision.
  size_t durable = 0;
  const absl::Status appended = store_.AppendControl(records, durable);
  for (size_t i = 0; i < durable; ++i) Apply(records[i].party_changed());
  SLUICE_ASSIGN_OR_RETURN(registry_, Build(nullptr));
  return appended;
}

std::vector<store::v1::Party> PartyBook::List(store::v1::PartyKind kind,
                                              absl::string_view after,
                                              size_t limit) const {
  std::vector<store::v1::Party> found;
  // The empty id sorts before all others and is no party's.
  for (auto it = parties_.upper_bound({kind, std::string(after)});
       it != parties_.end() && it->first.first == kind && found.size() < limit;
       ++it) {
    found.push_back(it->second);
  }
  return found;
}

const store::v1::Party* PartyBook::Find(store::v1::PartyKind kind,
                                        absl::string_view id) const {
  const auto found = parties_.find({kind, std::string(id)});
  return found == parties_.end() ? nullptr : &found->second;
}

}  // namespace sluice::gateway
