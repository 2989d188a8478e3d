#pragma once

// How often each content rule, and each word of it, has hit since a rule set
// was published, and how much of each content provider's traffic each rule
// rejects. No decision reads these counters.
//
// A batch adds up its messages by itself (RuleTally, one thread) and then adds
// the sums here, without a lock: so a message costs an increment, and shared
// memory is touched once a batch. A message counts once, however often it is
// sent again under its key.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "filter/policy/ids.h"

namespace sluice::filter {

// Rules are numbered as in RuleSet::rules(); thresholds as in
// ContentPolicy::thresholds(), with this bit.
inline constexpr uint32_t kThresholdBit = 1u << 31;
// JudgedHit::pattern of a threshold, and of a rule as a whole.
inline constexpr uint32_t kWholeRule = UINT32_MAX - 1;

// What became of one hit: see ContentPolicy::Judge.
struct JudgedHit {
  uint32_t rule = 0;
  uint32_t pattern = kWholeRule;  // rules::Hit::pattern.
  bool observed = false;          // Noted without effect.
  // It rejects the message by itself, or would if its mode were to enforce: it
  // is not exempted, and it neither holds nor only scores.
  bool rejects = false;
};

// Counts of one key.
struct HitCount {
  uint64_t hits = 0;      // Messages where it was enforced ...
  uint64_t observed = 0;  // ... and where it was only observed.
  int64_t last_ms = 0;    // 0: never.
};

// What is counted: a rule and a pattern, or a rule and a content provider.
struct CounterKey {
  uint32_t rule = 0;
  uint32_t of = 0;
  bool operator==(const CounterKey&) const = default;
};

// Counters by key, found by hash, as many as were provided for. Any thread; no
// lock. A look at all keys costs time by their number.
class CounterTable {
 public:
  // Takes at least `keys_max` different keys.
  explicit CounterTable(size_t keys_max);

  // Returns false when the table is full and the key is new.
  bool Add(CounterKey key, const HitCount& count);

  // Calls `visit` with every key and its counts, in no order. Counts that are
  // added meanwhile are seen in part or at the next call.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    const size_t keys = std::min(keys_.load(), keys_max_);
    for (size_t i = 0; i < keys; ++i) {
      const uint32_t at = order_[i].load(std::memory_order_acquire);
      if (at == 0) continue;  // Being added.
      const Slot& slot = slots_[at - 1];
      visit(KeyOf(slot.key.load(std::memory_order_relaxed)),
            HitCount{slot.hits.load(std::memory_order_relaxed),
                     slot.observed.load(std::memory_order_relaxed),
                     slot.last_ms.load(std::memory_order_relaxed)});
    }
  }

 private:
  struct Slot {
    std::atomic<uint64_t> key = kEmpty;
    std::atomic<uint64_t> hits = 0;
    std::atomic<uint64_t> observed = 0;
    std::atomic<int64_t> last_ms = 0;
  };
  // No rule is number 2^32 - 1 with a pattern of that number.
  static constexpr uint64_t kEmpty = UINT64_MAX;
  static CounterKey KeyOf(uint64_t key) {
    return {static_cast<uint32_t>(key >> 32), static_cast<uint32_t>(key)};
  }

  const size_t keys_max_;
  const size_t size_;  // A power of 2, at least twice the keys.
  const std::unique_ptr<Slot[]> slots_;
  // 1 more than the slots of the keys, in the order in which they came.
  const std::unique_ptr<std::atomic<uint32_t>[]> order_;
  // How many came, those that found no room included.
  std::atomic<size_t> keys_ = 0;
};

// The counters of one publication of a rule set. Any thread.
class RuleCounters {
 public:
  // `patterns`: words and regexes of all rules together.
  RuleCounters(size_t rules, size_t patterns);

  uint64_t messages() const {
    return messages_.load(std::memory_order_relaxed);
  }
  // Hits that found no counter left; see kSenderKeysMax.
  uint64_t uncounted() const {
    return uncounted_.load(std::memory_order_relaxed);
  }
  // By (rule, kWholeRule) and (rule, pattern).
  const CounterTable& hits() const { return hits_; }
  // By (rule, content provider): messages that it rejected, and would have if
  // its mode were to enforce; and by (kAllMessages, content provider):
  // messages.
  const CounterTable& senders() const { return senders_; }

  static constexpr uint32_t kAllMessages = UINT32_MAX;
  // Pairs of a rule and a content provider whose messages it has rejected.
  static constexpr size_t kSenderKeysMax = 65'536;

 private:
  friend class RuleTally;
  std::atomic<uint64_t> messages_ = 0;
  std::atomic<uint64_t> uncounted_ = 0;
  CounterTable hits_;
  CounterTable senders_;
};

// What the messages of one batch hit. One thread; reuse it, since it keeps its
// memory.
class RuleTally {
 public:
  // A message that was decided for the first time. `hits` may name a rule and a
  // pattern several times: a message counts once for each.
  void Add(ContentProviderId content_provider,
           absl::Span<const JudgedHit> hits);

  // Adds the sums to `counters` and sets them to zero.
  void AddTo(RuleCounters& counters, int64_t now_ms);

 private:
  struct Slot {
    CounterKey key;
    uint32_t hits = 0;
    uint32_t observed = 0;
    // The message that counted last, and how.
    uint32_t message = 0;
    bool was_observed = false;
    bool taken = false;
  };
  // Open addressing; `used` are the slots taken.
  struct Table {
    Table();
    // That of `key`, which is made when there is none.
    Slot& Find(CounterKey key);
    void Grow();
    void Clear();
    std::vector<Slot> slots;  // A power of 2.
    std::vector<uint32_t> used;
  };
  // Counts the message under `key`, as enforced if any of its hits is.
  void Count(Slot& slot, bool observed) const;
  void CountSender();
  void Clear();

  Table hits_;
  Table senders_;
  uint32_t messages_ = 0;
  // A batch is mostly of one content provider: its messages are run together.
  ContentProviderId sender_;
  uint32_t of_sender_ = 0;
};

}  // namespace sluice::filter
