#pragma once

// A store on disk with a week of messages, for measuring look-ups: filled by
// the real writer, once for each folder.

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "rules/base/phone.h"
#include "store/journal/position.h"

namespace sluice::bench {

// Content providers in the order of their creation; all others have numbers
// from kOtherProviders on.
inline constexpr char kLoud[] = "loud";      // 1: floods, every second refused.
inline constexpr char kSparse[] = "sparse";  // 2: 1 message in 20,000.

// The number with more messages than any other, all refused.
inline constexpr Phone kBusyNumber{8613800138000};
// The first of the other numbers, each of which gets a like share of the rest.
inline constexpr Phone kOrdinaryNumber{8613900000000};

struct LookupLoad {
  uint64_t messages = 1'000'000;  // All.
  uint64_t numbers = 20'000;      // But the busy one.
  uint64_t busy = 100'000;        // Messages to the busy number.
};

struct LookupStore {
  LookupLoad load;
  int64_t from_ms = 0;  // All messages were decided in [from_ms, until_ms).
  int64_t until_ms = 0;
  store::Position end;   // Of the journal, when it was filled.
  uint64_t refused = 0;  // Messages with a record.
  uint64_t loud_refused = 0;
  uint64_t sparse_refused = 0;
};

// Opens the store in `folder` or fills it; `progress` gets how many messages
// there are. Errors: kFailedPrecondition (the folder has another load, or one
// that was never complete).
absl::StatusOr<LookupStore> OpenOrFill(
    const std::string& folder, const LookupLoad& load,
    const std::function<void(uint64_t)>& progress);

// Where the store and its only journal of messages are.
std::string StorePath(const std::string& folder);
std::string JournalPath(const std::string& folder);

}  // namespace sluice::bench
