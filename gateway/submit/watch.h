#pragma once

// GatewayService.Watch: one thread reads the journals for all watches, each
// from its own cursor, and pauses a watch whose caller is slow. Accounts take
// short turns, whatever the number of their watches. The partitions' writers
// never wait: they only notify this thread of new records.

#include <grpcpp/impl/codegen/server_callback.h>

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/access/caller.h"
#include "gateway/submit/watch_cursor.h"
#include "gateway/submit/watch_events.h"
#include "gateway/telemetry/metrics.h"
#include "rules/base/mutex.h"
#include "sluice/v1/gateway.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// The most watches, of all accounts and of one, and how often an idle watch
// sends its cursor.
struct WatchLimits {
  size_t all_max = 1000;
  size_t account_max = 16;
  absl::Duration heartbeat = absl::Seconds(15);
};

class Watch;

// Any thread. All references must outlive it. Stop the server before destroying
// it: no watch may be left.
class Watches {
 public:
  Watches(store::Store& store, Callers& callers, Metrics& metrics,
          absl::Duration retry_delay, const WatchLimits& limits);
  ~Watches();
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  grpc::ServerWriteReactor<v1::WatchResponse>* Start(
      grpc::CallbackServerContext* context, const v1::WatchRequest& request);

  // Ends all watches with kUnavailable; new watches end at once. For a clean
  // stop.
  void Stop();

 private:
  friend class Watch;

  absl::Status Authorize(const grpc::CallbackServerContext& context,
                         Watch& watch);
  absl::Status Locate(const v1::WatchRequest& request, Watch& watch);
  absl::Status RoomFor(AccountId account) const SLUICE_REQUIRES(mutex_);
  void Run();
  void Attend(Watch& watch, bool check_key);
  bool IsBehind(const Watch& watch) const;
  bool TakeTurns();
  bool Pump(Watch& watch);
  bool Show(Watch& watch, int partition, store::RecordRef ref);
  void Wake();
  void Remove(const Watch* watch);

  store::Store& store_;
  Callers& callers_;
  Metrics& metrics_;
  const absl::Duration retry_delay_;
  const WatchLimits limits_;
  // The thread's own.
  WatchEvents events_;
  std::vector<v1::WatchResponse> read_;
  std::vector<Watch*> behind_;
  uint64_t turns_ = 0;

  Mutex mutex_;
  CondVar wake_;
  bool more_ SLUICE_GUARDED_BY(mutex_) = false;
  bool stopped_ SLUICE_GUARDED_BY(mutex_) = false;
  bool ended_ SLUICE_GUARDED_BY(mutex_) = false;
  std::vector<std::shared_ptr<Watch>> watches_ SLUICE_GUARDED_BY(mutex_);

  int subscription_ = 0;
  std::thread thread_;
};

}  // namespace sluice::gateway
