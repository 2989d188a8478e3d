#pragma once

// How a rule change delays the messages decided meanwhile.

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/lib/connection.h"
#include "tools/loadgen/load.h"

namespace sluice::bench {

// Messages in each request of the load.
inline constexpr int kRuleChangeBatch = 32;

// Latencies of requests, measured from their due times.
struct Waits {
  double median_ms = 0;
  double late_ms = 0;  // The 99.9th percentile.
  double worst_ms = 0;
};

struct RuleChange {
  double rate = 0;  // Messages a second.
  uint64_t messages = 0;
  Waits quiet;       // No rule change.
  Waits compiling;   // A draft is imported, compiled, tested.
  Waits publishing;  // It is published and rolled back.
  double compile_seconds = 0;
  double publish_ms = 0;  // The slowest call of Publish or Rollback.
  int publications = 0;
};

// Runs `load` three times; each run takes some seconds. `officer` may approve
// their own drafts (rules.approval is one_person). `folder` has the pack of the
// draft. Errors: those of `load` and of the calls.
absl::StatusOr<RuleChange> MeasureRuleChange(
    const tools::Connection& officer, const std::string& folder,
    const std::function<absl::StatusOr<load::LoadResult>()>& load);

}  // namespace sluice::bench
