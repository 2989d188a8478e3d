#pragma once

// The service History: the registry's past, and what operators did.

#include "gateway/admin/admin_context.h"
#include "sluice/admin/v1/history.grpc.pb.h"

namespace sluice::gateway {

class HistoryService final : public admin::v1::HistoryService::CallbackService {
 public:
  // `admin` must outlive it.
  explicit HistoryService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* ListPartyChanges(
      grpc::CallbackServerContext* context,
      const admin::v1::ListPartyChangesRequest* request,
      admin::v1::ListPartyChangesResponse* response) override;
  grpc::ServerUnaryReactor* ListParties(
      grpc::CallbackServerContext* context,
      const admin::v1::ListPartiesRequest* request,
      admin::v1::ListPartiesResponse* response) override;
  grpc::ServerUnaryReactor* ListOperatorActions(
      grpc::CallbackServerContext* context,
      const admin::v1::ListOperatorActionsRequest* request,
      admin::v1::ListOperatorActionsResponse* response) override;

 private:
  AdminContext& admin_;
};

}  // namespace sluice::gateway
