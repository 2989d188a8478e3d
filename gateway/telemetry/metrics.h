#pragma once

// The server's metrics, for Prometheus. Counters are looked up once, at start,
// and added to once a batch: no label is built for a message. Names and labels
// never hold a number, a text or a key.

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
#include "gateway/telemetry/link_metrics.h"
#include "store/partition/partition.h"
#include "store/store.h"

namespace sluice::gateway {

// The counts of one batch.
struct BatchCounts {
  std::array<uint32_t, 6> decisions = {};  // By v1::Decision.
  std::array<uint32_t, filter::kReasonCodes> reasons = {};
  std::array<uint32_t, filter::kReasonCodes> observed = {};
};

// Events, counted one by one.
enum class Event : uint8_t {
  kCallRefused,      // Bad key or role.
  kCallOverloaded,   // Answered RESOURCE_EXHAUSTED.
  kCallMalformed,    // Did not parse, or no message, or too many.
  kHandedOver,       // Given to a link.
  kWritten,          // Written to a socket as a whole.
  kGivenBack,        // Not written, or to be sent again by the carrier's code.
  kTaken,            // The carrier accepted it.
  kRefused,          // The carrier refused it for good.
  kUnknown,          // No answer came.
  kReport,           // A status report was journaled, or is kept aside.
  kReportUnmatched,  // Of no known message, or could not be kept.
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
  // Call it before Text().
  void SetLink(const LinkStatus& link) { link_metrics_.Set(link); }
  void SetLogDropped(uint64_t lines) { log_dropped_.Set(lines); }
  // Automatic rollbacks in force.
  void SetRolledBack(size_t rules) {
    rolled_back_.Set(static_cast<double>(rules));
  }
  void SetClock(const store::ClockReading& clock);
  // Partitions whose retention waits for a person.
  void SetRetentionWaits(size_t partitions) {
    retention_waits_.Set(static_cast<double>(partitions));
  }
  // Heads that a witness, counted from 1, has not been given.
  void SetWitnessBehind(size_t witness, uint64_t heads);
  // As the housekeeper saw it last.
  void SetDiskRoom(store::DiskRoom room) {
    disk_full_.Set(static_cast<double>(room));
  }
  // Exemptions and blocks in force.
  void SetExemptions(size_t exemptions) {
    exemptions_.Set(static_cast<double>(exemptions));
  }
  void SetBlocks(size_t blocks) { blocks_.Set(static_cast<double>(blocks)); }
  // Damaged places found in a journal since the start.
  void SetDamage(const std::string& journal, uint64_t places);
  // The state of one partition; call it before Text().
  void SetPartition(int partition, const store::PartitionStats& stats);

  // All metrics in Prometheus' text format.
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
  prometheus::Gauge& blocks_;
  prometheus::Gauge& clock_offset_;
  prometheus::Gauge& clock_stopped_;
  prometheus::Gauge& clock_start_gap_;
  prometheus::Gauge& retention_waits_;
  prometheus::Gauge& disk_full_;
  prometheus::Family<prometheus::Gauge>& witnesses_;
  prometheus::Family<prometheus::Gauge>& links_;
  LinkMetrics link_metrics_;
  prometheus::Family<prometheus::Gauge>& partitions_;
  prometheus::Family<prometheus::Counter>& damage_;
};

}  // namespace sluice::gateway
