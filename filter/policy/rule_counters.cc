#include "filter/policy/rule_counters.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "filter/policy/hash.h"
#include "rules/base/fmix64.h"

namespace sluice::filter {
namespace {

constexpr size_t kTallySize = 256;

uint64_t Packed(CounterKey key) { return uint64_t{key.rule} << 32 | key.of; }

}  // namespace

CounterTable::CounterTable(size_t keys_max)
    : keys_max_(std::max<size_t>(keys_max, 1)),
      size_(std::bit_ceil(2 * keys_max_)),
      slots_(std::make_unique<Slot[]>(size_)),
      order_(std::make_unique<std::atomic<uint32_t>[]>(keys_max_)) {}

bool CounterTable::Add(CounterKey key, const HitCount& count) {
  const uint64_t packed = Packed(key);
  size_t i = Fmix64(packed) & (size_ - 1);
  for (;; i = (i + 1) & (size_ - 1)) {
    uint64_t there = slots_[i].key.load(std::memory_order_acquire);
    if (there == packed) break;
    if (there != kEmpty) continue;
    // Each thread may take one slot too many; there are twice as many as keys.
    if (keys_.load(std::memory_order_relaxed) >= keys_max_) return false;
    if (slots_[i].key.compare_exchange_strong(there, packed)) {
      const size_t at = keys_.fetch_add(1);
      if (at < keys_max_) order_[at].store(static_cast<uint32_t>(i) + 1);
      break;
    }
    if (there == packed) break;
  }
  Slot& slot = slots_[i];
  if (count.hits != 0) {
    slot.hits.fetch_add(count.hits, std::memory_order_relaxed);
  }
  if (count.observed != 0) {
    slot.observed.fetch_add(count.observed, std::memory_order_relaxed);
  }
  slot.last_ms.store(count.last_ms, std::memory_order_relaxed);
  return true;
}

RuleCounters::RuleCounters(size_t rules, size_t patterns)
    : hits_(rules + patterns), senders_(kSenderKeysMax) {}

RuleTally::Table::Table() : slots(kTallySize) {}

RuleTally::Slot& RuleTally::Table::Find(CounterKey key) {
  if (2 * (used.size() + 1) > slots.size()) Grow();
  const size_t mask = slots.size() - 1;
  size_t i = Fmix64(Packed(key)) & mask;
  while (slots[i].taken && !(slots[i].key == key)) i = (i + 1) & mask;
  if (!slots[i].taken) {
    slots[i] = {.key = key, .taken = true};
    used.push_back(static_cast<uint32_t>(i));
  }
  return slots[i];
}

void RuleTally::Table::Grow() {
  const std::vector<Slot> before = std::exchange(slots, {});
  slots.resize(2 * before.size());
  for (uint32_t& at : used) {
    size_t i = Fmix64(Packed(before[at].key)) & (slots.size() - 1);
    while (slots[i].taken) i = (i + 1) & (slots.size() - 1);
    slots[i] = before[at];
    at = static_cast<uint32_t>(i);
  }
}

void RuleTally::Table::Clear() {
  for (const uint32_t i : used) slots[i].taken = false;
  used.clear();
}

void RuleTally::Add(ContentProviderId content_provider,
                    absl::Span<const JudgedHit> hits) {
  if (content_provider != sender_) CountSender();
  sender_ = content_provider;
  ++of_sender_;
  ++messages_;
  for (const JudgedHit& hit : hits) {
    Count(hits_.Find({hit.rule, kWholeRule}), hit.observed);
    if (hit.pattern != kWholeRule) {
      Count(hits_.Find({hit.rule, hit.pattern}), hit.observed);
    }
    if (hit.rejects) {
      Count(senders_.Find({hit.rule, content_provider.value}), hit.observed);
    }
  }
}

void RuleTally::Count(Slot& slot, bool observed) const {
  if (slot.message == messages_) {
    if (!slot.was_observed || observed) return;
    --slot.observed;
  }
  slot.message = messages_;
  slot.was_observed = observed;
  ++(observed ? slot.observed : slot.hits);
}

void RuleTally::CountSender() {
  if (of_sender_ == 0) return;
  senders_.Find({RuleCounters::kAllMessages, sender_.value}).hits += of_sender_;
  of_sender_ = 0;
}

// Messages first: a concurrent reader must not see more rejected messages than
// messages.
void RuleTally::AddTo(RuleCounters& counters, int64_t now_ms) {
  CountSender();
  counters.messages_.fetch_add(messages_, std::memory_order_relaxed);
  uint64_t uncounted = 0;
  const auto add = [&](CounterTable& to, const Slot& slot) {
    const bool room = to.Add(slot.key, {slot.hits, slot.observed, now_ms});
    if (!room) uncounted += slot.hits + slot.observed;
  };
  for (const uint32_t i : senders_.used) {
    const Slot& slot = senders_.slots[i];
    if (slot.key.rule == RuleCounters::kAllMessages) {
      add(counters.senders_, slot);
    }
  }
  for (const uint32_t i : senders_.used) {
    const Slot& slot = senders_.slots[i];
    if (slot.key.rule != RuleCounters::kAllMessages) {
      add(counters.senders_, slot);
    }
  }
  for (const uint32_t i : hits_.used) add(counters.hits_, hits_.slots[i]);
  if (uncounted != 0) {
    counters.uncounted_.fetch_add(uncounted, std::memory_order_relaxed);
  }
  Clear();
}

void RuleTally::Clear() {
  hits_.Clear();
  senders_.Clear();
  messages_ = 0;
  sender_ = {};
  of_sender_ = 0;
}

}  // namespace sluice::filter
