#pragma once

// Gateway.Watch: one thread reads the journals for everybody who watches, each
// from their own place, and stops reading for a watch whose caller is slow. The
// writers never wait: they only say that there is more.

#include <grpcpp/impl/codegen/server_callback.h>

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/access/caller.h"
#include "gateway/submit/watch_events.h"
#include "gateway/telemetry/metrics.h"
#include "rules/base/mutex.h"
#include "sluice/v1/gateway.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Where a watch stands: for each partition, where the records begin that it has
// not seen.
using WatchCursor = std::vector<store::RecordRef>;

std::string EncodeCursor(const WatchCursor& cursor);
// Empty: now. "begin": the oldest kept.
// Errors: kInvalidArgument (not a cursor of this store).
absl::StatusOr<WatchCursor> DecodeCursor(const store::Store& store,
                                         absl::string_view text);

class Watch;

// Any thread. What it borrows must outlive it, and all watches have ended when
// it is destroyed: stop the server first.
class Watches {
 public:
  Watches(store::Store& store, Callers& callers, Metrics& metrics,
          absl::Duration retry_delay);
  ~Watches();
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  grpc::ServerWriteReactor<v1::WatchResponse>* Start(
      grpc::CallbackServerContext* context, const v1::WatchRequest& request);

  // Ends all watches with kUnavailable; new ones end at once. For a clean stop.
  void Stop();

 private:
  friend class Watch;

  void Run();
  bool Pump(Watch& watch);
  void Wake();
  void Remove(const Watch* watch);

  store::Store& store_;
  Callers& callers_;
  Metrics& metrics_;
  const absl::Duration retry_delay_;
  WatchEvents events_;  // The thread's.

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
