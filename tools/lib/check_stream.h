#pragma once

// What SubmitStream would answer now, by GatewayService.Check: nothing is
// recorded or sent.

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "sluice/v1/gateway.grpc.pb.h"
#include "tools/lib/connection.h"
#include "tools/lib/submit_stream.h"

namespace sluice::tools {

// One thread. Call Add() for each message, then Finish() once.
class CheckStream {
 public:
  // `connection` must outlive it. `handler` is called inside Add() and
  // Finish(), once for each message, in their order.
  CheckStream(const Connection& connection, size_t batch_size,
              VerdictHandler handler);

  // Errors: those of the call.
  absl::Status Add(Submission submission);
  absl::Status Finish();

 private:
  const Connection& connection_;
  const size_t batch_size_;
  const VerdictHandler handler_;
  const std::unique_ptr<v1::GatewayService::Stub> stub_;
  std::vector<Submission> pending_;
};

}  // namespace sluice::tools
