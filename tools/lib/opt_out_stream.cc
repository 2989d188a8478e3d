#include "tools/lib/opt_out_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace sluice::tools {
namespace {

// As many batches as the server works on at a time.
constexpr size_t kBatchesOnTheWayMax = 2;

// Below gRPC's limit of 4 MiB for a message.
constexpr size_t kBatchBytesMax = 3 << 20;

}  // namespace

OptOutStream::OptOutStream(
    const Connection& connection, size_t batch_size,
    std::function<void(uint64_t, const admin::v1::RefusedOptOut&)> refused,
    std::string import_id)
    : batch_size_(batch_size),
      asked_id_(std::move(import_id)),
      refused_(std::move(refused)),
      stub_(admin::v1::OptOutsService::NewStub(connection.channel())),
      stream_(
          connection, kBatchesOnTheWayMax,
          [this](grpc::ClientContext* context) {
            return stub_->ImportOptOuts(context);
          },
          [this](const Batch& batch,
                 const admin::v1::ImportOptOutsResponse& response) {
            return TakeCounts(batch, response);
          }) {}

absl::Status OptOutStream::Add(uint64_t tag,
                               admin::v1::AddOptOutRequest opt_out) {
  pending_.bytes += opt_out.ByteSizeLong() + 8;
  *pending_.request.add_opt_outs() = std::move(opt_out);
  pending_.tags.push_back(tag);
  if (pending_.tags.size() < batch_size_ && pending_.bytes < kBatchBytesMax) {
    return absl::OkStatus();
  }
  return SendPending();
}

absl::Status OptOutStream::SendPending() {
  if (pending_.tags.empty()) return absl::OkStatus();
  pending_.request.set_import_id(asked_id_);
  return stream_.Send(std::exchange(pending_, {}));
}

absl::Status OptOutStream::TakeCounts(
    const Batch& batch, const admin::v1::ImportOptOutsResponse& response) {
  if (response.status().code() != 0) {
    return absl::Status(static_cast<absl::StatusCode>(response.status().code()),
                        response.status().message());
  }
  answered_id_ = response.import_id();
  counts_.added += response.added();
  counts_.existed += response.existed();
  counts_.refused += static_cast<uint64_t>(response.refused_size());
  counts_.cancelled += response.cancelled();
  for (const admin::v1::RefusedOptOut& refused : response.refused()) {
    if (refused.index() >= batch.tags.size()) {
      return absl::InternalError(absl::StrCat("the server refused entry ",
                                              refused.index(), " of ",
                                              batch.tags.size()));
    }
    refused_(batch.tags[refused.index()], refused);
  }
  return absl::OkStatus();
}

absl::Status OptOutStream::Finish() {
  const absl::Status sent = SendPending();
  return sent.ok() ? stream_.Finish() : sent;
}

}  // namespace sluice::tools
