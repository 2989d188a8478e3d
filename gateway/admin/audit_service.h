#pragma once

// The service Audit: the record of every decision.

#include "gateway/admin/admin_context.h"
#include "sluice/admin/v1/audit.grpc.pb.h"

namespace sluice::gateway {

class AuditService final : public admin::v1::AuditService::CallbackService {
 public:
  // `admin` must outlive it.
  explicit AuditService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context,
                                const admin::v1::GetMessageRequest* request,
                                admin::v1::MessageRecord* response) override;
  grpc::ServerUnaryReactor* Search(
      grpc::CallbackServerContext* context,
      const admin::v1::SearchRequest* request,
      admin::v1::SearchResponse* response) override;

 private:
  AdminContext& admin_;
};

}  // namespace sluice::gateway
