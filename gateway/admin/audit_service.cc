#include "gateway/admin/audit_service.h"

#include <algorithm>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "gateway/admin/admin_stream.h"
#include "gateway/admin/audit_search.h"
#include "gateway/admin/services.h"
#include "gateway/wire/call_context.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "store/journal/message_id.h"

namespace sluice::gateway {
namespace {

// That a search for a rule found nothing is an error when no rule of this name
// is in force. Errors: kInvalidArgument, with the one that was probably meant.
absl::Status CheckRule(const filter::Snapshot& snapshot,
                       const std::string& rule) {
  std::vector<std::string> ids;
  for (const auto& one : snapshot.rules->rules()) ids.push_back(one.id());
  for (const auto& one : snapshot.rules->thresholds()) ids.push_back(one.id());
  for (const auto& one : snapshot.policy->limits()) ids.push_back(one.id);
  if (std::find(ids.begin(), ids.end(), rule) != ids.end()) {
    return absl::OkStatus();
  }
  const std::string near = rules::NearestOf(rule, ids);
  return InvalidField(
      "rule",
      near.empty()
          ? SayBoth("没有找到短信，生效的规则、阈值和限额中也没有 $0："
                    "`sluicectl rules stats` 和 `sluicectl posture` 列出全部",
                    "nothing was found, and no rule, threshold or limit in "
                    "force is named $0: `sluicectl rules stats` and "
                    "`sluicectl posture` list them",
                    Quoted(rule))
          : SayBoth("没有找到短信，生效的规则、阈值和限额中也没有 $0，是否应为 "
                    "$1？",
                    "nothing was found, and no rule, threshold or limit in "
                    "force is named $0, did you mean $1?",
                    Quoted(rule), Quoted(near)));
}

// The whole search, which is one page, has found nothing.
bool FoundNothing(const admin::v1::SearchMessagesRequest& request,
                  const admin::v1::SearchMessagesResponse& response) {
  return request.page_token().empty() && response.next_page_token().empty() &&
         response.messages().empty() && response.refusals_counted().empty();
}

}  // namespace

grpc::ServerUnaryReactor* AuditService::GetMessage(
    grpc::CallbackServerContext* context,
    const admin::v1::GetMessageRequest* request,
    admin::v1::GetMessageResponse* response) {
  const filter::Language language = LanguageOf(*context);
  const auto get = [this, request, response, language](
                       const Caller& key,
                       const StopAsked& stop) -> absl::Status {
    const absl::StatusOr<store::MessageId> id =
        store::DecodeMessageId(request->message_id());
    if (!id.ok()) {
      return InvalidField("message_id", BothOf(id.status()));
    }
    std::future<absl::Status> noted = admin_.log.Note(
        key, Rpc::kAuditGetMessage, Phone{}, request->message_id());
    const absl::StatusOr<store::v1::Record> record =
        id->partition < admin_.store.partitions()
            ? admin_.store.Read(*id)
            : absl::NotFoundError("no such message");
    if (!record.ok() || !record->has_decided()) {
      SLUICE_RETURN_IF_ERROR(noted.get());
      if (record.ok() || absl::IsNotFound(record.status())) {
        return WithField(
            absl::NotFoundError("no such message, or it is no longer kept"),
            "message_id");
      }
      return record.status();
    }
    SLUICE_ASSIGN_OR_RETURN(*response->mutable_message(),
                            Chain(admin_.store, *id, *record, language, stop));
    return noted.get();
  };
  return ServeLookup(admin_, context, Rpc::kAuditGetMessage, get);
}

grpc::ServerUnaryReactor* AuditService::SearchMessages(
    grpc::CallbackServerContext* context,
    const admin::v1::SearchMessagesRequest* request,
    admin::v1::SearchMessagesResponse* response) {
  const filter::Language language = LanguageOf(*context);
  const auto search = [this, request, response, language](
                          const Caller& key,
                          const StopAsked& stop) -> absl::Status {
    const store::SnapshotPtr snapshot = admin_.store.snapshot();
    SLUICE_ASSIGN_OR_RETURN(
        const gateway::Search search,
        ReadSearch(*request, *snapshot->registry, admin_.store.NowMs()));
    std::future<absl::Status> noted =
        admin_.log.Note(key, Rpc::kSearchMessages, search.recipient,
                        SubjectOf(*request, search));
    SLUICE_ASSIGN_OR_RETURN(*response,
                            RunSearch(admin_.store, search, language, stop));
    SLUICE_RETURN_IF_ERROR(noted.get());
    return !search.rule.empty() && FoundNothing(*request, *response)
               ? CheckRule(*snapshot, search.rule)
               : absl::OkStatus();
  };
  return ServeLookup(admin_, context, Rpc::kSearchMessages, search);
}

grpc::ServerWriteReactor<admin::v1::StreamMessagesResponse>*
AuditService::StreamMessages(grpc::CallbackServerContext* context,
                             const admin::v1::StreamMessagesRequest* request) {
  using Response = admin::v1::StreamMessagesResponse;
  const auto pages =
      [this, request = request->search(), language = LanguageOf(*context)](
          AdminStream<Response>& stream) mutable -> absl::Status {
    if (request.page_size() == 0) request.set_page_size(kPageSizeMax);
    const store::SnapshotPtr snapshot = admin_.store.snapshot();
    SLUICE_ASSIGN_OR_RETURN(
        gateway::Search search,
        ReadSearch(request, *snapshot->registry, admin_.store.NowMs()));
    // What is decided meanwhile would never end.
    search.until_ms = std::min(search.until_ms, admin_.store.NowMs() + 1);
    SLUICE_RETURN_IF_ERROR(admin_.log
                               .Note(stream.key(), Rpc::kStreamMessages,
                                     search.recipient,
                                     SubjectOf(request, search))
                               .get());
    Response response;
    do {
      SLUICE_ASSIGN_OR_RETURN(
          *response.mutable_page(),
          RunSearch(admin_.store, search, language, stream.stop()));
      search.page_token = response.page().next_page_token();
      if (!stream.Write(response)) return CallerGone();
    } while (!search.page_token.empty());
    return absl::OkStatus();
  };
  return ServeStream<Response>(admin_, admin_.exports, context,
                               Rpc::kStreamMessages, pages);
}

std::unique_ptr<grpc::Service> MakeAuditService(AdminContext& admin) {
  return std::make_unique<AuditService>(admin);
}

}  // namespace sluice::gateway
