#pragma once

// Recognises repeated replies (MO): carriers repeat a reply that was not
// acknowledged in time, and it must not be recorded twice.

#include <cstddef>
#include <cstdint>
#include <deque>

#include "absl/container/flat_hash_set.h"

namespace sluice::store {

// One thread, the partition's writer. Keys are those of ReportKey().
class SeenReplies {
 public:
  // How many replies are remembered, the newest first.
  static constexpr size_t kRepliesMax = 100'000;

  // Returns false when the reply of this key was seen before.
  bool Add(uint64_t key) {
    if (!keys_.insert(key).second) return false;
    order_.push_back(key);
    if (order_.size() > kRepliesMax) {
      keys_.erase(order_.front());
      order_.pop_front();
    }
    return true;
  }

  // Call it after a failed append: which replies were recorded is unknown.
  void Clear() {
    keys_.clear();
    order_.clear();
  }

 private:
  absl::flat_hash_set<uint64_t> keys_;
  std::deque<uint64_t> order_;  // Oldest first.
};

}  // namespace sluice::store
