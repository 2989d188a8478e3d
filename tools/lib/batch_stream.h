#pragma once

// The client's side of a call that sends batches: several batches on their way,
// answers in order, pauses while the server cannot take more, an end when it
// does not answer.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "rules/base/status_macros.h"
#include "tools/lib/connection.h"
#include "tools/lib/patience.h"
#include "tools/lib/stall_guard.h"

namespace sluice::tools {

// `Batch` has a member `request`, whose field `batch` is set here. The answer
// has the same number, and a `status` when the batch has a fault. One thread.
template <typename Batch, typename Response>
class BatchStream {
 public:
  using Request = decltype(Batch::request);
  using Stream = grpc::ClientReaderWriter<Request, Response>;

  // `connection` must outlive it. `open` starts the call. `answered` is called
  // inside Send() and Finish(), once for each batch. A batch whose error may
  // pass (overload, a full disk, a stepped clock) is sent again, without
  // calling `answered`, until the time limit of a call is over; so long may the
  // server leave a batch without an answer, too. `repeatable` as in Patience.
  // At most `on_the_way_max` batches are unanswered; the server must read as
  // many, so that a blocked Write() always ends.
  BatchStream(
      const Connection& connection, size_t on_the_way_max,
      std::function<std::unique_ptr<Stream>(grpc::ClientContext*)> open,
      std::function<absl::Status(const Batch&, const Response&)> answered,
      bool repeatable = true)
      : connection_(connection),
        patience_(connection.options(), repeatable),
        on_the_way_max_(on_the_way_max),
        open_(std::move(open)),
        answered_(std::move(answered)) {}
  ~BatchStream() {
    if (stream_ == nullptr) return;
    context_->TryCancel();
    stream_->Finish();
    guard_.reset();
  }
  BatchStream(const BatchStream&) = delete;
  BatchStream& operator=(const BatchStream&) = delete;

  // Errors: those of the stream and of `answered`. After an error no more can
  // be sent; unanswered batches may have been done or not.
  absl::Status Send(Batch batch) {
    if (stream_ == nullptr) {
      context_ = std::make_unique<grpc::ClientContext>();
      connection_.Prepare(*context_, /*stream=*/true);
      stream_ = open_(context_.get());
      guard_ = std::make_unique<StallGuard>(*context_,
                                            connection_.options().timeout);
    }
    while (on_the_way_.size() >= on_the_way_max_) {
      SLUICE_RETURN_IF_ERROR(TakeAnswer());
    }
    batch.request.set_batch(next_batch_++);
    return Write(std::move(batch));
  }

  absl::Status Finish() {
    while (!on_the_way_.empty()) SLUICE_RETURN_IF_ERROR(TakeAnswer());
    if (stream_ == nullptr) return absl::OkStatus();
    return Close(/*done=*/true);
  }

 private:
  absl::Status Write(Batch batch) {
    guard_->Begin();
    const bool written = stream_->Write(batch.request);
    guard_->End();
    if (!written) return Close();
    on_the_way_.push_back(std::move(batch));
    return absl::OkStatus();
  }

  absl::Status TakeAnswer() {
    guard_->Begin();
    const bool read = stream_->Read(&response_);
    guard_->End();
    if (!read) return Close();
    Batch batch = std::move(on_the_way_.front());
    on_the_way_.pop_front();
    if (response_.batch() != batch.request.batch()) {
      return absl::InternalError(
          absl::StrCat("the server answered batch ", response_.batch(),
                       " where ", batch.request.batch(), " was due"));
    }
    const absl::Status status = connection_.ExplainAnswer(response_.status());
    if (patience_.MayPass(status)) {
      SLUICE_RETURN_IF_ERROR(patience_.Wait(
          status, RetryDelay(response_.status().SerializeAsString())));
      return Write(std::move(batch));
    }
    patience_.Progress();
    return answered_(batch, response_);
  }

  absl::Status Close(bool done = false) {
    guard_->Begin();
    stream_->WritesDone();
    const grpc::Status status = stream_->Finish();
    guard_->End();
    const bool stalled = guard_->fired();
    guard_.reset();
    stream_.reset();
    if (stalled) {
      return absl::DeadlineExceededError(
          absl::StrCat("the server has not answered for ",
                       absl::FormatDuration(connection_.options().timeout),
                       "\n  Allow more time with --timeout SECONDS."));
    }
    if (status.ok() && !done) {
      return absl::UnavailableError("the server ended the stream early");
    }
    return connection_.Explain(status);
  }

  const Connection& connection_;
  Patience patience_;
  const size_t on_the_way_max_;
  const std::function<std::unique_ptr<Stream>(grpc::ClientContext*)> open_;
  const std::function<absl::Status(const Batch&, const Response&)> answered_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<StallGuard> guard_;  // Of the stream.
  std::deque<Batch> on_the_way_;
  Response response_;
  uint64_t next_batch_ = 1;
};

}  // namespace sluice::tools
