#include "gateway/admin/replies_service.h"

#include <future>
#include <memory>
#include <string>

#include "gateway/admin/reply_search.h"
#include "gateway/admin/services.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// What was looked at, for the operator log.
std::string SubjectOf(const ReplySearch& search) {
  if (search.sender) return Masked(search.sender);
  if (search.unclaimed) return "unclaimed replies";
  return search.review ? "replies to review" : "replies";
}

}  // namespace

grpc::ServerUnaryReactor* RepliesService::ListReplies(
    grpc::CallbackServerContext* context,
    const admin::v1::ListRepliesRequest* request,
    admin::v1::ListRepliesResponse* response) {
  const auto list = [this, request, response](
                        const Caller& key,
                        const StopAsked& stop) -> absl::Status {
    SLUICE_ASSIGN_OR_RETURN(const ReplySearch search,
                            ReadReplySearch(*request, admin_.store.partitions(),
                                            admin_.store.NowMs()));
    std::future<absl::Status> noted = admin_.log.Note(
        key, Rpc::kListReplies, search.sender, SubjectOf(search));
    SLUICE_ASSIGN_OR_RETURN(*response,
                            SearchReplies(admin_.store, search, stop));
    return noted.get();
  };
  return ServeLookup(admin_, context, Rpc::kListReplies, list);
}

std::unique_ptr<grpc::Service> MakeRepliesService(AdminContext& admin) {
  return std::make_unique<RepliesService>(admin);
}

}  // namespace sluice::gateway
