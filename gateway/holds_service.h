#pragma once

// The service Holds: people judge held messages, and have judged again what a
// mistaken rule refused.

#include <atomic>

#include "gateway/campaign_book.h"
#include "gateway/office.h"
#include "sluice/v1/holds.grpc.pb.h"

namespace sluice::gateway {

class HoldsService final : public v1::Holds::CallbackService {
 public:
  // Both must outlive it.
  HoldsService(Office& office, CampaignBook& campaigns)
      : office_(office), campaigns_(campaigns) {}

  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const v1::ListHoldsRequest* request,
                                 v1::ListHoldsResponse* response) override;
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context,
                                const v1::GetHoldRequest* request,
                                v1::HeldMessage* response) override;
  grpc::ServerWriteReactor<v1::JudgedHolds>* Release(
      grpc::CallbackServerContext* context,
      const v1::JudgeHoldsRequest* request) override;
  grpc::ServerWriteReactor<v1::JudgedHolds>* Reject(
      grpc::CallbackServerContext* context,
      const v1::JudgeHoldsRequest* request) override;
  grpc::ServerWriteReactor<v1::RejudgeResponse>* Rejudge(
      grpc::CallbackServerContext* context,
      const v1::RejudgeRequest* request) override;

 private:
  Office& office_;
  CampaignBook& campaigns_;
  // Two at a time would revive a message twice.
  std::atomic<bool> rejudging_ = false;
};

}  // namespace sluice::gateway
