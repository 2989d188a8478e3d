#pragma once

// The service OptOuts: refusals of recipients, by hand (article 18). Import
// takes and gives bytes: a batch that does not parse is then one answered
// fault.

#include "filter/sentence.h"
#include "gateway/admin/admin_context.h"
#include "gateway/admin/opt_out_import.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"

namespace sluice::gateway {

using RawOptOuts = admin::v1::OptOutsService::WithCallbackMethod_Add<
    admin::v1::OptOutsService::WithRawCallbackMethod_Import<
        admin::v1::OptOutsService::WithCallbackMethod_Remove<
            admin::v1::OptOutsService::WithCallbackMethod_Lookup<
                admin::v1::OptOutsService::Service>>>>;

class OptOutsService final : public RawOptOuts {
 public:
  // `admin` must outlive it.
  explicit OptOutsService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* Add(
      grpc::CallbackServerContext* context,
      const admin::v1::AddOptOutRequest* request,
      admin::v1::AddOptOutResponse* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Import(
      grpc::CallbackServerContext* context) override {
    return StartOptOutImport(admin_, context);
  }
  grpc::ServerUnaryReactor* Remove(
      grpc::CallbackServerContext* context,
      const admin::v1::RemoveOptOutRequest* request,
      admin::v1::RemoveOptOutResponse* response) override;
  grpc::ServerUnaryReactor* Lookup(
      grpc::CallbackServerContext* context,
      const admin::v1::LookupOptOutsRequest* request,
      admin::v1::LookupOptOutsResponse* response) override;

 private:
  AdminContext& admin_;
};

// The refusals of one number, in force or reversed, oldest first.
// Errors: those of ReadNumber.
absl::StatusOr<std::vector<admin::v1::OptOut>> RefusalsOf(
    const store::Store& store, Phone recipient, filter::Language language);

}  // namespace sluice::gateway
