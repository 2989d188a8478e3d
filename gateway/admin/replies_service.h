#pragma once

// The service Replies: what recipients sent back.

#include "gateway/admin/admin_context.h"
#include "sluice/admin/v1/replies.grpc.pb.h"

namespace sluice::gateway {

class RepliesService final : public admin::v1::RepliesService::CallbackService {
 public:
  // `admin` must outlive it.
  explicit RepliesService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* ListReplies(
      grpc::CallbackServerContext* context,
      const admin::v1::ListRepliesRequest* request,
      admin::v1::ListRepliesResponse* response) override;

 private:
  AdminContext& admin_;
};

}  // namespace sluice::gateway
