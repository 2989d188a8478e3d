#pragma once

// The service Audit: the record of every decision.

#include "gateway/office.h"
#include "sluice/v1/audit.grpc.pb.h"

namespace sluice::gateway {

class AuditService final : public v1::Audit::CallbackService {
 public:
  // `office` must outlive it.
  explicit AuditService(Office& office) : office_(office) {}

  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context,
                                const v1::GetMessageRequest* request,
                                v1::MessageRecord* response) override;
  grpc::ServerUnaryReactor* Search(grpc::CallbackServerContext* context,
                                   const v1::SearchRequest* request,
                                   v1::SearchResponse* response) override;

 private:
  Office& office_;
};

}  // namespace sluice::gateway
