#pragma once

// The service Campaigns: lists campaigns, and takes the decisions of officers
// about them.

#include "gateway/admin/admin_context.h"
#include "gateway/control/campaign_book.h"
#include "sluice/admin/v1/campaigns.grpc.pb.h"

namespace sluice::gateway {

class CampaignsService final
    : public admin::v1::CampaignsService::CallbackService {
 public:
  // `admin` and `book` must outlive it.
  CampaignsService(AdminContext& admin, CampaignBook& book)
      : admin_(admin), book_(book) {}

  grpc::ServerUnaryReactor* ListCampaigns(
      grpc::CallbackServerContext* context,
      const admin::v1::ListCampaignsRequest* request,
      admin::v1::ListCampaignsResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseCampaign(
      grpc::CallbackServerContext* context,
      const admin::v1::ReleaseCampaignRequest* request,
      admin::v1::ReleaseCampaignResponse* response) override;
  grpc::ServerUnaryReactor* RejectCampaign(
      grpc::CallbackServerContext* context,
      const admin::v1::RejectCampaignRequest* request,
      admin::v1::RejectCampaignResponse* response) override;

 private:
  AdminContext& admin_;
  CampaignBook& book_;
};

}  // namespace sluice::gateway
