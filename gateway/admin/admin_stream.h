#pragma once

// Calls of officers that stream their progress. A worker does the work and
// waits for each write.

#include <grpcpp/impl/codegen/server_callback.h>

#include <chrono>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "gateway/admin/admin_context.h"
#include "gateway/wire/call_context.h"
#include "gateway/wire/rpc_status.h"
#include "rules/base/mutex.h"

namespace sluice::gateway {

// One call. Deletes itself at the end.
template <typename Response>
class AdminStream final : public grpc::ServerWriteReactor<Response> {
 public:
  AdminStream(AdminContext& admin, Caller caller,
              grpc::CallbackServerContext& context)
      : admin_(admin), caller_(std::move(caller)), context_(context) {}

  const Caller& key() const { return caller_; }

  // For the worker. Waits until the response is written; false: the caller has
  // gone.
  bool Write(const Response& response) {
    {
      MutexLock lock(mutex_);
      if (gone_) return false;
      writing_ = true;
    }
    this->StartWrite(&response);
    MutexLock lock(mutex_);
    // A caller that does not read blocks a worker only for kPatience.
    while (writing_) {
      if (!wake_.WaitFor(mutex_, kPatience)) context_.TryCancel();
    }
    return !gone_;
  }

  bool Gone() {
    MutexLock lock(mutex_);
    return gone_;
  }

  // As AdminCall::stop().
  StopAsked stop() {
    return [this] { return Gone() || admin_.stopping; };
  }

  void End(const absl::Status& status) {
    if (absl::IsResourceExhausted(status)) {
      admin_.metrics.Count(Event::kCallOverloaded);
    }
    this->Finish(ToGrpc(EndOf(admin_, Gone(), status), admin_.retry_delay));
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(mutex_);
    writing_ = false;
    gone_ = gone_ || !ok;
    wake_.NotifyAll();
  }
  void OnCancel() override {
    MutexLock lock(mutex_);
    gone_ = true;
    wake_.NotifyAll();
  }
  void OnDone() override { delete this; }

 private:
  // How long a caller may leave a response unread.
  static constexpr std::chrono::seconds kPatience{30};

  AdminContext& admin_;
  const Caller caller_;
  grpc::CallbackServerContext& context_;
  Mutex mutex_;
  CondVar wake_;
  bool writing_ SLUICE_GUARDED_BY(mutex_) = false;
  bool gone_ SLUICE_GUARDED_BY(mutex_) = false;
};

inline absl::Status CallerGone() {
  return absl::CancelledError("the caller disconnected");
}

// Runs `handle` on one of `workers` if the caller may call `rpc`, and ends the
// stream with the status that `handle` returns.
template <typename Response, class Pool>
grpc::ServerWriteReactor<Response>* ServeStream(
    AdminContext& admin, Pool& workers, grpc::CallbackServerContext* context,
    Rpc rpc, std::function<absl::Status(AdminStream<Response>&)> handle) {
  absl::StatusOr<Caller> caller = CallerOf(admin, *context, rpc);
  if (!caller.ok()) admin.metrics.Count(Event::kCallRefused);
  auto* call = new AdminStream<Response>(
      admin, caller.ok() ? *caller : Caller(), *context);
  if (!caller.ok()) {
    call->End(caller.status());
  } else if (!RunFor(call->key(), workers, [call, handle = std::move(handle)] {
               call->End(call->Gone() ? CallerGone() : handle(*call));
             })) {
    call->End(absl::ResourceExhaustedError("too many calls are waiting"));
  }
  return call;
}

}  // namespace sluice::gateway
