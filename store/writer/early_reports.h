#pragma once

// Keeps status reports that came before the answer with their message id: a
// carrier may send both at once, over different links.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "store/partition/partition.h"

namespace sluice::store {

// One thread, the partition's writer. Keys are those of ReportKey().
class EarlyReports {
 public:
  // How long a report waits for the answer with its message id.
  static constexpr int64_t kWaitMs = 30'000;
  static constexpr size_t kReportsMax = 100'000;

  // Keeps the report until Take() or Expire(). With kReportsMax reports kept,
  // or another report under this key, answers kResourceExhausted: the carrier
  // repeats the report.
  void Keep(uint64_t key, CarrierReport report, int64_t now_ms);

  // Removes and returns the report with this key; nullopt: none is kept.
  std::optional<CarrierReport> Take(uint64_t key);

  // Answers OK to reports that have waited for kWaitMs: they are about no
  // message of ours, or about one that is no longer kept. Returns how many.
  size_t Expire(int64_t now_ms);

  // The partition stops: answers all reports with `why`.
  void FailAll(const absl::Status& why);

  bool empty() const { return reports_.empty(); }

 private:
  struct Kept {
    CarrierReport report;
    int64_t until_ms = 0;
  };
  absl::flat_hash_map<uint64_t, Kept> reports_;
};

}  // namespace sluice::store
