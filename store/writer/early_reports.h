#pragma once

// Keeps status reports that came before the answer that names their message: a
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
  // How long a report waits for the answer that names its message.
  static constexpr int64_t kWaitMs = 30'000;
  static constexpr size_t kReportsMax = 100'000;

  // Keeps the report until Take() or Expire(). When there are kReportsMax, or
  // one of this key, it is answered kResourceExhausted: the carrier repeats it.
  void Keep(uint64_t key, CarrierReport report, int64_t now_ms);

  // Takes out the report of this key; nullopt: none is kept.
  std::optional<CarrierReport> Take(uint64_t key);

  // Answers those that have waited for kWaitMs with OK: they are about nothing
  // of ours, or about a message older than what is kept. Returns how many.
  size_t Expire(int64_t now_ms);

  // The partition stops.
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
