#pragma once

// The service Operations: the clock, retention, the checks that are not
// enforced, and the carrier links.

#include <functional>
#include <utility>
#include <vector>

#include "gateway/admin/admin_context.h"
#include "gateway/telemetry/link_status.h"
#include "sluice/admin/v1/operations.grpc.pb.h"

namespace sluice::gateway {

class CampaignBook;

class OperationsService final
    : public admin::v1::OperationsService::CallbackService {
 public:
  using Links = std::function<std::vector<LinkStatus>()>;

  // `admin` and `campaigns` must outlive it. `one_person`: the configuration
  // lets one person decide what else needs two.
  OperationsService(AdminContext& admin, const CampaignBook& campaigns,
                    bool one_person, Links links)
      : admin_(admin),
        campaigns_(campaigns),
        one_person_(one_person),
        links_(std::move(links)) {}

  grpc::ServerUnaryReactor* GetClock(
      grpc::CallbackServerContext* context,
      const admin::v1::GetClockRequest* request,
      admin::v1::GetClockResponse* response) override;
  grpc::ServerUnaryReactor* AcceptClock(
      grpc::CallbackServerContext* context,
      const admin::v1::AcceptClockRequest* request,
      admin::v1::AcceptClockResponse* response) override;
  grpc::ServerUnaryReactor* GetRetention(
      grpc::CallbackServerContext* context,
      const admin::v1::GetRetentionRequest* request,
      admin::v1::GetRetentionResponse* response) override;
  grpc::ServerUnaryReactor* AllowRetention(
      grpc::CallbackServerContext* context,
      const admin::v1::AllowRetentionRequest* request,
      admin::v1::AllowRetentionResponse* response) override;
  grpc::ServerUnaryReactor* GetPosture(
      grpc::CallbackServerContext* context,
      const admin::v1::GetPostureRequest* request,
      admin::v1::GetPostureResponse* response) override;
  grpc::ServerUnaryReactor* ListLinks(
      grpc::CallbackServerContext* context,
      const admin::v1::ListLinksRequest* request,
      admin::v1::ListLinksResponse* response) override;

 private:
  absl::Status Accept(const Key& key,
                      const admin::v1::AcceptClockRequest& request);
  absl::Status Allow(const Key& key, const std::string& reason,
                     admin::v1::AllowRetentionResponse& response);

  AdminContext& admin_;
  const CampaignBook& campaigns_;
  const bool one_person_;
  const Links links_;
};

}  // namespace sluice::gateway
