#pragma once

// The service Registry: parties and API keys. All it decides is in
// ControlState; here are paging and who has changed what.

#include "gateway/office.h"
#include "sluice/v1/registry.grpc.pb.h"

namespace sluice::gateway {

class RegistryService final : public v1::Registry::CallbackService {
 public:
  // `office` must outlive it.
  explicit RegistryService(Office& office) : office_(office) {}

  grpc::ServerUnaryReactor* Create(grpc::CallbackServerContext* context,
                                   const v1::CreatePartyRequest* request,
                                   v1::Party* response) override;
  grpc::ServerUnaryReactor* Change(grpc::CallbackServerContext* context,
                                   const v1::ChangePartyRequest* request,
                                   v1::Party* response) override;
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const v1::ListPartiesRequest* request,
                                 v1::ListPartiesResponse* response) override;
  grpc::ServerUnaryReactor* CreateKey(grpc::CallbackServerContext* context,
                                      const v1::CreateKeyRequest* request,
                                      v1::CreateKeyResponse* response) override;
  grpc::ServerUnaryReactor* RevokeKey(grpc::CallbackServerContext* context,
                                      const v1::RevokeKeyRequest* request,
                                      v1::ApiKey* response) override;
  grpc::ServerUnaryReactor* ListKeys(grpc::CallbackServerContext* context,
                                     const v1::ListKeysRequest* request,
                                     v1::ListKeysResponse* response) override;

 private:
  Office& office_;
};

}  // namespace sluice::gateway
