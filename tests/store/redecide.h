#pragma once

// Redecides messages as the gateway does: examines them with the store's
// snapshot, without the reasons that a release answers.

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "store/partition/decided_record.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {

// Held at 10:00: it uses an opt-out reply word with another meaning.
inline constexpr char kHeldText[] =
    "【云杉超市】会员日回T领取好礼一份。拒收请回复R";

inline std::vector<WaitingMessage> AllHeld(Store& store) {
  std::vector<WaitingMessage> all;
  for (int p = 0; p < store.partitions(); ++p) {
    const auto held = store.Held(p, {}, 1'000'000);
    if (!held.ok()) continue;
    all.insert(all.end(), held->begin(), held->end());
  }
  return all;
}

inline std::vector<WaitingMessage> AllWaiting(Store& store,
                                              size_t at_once = 7) {
  std::vector<WaitingMessage> all;
  for (int p = 0; p < store.partitions(); ++p) {
    size_t place = 0;
    do {
      const auto some = store.Waiting(p, at_once, place);
      if (!some.ok()) break;
      all.insert(all.end(), some->begin(), some->end());
    } while (place != 0);
  }
  return all;
}

struct HowToRedecide {
  store::v1::Redecided::Cause cause = store::v1::Redecided::CAUSE_RELEASED;
  bool reject = false;
  bool check_only = false;
};

// One result for each of `messages`.
inline absl::StatusOr<std::vector<Redecision>> RedecideAll(
    Store& store, const std::vector<WaitingMessage>& messages,
    const HowToRedecide& how = {}) {
  RedecideBatch batch;
  batch.snapshot = store.snapshot();
  batch.cause = how.cause;
  batch.reject = how.reject;
  batch.check_only = how.check_only;
  batch.actor = "officer";
  batch.reason = "looked at";
  std::deque<store::v1::Record> records;  // Borrowed by the batch.
  filter::ExamineScratch scratch;
  for (const WaitingMessage& waiting : messages) {
    const auto partition =
        static_cast<uint16_t>(store.PartitionOf(waiting.recipient));
    auto first = store.Read({partition, waiting.message});
    if (!first.ok()) return first.status();
    auto last = store.Read({partition, waiting.decision});
    if (!last.ok()) return last.status();
    records.push_back(*std::move(first));
    const store::v1::Decided& decided = records.back().decided();
    records.push_back(*std::move(last));
    const store::v1::Decided& standing = DecisionIn(records.back());
    const std::string recipient = std::to_string(waiting.recipient.e164);
    filter::Message message;
    message.recipient = recipient;
    message.text = decided.text();
    message.key = decided.key();
    message.message_class = static_cast<MessageClass>(decided.message_class());
    message.on_behalf_of =
        decided.content_provider() == kShop ? "shop" : "bank";
    message.expire_at_ms = standing.expire_at_ms();
    filter::MessageFacts& facts = batch.facts.emplace_back();
    filter::Examine(*batch.snapshot, {AccountId{decided.account()}}, message,
                    store.NowMs(), scratch, facts);
    // The key hash includes the times that the caller first requested.
    facts.key = decided.key_hash();
    for (filter::Finding& finding : facts.findings) {
      if (how.cause != store::v1::Redecided::CAUSE_RELEASED || !finding.hold)
        continue;
      for (const store::v1::RecordedReason& reason : standing.reasons()) {
        if (reason.rule() == finding.rule) finding.observed = true;
      }
    }
    batch.items.push_back(
        {waiting.message, waiting.decision, &standing, decided.text()});
  }
  if (batch.items.empty()) return std::vector<Redecision>();
  Promised<absl::Status> done;
  batch.done = [&done](absl::Status status) { done.Set(std::move(status)); };
  const absl::Status handed = store.Redecide(batch);
  if (!handed.ok()) return handed;
  const absl::Status status = done.Get();
  if (!status.ok()) return status;
  return std::move(batch.results);
}

}  // namespace sluice::store
