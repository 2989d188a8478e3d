#include "gateway/admin/campaigns_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/admin/services.h"
#include "gateway/wire/duration.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

using Place = CampaignBook::Place;

constexpr uint32_t kHoursDefault = 24;
constexpr uint32_t kHoursMax = 720;

std::string Encode(const Place& place) {
  return EncodeToken(TokenKind::kCampaigns,
                     {static_cast<uint64_t>(place.decided_ms),
                      place.content_provider, place.campaign});
}

absl::StatusOr<std::optional<Place>> Decode(const std::string& token) {
  if (token.empty()) return std::nullopt;
  SLUICE_ASSIGN_OR_RETURN(const std::vector<uint64_t> values,
                          DecodePageToken(TokenKind::kCampaigns, token, 3));
  return Place{static_cast<int64_t>(values[0]),
               static_cast<uint32_t>(values[1]), values[2]};
}

// Does either call: both requests have the same fields.
template <class Request>
absl::Status Decide(CampaignBook& book, v1::Decision decision, const Key& key,
                    const Request& request, admin::v1::Campaign& campaign) {
  std::optional<uint32_t> hours = kHoursDefault;
  if (request.has_duration()) {
    hours = WholeUnits(request.duration(), absl::Hours(1), kHoursMax);
  }
  if (!hours) {
    return InvalidField("duration",
                        SayBoth("须为整小时数，1 至 720 小时",
                                "whole hours, 1 to 720, are allowed"));
  }
  const Actor actor = {key.id, request.reason()};
  if (request.id().empty() == request.text().empty()) {
    return InvalidField(
        "id", SayBoth("须给出群发的编号或短信内容，不能两者都给",
                      "a campaign's id or a text is needed, not both"));
  }
  if (request.id().empty()) {
    SLUICE_ASSIGN_OR_RETURN(
        campaign, book.DecideText(request.content_provider_id(), request.text(),
                                  decision, absl::Hours(*hours), actor));
  } else {
    SLUICE_ASSIGN_OR_RETURN(campaign, book.Decide(request.id(), decision,
                                                  absl::Hours(*hours), actor));
  }
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* CampaignsService::ListCampaigns(
    grpc::CallbackServerContext* context,
    const admin::v1::ListCampaignsRequest* request,
    admin::v1::ListCampaignsResponse* response) {
  return ServeNow(admin_, context, Rpc::kListCampaigns,
                  [this, request, response](const Key&) -> absl::Status {
                    SLUICE_ASSIGN_OR_RETURN(const size_t limit,
                                            PageSize(request->page_size()));
                    SLUICE_ASSIGN_OR_RETURN(const std::optional<Place> after,
                                            Decode(request->page_token()));
                    CampaignBook::Page page = book_.List(limit, after);
                    for (admin::v1::Campaign& campaign : page.campaigns) {
                      *response->add_campaigns() = std::move(campaign);
                    }
                    if (page.last)
                      response->set_next_page_token(Encode(*page.last));
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* CampaignsService::ReleaseCampaign(
    grpc::CallbackServerContext* context,
    const admin::v1::ReleaseCampaignRequest* request,
    admin::v1::ReleaseCampaignResponse* response) {
  return ServeNow(admin_, context, Rpc::kReleaseCampaign,
                  [this, request, response](const Key& key) {
                    return Decide(book_, v1::DECISION_ACCEPTED, key, *request,
                                  *response->mutable_campaign());
                  });
}

grpc::ServerUnaryReactor* CampaignsService::RejectCampaign(
    grpc::CallbackServerContext* context,
    const admin::v1::RejectCampaignRequest* request,
    admin::v1::RejectCampaignResponse* response) {
  return ServeNow(admin_, context, Rpc::kRejectCampaign,
                  [this, request, response](const Key& key) {
                    return Decide(book_, v1::DECISION_REJECTED, key, *request,
                                  *response->mutable_campaign());
                  });
}

std::unique_ptr<grpc::Service> MakeCampaignsService(AdminContext& admin,
                                                    CampaignBook& campaigns) {
  return std::make_unique<CampaignsService>(admin, campaigns);
}

}  // namespace sluice::gateway
