#pragma once

// The service Audit: reads the record of every decision.

#include "gateway/admin/admin_context.h"
#include "sluice/admin/v1/audit.grpc.pb.h"

namespace sluice::gateway {

class AuditService final : public admin::v1::AuditService::CallbackService {
 public:
  // `admin` must outlive it.
  explicit AuditService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* GetMessage(
      grpc::CallbackServerContext* context,
      const admin::v1::GetMessageRequest* request,
      admin::v1::GetMessageResponse* response) override;
  grpc::ServerUnaryReactor* SearchMessages(
      grpc::CallbackServerContext* context,
      const admin::v1::SearchMessagesRequest* request,
      admin::v1::SearchMessagesResponse* response) override;
  grpc::ServerWriteReactor<admin::v1::StreamMessagesResponse>* StreamMessages(
      grpc::CallbackServerContext* context,
      const admin::v1::StreamMessagesRequest* request) override;

 private:
  AdminContext& admin_;
};

}  // namespace sluice::gateway
