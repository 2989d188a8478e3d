#pragma once

// What changing the rules does to the messages that are decided meanwhile.

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/lib/connection.h"
#include "tools/loadgen/load.h"

namespace sluice::bench {

// Messages a request of the load.
inline constexpr int kRuleChangeBatch = 32;

// Latencies of requests, from when they were due.
struct Waits {
  double median_ms = 0;
  double late_ms = 0;  // 999 of 1,000 are at most so late.
  double worst_ms = 0;
};

struct RuleChange {
  double rate = 0;  // Messages a second.
  uint64_t messages = 0;
  Waits quiet;       // Nothing happens.
  Waits compiling;   // A draft is taken in: read, compiled, tried.
  Waits publishing;  // It is put in force and taken back, again and again.
  double compile_seconds = 0;
  double publish_ms = 0;  // The slowest call of Publish or Rollback.
  int publications = 0;
};

// Runs `load` three times; each run lasts some seconds. `officer` may approve
// its own drafts (rules.approval is one_person). `folder` is the pack of the
// draft. Errors: those of `load` and of the calls.
absl::StatusOr<RuleChange> MeasureRuleChange(
    const tools::Connection& officer, const std::string& folder,
    const std::function<absl::StatusOr<load::LoadResult>()>& load);

}  // namespace sluice::bench
