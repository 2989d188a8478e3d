#pragma once

// The service OptOuts: refusals of recipients, by hand (article 18). Import
// takes and gives bytes: a batch that does not parse is then one answered
// fault.

#include "filter/sentence.h"
#include "gateway/office.h"
#include "gateway/opt_out_import.h"
#include "sluice/v1/opt_outs.grpc.pb.h"

namespace sluice::gateway {

using RawOptOuts = v1::OptOuts::WithCallbackMethod_Add<
    v1::OptOuts::WithRawCallbackMethod_Import<
        v1::OptOuts::WithCallbackMethod_Remove<
            v1::OptOuts::WithCallbackMethod_Lookup<v1::OptOuts::Service>>>>;

class OptOutsService final : public RawOptOuts {
 public:
  // `office` must outlive it.
  explicit OptOutsService(Office& office) : office_(office) {}

  grpc::ServerUnaryReactor* Add(grpc::CallbackServerContext* context,
                                const v1::AddOptOutRequest* request,
                                v1::AddOptOutResponse* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Import(
      grpc::CallbackServerContext* context) override {
    return StartOptOutImport(office_, context);
  }
  grpc::ServerUnaryReactor* Remove(grpc::CallbackServerContext* context,
                                   const v1::RemoveOptOutRequest* request,
                                   v1::RemoveOptOutResponse* response) override;
  grpc::ServerUnaryReactor* Lookup(
      grpc::CallbackServerContext* context,
      const v1::LookupOptOutsRequest* request,
      v1::LookupOptOutsResponse* response) override;

 private:
  Office& office_;
};

// The refusals of one number, in force or reversed, oldest first.
// Errors: those of ReadNumber.
absl::StatusOr<std::vector<v1::OptOut>> RefusalsOf(const store::Store& store,
                                                   Phone recipient,
                                                   filter::Language language);

}  // namespace sluice::gateway
