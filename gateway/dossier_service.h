#pragma once

// The service Dossier: everything about one number.

#include "gateway/office.h"
#include "sluice/v1/dossier.grpc.pb.h"

namespace sluice::gateway {

class DossierService final : public v1::Dossier::CallbackService {
 public:
  // `office` must outlive it.
  explicit DossierService(Office& office) : office_(office) {}

  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context,
                                const v1::GetDossierRequest* request,
                                v1::GetDossierResponse* response) override;

 private:
  Office& office_;
};

}  // namespace sluice::gateway
