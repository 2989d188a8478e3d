#pragma once

// Messages through Gateway.SubmitStream: batches, a few of them on their way,
// answers in order, overload waited out.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "sluice/v1/gateway.grpc.pb.h"
#include "tools/lib/connection.h"

namespace sluice::tools {

// One message with the caller's own number for it, and its verdict. Messages of
// a batch that was not decided get DECISION_UNDECIDED.
struct Submission {
  uint64_t tag = 0;
  v1::OutgoingMessage message;
};
using VerdictHandler =
    std::function<void(const Submission&, const v1::Verdict&)>;

// One thread. Add() as many as there are, then Finish() once.
class SubmitStream {
 public:
  // `connection` must outlive it. `handler` is called inside Add() and
  // Finish(), once for each message that was added; in their order, but for
  // batches that the server was too busy for and that were sent again.
  SubmitStream(const Connection& connection, size_t batch_size,
               VerdictHandler handler);
  ~SubmitStream();
  SubmitStream(const SubmitStream&) = delete;
  SubmitStream& operator=(const SubmitStream&) = delete;

  // Errors: those of the stream. Nothing more can be sent after one; what was
  // on its way may have been decided or not.
  absl::Status Add(Submission submission);
  absl::Status Finish();

 private:
  struct Batch {
    v1::SubmitRequest request;
    std::vector<Submission> messages;
  };

  absl::Status Open();
  absl::Status SendPending();
  absl::Status TakeAnswer();
  // Waits as the server asks and sends the batch again.
  absl::Status SendAgain(Batch batch, const google::rpc::Status& status);
  absl::Status Close();

  const Connection& connection_;
  const size_t batch_size_;
  const VerdictHandler handler_;
  std::unique_ptr<v1::Gateway::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<v1::SubmitRequest, v1::SubmitResponse>>
      stream_;
  std::vector<Submission> pending_;
  std::deque<Batch> on_the_way_;
  v1::SubmitResponse response_;
  uint64_t next_batch_ = 1;
};

}  // namespace sluice::tools
