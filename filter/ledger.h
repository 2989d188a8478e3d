#pragma once

// Limits over the sends to one number. Pure functions over the entries that the
// store keeps; exact, also for sends planned in the future, in any order.

#include <algorithm>
#include <cstdint>

#include "absl/types/span.h"
#include "filter/policy/policy.h"
#include "filter/recipient_state.h"

namespace sluice::filter {

// Whether `send` may join `sends` under one limit: afterwards every window that
// contains send.at_ms holds at most limit.max charged sends with its key. True
// when the limit is not about its class. O(n), and no allocation unless many
// sends are planned ahead.
bool Allows(const Limit& limit, const LocalTime& local_time,
            absl::Span<const Send> sends, const Send& send);

// Whether `past` can never matter to a decision taken at `now_ms` or later: it
// is out of every window in force and its key has lapsed.
bool CanForget(const Policy& policy, const Send& past, int64_t now_ms);

// The first time at which CanForget() says so.
int64_t ForgettableAtMs(const Policy& policy, const Send& past);

// The same for many entries: everything that depends only on policy and time is
// worked out once.
class Forgetting {
 public:
  Forgetting(const Policy& policy, int64_t now_ms);
  bool CanForget(const Send& past) const {
    const bool key_lapsed = past.key == 0 || past.decided_ms <= keys_until_ms_;
    const bool counts = (past.flags & kSendCharged) != 0;
    // A message that is still to go (held ones are charged at release) stays.
    return key_lapsed && past.at_ms <= now_ms_ &&
           (!counts || past.at_ms < charges_before_ms_);
  }

  // A send decided and planned before this time can be forgotten.
  int64_t begins_ms() const {
    return std::min(keys_until_ms_, charges_before_ms_);
  }

 private:
  int64_t now_ms_;
  int64_t keys_until_ms_;
  int64_t charges_before_ms_;
};

}  // namespace sluice::filter
