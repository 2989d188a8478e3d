#pragma once

// Removes, or only counts, the opt-outs that a correction is about. What it has
// removed it skips, so an interrupted run is simply run again.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/stop.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "store/store.h"

namespace sluice::gateway {

class ImportBook;

struct CorrectionCounts {
  uint64_t removed = 0;  // When only counted: those that would be removed.
  // Those that stay: see OptOutCorrection.kept.
  uint64_t kept = 0;

  uint64_t found() const { return removed + kept; }
  bool operator==(const CorrectionCounts&) const = default;
};

// One thread; waits for the journals.
class CorrectionRun {
 public:
  // Opt-outs that a partition's writer removes at a time: few, because messages
  // wait behind them. The next ones follow when these are durable.
  static constexpr size_t kBatchMax = 500;

  using Progress = std::function<void(const CorrectionCounts&)>;

  // `stop` ends the run between two records. `progress` may be empty. All
  // arguments must outlive the run.
  CorrectionRun(store::Store& store, const ImportBook& imports,
                const StopAsked& stop, Progress progress = {})
      : store_(store),
        imports_(imports),
        stop_(stop),
        progress_(std::move(progress)) {}

  // The counts include what earlier runs of the correction removed. Errors:
  // kCancelled (`stop`), kNotFound (the opt-out or import), kUnavailable,
  // kResourceExhausted, kDataLoss.
  absl::StatusOr<CorrectionCounts> Remove(
      const admin::v1::OptOutCorrection& correction);
  // The same without any effect.
  absl::StatusOr<CorrectionCounts> Count(
      const admin::v1::OptOutCorrection& correction);

 private:
  absl::StatusOr<CorrectionCounts> Run(
      const admin::v1::OptOutCorrection& correction, bool check_only);
  absl::Status OfOptOut(const std::string& id);
  absl::Status OfImport(const std::string& id);
  absl::Status OfPartition(int partition, int64_t began_ms,
                           const std::string& id);
  void CountRemoved(const store::v1::OptOutRemoved& removed);
  absl::Status Add(Phone recipient, store::RecordRef record);
  absl::Status Flush();

  store::Store& store_;
  const ImportBook& imports_;
  const StopAsked& stop_;
  const Progress progress_;
  store::CorrectionBatch batch_;
  CorrectionCounts counts_;
};

// The number of an opt-out. Errors: kNotFound (`id` is no opt-out's), those of
// Store::Read.
absl::StatusOr<Phone> NumberOfOptOut(const store::Store& store,
                                     const std::string& id);

}  // namespace sluice::gateway
