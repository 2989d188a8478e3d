#pragma once

// One number in View::kIdle: its state while it is out of memory.
//
//   key   := bucket: u16 | e164: u64
//   value := drop_after_ms: u64 | sends: u16 | facts: u16
//            | send * sends | fact * facts | checksum: u64
//
// Integers are big-endian; `send` and `fact` are as in checkpoint.h. `checksum`
// is XXH3-64 of all before it, seeded with the number, so that a value under
// another number's key does not decode. The bucket comes first so that a
// bucket's numbers lie together.

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
  // Milliseconds since the epoch. From then on no decision depends on the
  // entry, under the policy at the time of writing.
  int64_t drop_after_ms = 0;
  std::vector<filter::Send> sends;
  std::vector<filter::StandingFact> facts;
};

// For numbers with facts, which stand until they are removed.
inline constexpr int64_t kNeverDropped = std::numeric_limits<int64_t>::max();

std::string IdleKey(Phone recipient);
// The keys of a bucket are in [begin, end).
std::string IdleKeysBegin(uint32_t bucket);
std::string IdleKeysEnd(uint32_t bucket);
// Errors: kDataLoss.
absl::StatusOr<Phone> DecodeIdleKey(absl::string_view key);

std::string EncodeIdle(Phone recipient, int64_t drop_after_ms,
                       const filter::RecipientState& known);
// Errors: kDataLoss.
absl::StatusOr<IdleEntry> DecodeIdle(Phone recipient, absl::string_view value);

}  // namespace sluice::store
