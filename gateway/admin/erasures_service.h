#pragma once

// The service Erasures: what persons ask to have erased.

#include "gateway/admin/admin_context.h"
#include "sluice/admin/v1/erasures.grpc.pb.h"

namespace sluice::gateway {

class ErasuresService final
    : public admin::v1::ErasuresService::CallbackService {
 public:
  // `admin` must outlive it.
  explicit ErasuresService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* PreviewErasure(
      grpc::CallbackServerContext* context,
      const admin::v1::PreviewErasureRequest* request,
      admin::v1::PreviewErasureResponse* response) override;
  grpc::ServerUnaryReactor* CreateErasure(
      grpc::CallbackServerContext* context,
      const admin::v1::CreateErasureRequest* request,
      admin::v1::CreateErasureResponse* response) override;
  grpc::ServerUnaryReactor* ListErasures(
      grpc::CallbackServerContext* context,
      const admin::v1::ListErasuresRequest* request,
      admin::v1::ListErasuresResponse* response) override;

 private:
  AdminContext& admin_;
};

}  // namespace sluice::gateway
