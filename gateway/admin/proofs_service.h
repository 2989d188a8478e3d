#pragma once

// The service Proofs: signed heads of the journals, and proofs by them.

#include "gateway/admin/admin_context.h"
#include "sluice/admin/v1/proofs.grpc.pb.h"

namespace sluice::gateway {

class ProofsService final : public admin::v1::ProofsService::CallbackService {
 public:
  // `admin` must outlive it.
  explicit ProofsService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* GetHead(
      grpc::CallbackServerContext* context,
      const admin::v1::GetHeadRequest* request,
      admin::v1::GetHeadResponse* response) override;
  grpc::ServerUnaryReactor* ProveMessage(
      grpc::CallbackServerContext* context,
      const admin::v1::ProveMessageRequest* request,
      admin::v1::ProveMessageResponse* response) override;
  grpc::ServerUnaryReactor* ProveHeads(
      grpc::CallbackServerContext* context,
      const admin::v1::ProveHeadsRequest* request,
      admin::v1::ProveHeadsResponse* response) override;

 private:
  AdminContext& admin_;
};

}  // namespace sluice::gateway
