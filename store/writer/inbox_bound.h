#pragma once

// Limits what waits in the inboxes of all partitions together. A batch gets
// room as a whole or not at all, and each partition frees its share when it
// takes the command out of its inbox.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace sluice::store {

// Any thread.
class InboxBound {
 public:
  // `full` is the error text when there is no room.
  InboxBound(int64_t max, std::string full)
      : max_(max), full_(std::move(full)) {}

  // Reserves room for `count` items. Errors: kResourceExhausted (nothing is
  // reserved).
  absl::Status TryTake(size_t count) {
    const auto wanted = static_cast<int64_t>(count);
    int64_t taken = taken_.load(std::memory_order_relaxed);
    do {
      if (taken + wanted > max_) return absl::ResourceExhaustedError(full_);
    } while (!taken_.compare_exchange_weak(taken, taken + wanted,
                                           std::memory_order_relaxed));
    return absl::OkStatus();
  }

  void Give(size_t count) {
    taken_.fetch_sub(static_cast<int64_t>(count), std::memory_order_relaxed);
  }

 private:
  const int64_t max_;
  const std::string full_;
  std::atomic<int64_t> taken_ = 0;
};

}  // namespace sluice::store
