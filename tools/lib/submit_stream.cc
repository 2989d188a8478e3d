#include "tools/lib/submit_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace sluice::tools {
namespace {

// As many batches as the server works on at a time.
constexpr size_t kBatchesOnTheWayMax = 4;

}  // namespace

SubmitStream::SubmitStream(const Connection& connection, size_t batch_size,
                           VerdictHandler handler, bool keyed)
    : batch_size_(batch_size),
      handler_(std::move(handler)),
      stub_(v1::GatewayService::NewStub(connection.channel())),
      stream_(
          connection, kBatchesOnTheWayMax,
          [this](grpc::ClientContext* context) {
            return stub_->SubmitStream(context);
          },
          [this](const Batch& batch, const v1::SubmitResponse& response) {
            return TakeVerdicts(batch, response);
          },
          keyed) {}

absl::Status SubmitStream::Add(Submission submission) {
  pending_.push_back(std::move(submission));
  if (pending_.size() < batch_size_) return absl::OkStatus();
  return SendPending();
}

absl::Status SubmitStream::SendPending() {
  if (pending_.empty()) return absl::OkStatus();
  Batch batch;
  batch.messages = std::exchange(pending_, {});
  for (const Submission& submission : batch.messages) {
    *batch.request.add_messages() = submission.message;
  }
  return stream_.Send(std::move(batch));
}

absl::Status SubmitStream::TakeVerdicts(
    const Batch& batch, const v1::SubmitResponse& response) const {
  if (response.has_status() && response.status().code() != 0) {
    v1::Verdict undecided;
    undecided.set_decision(v1::DECISION_UNDECIDED);
    undecided.add_reasons()->set_sentence(response.status().message());
    for (const Submission& s : batch.messages) handler_(s, undecided);
    return absl::OkStatus();
  }
  if (static_cast<size_t>(response.verdicts_size()) != batch.messages.size()) {
    return absl::InternalError(
        absl::StrCat(response.verdicts_size(), " verdicts for ",
                     batch.messages.size(), " messages"));
  }
  for (size_t i = 0; i < batch.messages.size(); ++i) {
    handler_(batch.messages[i], response.verdicts(static_cast<int>(i)));
  }
  return absl::OkStatus();
}

absl::Status SubmitStream::Finish() {
  const absl::Status sent = SendPending();
  return sent.ok() ? stream_.Finish() : sent;
}

}  // namespace sluice::tools
