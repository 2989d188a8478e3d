#pragma once

// The service Operations: the clock, as an operator sees and accepts it, and
// what is not enforced.

#include "gateway/office.h"
#include "sluice/v1/operations.grpc.pb.h"

namespace sluice::gateway {

class OperationsService final : public v1::Operations::CallbackService {
 public:
  // `office` must outlive it.
  explicit OperationsService(Office& office) : office_(office) {}

  grpc::ServerUnaryReactor* Clock(grpc::CallbackServerContext* context,
                                  const v1::ClockRequest* request,
                                  v1::ClockStatus* response) override;
  grpc::ServerUnaryReactor* AcceptClock(grpc::CallbackServerContext* context,
                                        const v1::AcceptClockRequest* request,
                                        v1::ClockStatus* response) override;
  grpc::ServerUnaryReactor* Posture(grpc::CallbackServerContext* context,
                                    const v1::PostureRequest* request,
                                    v1::PostureResponse* response) override;

 private:
  absl::Status Accept(const Key& key, const std::string& reason);

  Office& office_;
};

}  // namespace sluice::gateway
