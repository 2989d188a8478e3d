#include "gateway/admin/campaigns_service.h"

#include <utility>

#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr size_t kPageSizeDefault = 100;

}  // namespace

grpc::ServerUnaryReactor* CampaignsService::List(
    grpc::CallbackServerContext* context,
    const admin::v1::ListCampaignsRequest* request,
    admin::v1::ListCampaignsResponse* response) {
  return ServeNow(admin_, context, Rpc::kCampaignsList,
                  [this, request, response](const Key&) {
                    SLUICE_ASSIGN_OR_RETURN(
                        const size_t limit,
                        PageSize(request->limit(), kPageSizeDefault));
                    for (admin::v1::Campaign& campaign : book_.List(limit)) {
                      *response->add_campaigns() = std::move(campaign);
                    }
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* CampaignsService::Release(
    grpc::CallbackServerContext* context,
    const admin::v1::DecideCampaignRequest* request,
    admin::v1::Campaign* response) {
  return Decide(context, Rpc::kCampaignsRelease, v1::DECISION_ACCEPTED, request,
                response);
}

grpc::ServerUnaryReactor* CampaignsService::Reject(
    grpc::CallbackServerContext* context,
    const admin::v1::DecideCampaignRequest* request,
    admin::v1::Campaign* response) {
  return Decide(context, Rpc::kCampaignsReject, v1::DECISION_REJECTED, request,
                response);
}

grpc::ServerUnaryReactor* CampaignsService::Decide(
    grpc::CallbackServerContext* context, Rpc rpc, v1::Decision decision,
    const admin::v1::DecideCampaignRequest* request,
    admin::v1::Campaign* response) {
  return ServeNow(admin_, context, rpc,
                  [this, decision, request, response](const Key& key) {
                    SLUICE_ASSIGN_OR_RETURN(
                        *response,
                        book_.Decide(request->id(), decision, request->hours(),
                                     {key.id, request->reason()}));
                    return absl::OkStatus();
                  });
}

}  // namespace sluice::gateway
