#include "gateway/campaigns_service.h"

#include <utility>

#include "filter/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr size_t kPageSizeDefault = 100;

}  // namespace

grpc::ServerUnaryReactor* CampaignsService::List(
    grpc::CallbackServerContext* context,
    const v1::ListCampaignsRequest* request,
    v1::ListCampaignsResponse* response) {
  return ServeNow(office_, context, Rpc::kCampaignsList,
                  [this, request, response](const Key&) {
                    SLUICE_ASSIGN_OR_RETURN(
                        const size_t limit,
                        PageSize(request->limit(), kPageSizeDefault));
                    for (v1::Campaign& campaign : book_.List(limit)) {
                      *response->add_campaigns() = std::move(campaign);
                    }
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* CampaignsService::Release(
    grpc::CallbackServerContext* context,
    const v1::DecideCampaignRequest* request, v1::Campaign* response) {
  return Decide(context, Rpc::kCampaignsRelease, v1::DECISION_ACCEPTED, request,
                response);
}

grpc::ServerUnaryReactor* CampaignsService::Reject(
    grpc::CallbackServerContext* context,
    const v1::DecideCampaignRequest* request, v1::Campaign* response) {
  return Decide(context, Rpc::kCampaignsReject, v1::DECISION_REJECTED, request,
                response);
}

grpc::ServerUnaryReactor* CampaignsService::Decide(
    grpc::CallbackServerContext* context, Rpc rpc, v1::Decision decision,
    const v1::DecideCampaignRequest* request, v1::Campaign* response) {
  return ServeNow(office_, context, rpc,
                  [this, decision, request, response](const Key& key) {
                    SLUICE_ASSIGN_OR_RETURN(
                        *response,
                        book_.Decide(request->id(), decision, request->hours(),
                                     {key.id, request->reason()}));
                    return absl::OkStatus();
                  });
}

}  // namespace sluice::gateway
