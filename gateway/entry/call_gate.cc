#include "gateway/entry/call_gate.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/wire/call_context.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

absl::Status TooMany(absl::string_view what, uint32_t max,
                     absl::string_view setting) {
  return absl::ResourceExhaustedError(
      absl::StrCat("the key has ", max, " ", what,
                   " in progress and may have no more (limits.", setting,
                   "): wait until one of them has ended"));
}

}  // namespace

CallGate::CallGate(Callers& callers, Connections& connections, Metrics& metrics,
                   std::function<int64_t()> now_ms, Limits limits)
    : callers_(callers),
      connections_(connections),
      metrics_(metrics),
      now_ms_(std::move(now_ms)),
      limits_(limits) {}

absl::StatusOr<Admission> CallGate::Begin(
    const grpc::CallbackServerContext& context, Rpc rpc, bool streams) {
  Admission admitted;
  admitted.peer = context.peer();
  admitted.streams = streams;
  absl::StatusOr<KeyPtr> key =
      callers_.Authorize(AuthorizationOf(context), rpc, now_ms_());
  if (!key.ok()) metrics_.Count(Event::kCallRefused);
  if (absl::IsUnauthenticated(key.status())) {
    connections_.Blame(admitted.peer, 1);
    return key.status();
  }
  admitted.intake = connections_.Trust(admitted.peer);
  const absl::Status counted = [&] {
    if (!key.ok()) return key.status();
    admitted.key = *std::move(key);
    return Count(admitted);
  }();
  if (!counted.ok()) {
    // What has come of its request is dropped.
    admitted.intake->Take(Intake::kWaiting);
    connections_.Blame(admitted.peer, Connections::kRefusedFaults);
    return counted;
  }
  connections_.CallAdmitted();
  if (streams) admitted.intake->Allow(Intake::kReading);
  return admitted;
}

absl::Status CallGate::Count(const Admission& admitted) {
  MutexLock lock(mutex_);
  Share& share = shares_[admitted.key->id];
  absl::Status status;
  if (share.calls >= limits_.calls_per_key_max) {
    status = TooMany("calls", share.calls, "calls_per_key_max");
  } else if (admitted.streams &&
             share.streams >= limits_.request_streams_per_key_max) {
    status = TooMany("streams of requests", share.streams,
                     "request_streams_per_key_max");
  } else {
    ++share.calls;
    if (admitted.streams) ++share.streams;
  }
  if (!status.ok()) metrics_.Count(Event::kCallOverloaded);
  return status;
}

void CallGate::End(const Admission& admitted) {
  connections_.AdmittedEnded();
  if (admitted.streams) admitted.intake->Allow(-Intake::kReading);
  MutexLock lock(mutex_);
  const auto found = shares_.find(admitted.key->id);
  if (admitted.streams) --found->second.streams;
  if (--found->second.calls == 0) shares_.erase(found);
}

void CallGate::BeginRequest(const Admission& admitted, grpc_call* call,
                            PendingRequest& request) {
  request.call_ = call;
  request.intake_ = admitted.intake.get();
  request.since_ = std::chrono::steady_clock::now();
  {
    MutexLock lock(mutex_);
    request.place_ = pending_.insert(pending_.end(), &request);
    Share& share = shares_[admitted.key->id];
    if (share.reading >= kReadingPerKeyMax) {
      share.waiting.push_back(&request);
      admitted.intake->Allow(Intake::kWaiting);
      return;
    }
    ++share.reading;
  }
  admitted.intake->Allow(Intake::kReading);
  request.Read();
}

void CallGate::EndRequest(const Admission& admitted, PendingRequest& request,
                          std::optional<size_t> bytes) {
  admitted.intake->Allow(-Intake::kReading);
  admitted.intake->Take(bytes ? static_cast<int64_t>(*bytes)
                              : Intake::kWaiting);
  PendingRequest* next = nullptr;
  {
    MutexLock lock(mutex_);
    pending_.erase(request.place_);
    Share& share = shares_[admitted.key->id];
    if (share.waiting.empty()) {
      --share.reading;
    } else {
      next = share.waiting.front();
      share.waiting.pop_front();
    }
  }
  if (next != nullptr) {
    next->intake_->Allow(Intake::kReading - Intake::kWaiting);
    next->Read();
  }
  if (!bytes) connections_.Blame(admitted.peer, Connections::kResetFaults);
}

void CallGate::EndLateRequests() {
  const auto late = std::chrono::steady_clock::now() - limits_.request_time;
  std::vector<grpc_call*> calls;
  {
    MutexLock lock(mutex_);
    for (const PendingRequest* one : pending_) {
      if (one->since_ > late) break;
      grpc_call_ref(one->call_);
      calls.push_back(one->call_);
    }
  }
  // Without the mutex: this may call EndRequest().
  const std::string why =
      absl::StrCat("the request did not arrive in ",
                   limits_.request_time.count(), " s (limits.request_seconds)");
  for (grpc_call* call : calls) {
    grpc_call_cancel_with_status(call, GRPC_STATUS_DEADLINE_EXCEEDED,
                                 why.c_str(), nullptr);
    grpc_call_unref(call);
  }
}

}  // namespace sluice::gateway
