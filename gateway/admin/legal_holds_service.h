#pragma once

// The service LegalHolds: which records outlive retention.

#include "gateway/admin/admin_context.h"
#include "sluice/admin/v1/legal_holds.grpc.pb.h"

namespace sluice::gateway {

class LegalHoldsService final
    : public admin::v1::LegalHoldsService::CallbackService {
 public:
  // `admin` must outlive it.
  explicit LegalHoldsService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* CreateLegalHold(
      grpc::CallbackServerContext* context,
      const admin::v1::CreateLegalHoldRequest* request,
      admin::v1::CreateLegalHoldResponse* response) override;
  grpc::ServerUnaryReactor* ReviewLegalHold(
      grpc::CallbackServerContext* context,
      const admin::v1::ReviewLegalHoldRequest* request,
      admin::v1::ReviewLegalHoldResponse* response) override;
  grpc::ServerUnaryReactor* EndLegalHold(
      grpc::CallbackServerContext* context,
      const admin::v1::EndLegalHoldRequest* request,
      admin::v1::EndLegalHoldResponse* response) override;
  grpc::ServerUnaryReactor* ListLegalHolds(
      grpc::CallbackServerContext* context,
      const admin::v1::ListLegalHoldsRequest* request,
      admin::v1::ListLegalHoldsResponse* response) override;

 private:
  absl::Status Create(const Key& key,
                      const admin::v1::CreateLegalHoldRequest& request,
                      admin::v1::LegalHold& response);

  AdminContext& admin_;
};

}  // namespace sluice::gateway
