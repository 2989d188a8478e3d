#pragma once

// What the services of officers, complaint handlers and administrators have in
// common: a call is checked for key and role, runs on a worker thread because
// it waits for the disk, and ends once.

#include <grpcpp/impl/codegen/server_callback.h>

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "gateway/access/caller.h"
#include "gateway/control/control_state.h"
#include "gateway/control/operator_log.h"
#include "gateway/telemetry/metrics.h"
#include "rules/base/workers.h"
#include "store/store.h"

namespace sluice::gateway {

// The parts that the services share; all outlive the services.
struct AdminContext {
  store::Store& store;
  Callers& callers;
  ControlState& control;
  OperatorLog& log;
  Metrics& metrics;
  Workers& workers;
  // For calls that take seconds, such as compilations and previews, so that no
  // other call waits for them.
  Workers& slow_workers;
  absl::Duration retry_delay;
};

// One call. Deletes itself at the end.
class AdminCall final : public grpc::ServerUnaryReactor {
 public:
  AdminCall(AdminContext& admin, KeyPtr key) : admin_(admin), key_(key) {}

  const Key& key() const { return *key_; }

  // Answers the call. Once, on any thread; call and request may be gone
  // afterwards.
  void End(const absl::Status& status);

  void OnDone() override { delete this; }

 private:
  AdminContext& admin_;
  const KeyPtr key_;
};

// Runs `handle` on one of `workers` if the caller may call `rpc`; `handle` must
// cause one call of End().
grpc::ServerUnaryReactor* Serve(AdminContext& admin, Workers& workers,
                                grpc::CallbackServerContext* context, Rpc rpc,
                                std::function<void(AdminCall&)> handle);
grpc::ServerUnaryReactor* Serve(AdminContext& admin,
                                grpc::CallbackServerContext* context, Rpc rpc,
                                std::function<void(AdminCall&)> handle);

// The same for a handler that answers when it returns.
grpc::ServerUnaryReactor* ServeNow(
    AdminContext& admin, grpc::CallbackServerContext* context, Rpc rpc,
    std::function<absl::Status(const Key&)> handle);
// The same for a handler that takes seconds.
grpc::ServerUnaryReactor* ServeSlowly(
    AdminContext& admin, grpc::CallbackServerContext* context, Rpc rpc,
    std::function<absl::Status(const Key&)> handle);

// The size of a page: `asked`, or `by_default` if 0. Errors: kInvalidArgument.
absl::StatusOr<size_t> PageSize(uint32_t asked, size_t by_default);

}  // namespace sluice::gateway
