#pragma once

// The service Registry: parties and API keys. ControlState makes all decisions;
// here are paging, update masks and actors.

#include <google/protobuf/message.h>

#include "gateway/admin/admin_context.h"
#include "sluice/admin/v1/registry.grpc.pb.h"

namespace sluice::gateway {

class RegistryService final
    : public admin::v1::RegistryService::CallbackService {
 public:
  // `admin` must outlive it.
  explicit RegistryService(AdminContext& admin) : admin_(admin) {}

// The four calls of a kind of party, which differ only in their types.
#define SLUICE_CALL_(Verb, Name)                                   \
  grpc::ServerUnaryReactor* Verb##Name(                            \
      grpc::CallbackServerContext* context,                        \
      const admin::v1::Verb##Name##Request* request,               \
      admin::v1::Verb##Name##Response* response) override {        \
    return Verb(context, Rpc::k##Verb##Name, *request, *response); \
  }
#define SLUICE_CALLS_(One, Many) \
  SLUICE_CALL_(Get, One)         \
  SLUICE_CALL_(List, Many)       \
  SLUICE_CALL_(Create, One)      \
  SLUICE_CALL_(Update, One)

  SLUICE_CALLS_(Licensee, Licensees)
  SLUICE_CALLS_(Account, Accounts)
  SLUICE_CALLS_(ContentProvider, ContentProviders)
  SLUICE_CALLS_(Signature, Signatures)
  SLUICE_CALLS_(Template, Templates)
  SLUICE_CALLS_(Port, Ports)
#undef SLUICE_CALLS_
#undef SLUICE_CALL_

  grpc::ServerUnaryReactor* CreateKey(
      grpc::CallbackServerContext* context,
      const admin::v1::CreateKeyRequest* request,
      admin::v1::CreateKeyResponse* response) override;
  grpc::ServerUnaryReactor* RevokeKey(
      grpc::CallbackServerContext* context,
      const admin::v1::RevokeKeyRequest* request,
      admin::v1::RevokeKeyResponse* response) override;
  grpc::ServerUnaryReactor* ListKeys(
      grpc::CallbackServerContext* context,
      const admin::v1::ListKeysRequest* request,
      admin::v1::ListKeysResponse* response) override;
  grpc::ServerUnaryReactor* ListKeyHolders(
      grpc::CallbackServerContext* context,
      const admin::v1::ListKeyHoldersRequest* request,
      admin::v1::ListKeyHoldersResponse* response) override;

 private:
  // The party is the first field of `response`, and of the `request` of Create
  // and Update; other fields are found by name. Both messages must outlive the
  // call.
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context, Rpc rpc,
                                const google::protobuf::Message& request,
                                google::protobuf::Message& response);
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context, Rpc rpc,
                                 const google::protobuf::Message& request,
                                 google::protobuf::Message& response);
  grpc::ServerUnaryReactor* Create(grpc::CallbackServerContext* context,
                                   Rpc rpc,
                                   const google::protobuf::Message& request,
                                   google::protobuf::Message& response);
  grpc::ServerUnaryReactor* Update(grpc::CallbackServerContext* context,
                                   Rpc rpc,
                                   const google::protobuf::Message& request,
                                   google::protobuf::Message& response);

  AdminContext& admin_;
};

}  // namespace sluice::gateway
