#include "gateway/office.h"

#include <spdlog/spdlog.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/call_context.h"
#include "gateway/rpc_status.h"

namespace sluice::gateway {
namespace {

constexpr size_t kPageSizeMax = 1000;

}  // namespace

void OfficeCall::End(const absl::Status& status) {
  if (absl::IsResourceExhausted(status)) {
    office_.metrics.Count(Event::kCallOverloaded);
  }
  // Its message names places, never contents.
  if (absl::IsDataLoss(status)) {
    spdlog::error(
        "damage found while answering: {}; `sluicectl store check` "
        "looks at all of the store",
        std::string(status.message()));
  }
  Finish(ToGrpc(status, office_.retry_delay));
}

grpc::ServerUnaryReactor* Serve(Office& office, Workers& workers,
                                grpc::CallbackServerContext* context, Rpc rpc,
                                std::function<void(OfficeCall&)> handle) {
  absl::StatusOr<KeyPtr> key = office.callers.Authorize(
      AuthorizationOf(*context), rpc, office.store.NowMs());
  if (!key.ok()) {
    office.metrics.Count(Event::kCallRefused);
    auto* call = new OfficeCall(office, nullptr);
    call->End(key.status());
    return call;
  }
  auto* call = new OfficeCall(office, *std::move(key));
  const bool queued =
      workers.Run([call, handle = std::move(handle)] { handle(*call); });
  if (!queued) {
    call->End(absl::ResourceExhaustedError("too many calls are waiting"));
  }
  return call;
}

grpc::ServerUnaryReactor* Serve(Office& office,
                                grpc::CallbackServerContext* context, Rpc rpc,
                                std::function<void(OfficeCall&)> handle) {
  return Serve(office, office.workers, context, rpc, std::move(handle));
}

namespace {

std::function<void(OfficeCall&)> Ending(
    std::function<absl::Status(const Key&)> handle) {
  return [handle = std::move(handle)](OfficeCall& call) {
    call.End(handle(call.key()));
  };
}

}  // namespace

grpc::ServerUnaryReactor* ServeNow(
    Office& office, grpc::CallbackServerContext* context, Rpc rpc,
    std::function<absl::Status(const Key&)> handle) {
  return Serve(office, office.workers, context, rpc, Ending(std::move(handle)));
}

grpc::ServerUnaryReactor* ServeSlowly(
    Office& office, grpc::CallbackServerContext* context, Rpc rpc,
    std::function<absl::Status(const Key&)> handle) {
  return Serve(office, office.slow_workers, context, rpc,
               Ending(std::move(handle)));
}

absl::StatusOr<size_t> PageSize(uint32_t asked, size_t by_default) {
  if (asked > kPageSizeMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("page_size: ", asked, ", at most ", kPageSizeMax));
  }
  return asked == 0 ? by_default : asked;
}

}  // namespace sluice::gateway
