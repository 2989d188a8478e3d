#pragma once

// What the server counts, in the form that Prometheus reads. Counters are
// looked up once and added to once a batch: no label is built for a message.
// Names and labels never hold a number, a text or a key.

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "filter/policy/reason.h"
#include "store/partition/partition.h"

namespace sluice::gateway {

// What one batch adds.
struct BatchCounts {
  std::array<uint32_t, 6> decisions = {};  // By v1::Decision.
  std::array<uint32_t, filter::kReasonCodes> reasons = {};
  std::array<uint32_t, filter::kReasonCodes> observed = {};
};

// Things that are counted one at a time.
enum class Event : uint8_t {
  kCallRefused,      // Bad key or role.
  kCallOverloaded,   // Answered RESOURCE_EXHAUSTED.
  kCallMalformed,    // Did not parse, or no message, or too many.
  kHandedOver,       // Given to a link.
  kWritten,          // Wholly in a socket.
  kGivenBack,        // Not written, or refused for the moment.
  kTaken,            // The carrier took it.
  kRefused,          // The carrier refused it for good.
  kUnknown,          // The answer never came.
  kReport,           // A status report was journaled.
  kReportUnmatched,  // It was about nothing of ours, or could not be kept.
  kReply,            // An MO was journaled.
};
inline constexpr int kEvents = static_cast<int>(Event::kReply) + 1;

// Any thread.
class Metrics {
 public:
  Metrics();

  void Decided(const BatchCounts& counts, absl::Duration latency);
  void Count(Event event, uint64_t n = 1);
  void LinkUp(absl::string_view link, bool up);
  void SetLogDropped(uint64_t lines) { log_dropped_.Set(lines); }
  // Rules that took themselves back, and exemptions in force.
  void SetLifted(size_t rolled_back, size_t exemptions) {
    rolled_back_.Set(static_cast<double>(rolled_back));
    exemptions_.Set(static_cast<double>(exemptions));
  }
  // What the store says of one partition; before each reading.
  void SetPartition(int partition, const store::PartitionStats& stats);

  // Everything, in Prometheus' text format.
  std::string Text() const;

 private:
  prometheus::Registry registry_;
  std::array<prometheus::Counter*, 6> decisions_;
  std::array<prometheus::Counter*, filter::kReasonCodes> reasons_;
  std::array<prometheus::Counter*, filter::kReasonCodes> observed_;
  std::array<prometheus::Counter*, kEvents> events_;
  prometheus::Histogram& latency_;
  prometheus::Gauge& log_dropped_;
  prometheus::Gauge& rolled_back_;
  prometheus::Gauge& exemptions_;
  prometheus::Family<prometheus::Gauge>& links_;
  prometheus::Family<prometheus::Gauge>& partitions_;
};

}  // namespace sluice::gateway
