#pragma once

// Sends prepared requests to a server, as fast as it answers or at a rate, and
// measures.

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
  // One request for each call instead of streams.
  bool unary = false;
  // The number of streams, or of connections for unary calls.
  size_t streams = 1;
  // The most unanswered requests, for each stream or for all unary calls.
  size_t in_flight = 4;
  // Messages a second; 0: as fast as the server answers.
  double rate = 0;
  // Ends after `count` messages or `duration`, whichever comes first; 0 and
  // ZeroDuration: no limit.
  uint64_t count = 0;
  absl::Duration duration = absl::Seconds(10);
  // The server's process, if it is on this machine; its CPU time is read.
  std::optional<pid_t> server_pid;
  // The number of the first request: a later run on the same server continues
  // the numbers.
  uint64_t first_request = 0;
  // The answers are verdicts; count them.
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
  Histogram latency;  // Of requests; at a rate, from the due time.
  std::optional<absl::Duration> server_cpu;
  absl::Duration client_cpu;

  double PerSecond() const;
  // Microseconds of server CPU for each message; nullopt when unknown.
  std::optional<double> ServerMicros() const;
};

// Calls `progress` with the number of messages answered so far, ten times a
// second.
// Errors: those of the first call if it fails before any answer.
absl::StatusOr<LoadResult> RunLoad(
    const tools::Connection& connection, const Requests& requests,
    const LoadOptions& options,
    const std::function<void(uint64_t)>& progress = {});

}  // namespace sluice::load
