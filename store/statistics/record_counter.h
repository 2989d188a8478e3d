#pragma once

// Counts the records of one partition, in the order of the journal.

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/position.h"
#include "store/statistics/tally.h"

namespace sluice::store {

// Whose a message is.
struct MessageTraits {
  uint32_t licensee = 0;
  uint32_t account = 0;
  uint32_t content_provider = 0;
  uint32_t signature = 0;
  uint32_t port = 0;
  uint32_t parts = 0;
  uint8_t carrier = 0;
  uint8_t message_class = 0;
  uint8_t province = 0;
  std::string campaign;

  bool operator==(const MessageTraits&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const MessageTraits& t) {
    return H::combine(std::move(h), t.licensee, t.account, t.content_provider,
                      t.signature, t.port, t.parts, t.carrier, t.message_class,
                      t.province, t.campaign);
  }
};

// Fills in the traits of a decision.
void TraitsOf(const v1::Record& record, MessageTraits& traits);

// One thread.
class RecordCounter {
 public:
  // Reads an earlier record, the decision of a message.
  // Errors: kFailedPrecondition, kNotFound, kDataLoss (it cannot be read: what
  // happened to the message counts for all messages only); others.
  using ReadRecord =
      std::function<absl::StatusOr<v1::Record>(RecordRef message)>;
  explicit RecordCounter(ReadRecord read) : read_(std::move(read)) {}

  // Errors: those of `read`.
  absl::Status Count(RecordRef ref, const v1::Record& record);

  // What was counted since Clear().
  struct Of {
    uint32_t hour = 0;  // Since the epoch.
    const MessageTraits* traits = nullptr;
    const std::string* link = nullptr;  // Of events; empty: none.

    bool operator==(const Of&) const = default;
    template <typename H>
    friend H AbslHashValue(H h, const Of& of) {
      return H::combine(std::move(h), of.hour, of.traits, of.link);
    }
  };
  using Counts = absl::flat_hash_map<Of, Tally>;
  const Counts& counts() const { return counts_; }
  void Clear();

 private:
  // Traits and links are kept once each.
  const MessageTraits* Kept(const MessageTraits& traits) {
    return &*traits_.insert(traits).first;
  }
  absl::StatusOr<const MessageTraits*> Find(uint64_t message);
  void Remember(uint64_t message, const MessageTraits* traits);
  absl::Status CountEvent(const v1::Record& record, uint32_t hour);
  absl::Status CountReply(const v1::Record& record, uint32_t hour);
  absl::Status CountOptOut(const v1::Record& record, uint32_t hour);
  Tally& At(uint32_t hour, const MessageTraits* traits,
            absl::string_view link = "");

  const ReadRecord read_;
  Counts counts_;
  // The traits of the last messages: most events follow soon.
  absl::flat_hash_map<uint64_t, const MessageTraits*> recent_;
  std::deque<uint64_t> order_;
  absl::node_hash_set<MessageTraits> traits_;
  absl::node_hash_set<std::string> links_;
  MessageTraits scratch_;
};

}  // namespace sluice::store
