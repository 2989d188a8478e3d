#pragma once

// One number in View::kIdle: what is known of it while it is out of memory.
//
//   key   := bucket: u16 | e164: u64
//   value := drop_after_ms: u64 | sends: u16 | facts: u16
//            | send * sends | fact * facts | checksum: u64
//
// Integers are big-endian; `send` and `fact` are as in checkpoint.h. `checksum`
// is XXH3-64 of all before it, seeded with the number: a value under another
// number's key is refused too. The bucket comes first so that a bucket's
// numbers lie together.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/recipient_state.h"
#include "rules/base/phone.h"

namespace sluice::store {

struct IdleEntry {
  // Milliseconds since the epoch. From then on nothing in it can matter to a
  // decision, under the policy of when it was written.
  int64_t drop_after_ms = 0;
  std::vector<filter::Send> sends;
  std::vector<filter::StandingFact> facts;
};

// Facts stand until they are removed.
inline constexpr int64_t kNeverDropped = std::numeric_limits<int64_t>::max();

std::string IdleKey(Phone recipient);
// Between these lie the keys of a bucket: [begin, end).
std::string IdleKeysBegin(uint32_t bucket);
std::string IdleKeysEnd(uint32_t bucket);
// Errors: kDataLoss.
absl::StatusOr<Phone> DecodeIdleKey(absl::string_view key);

std::string EncodeIdle(Phone recipient, int64_t drop_after_ms,
                       const filter::RecipientState& known);
// Errors: kDataLoss.
absl::StatusOr<IdleEntry> DecodeIdle(Phone recipient, absl::string_view value);

}  // namespace sluice::store
