#pragma once

// The service Registry: parties and API keys. All it decides is in
// ControlState; here are paging and who has changed what.

#include "gateway/admin/admin_context.h"
#include "sluice/admin/v1/registry.grpc.pb.h"

namespace sluice::gateway {

class RegistryService final
    : public admin::v1::RegistryService::CallbackService {
 public:
  // `admin` must outlive it.
  explicit RegistryService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* Create(grpc::CallbackServerContext* context,
                                   const admin::v1::CreatePartyRequest* request,
                                   store::v1::Party* response) override;
  grpc::ServerUnaryReactor* Change(grpc::CallbackServerContext* context,
                                   const admin::v1::ChangePartyRequest* request,
                                   store::v1::Party* response) override;
  grpc::ServerUnaryReactor* List(
      grpc::CallbackServerContext* context,
      const admin::v1::ListPartiesRequest* request,
      admin::v1::ListPartiesResponse* response) override;
  grpc::ServerUnaryReactor* CreateKey(
      grpc::CallbackServerContext* context,
      const admin::v1::CreateKeyRequest* request,
      admin::v1::CreateKeyResponse* response) override;
  grpc::ServerUnaryReactor* RevokeKey(
      grpc::CallbackServerContext* context,
      const admin::v1::RevokeKeyRequest* request,
      admin::v1::ApiKey* response) override;
  grpc::ServerUnaryReactor* ListKeys(
      grpc::CallbackServerContext* context,
      const admin::v1::ListKeysRequest* request,
      admin::v1::ListKeysResponse* response) override;

 private:
  AdminContext& admin_;
};

}  // namespace sluice::gateway
