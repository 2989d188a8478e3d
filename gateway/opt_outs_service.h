#pragma once

// The service OptOuts: refusals of recipients, by hand (article 18).

#include "filter/sentence.h"
#include "gateway/office.h"
#include "sluice/v1/opt_outs.grpc.pb.h"

namespace sluice::gateway {

class OptOutsService final : public v1::OptOuts::CallbackService {
 public:
  // `office` must outlive it.
  explicit OptOutsService(Office& office) : office_(office) {}

  grpc::ServerUnaryReactor* Add(grpc::CallbackServerContext* context,
                                const v1::AddOptOutRequest* request,
                                v1::AddOptOutResponse* response) override;
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
