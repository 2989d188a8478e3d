#pragma once

// Drives a server with pre-made requests as fast as it answers, or at a rate,
// and measures.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/lib/connection.h"
#include "tools/loadgen/histogram.h"
#include "tools/loadgen/requests.h"

namespace sluice::load {

struct LoadOptions {
  // The RPC, such as /sluice.v1.GatewayService/SubmitStream.
  std::string method = "/sluice.v1.GatewayService/SubmitStream";
  // One request a call instead of streams.
  bool unary = false;
  // Streams, each with a connection of its own; or connections for unary calls.
  size_t streams = 1;
  // Requests without an answer, for each stream, or of all unary calls.
  size_t in_flight = 4;
  // Messages a second; 0: as fast as the server answers.
  double rate = 0;
  // Ends after so many messages or so much time, whichever comes first; 0 and
  // ZeroDuration: no limit.
  uint64_t count = 0;
  absl::Duration duration = absl::Seconds(10);
  // The process whose CPU time is read, when it is on this machine.
  std::optional<pid_t> server_pid;
  // Number of the first request: another run on the same server goes on there.
  uint64_t first_request = 0;
  // Answers are verdicts and are counted.
  bool count_verdicts = true;
};

struct LoadResult {
  uint64_t requests = 0;
  uint64_t messages = 0;  // Answered.
  DecisionCounts decisions;
  uint64_t failed_requests = 0;
  uint64_t overloaded_requests = 0;  // RESOURCE_EXHAUSTED.
  std::string first_error;
  absl::Duration elapsed;
  Histogram latency;  // Of requests; at a rate, from when they were due.
  std::optional<absl::Duration> server_cpu;
  absl::Duration client_cpu;

  double PerSecond() const;
  // Microseconds of the server's CPU a message; nothing when not known.
  std::optional<double> ServerMicros() const;
};

// Calls `progress` with the messages answered so far, ten times a second.
// Errors: those of the first call that fails before anything was answered.
absl::StatusOr<LoadResult> RunLoad(
    const tools::Connection& connection, const Requests& requests,
    const LoadOptions& options,
    const std::function<void(uint64_t)>& progress = {});

}  // namespace sluice::load
