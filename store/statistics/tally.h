#pragma once

// What is counted, and of whom.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "sluice/store/v1/statistics.pb.h"

namespace sluice::store {

// What is counted, in the hour in which it happened: a message that was
// submitted at 9 and delivered at 10 is in both hours. The numbers are kept in
// views and never change.
enum class Metric : uint8_t {
  kSubmitted = 0,  // Messages decided, also those that were only counted.
  kSubmittedParts = 1,
  // What was decided first: accepted (or deferred), held, rejected.
  kAccepted = 2,
  kHeld = 3,
  kRejected = 4,
  // What was decided later: a held or rejected message was released, any
  // message was rejected by a recheck or a person, or held by a recheck.
  kReleased = 5,
  kRejectedLater = 6,
  kHeldLater = 7,
  // Messages that ended before they were handed over.
  kCancelled = 8,
  kExpired = 9,
  // Parts, by the carrier's answer: taken, refused, or no answer came.
  kTakenParts = 10,
  kRefusedParts = 11,
  kUnansweredParts = 12,
  // Parts, by the carrier's report; messages that no report came for in time.
  kDeliveredParts = 13,
  kFailedParts = 14,
  kNoReport = 15,
  kRefunded = 16,  // Messages whose charge was refunded.
  // What recipients did. A reply of several parts counts once.
  kReplies = 17,
  kOptOuts = 18,
  kComplaints = 19,
};
inline constexpr size_t kMetrics = 20;

// Of whom. The numbers are kept in views and never change.
enum class Dimension : uint8_t {
  kAll = 0,
  kLicensee = 1,  // These five by the party's number, big-endian.
  kAccount = 2,
  kContentProvider = 3,
  kSignature = 4,
  kPort = 5,
  kCarrier = 6,   // One octet: Carrier.
  kClass = 7,     // One octet: MessageClass.
  kProvince = 8,  // Its code.
  kCampaign = 9,  // Its id, or kOtherCampaigns.
  kLink = 10,     // Its name. Counts only what links took part in.
};
inline constexpr int kDimensions = 11;

// A day counts at most so many campaigns by themselves in each partition: their
// ids are the callers' own, and each takes room.
inline constexpr size_t kCampaignsADay = 5000;
inline constexpr absl::string_view kOtherCampaigns = "\xff";

struct Tally {
  std::array<uint64_t, kMetrics> counts = {};
  std::map<std::string, uint64_t, std::less<>> rejected_by_reason;

  uint64_t operator[](Metric metric) const {
    return counts[static_cast<size_t>(metric)];
  }
  void Add(Metric metric, uint64_t count) {
    counts[static_cast<size_t>(metric)] += count;
  }
  void AddRejected(absl::string_view reason, uint64_t count);
  void Add(const Tally& other);
  void Add(const v1::StatCounts& saved);
  v1::StatCounts Saved() const;
  bool operator==(const Tally& other) const = default;
};

}  // namespace sluice::store
