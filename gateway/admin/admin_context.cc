#include "gateway/admin/admin_context.h"

#include <string>

#include "absl/strings/ascii.h"
#include "gateway/control/actor.h"
#include "gateway/wire/call_context.h"
#include "gateway/wire/rpc_status.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
bool IsUrgent(Rpc rpc) {
  switch (rpc) {
    case Rpc::kRollbackRules:
    case Rpc::kCreateExemption:
    case Rpc::kConfirmExemption:
    case Rpc::kEndExemption:
    case Rpc::kCreateBlock:
    case Rpc::kConfirmBlock:
    case Rpc::kEndBlock:
    case Rpc::kAddOptOut:
    case Rpc::kRemoveOptOut:
    case Rpc::kConfirmCorrection:
    case Rpc::kRejectCampaign:
    case Rpc::kRevokeKey:
    case Rpc::kUpdateLicensee:
    case Rpc::kUpdateAccount:
    case Rpc::kUpdateContentProvider:
    case Rpc::kUpdateSignature:
    case Rpc::kUpdateTemplate:
    case Rpc::kUpdatePort:
      return true;
    default:
      return false;
  }
}

bool IsLookup(Rpc rpc) {
  switch (rpc) {
    case Rpc::kAuditGetMessage:
    case Rpc::kSearchMessages:
    case Rpc::kStreamMessages:
    case Rpc::kGetDossier:
    case Rpc::kLookupOptOuts:
    case Rpc::kStreamOptOuts:
    case Rpc::kListReplies:
    case Rpc::kProveMessage:
    case Rpc::kPreviewErasure:
    case Rpc::kListErasures:
      return true;
    default:
      return false;
  }
}

absl::StatusOr<Caller> CallerOf(const AdminContext& admin,
                                const grpc::CallbackServerContext& context,
                                Rpc rpc) {
  SLUICE_ASSIGN_OR_RETURN(const KeyPtr key,
                          admin.callers.Authorize(AuthorizationOf(context), rpc,
                                                  admin.store.NowMs()));
  Caller caller;
  static_cast<Key&>(caller) = *key;
  caller.reason = std::string(LookupReasonOf(context));
  if (caller.reason.size() > kReasonSizeMax ||
      rules::FirstInvalidUtf8(caller.reason)) {
    return InvalidField("lookup_reason",
                        SayBoth("须为 UTF-8，最多 $0 字节",
                                "UTF-8 of at most $0 bytes", kReasonSizeMax));
  }
  if (admin.require_lookup_reason && IsLookup(rpc) &&
      absl::StripAsciiWhitespace(caller.reason).empty()) {
    return InvalidField(
        "lookup_reason",
        SayBoth("查询个人信息须说明原因（access.require_lookup_reason）；程序"
                "用调用头 `sluice-reason-bin`",
                "say why; look-ups of people need it "
                "(access.require_lookup_reason), from programs in the header "
                "`sluice-reason-bin`"));
  }
  return caller;
}

void AdminCall::End(const absl::Status& status) {
  if (absl::IsResourceExhausted(status)) {
    admin_.metrics.Count(Event::kCallOverloaded);
  }
  Finish(ToGrpc(EndOf(admin_, Gone(), status), admin_.retry_delay));
}

namespace {

template <class Pool>
grpc::ServerUnaryReactor* ServeOn(AdminContext& admin, Pool& workers,
                                  grpc::CallbackServerContext* context, Rpc rpc,
                                  std::function<void(AdminCall&)> handle) {
  absl::StatusOr<Caller> caller = CallerOf(admin, *context, rpc);
  if (!caller.ok()) {
    admin.metrics.Count(Event::kCallRefused);
    auto* call = new AdminCall(admin, Caller());
    call->End(caller.status());
    return call;
  }
  auto* call = new AdminCall(admin, *std::move(caller));
  const bool queued =
      RunFor(call->key(), workers, [call, handle = std::move(handle)] {
        if (call->Gone())
          return call->End(absl::CancelledError("the caller left"));
        handle(*call);
      });
  if (!queued) {
    call->End(ErrorOf(absl::StatusCode::kResourceExhausted,
                      SayBoth("等待处理的调用过多，请稍后再试",
                              "too many calls are waiting")));
  }
  return call;
}

std::function<void(AdminCall&)> Ending(
    std::function<absl::Status(const Caller&)> handle) {
  return [handle = std::move(handle)](AdminCall& call) {
    call.End(handle(call.key()));
  };
}

std::function<void(AdminCall&)> EndingEarly(
    std::function<absl::Status(const Caller&, const StopAsked&)> handle) {
  return [handle = std::move(handle)](AdminCall& call) {
    const StopAsked stop = call.stop();
    const absl::Status begin = CheckStop(stop);
    call.End(begin.ok() ? handle(call.key(), stop) : begin);
  };
}

}  // namespace

grpc::ServerUnaryReactor* Serve(AdminContext& admin, Workers& workers,
                                grpc::CallbackServerContext* context, Rpc rpc,
                                std::function<void(AdminCall&)> handle) {
  return ServeOn(admin, workers, context, rpc, std::move(handle));
}

grpc::ServerUnaryReactor* Serve(AdminContext& admin,
                                grpc::CallbackServerContext* context, Rpc rpc,
                                std::function<void(AdminCall&)> handle) {
  Workers& workers = IsUrgent(rpc) ? admin.urgent_workers : admin.workers;
  return Serve(admin, workers, context, rpc, std::move(handle));
}

grpc::ServerUnaryReactor* ServeNow(
    AdminContext& admin, grpc::CallbackServerContext* context, Rpc rpc,
    std::function<absl::Status(const Caller&)> handle) {
  return Serve(admin, context, rpc, Ending(std::move(handle)));
}

grpc::ServerUnaryReactor* ServeLookup(
    AdminContext& admin, grpc::CallbackServerContext* context, Rpc rpc,
    std::function<absl::Status(const Caller&, const StopAsked&)> handle) {
  return ServeOn(admin, admin.lookups, context, rpc,
                 EndingEarly(std::move(handle)));
}

grpc::ServerUnaryReactor* ServeSlowly(
    AdminContext& admin, grpc::CallbackServerContext* context, Rpc rpc,
    std::function<absl::Status(const Caller&, const StopAsked&)> handle) {
  return ServeLong(admin, admin.slow_workers, context, rpc, std::move(handle));
}

grpc::ServerUnaryReactor* ServeLong(
    AdminContext& admin, Workers& workers, grpc::CallbackServerContext* context,
    Rpc rpc,
    std::function<absl::Status(const Caller&, const StopAsked&)> handle) {
  return ServeOn(admin, workers, context, rpc, EndingEarly(std::move(handle)));
}

absl::StatusOr<size_t> PageSize(uint32_t asked, size_t by_default) {
  if (asked > kPageSizeMax) {
    return InvalidField(
        "page_size",
        SayBoth("给出的是 $0，最多 $1", "$0, at most $1", asked, kPageSizeMax));
  }
  return asked == 0 ? by_default : asked;
}

}  // namespace sluice::gateway
