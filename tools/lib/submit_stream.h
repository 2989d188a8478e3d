#pragma once

// Sends messages through GatewayService.SubmitStream in batches and returns a
// verdict for each message.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "sluice/v1/gateway.grpc.pb.h"
#include "tools/lib/batch_stream.h"
#include "tools/lib/connection.h"

namespace sluice::tools {

// A message with the caller's tag, and its verdict. Messages of a batch that
// was not decided get DECISION_UNDECIDED.
struct Submission {
  uint64_t tag = 0;
  v1::OutgoingMessage message;
};
using VerdictHandler =
    std::function<void(const Submission&, const v1::Verdict&)>;

// One thread. Call Add() for each message, then Finish() once.
class SubmitStream {
 public:
  // `connection` must outlive it. `handler` is called inside Add() and
  // Finish(), once for each message, in their order, except that batches sent
  // again after an overload come later. `keyed`: every message has a key, so
  // that a batch may be sent again when nobody knows what became of it.
  SubmitStream(const Connection& connection, size_t batch_size,
               VerdictHandler handler, bool keyed = true);

  // Errors: those of the stream. After an error no more can be sent; unanswered
  // messages may have been decided or not.
  absl::Status Add(Submission submission);
  absl::Status Finish();

 private:
  struct Batch {
    v1::SubmitRequest request;
    std::vector<Submission> messages;
  };

  absl::Status SendPending();
  absl::Status TakeVerdicts(const Batch& batch,
                            const v1::SubmitResponse& response) const;

  const size_t batch_size_;
  const VerdictHandler handler_;
  const std::unique_ptr<v1::GatewayService::Stub> stub_;
  BatchStream<Batch, v1::SubmitResponse> stream_;
  std::vector<Submission> pending_;
};

}  // namespace sluice::tools
