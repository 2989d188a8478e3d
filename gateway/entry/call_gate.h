#pragma once

// Decides on the headers of a call, before its request is read: an unknown
// caller costs a look at a key, whatever else it sends. Bounds what one key may
// have in progress, so that no caller takes the place of others.

#include <grpc/grpc.h>
#include <grpcpp/impl/codegen/server_context.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/access/caller.h"
#include "gateway/entry/connections.h"
#include "gateway/telemetry/metrics.h"
#include "rules/base/mutex.h"

namespace sluice::gateway {

// What a call is let in with.
struct Admission {
  KeyPtr key;
  std::string peer;
  std::shared_ptr<Intake> intake;  // Of its connection.
  bool streams = false;            // It streams requests.
};

// The request of a call, while it is on its way.
class PendingRequest {
 public:
  virtual ~PendingRequest() = default;

 private:
  friend class CallGate;
  // Reads the request; causes one call of CallGate::EndRequest(), on this
  // thread or another.
  virtual void Read() = 0;

  std::list<PendingRequest*>::iterator place_;
  std::chrono::steady_clock::time_point since_;
  grpc_call* call_ = nullptr;
  Intake* intake_ = nullptr;
};

// Any thread. What it is made from outlives it, and it outlives all calls.
class CallGate {
 public:
  struct Limits {
    // Calls in progress of one key, and of those the ones that stream requests.
    uint32_t calls_per_key_max = 0;
    uint32_t request_streams_per_key_max = 0;
    // How long the request of a call may take to arrive.
    std::chrono::seconds request_time{0};
    // RetryInfo of calls over a limit.
    absl::Duration retry_delay;
  };
  // Requests of one key that are read at a time; the others wait, with what
  // fits into the window of their stream. A request that came with its headers
  // is read at once, so this slows only a caller that sends many large
  // requests.
  static constexpr uint32_t kReadingPerKeyMax = 16;

  CallGate(Callers& callers, Connections& connections, Metrics& metrics,
           std::function<int64_t()> now_ms, Limits limits);

  // Whether the caller may call `rpc`. Call End() when the call ends.
  // Errors: those of Callers::Authorize(); kResourceExhausted (the key has too
  // many calls in progress).
  absl::StatusOr<Admission> Begin(const grpc::CallbackServerContext& context,
                                  Rpc rpc, bool streams);
  void End(const Admission& admitted);

  // Reads the request of `call`, now or when it is its turn.
  void BeginRequest(const Admission& admitted, grpc_call* call,
                    PendingRequest& request);
  // The request has come and has `bytes`, or will not come: nullopt.
  void EndRequest(const Admission& admitted, PendingRequest& request,
                  std::optional<size_t> bytes);

  // Ends calls whose request takes too long. Call it about once a second.
  void EndLateRequests();

  absl::Duration retry_delay() const { return limits_.retry_delay; }

 private:
  // What a key has in progress.
  struct Share {
    uint32_t calls = 0;
    uint32_t streams = 0;
    uint32_t reading = 0;
    std::deque<PendingRequest*> waiting;
  };

  absl::Status Count(const Admission& admitted);

  Callers& callers_;
  Connections& connections_;
  Metrics& metrics_;
  const std::function<int64_t()> now_ms_;
  const Limits limits_;

  Mutex mutex_;
  // By the key's id; only keys with calls in progress.
  absl::flat_hash_map<std::string, Share> shares_ SLUICE_GUARDED_BY(mutex_);
  // Oldest first.
  std::list<PendingRequest*> pending_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::gateway
