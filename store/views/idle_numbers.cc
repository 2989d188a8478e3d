#include "store/views/idle_numbers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "filter/ledger.h"
#include "rules/base/check.h"
#include "rules/base/fmix64.h"
#include "rules/base/status_macros.h"
#include "store/views/idle_entry.h"

namespace sluice::store {

namespace {

int64_t DropAfterMs(const filter::Policy& policy,
                    const filter::RecipientState& known) {
  if (!known.facts.empty()) return kNeverDropped;
  int64_t drop_after_ms = 0;
  for (const filter::Send& send : known.sends) {
    drop_after_ms =
        std::max(drop_after_ms, filter::ForgettableAtMs(policy, send));
  }
  return drop_after_ms;
}

bool UnderWay(const filter::RecipientState& known, const Outbox& outbox) {
  return std::any_of(known.sends.begin(), known.sends.end(),
                     [&outbox](const filter::Send& send) {
                       return outbox.Find(send.message) != nullptr;
                     });
}

bool HasLater(const IdleEntry& entry, int64_t after_ms) {
  return absl::c_any_of(entry.sends,
                        [after_ms](const filter::Send& send) {
                          return send.at_ms > after_ms ||
                                 send.decided_ms > after_ms;
                        }) ||
         absl::c_any_of(entry.facts,
                        [after_ms](const filter::StandingFact& fact) {
                          return fact.since_ms > after_ms;
                        });
}

}  // namespace

// Takes other bits of the hash than BucketOf(), which chooses the bucket.
uint32_t IdleNumbers::FingerprintOf(Phone recipient) {
  return static_cast<uint32_t>(Fmix64(recipient.e164) >> 32);
}

absl::Status IdleNumbers::Recall(absl::Span<const Phone> numbers,
                                 const Views& views, Recipients& recipients) {
  if (count_ == 0) return absl::OkStatus();
  wanted_.clear();
  for (const Phone number : numbers) {
    if (!fingerprints_[BucketOf(number)].contains(FingerprintOf(number)) ||
        recipients.Contains(number)) {
      continue;
    }
    const auto waiting = waiting_.find(number.e164);
    if (waiting == waiting_.end()) {
      wanted_.push_back(number);
      continue;
    }
    const absl::string_view value = waiting->second;
    waiting_.erase(waiting);
    SLUICE_RETURN_IF_ERROR(Return(number, value, recipients));
    ++recalled_;
  }
  if (wanted_.empty()) return absl::OkStatus();
  std::sort(wanted_.begin(), wanted_.end());
  wanted_.erase(std::unique(wanted_.begin(), wanted_.end()), wanted_.end());
  std::vector<std::string> keys;
  for (const Phone number : wanted_) keys.push_back(IdleKey(number));
  SLUICE_ASSIGN_OR_RETURN(const auto values, views.GetAll(View::kIdle, keys));
  for (size_t i = 0; i < wanted_.size(); ++i) {
    // No value: the number only shares an idle number's fingerprint.
    if (!values[i].has_value()) continue;
    SLUICE_RETURN_IF_ERROR(Return(wanted_[i], *values[i], recipients));
    ++recalled_;
  }
  return absl::OkStatus();
}

absl::Status IdleNumbers::RecallLater(
    int64_t after_ms, const std::function<bool(uint32_t bucket)>& in,
    const Views& views, Recipients& recipients) {
  if (count_ == 0) return absl::OkStatus();
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    if (!in(bucket) || fingerprints_[bucket].empty()) continue;
    std::vector<Phone> later;
    absl::Status decoded;
    SLUICE_RETURN_IF_ERROR(
        views.ForEach(View::kIdle, IdleKeysBegin(bucket), IdleKeysEnd(bucket),
                      [&](absl::string_view key, absl::string_view value) {
                        const auto recipient = DecodeIdleKey(key);
                        decoded = recipient.status();
                        if (!recipient.ok()) return false;
                        const auto entry = DecodeIdle(*recipient, value);
                        decoded = entry.status();
                        if (!entry.ok()) return false;
                        if (HasLater(*entry, after_ms))
                          later.push_back(*recipient);
                        return true;
                      }));
    SLUICE_RETURN_IF_ERROR(decoded);
    SLUICE_RETURN_IF_ERROR(Recall(later, views, recipients));
  }
  return absl::OkStatus();
}

absl::Status IdleNumbers::Return(Phone recipient, absl::string_view value,
                                 Recipients& recipients) {
  SLUICE_ASSIGN_OR_RETURN(const IdleEntry entry, DecodeIdle(recipient, value));
  recipients.Put(recipient, {entry.sends, entry.facts});
  Remove(recipient);
  returned_[BucketOf(recipient)].insert(recipient.e164);
  return absl::OkStatus();
}

uint64_t IdleNumbers::Evict(bool touched_too, absl::Span<const Phone> pinned,
                            const filter::Policy& policy, const Outbox& outbox,
                            Recipients& recipients, BucketSave& save) {
  auto& fingerprints = fingerprints_[save.bucket];
  const size_t capacity = fingerprints.capacity();
  const uint64_t before = recipients.held_bytes();
  std::vector<Phone> stay;  // A bucket has few of a batch's numbers.
  for (const Phone number : pinned) {
    if (BucketOf(number) == save.bucket) stay.push_back(number);
  }
  recipients.TakeUntouched(
      save.bucket, touched_too,
      [&](Phone recipient, const filter::RecipientState& known) {
        if (absl::c_linear_search(stay, recipient)) return false;
        if (UnderWay(known, outbox)) return false;
        if (!fingerprints.insert(FingerprintOf(recipient)).second) return false;
        ++count_;
        save.evicted.push_back(
            {recipient,
             EncodeIdle(recipient, DropAfterMs(policy, known), known)});
        return true;
      });
  CountBytes(save.bucket, capacity);
  return before - recipients.held_bytes();
}

void IdleNumbers::TakeReturned(BucketSave& save) {
  auto& returned = returned_[save.bucket];
  for (const uint64_t number : returned) save.returned.push_back({number});
  returned.clear();
}

void IdleNumbers::Saving(std::shared_ptr<const BucketSaves> saves) {
  SLUICE_CHECK(saving_ == nullptr);
  saving_ = std::move(saves);
  for (const BucketSave& save : *saving_) {
    for (const BucketSave::Idle& idle : save.evicted) {
      waiting_[idle.recipient.e164] = idle.value;
    }
  }
}

void IdleNumbers::Saved(bool ok, absl::Span<const Phone> expired,
                        Recipients& recipients) {
  if (!ok) {
    for (const BucketSave& save : *saving_) {
      for (const BucketSave::Idle& idle : save.evicted) {
        // A number that was recalled in the meantime is in memory already.
        if (!waiting_.contains(idle.recipient.e164)) continue;
        SLUICE_CHECK(Return(idle.recipient, idle.value, recipients).ok());
      }
      // These numbers are still in the views: the next save deletes them.
      for (const Phone number : save.returned) {
        returned_[save.bucket].insert(number.e164);
      }
    }
  }
  for (const Phone number : expired) {
    if (returned_[BucketOf(number)].insert(number.e164).second) Remove(number);
  }
  waiting_.clear();
  saving_.reset();
}

void IdleNumbers::Count() {
  count_ = 0;
  bytes_ = 0;
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    count_ += fingerprints_[bucket].size();
    CountBytes(bucket, 0);
  }
}

void IdleNumbers::Remove(Phone recipient) {
  count_ -= fingerprints_[BucketOf(recipient)].erase(FingerprintOf(recipient));
}

void IdleNumbers::CountBytes(uint32_t bucket, size_t capacity_before) {
  // Bytes of a slot and its control byte.
  bytes_ += (fingerprints_[bucket].capacity() - capacity_before) *
            (sizeof(uint32_t) + 1);
}

}  // namespace sluice::store
