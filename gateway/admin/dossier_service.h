#pragma once

// The service Dossier: everything on record about one number.

#include "gateway/admin/admin_context.h"
#include "sluice/admin/v1/dossier.grpc.pb.h"

namespace sluice::gateway {

class DossierService final : public admin::v1::DossierService::CallbackService {
 public:
  // `admin` must outlive it.
  explicit DossierService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* GetDossier(
      grpc::CallbackServerContext* context,
      const admin::v1::GetDossierRequest* request,
      admin::v1::GetDossierResponse* response) override;

 private:
  AdminContext& admin_;
};

}  // namespace sluice::gateway
