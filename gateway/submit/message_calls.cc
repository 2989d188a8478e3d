#include "gateway/submit/message_calls.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/redecide/current_decision.h"
#include "gateway/redecide/redecider.h"
#include "gateway/submit/own_messages.h"
#include "gateway/wire/call_context.h"
#include "gateway/wire/rpc_status.h"
#include "gateway/wire/stopping.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr int kMessagesMax = 1000;
constexpr int kThreads = 2;
constexpr size_t kCallsMax = 256;

bool Waits(v1::MessageState state) {
  return state == v1::MESSAGE_STATE_QUEUED ||
         state == v1::MESSAGE_STATE_DEFERRED || state == v1::MESSAGE_STATE_HELD;
}

// Finds the messages of a request and cancels those that wait.
class Cancellation {
 public:
  Cancellation(store::Store& store, CampaignBook& campaigns, AccountId account,
               Actor actor, const StopAsked& stop, v1::CancelResponse& response)
      : store_(store),
        account_(account),
        stop_(stop),
        response_(response),
        redecider_(store, campaigns, {.cancel = true}, std::move(actor)) {}

  // Finds all messages first, so that an error cancels none.
  absl::Status Run(const v1::CancelRequest& request) {
    for (int i = 0; i < request.messages_size(); ++i) {
      SLUICE_RETURN_IF_ERROR(
          Add(request.messages(i), absl::StrCat("messages[", i, "]")));
    }
    for (size_t at = 0; at < waiting_.size(); at += Redecider::kBatchMax) {
      SLUICE_RETURN_IF_ERROR(CancelBatch(at));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Add(const v1::MessageName& name, const std::string& field) {
    const absl::StatusOr<store::MessageId> id =
        FindOwnMessage(store_, account_, name, field, stop_);
    v1::CancelResult& result = *response_.add_results();
    if (absl::IsNotFound(id.status())) {
      result.set_outcome(v1::CANCEL_OUTCOME_NOT_FOUND);
      return absl::OkStatus();
    }
    if (!id.ok()) return id.status();
    SLUICE_ASSIGN_OR_RETURN(CurrentDecision current,
                            FindCurrentDecision(store_, *id, stop_));
    result.set_message_id(store::ToString(*id));
    result.set_outcome(v1::CANCEL_OUTCOME_TOO_LATE);
    result.set_state(current.state);
    if (Waits(current.state)) {
      places_.push_back(response_.results_size() - 1);
      waiting_.push_back(std::move(current));
    }
    return absl::OkStatus();
  }

  // Cancels the batch that begins `at`. The writer knows which messages still
  // wait.
  absl::Status CancelBatch(size_t at) {
    const size_t end = std::min(at + Redecider::kBatchMax, waiting_.size());
    const std::vector<CurrentDecision> batch(
        std::make_move_iterator(waiting_.begin() + at),
        std::make_move_iterator(waiting_.begin() + end));
    SLUICE_ASSIGN_OR_RETURN(const std::vector<store::Redecision> became,
                            redecider_.Decide(batch));
    for (size_t i = 0; i < became.size(); ++i) {
      v1::CancelResult& result = *response_.mutable_results(places_[at + i]);
      if (became[i].outcome == store::Redecision::Outcome::kDecided) {
        result.set_outcome(v1::CANCEL_OUTCOME_CANCELLED);
        result.set_state(v1::MESSAGE_STATE_CANCELLED);
        continue;
      }
      SLUICE_ASSIGN_OR_RETURN(const CurrentDecision current,
                              FindCurrentDecision(store_, batch[i].id));
      result.set_state(current.state);
    }
    return absl::OkStatus();
  }

  store::Store& store_;
  const AccountId account_;
  const StopAsked& stop_;  // Until the first message is cancelled.
  v1::CancelResponse& response_;
  Redecider redecider_;
  // Messages that waited when they were read, and the indexes of their results.
  std::vector<CurrentDecision> waiting_;
  std::vector<int> places_;
};

}  // namespace

MessageCalls::MessageCalls(store::Store& store, Callers& callers,
                           CampaignBook& campaigns, Metrics& metrics,
                           absl::Duration retry_delay)
    : store_(store),
      callers_(callers),
      campaigns_(campaigns),
      metrics_(metrics),
      retry_delay_(retry_delay),
      workers_("messages", kThreads, kCallsMax) {}

grpc::ServerUnaryReactor* MessageCalls::Serve(
    grpc::CallbackServerContext* context, Rpc rpc,
    std::function<absl::Status(const Key&, const StopAsked&)> handle) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  absl::StatusOr<KeyPtr> key =
      callers_.Authorize(AuthorizationOf(*context), rpc, store_.NowMs());
  if (!key.ok()) {
    metrics_.Count(Event::kCallRefused);
    reactor->Finish(ToGrpc(key.status(), retry_delay_));
    return reactor;
  }
  const bool queued =
      workers_.Run([this, context, reactor, key = *std::move(key),
                    handle = std::move(handle)] {
        const StopAsked stop = [this, context] {
          return context->IsCancelled() || stopping_;
        };
        absl::Status status = handle(*key, stop);
        if (absl::IsCancelled(status) && stopping_) status = Stopping();
        if (absl::IsInvalidArgument(status)) {
          metrics_.Count(Event::kCallMalformed);
        }
        reactor->Finish(ToGrpc(status, retry_delay_));
      });
  if (!queued) {
    metrics_.Count(Event::kCallOverloaded);
    reactor->Finish(
        ToGrpc(absl::ResourceExhaustedError("too many calls are waiting"),
               retry_delay_));
  }
  return reactor;
}

grpc::ServerUnaryReactor* MessageCalls::Cancel(
    grpc::CallbackServerContext* context, const v1::CancelRequest* request,
    v1::CancelResponse* response) {
  return Serve(
      context, Rpc::kCancel,
      [this, request, response](const Key& key, const StopAsked& stop) {
        return CancelAll(*request, key, stop, *response);
      });
}

absl::Status MessageCalls::CancelAll(const v1::CancelRequest& request,
                                     const Key& key, const StopAsked& stop,
                                     v1::CancelResponse& response) const {
  if (request.messages_size() == 0) {
    return InvalidField("messages", "none, at least 1");
  }
  if (request.messages_size() > kMessagesMax) {
    return WithReason(
        InvalidField("messages", absl::StrCat(request.messages_size(),
                                              ", at most ", kMessagesMax)),
        ErrorReason::kBatchTooLarge);
  }
  const store::SnapshotPtr snapshot = store_.snapshot();
  const filter::Account* account = snapshot->registry->Find(key.account);
  if (account == nullptr) return absl::NotFoundError("no such account");
  return Cancellation(store_, campaigns_, key.account,
                      {std::string(account->id), {}}, stop, response)
      .Run(request);
}

grpc::ServerUnaryReactor* MessageCalls::Get(
    grpc::CallbackServerContext* context, const v1::GetMessageRequest* request,
    v1::GetMessageResponse* response) {
  const filter::Language language = LanguageOf(*context);
  return Serve(context, Rpc::kGetMessage,
               [this, request, response, language](
                   const Key& key, const StopAsked& stop) -> absl::Status {
                 SLUICE_ASSIGN_OR_RETURN(
                     const store::MessageId id,
                     FindOwnMessage(store_, key.account, request->message(),
                                    "message", stop));
                 SLUICE_ASSIGN_OR_RETURN(
                     *response, ShowOwnMessage(store_, id, language, stop));
                 return absl::OkStatus();
               });
}

}  // namespace sluice::gateway
