#include "store/kept_records.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/status_macros.h"
#include "store/journal/sha256.h"
#include "store/views/record_kind.h"

namespace sluice::store {
namespace {

constexpr size_t kLatelyMax = 500'000;

int64_t MsOf(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000 + time.nanos() / 1'000'000;
}

HoldScope ScopeOf(const v1::Record& record) {
  const v1::LegalHoldChanged& changed = record.legal_hold_changed();
  HoldScope scope = {.recipient = record.recipient(),
                     .port = changed.port(),
                     .content_provider = changed.content_provider()};
  const admin::v1::LegalHold& hold = changed.hold();
  if (hold.has_from_time()) scope.from_ms = MsOf(hold.from_time());
  if (hold.has_until_time()) scope.until_ms = MsOf(hold.until_time());
  return scope;
}

}  // namespace

std::string KeptScopes::Fingerprint() const {
  std::vector<std::string> lines;
  for (const HoldScope& hold : holds) {
    lines.push_back(absl::StrCat("hold ", hold.recipient, " ", hold.port, " ",
                                 hold.content_provider, " ", hold.from_ms, " ",
                                 hold.until_ms));
  }
  for (const uint32_t number : content_providers) {
    lines.push_back(absl::StrCat("content provider ", number));
  }
  absl::c_sort(lines);
  return std::string(AsBytes(Sha256(absl::StrJoin(lines, "\n"))));
}

void KeptScopesReader::Take(const v1::Record& record) {
  if (record.has_legal_hold_changed()) {
    const admin::v1::LegalHold& hold = record.legal_hold_changed().hold();
    if (hold.has_end_time()) {
      holds_.erase(hold.number());
    } else {
      holds_[hold.number()] = ScopeOf(record);
    }
  } else if (record.has_party_changed() &&
             record.party_changed().party().has_content_provider()) {
    const v1::Party& party = record.party_changed().party();
    if (party.content_provider().has_relationship_end_time()) {
      ends_ms_[party.number()] =
          MsOf(party.content_provider().relationship_end_time());
    } else {
      ends_ms_.erase(party.number());
    }
  }
}

KeptScopes KeptScopesReader::At(int64_t now_ms, int64_t relationship_ms) const {
  KeptScopes scopes;
  for (const auto& [number, scope] : holds_) scopes.holds.push_back(scope);
  for (const auto& [number, end_ms] : ends_ms_) {
    if (end_ms <= now_ms && now_ms - end_ms < relationship_ms) {
      scopes.content_providers.insert(number);
    }
  }
  return scopes;
}

KeptRecords::KeptRecords(const KeptScopes& scopes, ReadRecord read)
    : read_(std::move(read)),
      content_providers_(scopes.content_providers),
      any_hold_(!scopes.holds.empty()) {
  for (const HoldScope& hold : scopes.holds) {
    if (hold.recipient != 0) {
      by_recipient_[hold.recipient].push_back(hold);
    } else if (hold.port != 0) {
      by_port_[hold.port].push_back(hold);
    } else if (hold.content_provider != 0) {
      by_content_provider_[hold.content_provider].push_back(hold);
    }
  }
}

absl::StatusOr<KeptBy> KeptRecords::Of(RecordRef ref,
                                       absl::string_view record) {
  if (!any_hold_ && content_providers_.empty()) return KeptBy::kNothing;
  v1::Record parsed;
  if (!parsed.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return KeptBy::kNothing;  // Such bytes last: lasting.h.
  }
  Message own = {.at_ms = parsed.at_ms()};
  uint64_t message = MessageOf(parsed);
  if (parsed.has_decided()) {
    own.port = parsed.decided().port();
    own.content_provider = parsed.decided().content_provider();
    if (lately_.size() >= kLatelyMax) lately_.clear();
    lately_[ref.value()] = own;
  } else if (parsed.has_reply()) {
    own.port = parsed.reply().port();
    own.content_provider = parsed.reply().content_provider();
    message = parsed.reply().message();
  }
  const KeptBy by_itself =
      parsed.has_decided() || parsed.has_reply() || message == 0
          ? Why(parsed.recipient(), own)
          : KeptBy::kNothing;
  if (by_itself != KeptBy::kNothing || message == 0) return by_itself;
  SLUICE_ASSIGN_OR_RETURN(const Message of, Find(message, parsed.at_ms()));
  return Why(parsed.recipient(), of);
}

absl::StatusOr<KeptRecords::Message> KeptRecords::Find(uint64_t message,
                                                       int64_t event_ms) {
  const auto found = lately_.find(message);
  if (found != lately_.end()) return found->second;
  Message made;
  const absl::StatusOr<std::string> bytes =
      read_(RecordRef::FromValue(message));
  v1::Record record;
  if (absl::IsUnavailable(bytes.status())) return bytes.status();
  if (bytes.ok() && record.ParseFromString(*bytes) && record.has_decided()) {
    made = {.port = record.decided().port(),
            .content_provider = record.decided().content_provider(),
            .at_ms = record.at_ms()};
  } else if (absl::IsFailedPrecondition(bytes.status()) ||
             absl::IsNotFound(bytes.status())) {
    made.at_ms = event_ms;
  } else {
    made.damaged = true;
  }
  if (lately_.size() >= kLatelyMax) lately_.clear();
  lately_[message] = made;
  return made;
}

KeptBy KeptRecords::Why(uint64_t recipient, const Message& message) const {
  if (Held(recipient, message)) return KeptBy::kHold;
  return message.damaged ||
                 content_providers_.contains(message.content_provider)
             ? KeptBy::kRelationship
             : KeptBy::kNothing;
}

bool KeptRecords::Held(uint64_t recipient, const Message& message) const {
  if (message.damaged) return any_hold_;
  const auto covers = [&](const HoldScope& hold) {
    return (hold.port == 0 || hold.port == message.port) &&
           (hold.content_provider == 0 ||
            hold.content_provider == message.content_provider) &&
           hold.from_ms <= message.at_ms && message.at_ms < hold.until_ms;
  };
  const auto any = [&covers](const auto& holds, auto key) {
    const auto found = holds.find(key);
    return found != holds.end() && absl::c_any_of(found->second, covers);
  };
  return (recipient != 0 && any(by_recipient_, recipient)) ||
         (message.port != 0 && any(by_port_, message.port)) ||
         (message.content_provider != 0 &&
          any(by_content_provider_, message.content_provider));
}

}  // namespace sluice::store
