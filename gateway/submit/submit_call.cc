#include "gateway/submit/submit_call.h"

#include <memory>
#include <utility>

#include "gateway/wire/call_context.h"
#include "gateway/wire/rpc_status.h"

namespace sluice::gateway {
namespace {

// Small: gRPC needs a new one for each call. The large part, the batch's
// memory, is reused.
class SubmitCall final : public grpc::ServerUnaryReactor {
 public:
  SubmitCall(SubmitPipeline& pipeline, grpc::ByteBuffer* response)
      : pipeline_(pipeline), response_(response) {}

  void Start(grpc::CallbackServerContext& context,
             const grpc::ByteBuffer& request, bool check) {
    absl::StatusOr<KeyPtr> key = pipeline_.callers().Authorize(
        AuthorizationOf(context), check ? Rpc::kCheck : Rpc::kSubmit,
        pipeline_.NowMs());
    if (!key.ok()) {
      pipeline_.metrics().Count(Event::kCallRefused);
      Finish(ToGrpc(key.status(), pipeline_.retry_delay()));
      return;
    }
    work_ = pipeline_.Take();
    work_->key = *std::move(key);
    work_->language = LanguageOf(context);
    work_->check = check;
    pipeline_.Decide(*work_, request, [this] { Answer(); });
  }

  void OnDone() override { delete this; }

 private:
  void Answer() {
    const absl::Status status = work_->status;
    if (status.ok()) response_->Swap(&work_->answer);
    pipeline_.Give(std::move(work_));
    // Last: the call may be gone when this returns.
    Finish(ToGrpc(status, pipeline_.retry_delay()));
  }

  SubmitPipeline& pipeline_;
  grpc::ByteBuffer* const response_;
  std::unique_ptr<BatchWork> work_;
};

}  // namespace

grpc::ServerUnaryReactor* StartSubmit(SubmitPipeline& pipeline,
                                      grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response, bool check) {
  auto* call = new SubmitCall(pipeline, response);
  call->Start(*context, *request, check);
  return call;
}

}  // namespace sluice::gateway
