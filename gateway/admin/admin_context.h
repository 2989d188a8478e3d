#pragma once

// What the services of officers, complaint handlers and administrators have in
// common: a call is checked for key and role, runs on a worker thread because
// it waits for the disk, and ends once.

#include <grpcpp/impl/codegen/server_callback.h>

#include <atomic>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "gateway/access/caller.h"
#include "gateway/control/control_history.h"
#include "gateway/control/control_state.h"
#include "gateway/control/operator_log.h"
#include "gateway/entry/connections.h"
#include "gateway/telemetry/metrics.h"
#include "gateway/wire/stopping.h"
#include "rules/base/fair_workers.h"
#include "rules/base/stop.h"
#include "rules/base/workers.h"
#include "store/store.h"

namespace sluice::gateway {

// The parts that the services share; all outlive the services.
struct AdminContext {
  store::Store& store;
  Callers& callers;
  ControlState& control;
  OperatorLog& log;
  ControlHistory& history;
  Metrics& metrics;
  Connections& connections;
  Workers& workers;
  // For calls that take seconds, such as compilations, so that no other call
  // waits for them.
  Workers& slow_workers;
  // For previews, which take minutes.
  Workers& preview_workers;
  // For what must act at once, whatever else is asked meanwhile; see
  // IsUrgent().
  Workers& urgent_workers;
  // For what reads the journal, by key: see ServeLookup().
  FairWorkers& lookups;
  // For exports, which take minutes and wait for their readers, by key.
  FairWorkers& exports;
  // For releases and rejections of held messages, by key.
  FairWorkers& hold_decisions;
  // The server stops: what only reads ends at once.
  const std::atomic<bool>& stopping;
  absl::Duration retry_delay;
  // access.require_lookup_reason: see CallerOf().
  bool require_lookup_reason = false;
};

// Whether a call reads messages, replies or opt-outs of people.
bool IsLookup(Rpc rpc);

// The caller who may call `rpc`, and the reason in the header of the call.
// Errors: those of Callers::Authorize(); kInvalidArgument (a reason of more
// than 1000 bytes, or that is no UTF-8; a look-up without one where it is
// required).
absl::StatusOr<Caller> CallerOf(const AdminContext& admin,
                                const grpc::CallbackServerContext& context,
                                Rpc rpc);

// Queues `job`, which works for the owner of `key`.
inline bool RunFor(const Key&, Workers& workers, std::function<void()> job) {
  return workers.Run(std::move(job));
}
inline bool RunFor(const Key& key, FairWorkers& workers,
                   std::function<void()> job) {
  return workers.Run(key.id, std::move(job));
}

// How a call ends that ended with `status`: the server's stop is no fault of
// the caller's.
inline absl::Status EndOf(const AdminContext& admin, bool gone,
                          const absl::Status& status) {
  const bool stopped = absl::IsCancelled(status) && !gone && admin.stopping;
  return stopped ? Stopping() : status;
}

// Whether a call stops something, or takes a stop or a mistaken rule back:
// rollbacks, exemptions, opt-outs and blocks and their removal, changes of
// parties, revoked keys, rejected campaigns. Such a call waits for no call that
// is not urgent.
bool IsUrgent(Rpc rpc);

// One call. Deletes itself at the end.
class AdminCall final : public grpc::ServerUnaryReactor {
 public:
  AdminCall(AdminContext& admin, Caller caller)
      : admin_(admin), caller_(std::move(caller)) {}

  const Caller& key() const { return caller_; }

  // Whether nobody waits for the answer: the caller has disconnected or
  // cancelled, or its deadline has passed.
  bool Gone() const { return gone_.load(std::memory_order_relaxed); }

  // Whether work that only reads is to end: the caller has gone, or the server
  // stops. Not after End().
  StopAsked stop() const {
    return [this] { return Gone() || admin_.stopping; };
  }

  // Answers the call. Once, on any thread; call and request may be gone
  // afterwards.
  void End(const absl::Status& status);

  void OnCancel() override { gone_ = true; }
  void OnDone() override { delete this; }

 private:
  AdminContext& admin_;
  const Caller caller_;
  std::atomic<bool> gone_ = false;
};

// Runs `handle` on one of `workers` if the caller may call `rpc`, and has not
// gone while the call waited; `handle` must cause one call of End(). Without
// `workers`: on the urgent ones if the call is urgent.
grpc::ServerUnaryReactor* Serve(AdminContext& admin, Workers& workers,
                                grpc::CallbackServerContext* context, Rpc rpc,
                                std::function<void(AdminCall&)> handle);
grpc::ServerUnaryReactor* Serve(AdminContext& admin,
                                grpc::CallbackServerContext* context, Rpc rpc,
                                std::function<void(AdminCall&)> handle);

// The same for a handler that answers when it returns.
grpc::ServerUnaryReactor* ServeNow(
    AdminContext& admin, grpc::CallbackServerContext* context, Rpc rpc,
    std::function<absl::Status(const Caller&)> handle);
// The same for handlers that may take long. They ask `stop` whether to end with
// an error of CheckStop(): nobody waits for the answer, or the server stops.
// ServeLookup() is for what reads the journal: it waits for no call that does
// anything, no such call waits for it, and the keys have turns.
grpc::ServerUnaryReactor* ServeLookup(
    AdminContext& admin, grpc::CallbackServerContext* context, Rpc rpc,
    std::function<absl::Status(const Caller&, const StopAsked& stop)> handle);
// ServeSlowly() is for compilations.
grpc::ServerUnaryReactor* ServeSlowly(
    AdminContext& admin, grpc::CallbackServerContext* context, Rpc rpc,
    std::function<absl::Status(const Caller&, const StopAsked& stop)> handle);
// On the threads given.
grpc::ServerUnaryReactor* ServeLong(
    AdminContext& admin, Workers& workers, grpc::CallbackServerContext* context,
    Rpc rpc,
    std::function<absl::Status(const Caller&, const StopAsked& stop)> handle);

// The size of a page: `asked`, or `by_default` if 0. Errors: kInvalidArgument.
inline constexpr size_t kPageSizeDefault = 100;
inline constexpr size_t kPageSizeMax = 1000;
absl::StatusOr<size_t> PageSize(uint32_t asked,
                                size_t by_default = kPageSizeDefault);

}  // namespace sluice::gateway
