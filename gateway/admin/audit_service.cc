#include "gateway/admin/audit_service.h"

#include <future>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/admin/audit_search.h"
#include "gateway/admin/services.h"
#include "gateway/wire/call_context.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"
#include "store/journal/message_id.h"

namespace sluice::gateway {
namespace {

// The search for the operator log, without the number.
std::string SubjectOf(const admin::v1::SearchMessagesRequest& request,
                      const Search& search) {
  std::string subject =
      absl::StrCat("from ", search.from_ms, " until ", search.until_ms);
  const auto add = [&subject](absl::string_view name,
                              const std::string& value) {
    if (!value.empty()) absl::StrAppend(&subject, " ", name, " ", value);
  };
  add("account", request.account_id());
  add("content provider", request.content_provider_id());
  add("recipient", search.recipient ? Masked(search.recipient) : "");
  add("decision", search.decision != v1::DECISION_UNSPECIFIED
                      ? v1::Decision_Name(search.decision)
                      : "");
  add("reason", search.reason);
  add("rule", search.rule);
  add("carrier code", search.carrier_code);
  return subject;
}

}  // namespace

grpc::ServerUnaryReactor* AuditService::GetMessage(
    grpc::CallbackServerContext* context,
    const admin::v1::GetMessageRequest* request,
    admin::v1::GetMessageResponse* response) {
  const filter::Language language = LanguageOf(*context);
  const auto get = [this, request, response, language](
                       const Key& key, const StopAsked& stop) -> absl::Status {
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
                          const Key& key,
                          const StopAsked& stop) -> absl::Status {
    const store::SnapshotPtr snapshot = admin_.store.snapshot();
    SLUICE_ASSIGN_OR_RETURN(const gateway::Search search,
                            ReadSearch(*request, *snapshot->registry));
    std::future<absl::Status> noted =
        admin_.log.Note(key, Rpc::kSearchMessages, search.recipient,
                        SubjectOf(*request, search));
    SLUICE_ASSIGN_OR_RETURN(*response,
                            RunSearch(admin_.store, search, language, stop));
    return noted.get();
  };
  return ServeLookup(admin_, context, Rpc::kSearchMessages, search);
}

std::unique_ptr<grpc::Service> MakeAuditService(AdminContext& admin) {
  return std::make_unique<AuditService>(admin);
}

}  // namespace sluice::gateway
