#include "gateway/submit_call.h"

#include <memory>
#include <utility>

#include "gateway/call_context.h"
#include "gateway/rpc_status.h"

namespace sluice::gateway {
namespace {

// Small, and new for each call as gRPC wants it; what is large, the batch's
// memory, is used again.
class SubmitCall final : public grpc::ServerUnaryReactor {
 public:
  SubmitCall(Decider& decider, grpc::ByteBuffer* response)
      : decider_(decider), response_(response) {}

  void Start(grpc::CallbackServerContext& context,
             const grpc::ByteBuffer& request, bool check) {
    absl::StatusOr<KeyPtr> key = decider_.callers().Authorize(
        AuthorizationOf(context), check ? Rpc::kCheck : Rpc::kSubmit,
        decider_.NowMs());
    if (!key.ok()) {
      decider_.metrics().Count(Event::kCallRefused);
      Finish(ToGrpc(key.status(), decider_.retry_delay()));
      return;
    }
    work_ = decider_.Take();
    work_->key = *std::move(key);
    work_->language = LanguageOf(context);
    work_->check = check;
    decider_.Decide(*work_, request, [this] { Answer(); });
  }

  void OnDone() override { delete this; }

 private:
  void Answer() {
    const absl::Status status = work_->status;
    if (status.ok()) response_->Swap(&work_->answer);
    decider_.Give(std::move(work_));
    // Last: the call may be gone when this returns.
    Finish(ToGrpc(status, decider_.retry_delay()));
  }

  Decider& decider_;
  grpc::ByteBuffer* const response_;
  std::unique_ptr<BatchWork> work_;
};

}  // namespace

grpc::ServerUnaryReactor* StartSubmit(Decider& decider,
                                      grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response, bool check) {
  auto* call = new SubmitCall(decider, response);
  call->Start(*context, *request, check);
  return call;
}

}  // namespace sluice::gateway
