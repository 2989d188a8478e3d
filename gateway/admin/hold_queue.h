#pragma once

// The hold queue as officers list it: the held messages of all partitions that
// match a filter, the longest held first.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "filter/registry/registry.h"
#include "filter/sentence.h"
#include "gateway/redecide/current_decision.h"
#include "sluice/admin/v1/holds.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// A HoldFilter, with numbers in place of ids.
struct HoldQuery {
  std::string rule;
  uint32_t content_provider = 0;
  uint32_t account = 0;
  v1::MessageClass message_class = v1::MESSAGE_CLASS_UNSPECIFIED;
  // [since_ms, until_ms).
  int64_t since_ms = std::numeric_limits<int64_t>::min();
  int64_t until_ms = std::numeric_limits<int64_t>::max();
};

// Errors: kInvalidArgument, with the field of `filter`.
absl::StatusOr<HoldQuery> ReadHoldFilter(const admin::v1::HoldFilter& filter,
                                         const filter::Registry& registry,
                                         int64_t now_ms);

// The filter as text for the operator log: "rule x content_provider y".
std::string SubjectOf(const admin::v1::HoldFilter& filter);

// A held message's place in the order of the queue.
struct HoldPlace {
  int64_t since_ms = 0;
  int partition = 0;
  uint64_t message = 0;
  auto operator<=>(const HoldPlace&) const = default;
};

struct HeldOne {
  HoldPlace place;
  int64_t deadline_ms = 0;
  CurrentDecision current;
};

// Walks through the queue, which may change meanwhile. Waits for writers and
// the disk.
class HoldWalk {
 public:
  // Begins after the place `after`.
  HoldWalk(const store::Store& store, HoldQuery query, HoldPlace after = {})
      : store_(store), query_(std::move(query)), place_(after) {}

  // Returns the next messages that match, at most `limit`. Fewer mean that the
  // end is reached (see done()) or that one call has read enough messages.
  // Errors: kUnavailable, kDataLoss, kCancelled (`stop`).
  absl::StatusOr<std::vector<HeldOne>> Next(size_t limit,
                                            const StopAsked& stop = {});

  bool done() const { return done_; }
  // The place of the last message read.
  const HoldPlace& place() const { return place_; }

 private:
  absl::StatusOr<std::vector<store::WaitingMessage>> Ahead(size_t limit) const;
  bool MayMatch(const store::WaitingMessage& waiting) const;

  const store::Store& store_;
  const HoldQuery query_;
  HoldPlace place_;
  bool done_ = false;
};

// A held message as the API shows it. `registry` is of a snapshot that the
// caller holds.
admin::v1::HeldMessage ShowHeld(const HeldOne& held,
                                const filter::Registry& registry,
                                filter::Language language, bool with_text);

}  // namespace sluice::gateway
