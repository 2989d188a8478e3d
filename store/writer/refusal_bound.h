#pragma once

// Bounds the records of refused messages. An account may repeat a message that
// is refused as fast as it likes; with a record for each, the account would
// fill the journal and bury everything else that is known about the number. So
// the first refusals of one number to one account are recorded singly, and
// further ones are counted: each is answered with all its reasons, and one
// RefusalsCounted record a minute tells how many there were.
//
// Refusals recorded singly, for each account and number: 20 at once, then one
// every 15 s. Messages without a valid number, which have no number to bury:
// 1,000 at once, then one every 0.3 s, for each account.
//
// The counts are in memory: a crash loses those of the running minute, and a
// failed append those that it would have recorded. A clean stop records them.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/policy/ids.h"
#include "filter/policy/reason.h"
#include "rules/base/phone.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::store {

// One thread, the partition's writer. Only refused messages cost anything here:
// one look-up each, and no allocation once a pair is counting.
class RefusalBound {
 public:
  // For how long refusals are counted into one record.
  static constexpr int64_t kCountMs = 60'000;
  // Pairs of account and number that are remembered: the newest this many, and
  // up to as many older ones. A pair that is forgotten has its count recorded
  // and starts anew.
  static constexpr size_t kPairsMax = 8192;

  // Whether the refusal gets a record of its own; otherwise it is counted.
  // `findings`: its reasons, the primary one first.
  bool RecordsSingly(AccountId account, Phone recipient, int64_t now_ms,
                     absl::Span<const filter::Finding> findings,
                     absl::string_view rule_set);

  // Passes on the counts whose time is over; with `all`, every count.
  using Record =
      absl::FunctionRef<void(Phone, const store::v1::RefusalsCounted&)>;
  void TakeDue(int64_t now_ms, bool all, Record record);

 private:
  using Pair = std::pair<uint32_t, uint64_t>;  // Account, E.164 (0: invalid).
  struct State {
    // When the pair is as if it had never been refused.
    int64_t rested_ms = 0;
    std::unique_ptr<store::v1::RefusalsCounted> counted;
  };
  // absl seeds its hash, so nobody can choose numbers that collide.
  using Pairs = absl::flat_hash_map<Pair, State>;
  struct Due {
    int64_t first_ms = 0;
    Pair pair;
  };

  State& StateOf(const Pair& pair);
  State* Find(const Pair& pair);
  void Count(const Pair& pair, State& state, int64_t now_ms,
             absl::Span<const filter::Finding> findings,
             absl::string_view rule_set);

  // Two generations: when the young one is full, it becomes the old one, and
  // the pairs that were not seen since are forgotten.
  Pairs young_;
  Pairs old_;
  std::deque<Due> due_;  // In the order of their time.
  // Counts of forgotten pairs.
  std::vector<std::pair<Phone, store::v1::RefusalsCounted>> forgotten_;
};

}  // namespace sluice::store
