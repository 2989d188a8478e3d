#pragma once

// Calls of officers that answer with a stream, as work goes on: how far it is,
// what has been done. The work is on a worker, which waits for each write.

#include <grpcpp/impl/codegen/server_callback.h>

#include <chrono>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "filter/base/mutex.h"
#include "gateway/call_context.h"
#include "gateway/office.h"
#include "gateway/rpc_status.h"

namespace sluice::gateway {

// One call. Deletes itself when gRPC is done with it.
template <typename Response>
class OfficeStream final : public grpc::ServerWriteReactor<Response> {
 public:
  OfficeStream(Office& office, KeyPtr key, grpc::CallbackServerContext& context)
      : office_(office), key_(std::move(key)), context_(context) {}

  const Key& key() const { return *key_; }

  // The worker's. Waits until the caller has taken it; false: they have gone.
  bool Write(const Response& response) {
    {
      MutexLock lock(mutex_);
      if (gone_) return false;
      writing_ = true;
    }
    this->StartWrite(&response);
    MutexLock lock(mutex_);
    // Who does not read holds a worker for a while, and not for ever.
    while (writing_) {
      if (!wake_.WaitFor(mutex_, kPatience)) context_.TryCancel();
    }
    return !gone_;
  }

  bool Gone() {
    MutexLock lock(mutex_);
    return gone_;
  }

  void End(const absl::Status& status) {
    if (absl::IsResourceExhausted(status)) {
      office_.metrics.Count(Event::kCallOverloaded);
    }
    this->Finish(ToGrpc(status, office_.retry_delay));
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
  // How long a caller may leave what they were told unread.
  static constexpr std::chrono::seconds kPatience{30};

  Office& office_;
  const KeyPtr key_;
  grpc::CallbackServerContext& context_;
  Mutex mutex_;
  CondVar wake_;
  bool writing_ SLUICE_GUARDED_BY(mutex_) = false;
  bool gone_ SLUICE_GUARDED_BY(mutex_) = false;
};

inline absl::Status CallerGone() {
  return absl::CancelledError("the caller has gone");
}

// Runs `handle` on one of `workers` if the caller may call `rpc`, and ends the
// stream with what it returns.
template <typename Response>
grpc::ServerWriteReactor<Response>* ServeStream(
    Office& office, Workers& workers, grpc::CallbackServerContext* context,
    Rpc rpc, std::function<absl::Status(OfficeStream<Response>&)> handle) {
  absl::StatusOr<KeyPtr> key = office.callers.Authorize(
      AuthorizationOf(*context), rpc, office.store.NowMs());
  if (!key.ok()) office.metrics.Count(Event::kCallRefused);
  auto* call =
      new OfficeStream<Response>(office, key.ok() ? *key : nullptr, *context);
  if (!key.ok()) {
    call->End(key.status());
  } else if (!workers.Run([call, handle = std::move(handle)] {
               call->End(handle(*call));
             })) {
    call->End(absl::ResourceExhaustedError("too many calls are waiting"));
  }
  return call;
}

}  // namespace sluice::gateway
