#pragma once

// The service OptOuts: opt-outs of recipients (article 18). ImportOptOuts takes
// and returns bytes, so that a batch that does not parse gets an answer and
// does not end the stream.

#include "gateway/admin/admin_context.h"
#include "gateway/admin/opt_out_import.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"

namespace sluice::gateway {

using RawOptOuts = admin::v1::OptOutsService::WithCallbackMethod_AddOptOut<
    admin::v1::OptOutsService::WithRawCallbackMethod_ImportOptOuts<
        admin::v1::OptOutsService::WithCallbackMethod_RemoveOptOut<
            admin::v1::OptOutsService::WithCallbackMethod_LookupOptOuts<
                admin::v1::OptOutsService::Service>>>>;

class OptOutsService final : public RawOptOuts {
 public:
  // `admin` must outlive it.
  explicit OptOutsService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* AddOptOut(
      grpc::CallbackServerContext* context,
      const admin::v1::AddOptOutRequest* request,
      admin::v1::AddOptOutResponse* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ImportOptOuts(
      grpc::CallbackServerContext* context) override {
    return StartOptOutImport(admin_, context);
  }
  grpc::ServerUnaryReactor* RemoveOptOut(
      grpc::CallbackServerContext* context,
      const admin::v1::RemoveOptOutRequest* request,
      admin::v1::RemoveOptOutResponse* response) override;
  grpc::ServerUnaryReactor* LookupOptOuts(
      grpc::CallbackServerContext* context,
      const admin::v1::LookupOptOutsRequest* request,
      admin::v1::LookupOptOutsResponse* response) override;

 private:
  AdminContext& admin_;
};

}  // namespace sluice::gateway
