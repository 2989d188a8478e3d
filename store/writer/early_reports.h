#pragma once

// Keeps status reports that no message is known for: a carrier may send a
// report before the answer with its message id, over this or another link.
//
// The carrier is told at once that the report has come. It has a window for
// what is not acknowledged, and an opt-out must not wait behind reports of
// unknown messages. A restart loses what is kept here. It loses the answer too,
// which alone connects a report with its message, unless that has just become
// durable, a group before the report.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "store/partition/partition.h"

namespace sluice::store {

// One thread, the partition's writer. Keys are those of ReportKey().
class EarlyReports {
 public:
  // How long a report waits for the answer with its message id: longer than
  // links wait for an answer.
  static constexpr int64_t kWaitMs = 90'000;
  static constexpr size_t kReportsMax = 50'000;

  // Acknowledges the report and keeps it until Take() or Expire(). Of several
  // reports under one key the first stays. Beyond kReportsMax the oldest one
  // goes, as in Expire().
  void Keep(uint64_t key, CarrierReport report, int64_t now_ms);

  // Removes and returns the report with this key, which has been acknowledged;
  // nullopt: none is kept.
  std::optional<CarrierReport> Take(uint64_t key);

  // Removes reports that have waited for kWaitMs, and tells their links that
  // they are unmatched: they are about no message of ours, or about one that is
  // no longer kept.
  void Expire(int64_t now_ms);

  // The clock was set back: all reports wait from `now_ms` on.
  void RestartWait(int64_t now_ms);

  bool empty() const { return reports_.empty(); }
  // Reports that were removed without their message, since the start.
  uint64_t unmatched() const { return unmatched_; }

 private:
  struct Kept {
    CarrierReport report;
    uint64_t turn = 0;
  };
  // Its report may have been taken.
  struct Turn {
    uint64_t turn = 0;
    uint64_t key = 0;
    int64_t until_ms = 0;
  };

  // So many turns of reports that were taken may be left beside the others.
  static constexpr size_t kTurnsMax = 8 * kReportsMax;

  void DropOldest();

  absl::flat_hash_map<uint64_t, Kept> reports_;
  std::deque<Turn> turns_;  // Oldest first.
  uint64_t next_turn_ = 0;
  uint64_t unmatched_ = 0;
};

}  // namespace sluice::store
