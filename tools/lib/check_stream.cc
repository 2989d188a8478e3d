#include "tools/lib/check_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "tools/lib/patience.h"

namespace sluice::tools {

CheckStream::CheckStream(const Connection& connection, size_t batch_size,
                         VerdictHandler handler)
    : connection_(connection),
      batch_size_(batch_size),
      handler_(std::move(handler)),
      stub_(v1::GatewayService::NewStub(connection.channel())) {}

absl::Status CheckStream::Add(Submission submission) {
  pending_.push_back(std::move(submission));
  return pending_.size() < batch_size_ ? absl::OkStatus() : Finish();
}

absl::Status CheckStream::Finish() {
  if (pending_.empty()) return absl::OkStatus();
  v1::SubmitRequest request;
  for (const Submission& submission : pending_) {
    *request.add_messages() = submission.message;
  }
  v1::SubmitResponse response;
  SLUICE_RETURN_IF_ERROR(CallPatiently(connection_, [&] {
    response.Clear();
    return connection_.Call(*stub_, &v1::GatewayService::Stub::Check, request,
                            response);
  }));
  if (static_cast<size_t>(response.verdicts_size()) != pending_.size()) {
    return absl::InternalError(absl::StrCat(response.verdicts_size(),
                                            " verdicts for ", pending_.size(),
                                            " messages"));
  }
  for (size_t i = 0; i < pending_.size(); ++i) {
    handler_(pending_[i], response.verdicts(static_cast<int>(i)));
  }
  pending_.clear();
  return absl::OkStatus();
}

}  // namespace sluice::tools
