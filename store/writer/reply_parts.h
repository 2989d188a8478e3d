#pragma once

// Joins the parts of a long reply (MO). Each part is a record of its own, since
// the carrier's DELIVER is answered when its part is durable.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "store/journal/position.h"
#include "store/partition/partition.h"

namespace sluice::store {

// One thread, the partition's writer.
class ReplyParts {
 public:
  // Parts that come further apart are not joined.
  static constexpr int64_t kTogetherMs = 3'600'000;
  // Replies that may be incomplete at a time; the oldest are forgotten first.
  static constexpr size_t kRepliesMax = 10'000;

  struct Whole {
    std::string text;
    std::vector<uint64_t> others;  // Records of the other parts.
  };

  // The whole reply, if `last` completes it; forgets it then. `text` may be
  // taken from `last`.
  std::optional<Whole> Complete(const CarrierReply& last, int64_t now_ms);
  // Keeps a part that has the record `record`, until the others have come.
  void Keep(const CarrierReply& part, uint64_t record, int64_t now_ms);
  // Whether a part of this reply is kept.
  bool Knows(const CarrierReply& part) const {
    return replies_.contains(KeyOf(part));
  }
  void Clear();

 private:
  // Number, access number, reference and how many parts.
  using Key = std::tuple<uint64_t, std::string, uint32_t, uint32_t>;
  struct Part {
    std::string text;
    uint64_t record = 0;
  };
  struct Reply {
    int64_t newest_ms = 0;
    std::map<uint32_t, Part> parts;
  };

  static Key KeyOf(const CarrierReply& part);
  void Forget(int64_t now_ms);

  absl::flat_hash_map<Key, Reply> replies_;
  std::deque<Key> order_;  // By the first part; the oldest first.
};

}  // namespace sluice::store
