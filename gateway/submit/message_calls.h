#pragma once

// GatewayService.Cancel and GatewayService.GetMessage: a sender's own messages
// after their submission. These calls wait for the disk, so they have threads
// of their own.

#include <grpcpp/impl/codegen/server_callback.h>

#include <atomic>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/access/caller.h"
#include "gateway/control/campaign_book.h"
#include "gateway/telemetry/metrics.h"
#include "rules/base/stop.h"
#include "rules/base/workers.h"
#include "sluice/v1/gateway.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Any thread. All references must outlive it. Stop the server before destroying
// it: no call may be in progress.
class MessageCalls {
 public:
  MessageCalls(store::Store& store, Callers& callers, CampaignBook& campaigns,
               Metrics& metrics, absl::Duration retry_delay);

  // Ends calls that have changed nothing yet. The other methods may be called
  // further on.
  void Stop() { stopping_ = true; }

  grpc::ServerUnaryReactor* Cancel(grpc::CallbackServerContext* context,
                                   const v1::CancelRequest* request,
                                   v1::CancelResponse* response);
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context,
                                const v1::GetMessageRequest* request,
                                v1::GetMessageResponse* response);

 private:
  grpc::ServerUnaryReactor* Serve(
      grpc::CallbackServerContext* context, Rpc rpc,
      std::function<absl::Status(const Key&, const StopAsked&)> handle);
  absl::Status CancelAll(const v1::CancelRequest& request, const Key& key,
                         const StopAsked& stop,
                         v1::CancelResponse& response) const;

  store::Store& store_;
  Callers& callers_;
  CampaignBook& campaigns_;
  Metrics& metrics_;
  const absl::Duration retry_delay_;
  std::atomic<bool> stopping_ = false;
  Workers workers_;
};

}  // namespace sluice::gateway
