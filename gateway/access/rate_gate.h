#pragma once

// An account's limit of messages a second. It is approximate: kept in memory,
// it never splits a batch, and allows a burst of one second's messages.

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "absl/time/time.h"

namespace sluice::gateway {

// Any thread; no lock.
class RateGate {
 public:
  explicit RateGate(uint32_t per_second_max = 0) { set_limit(per_second_max); }

  // 0: no limit. Messages let in before still count.
  void set_limit(uint32_t per_second_max) { per_second_max_ = per_second_max; }

  // Lets `messages` in and returns zero, or returns how long the caller must
  // wait. `now` is monotonic.
  absl::Duration Admit(uint32_t messages, absl::Duration now) {
    const uint32_t limit = per_second_max_.load(std::memory_order_relaxed);
    if (limit == 0) return absl::ZeroDuration();
    const int64_t now_ns = absl::ToInt64Nanoseconds(now);
    const int64_t cost_ns = int64_t{messages} * kSecondNs / limit;
    int64_t paid = paid_at_ns_.load(std::memory_order_relaxed);
    for (;;) {
      if (paid - now_ns >= kSecondNs) {
        return absl::Nanoseconds(paid - now_ns - kSecondNs + 1);
      }
      const int64_t next = std::max(paid, now_ns) + cost_ns;
      if (paid_at_ns_.compare_exchange_weak(paid, next)) {
        return absl::ZeroDuration();
      }
    }
  }

 private:
  static constexpr int64_t kSecondNs = 1'000'000'000;

  std::atomic<uint32_t> per_second_max_ = 0;
  // When, at the limit's rate, all messages let in have been paid for.
  std::atomic<int64_t> paid_at_ns_ = 0;
};

}  // namespace sluice::gateway
