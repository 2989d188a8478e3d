#include "tools/lib/submit_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "filter/base/status_macros.h"

namespace sluice::tools {
namespace {

// As many as the server has in work at a time: it reads all of them, so that a
// blocked Write() always ends.
constexpr size_t kBatchesOnTheWayMax = 4;

constexpr absl::Duration kRetryDelayMin = absl::Milliseconds(20);
constexpr absl::Duration kRetryDelayMax = absl::Seconds(5);

}  // namespace

SubmitStream::SubmitStream(const Connection& connection, size_t batch_size,
                           VerdictHandler handler)
    : connection_(connection),
      batch_size_(batch_size),
      handler_(std::move(handler)),
      stub_(v1::Gateway::NewStub(connection.channel())) {}

SubmitStream::~SubmitStream() {
  if (stream_ == nullptr) return;
  context_->TryCancel();
  stream_->Finish();
}

absl::Status SubmitStream::Open() {
  if (stream_ != nullptr) return absl::OkStatus();
  context_ = std::make_unique<grpc::ClientContext>();
  connection_.Prepare(*context_, /*stream=*/true);
  stream_ = stub_->SubmitStream(context_.get());
  return absl::OkStatus();
}

absl::Status SubmitStream::Add(Submission submission) {
  pending_.push_back(std::move(submission));
  if (pending_.size() < batch_size_) return absl::OkStatus();
  return SendPending();
}

absl::Status SubmitStream::SendPending() {
  if (pending_.empty()) return absl::OkStatus();
  SLUICE_RETURN_IF_ERROR(Open());
  while (on_the_way_.size() >= kBatchesOnTheWayMax) {
    SLUICE_RETURN_IF_ERROR(TakeAnswer());
  }
  Batch batch;
  batch.messages = std::exchange(pending_, {});
  batch.request.set_batch(next_batch_++);
  for (const Submission& submission : batch.messages) {
    *batch.request.add_messages() = submission.message;
  }
  if (!stream_->Write(batch.request)) return Close();
  on_the_way_.push_back(std::move(batch));
  return absl::OkStatus();
}

absl::Status SubmitStream::TakeAnswer() {
  if (!stream_->Read(&response_)) return Close();
  Batch batch = std::move(on_the_way_.front());
  on_the_way_.pop_front();
  if (response_.batch() != batch.request.batch()) {
    return absl::InternalError(absl::StrCat("the server answered batch ",
                                            response_.batch(), " where ",
                                            batch.request.batch(), " was due"));
  }
  if (response_.has_status() && response_.status().code() != 0) {
    if (response_.status().code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      return SendAgain(std::move(batch), response_.status());
    }
    v1::Verdict undecided;
    undecided.set_decision(v1::DECISION_UNDECIDED);
    undecided.add_reasons()->set_sentence(response_.status().message());
    for (const Submission& s : batch.messages) handler_(s, undecided);
    return absl::OkStatus();
  }
  if (static_cast<size_t>(response_.verdicts_size()) != batch.messages.size()) {
    return absl::InternalError(
        absl::StrCat(response_.verdicts_size(), " verdicts for ",
                     batch.messages.size(), " messages"));
  }
  for (size_t i = 0; i < batch.messages.size(); ++i) {
    handler_(batch.messages[i], response_.verdicts(static_cast<int>(i)));
  }
  return absl::OkStatus();
}

absl::Status SubmitStream::SendAgain(Batch batch,
                                     const google::rpc::Status& status) {
  const absl::Duration asked = RetryDelay(status.SerializeAsString());
  absl::SleepFor(std::clamp(asked, kRetryDelayMin, kRetryDelayMax));
  if (!stream_->Write(batch.request)) return Close();
  on_the_way_.push_back(std::move(batch));
  return absl::OkStatus();
}

absl::Status SubmitStream::Finish() {
  SLUICE_RETURN_IF_ERROR(SendPending());
  while (!on_the_way_.empty()) SLUICE_RETURN_IF_ERROR(TakeAnswer());
  if (stream_ == nullptr) return absl::OkStatus();
  stream_->WritesDone();
  const grpc::Status status = stream_->Finish();
  stream_.reset();
  return connection_.Explain(status);
}

absl::Status SubmitStream::Close() {
  stream_->WritesDone();
  const grpc::Status status = stream_->Finish();
  stream_.reset();
  if (status.ok()) {
    return absl::UnavailableError("the server ended the stream early");
  }
  return connection_.Explain(status);
}

}  // namespace sluice::tools
