#pragma once

// The service Campaigns: what is held for going to many numbers, and what a
// person decides about it.

#include "gateway/campaign_book.h"
#include "gateway/office.h"
#include "sluice/v1/campaigns.grpc.pb.h"

namespace sluice::gateway {

class CampaignsService final : public v1::Campaigns::CallbackService {
 public:
  // Both must outlive it.
  CampaignsService(Office& office, CampaignBook& book)
      : office_(office), book_(book) {}

  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const v1::ListCampaignsRequest* request,
                                 v1::ListCampaignsResponse* response) override;
  grpc::ServerUnaryReactor* Release(grpc::CallbackServerContext* context,
                                    const v1::DecideCampaignRequest* request,
                                    v1::Campaign* response) override;
  grpc::ServerUnaryReactor* Reject(grpc::CallbackServerContext* context,
                                   const v1::DecideCampaignRequest* request,
                                   v1::Campaign* response) override;

 private:
  grpc::ServerUnaryReactor* Decide(grpc::CallbackServerContext* context,
                                   Rpc rpc, v1::Decision decision,
                                   const v1::DecideCampaignRequest* request,
                                   v1::Campaign* response);

  Office& office_;
  CampaignBook& book_;
};

}  // namespace sluice::gateway
