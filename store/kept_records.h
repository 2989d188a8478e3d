#pragma once

// Which records stay though they are past their time: those under a legal hold,
// and those of content providers whose relationship ended lately (regulation,
// articles 10 and 11). Both are in the control journal; the janitor asks it
// before each run, so that nothing can be forgotten between the two.

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/position.h"

namespace sluice::store {

// What one legal hold covers: records for which all that is set holds.
struct HoldScope {
  uint64_t recipient = 0;         // E.164 as an integer; 0: any.
  uint32_t port = 0;              // Party.number; 0: any.
  uint32_t content_provider = 0;  // The same.
  // The time of the decision or reply: [from_ms, until_ms).
  int64_t from_ms = std::numeric_limits<int64_t>::min();
  int64_t until_ms = std::numeric_limits<int64_t>::max();
};

// A value.
struct KeptScopes {
  std::vector<HoldScope> holds;
  // Party.number of content providers whose relationship ended lately.
  absl::flat_hash_set<uint32_t> content_providers;

  bool empty() const { return holds.empty() && content_providers.empty(); }
  // The same for the same scopes, whatever their order.
  std::string Fingerprint() const;
};

// Collects the scopes from the records of the control journal.
class KeptScopesReader {
 public:
  // In the order of the journal.
  void Take(const v1::Record& record);
  // `relationship_ms`: how long records stay after the end of a relationship. A
  // relationship that has not ended, or ends in the future, keeps nothing: the
  // age of its records decides.
  KeptScopes At(int64_t now_ms, int64_t relationship_ms) const;

 private:
  std::map<uint32_t, HoldScope> holds_;             // In force, by number.
  absl::flat_hash_map<uint32_t, int64_t> ends_ms_;  // By content provider.
};

// Why a record stays.
enum class KeptBy : uint8_t { kNothing, kHold, kRelationship };

// Asks of the records of one partition, in the order of its journal. What
// happened to a message is covered as the message is. One thread.
class KeptRecords {
 public:
  // Reads an earlier record of the partition, the decision of a message.
  using ReadRecord = std::function<absl::StatusOr<std::string>(RecordRef)>;

  KeptRecords(const KeptScopes& scopes, ReadRecord read);

  // An event whose message is gone is covered by its own number and time alone;
  // one whose message is damaged stays under any hold. Errors: kUnavailable.
  absl::StatusOr<KeptBy> Of(RecordRef ref, absl::string_view record);

 private:
  // What a message says that a scope may ask for.
  struct Message {
    uint32_t port = 0;
    uint32_t content_provider = 0;
    int64_t at_ms = 0;
    bool damaged = false;
  };
  absl::StatusOr<Message> Find(uint64_t message, int64_t event_ms);
  KeptBy Why(uint64_t recipient, const Message& message) const;
  bool Held(uint64_t recipient, const Message& message) const;

  const ReadRecord read_;
  const absl::flat_hash_set<uint32_t> content_providers_;
  bool any_hold_ = false;
  // By what a hold names first: a number, a port, a content provider.
  absl::flat_hash_map<uint64_t, std::vector<HoldScope>> by_recipient_;
  absl::flat_hash_map<uint32_t, std::vector<HoldScope>> by_port_;
  absl::flat_hash_map<uint32_t, std::vector<HoldScope>> by_content_provider_;
  // Messages met lately: most events follow soon.
  absl::flat_hash_map<uint64_t, Message> lately_;
};

}  // namespace sluice::store
