#pragma once

// Recognises repeated replies (MO): carriers repeat a reply that was not
// acknowledged in time, and it must not be recorded twice.

#include <cstddef>
#include <cstdint>
#include <deque>

#include "absl/container/flat_hash_map.h"
#include "store/partition/partition.h"

namespace sluice::store {

// One thread, the partition's writer.
//
// A reply is told from others by number, message id, part and octets: some
// carriers give many replies one id. When in doubt it is another reply: what is
// recorded twice does no harm, what is swallowed may be a refusal.
class SeenReplies {
 public:
  // How many replies are remembered, the newest first.
  static constexpr size_t kRepliesMax = 100'000;
  // Carriers repeat a DELIVER within minutes.
  static constexpr int64_t kRepeatedWithinMs = 3'600'000;

  // Returns false when this reply was seen shortly before. A reply without a
  // message id never was.
  bool Add(const CarrierReply& reply, int64_t now_ms);

  // Call it after a failed append: which replies were recorded is unknown.
  void Clear();

 private:
  struct Seen {
    uint64_t key = 0;
    int64_t at_ms = 0;
  };

  absl::flat_hash_map<uint64_t, int64_t> seen_;  // When, by key.
  std::deque<Seen> order_;                       // Oldest first.
};

}  // namespace sluice::store
