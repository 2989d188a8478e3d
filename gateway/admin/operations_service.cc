#include "gateway/admin/operations_service.h"

#include <spdlog/spdlog.h>

#include <limits>

#include "absl/strings/str_cat.h"
#include "gateway/admin/services.h"
#include "gateway/control/actor.h"
#include "gateway/control/posture.h"
#include "gateway/wire/duration.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/status_macros.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::gateway {
namespace {

constexpr size_t kAll = std::numeric_limits<size_t>::max();

void Fill(const store::ClockReading& clock, admin::v1::ClockStatus& status) {
  status.set_state(clock.stepped ? admin::v1::CLOCK_STATE_STEPPED
                                 : admin::v1::CLOCK_STATE_SETTLED);
  SetDuration(absl::Milliseconds(clock.system_ms - clock.now_ms),
              *status.mutable_offset());
  SetTimestamp(clock.system_ms, *status.mutable_system_time());
  SetTimestamp(clock.now_ms, *status.mutable_decision_time());
}

}  // namespace

grpc::ServerUnaryReactor* OperationsService::GetClock(
    grpc::CallbackServerContext* context, const admin::v1::GetClockRequest*,
    admin::v1::GetClockResponse* response) {
  return ServeNow(admin_, context, Rpc::kGetClock,
                  [this, response](const Key&) {
                    Fill(admin_.store.ReadClock(), *response->mutable_clock());
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* OperationsService::AcceptClock(
    grpc::CallbackServerContext* context,
    const admin::v1::AcceptClockRequest* request,
    admin::v1::AcceptClockResponse* response) {
  return ServeNow(admin_, context, Rpc::kAcceptClock,
                  [this, request, response](const Key& key) {
                    const absl::Status status = Accept(key, request->reason());
                    if (status.ok())
                      Fill(admin_.store.ReadClock(),
                           *response->mutable_clock());
                    return status;
                  });
}

grpc::ServerUnaryReactor* OperationsService::GetPosture(
    grpc::CallbackServerContext* context, const admin::v1::GetPostureRequest*,
    admin::v1::GetPostureResponse* response) {
  return ServeNow(
      admin_, context, Rpc::kGetPosture, [this, response](const Key&) {
        *response =
            PostureOf(admin_.control.rules_in_force(),
                      admin_.control.List(
                          store::v1::PARTY_KIND_CONTENT_PROVIDER, "", kAll),
                      {admin_.control.ListExemptions(/*all=*/false),
                       admin_.control.rolled_back()},
                      admin_.store.NowMs());
        return absl::OkStatus();
      });
}

// Of two calls at once both may be journaled; the second then has no step to
// accept.
absl::Status OperationsService::Accept(const Key& key,
                                       const std::string& reason) {
  SLUICE_RETURN_IF_ERROR(CheckReason({key.id, reason}));
  const store::ClockReading clock = admin_.store.ReadClock();
  const int64_t step_ms = clock.system_ms - clock.now_ms;
  if (!clock.stepped) {
    return absl::FailedPreconditionError(
        "the clock has not stepped: there is nothing to accept");
  }
  if (step_ms < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("the system clock is ", -step_ms / 1000,
                     " s behind the last records, and recorded time never goes "
                     "back: correct the system clock"));
  }
  store::v1::Record record;
  store::v1::ClockAccepted& accepted = *record.mutable_clock_accepted();
  accepted.set_step_ms(step_ms);
  accepted.set_actor(key.id);
  accepted.set_reason(reason);
  SLUICE_RETURN_IF_ERROR(admin_.store.AppendControl(std::move(record)));
  admin_.store.AcceptClock();
  spdlog::warn("a step of the system clock by {} ms was accepted by {}",
               step_ms, key.id);
  return absl::OkStatus();
}

std::unique_ptr<grpc::Service> MakeOperationsService(AdminContext& admin) {
  return std::make_unique<OperationsService>(admin);
}

}  // namespace sluice::gateway
