#include "gateway/admin/hold_queue.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/admin/named_party.h"
#include "gateway/wire/record_view.h"
#include "gateway/wire/time_range.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// Most held messages that are read from the store at a time, and by one Next().
constexpr size_t kAheadMax = 1'000;
constexpr size_t kLooksMax = 20'000;
constexpr size_t kRuleBytesMax = 256;

HoldPlace PlaceOf(const store::Store& store,
                  const store::WaitingMessage& waiting) {
  return {waiting.since_ms, store.PartitionOf(waiting.recipient),
          waiting.message.value()};
}

// Now, or before a recheck that did not find the rule's hit again.
bool IsHeldBy(const CurrentDecision& current, const std::string& rule) {
  const auto& reasons = current.last.reasons();
  return std::any_of(reasons.begin(), reasons.end(),
                     [&rule](const store::v1::RecordedReason& reason) {
                       return !reason.observed() && reason.rule() == rule;
                     }) ||
         std::any_of(
             current.held_for.begin(), current.held_for.end(),
             [&rule](const auto& before) { return before.second == rule; });
}

}  // namespace

absl::StatusOr<HoldQuery> ReadHoldFilter(const admin::v1::HoldFilter& filter,
                                         const filter::Registry& registry,
                                         int64_t now_ms) {
  HoldQuery query;
  if (filter.rule().size() > kRuleBytesMax) {
    return InvalidField(
        "rule", SayBoth("过长，不是规则编号", "too long for a rule's id"));
  }
  query.rule = filter.rule();
  SLUICE_ASSIGN_OR_RETURN(
      query.content_provider,
      NumberOfNamed(registry, store::v1::PARTY_KIND_CONTENT_PROVIDER,
                    filter.content_provider_id(), "content_provider_id"));
  SLUICE_ASSIGN_OR_RETURN(query.account,
                          NumberOfNamed(registry, store::v1::PARTY_KIND_ACCOUNT,
                                        filter.account_id(), "account_id"));
  if (!v1::MessageClass_IsValid(filter.message_class())) {
    return InvalidField("message_class",
                        SayBoth("没有这个类别", "not a known class"));
  }
  query.message_class = filter.message_class();
  SLUICE_ASSIGN_OR_RETURN(const TimeRange range, TimeRangeOf(filter, now_ms));
  query.since_ms = range.from_ms;
  query.until_ms = range.until_ms;
  return query;
}

std::string SubjectOf(const admin::v1::HoldFilter& filter) {
  std::string subject;
  const auto add = [&subject](absl::string_view name,
                              const std::string& value) {
    if (value.empty()) return;
    absl::StrAppend(&subject, subject.empty() ? "" : " ", name, " ", value);
  };
  add("rule", filter.rule());
  add("content provider", filter.content_provider_id());
  add("account", filter.account_id());
  if (filter.message_class() != v1::MESSAGE_CLASS_UNSPECIFIED) {
    add("class", v1::MessageClass_Name(filter.message_class()));
  }
  if (filter.has_start_time())
    add("since", absl::StrCat(MillisOf(filter.start_time())));
  if (filter.has_end_time())
    add("until", absl::StrCat(MillisOf(filter.end_time())));
  return subject.empty() ? "all" : subject;
}

// The next held messages of all partitions, in order.
absl::StatusOr<std::vector<store::WaitingMessage>> HoldWalk::Ahead(
    size_t limit) const {
  std::vector<store::WaitingMessage> ahead;
  for (int p = 0; p < store_.partitions(); ++p) {
    std::pair<int64_t, uint64_t> after = {place_.since_ms, place_.message};
    if (p < place_.partition) {
      after.second = std::numeric_limits<uint64_t>::max();
    } else if (p > place_.partition) {
      after.second = 0;
    }
    SLUICE_ASSIGN_OR_RETURN(const std::vector<store::WaitingMessage> some,
                            store_.Held(p, after, limit));
    ahead.insert(ahead.end(), some.begin(), some.end());
  }
  std::sort(ahead.begin(), ahead.end(), [this](const auto& a, const auto& b) {
    return PlaceOf(store_, a) < PlaceOf(store_, b);
  });
  if (ahead.size() > limit) ahead.resize(limit);
  return ahead;
}

bool HoldWalk::MayMatch(const store::WaitingMessage& waiting) const {
  return (query_.content_provider == 0 ||
          waiting.content_provider.value == query_.content_provider) &&
         (query_.account == 0 || waiting.account.value == query_.account) &&
         (query_.message_class == v1::MESSAGE_CLASS_UNSPECIFIED ||
          static_cast<int>(waiting.message_class) == query_.message_class) &&
         waiting.since_ms >= query_.since_ms &&
         waiting.since_ms < query_.until_ms;
}

absl::StatusOr<std::vector<HeldOne>> HoldWalk::Next(size_t limit,
                                                    const StopAsked& stop) {
  std::vector<HeldOne> found;
  size_t looks = 0;
  while (!done_ && found.size() < limit && looks < kLooksMax) {
    SLUICE_RETURN_IF_ERROR(CheckStop(stop));
    SLUICE_ASSIGN_OR_RETURN(const std::vector<store::WaitingMessage> ahead,
                            Ahead(kAheadMax));
    done_ = ahead.size() < kAheadMax;
    for (const store::WaitingMessage& waiting : ahead) {
      if (found.size() == limit) {
        done_ = false;
        break;
      }
      place_ = PlaceOf(store_, waiting);
      ++looks;
      if (!MayMatch(waiting)) continue;
      absl::StatusOr<CurrentDecision> current = ReadForDisplay(
          store_, {static_cast<uint16_t>(place_.partition), waiting.message},
          waiting.decision);
      // The message has ended meanwhile and is no longer kept.
      if (absl::IsNotFound(current.status()) ||
          absl::IsFailedPrecondition(current.status())) {
        continue;
      }
      if (!current.ok()) return current.status();
      if (!query_.rule.empty() && !IsHeldBy(*current, query_.rule)) {
        continue;
      }
      found.push_back({place_, waiting.deadline_ms, *std::move(current)});
    }
  }
  return found;
}

namespace {

using Reasons = google::protobuf::RepeatedPtrField<store::v1::RecordedReason>;

bool Has(const Reasons& reasons, const std::string& code,
         const std::string& rule) {
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](const store::v1::RecordedReason& one) {
                       return !one.observed() && one.code() == code &&
                              one.rule() == rule;
                     });
}

// What has held the message, is no reason now and was not answered.
Reasons EarlierReasons(const CurrentDecision& current) {
  Reasons earlier;
  for (const auto& [code, rule] : current.held_for) {
    const std::pair<std::string, std::string> name = {code, rule};
    const bool answered =
        std::find(current.answered.begin(), current.answered.end(), name) !=
        current.answered.end();
    if (answered || Has(current.last.reasons(), code, rule) ||
        Has(earlier, code, rule)) {
      continue;
    }
    store::v1::RecordedReason& to = *earlier.Add();
    to.set_code(code);
    to.set_rule(rule);
    // With its place in the text, if it is of the first decision.
    for (const auto& first : current.first.decided().reasons()) {
      if (first.code() == code && first.rule() == rule) to = first;
    }
    to.set_observed(false);
  }
  return earlier;
}

// The names of the parties whose ids the message has.
void AddNames(const filter::Registry& registry, admin::v1::HeldMessage& held) {
  const auto* const provider = registry.FindParty(
      store::v1::PARTY_KIND_CONTENT_PROVIDER, held.content_provider_id());
  if (provider != nullptr) {
    held.set_content_provider_name(provider->content_provider().name());
  }
  const auto* const account =
      registry.FindParty(store::v1::PARTY_KIND_ACCOUNT, held.account_id());
  if (account != nullptr) held.set_account_name(account->account().name());
  const auto* const signature =
      registry.FindParty(store::v1::PARTY_KIND_SIGNATURE, held.signature_id());
  if (signature != nullptr) {
    held.set_signature_name(signature->signature().name());
  }
}

}  // namespace

admin::v1::HeldMessage ShowHeld(const HeldOne& held,
                                const filter::Registry& registry,
                                filter::Language language, bool with_text) {
  const CurrentDecision& current = held.current;
  store::v1::Record shown = current.first;
  *shown.mutable_decided()->mutable_reasons() = current.last.reasons();
  admin::v1::MessageRecord record =
      RecordView(registry, language).Message(current.id, shown);
  admin::v1::HeldMessage out;
  out.set_message_id(record.message_id());
  SetTimestamp(held.place.since_ms, *out.mutable_hold_time());
  SetTimestamp(held.deadline_ms, *out.mutable_expire_time());
  out.set_recipient(Masked(current.recipient()));
  if (with_text) out.set_text(record.text());
  out.set_message_class(record.message_class());
  out.set_account_id(record.account_id());
  out.set_content_provider_id(record.content_provider_id());
  out.set_signature_id(record.signature_id());
  AddNames(registry, out);
  *out.mutable_reasons() = std::move(*record.mutable_reasons());
  const Reasons earlier = EarlierReasons(current);
  if (!earlier.empty()) {
    *shown.mutable_decided()->mutable_reasons() = earlier;
    record = RecordView(registry, language).Message(current.id, shown);
    *out.mutable_earlier_reasons() = std::move(*record.mutable_reasons());
  }
  out.set_rule_set(current.last.rule_set());
  out.set_campaign_id(record.campaign_id());
  return out;
}

}  // namespace sluice::gateway
