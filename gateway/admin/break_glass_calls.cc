// The calls of the service Rules that act at once: exemptions and blocks.

#include <spdlog/spdlog.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/admin/rules_service.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// What the log says of a decision. A phrase may be part of a person's message,
// so that the log does not have it.
std::string Describe(const admin::v1::Exemption& exemption) {
  const bool is_template = !exemption.template_id().empty();
  return absl::StrCat(
      "exemption ", exemption.number(), " (rule ", exemption.rule(), ", ",
      is_template ? "template " : "content provider ",
      is_template ? exemption.template_id() : exemption.content_provider_id(),
      ")");
}

std::string Describe(const admin::v1::Block& block) {
  return absl::StrCat(
      "block ", block.number(), " (",
      !block.phrase().empty()   ? "a phrase"
      : !block.domain().empty() ? "a domain"
                                : "all texts",
      ", ",
      block.content_provider_id().empty()
          ? "all content providers"
          : absl::StrCat("content provider ", block.content_provider_id()),
      ")");
}

// Puts the decision that a call returned into the response, or returns its
// error.
template <typename Decision>
absl::Status Take(absl::StatusOr<Decision> decision, absl::string_view what,
                  Decision& response) {
  if (!decision.ok()) return decision.status();
  spdlog::warn("rules: {} {}", Describe(*decision), std::string(what));
  response = *std::move(decision);
  return absl::OkStatus();
}

// One page of `all`, the newest first, put in with `add`. Returns the token of
// the next page. Errors: kInvalidArgument.
template <typename Decision, typename Request, typename Add>
absl::StatusOr<std::string> AddPage(std::vector<Decision> all, TokenKind kind,
                                    const Request& request, const Add& add) {
  SLUICE_ASSIGN_OR_RETURN(const size_t limit, PageSize(request.page_size()));
  SLUICE_ASSIGN_OR_RETURN(const uint64_t before,
                          PageNumber(kind, request.page_token()));
  size_t added = 0;
  uint32_t last = 0;
  for (Decision& one : all) {
    if (before != 0 && one.number() >= before) continue;
    if (added++ == limit) return EncodeToken(kind, {last});
    last = one.number();
    add(std::move(one));
  }
  return std::string();
}

}  // namespace

grpc::ServerUnaryReactor* RulesService::CreateExemption(
    grpc::CallbackServerContext* context,
    const admin::v1::CreateExemptionRequest* request,
    admin::v1::CreateExemptionResponse* response) {
  return ServeNow(
      admin_, context, Rpc::kCreateExemption,
      [this, request, response](const Key& key) {
        return Take(admin_.control.Exempt(*request, {key.id, request->reason()},
                                          book_.one_person()),
                    "is in force", *response->mutable_exemption());
      });
}

grpc::ServerUnaryReactor* RulesService::ConfirmExemption(
    grpc::CallbackServerContext* context,
    const admin::v1::ConfirmExemptionRequest* request,
    admin::v1::ConfirmExemptionResponse* response) {
  return ServeNow(
      admin_, context, Rpc::kConfirmExemption,
      [this, request, response](const Key& key) {
        return Take(admin_.control.ConfirmExemption(request->number(),
                                                    {key.id, request->reason()},
                                                    book_.one_person()),
                    "is confirmed", *response->mutable_exemption());
      });
}

grpc::ServerUnaryReactor* RulesService::EndExemption(
    grpc::CallbackServerContext* context,
    const admin::v1::EndExemptionRequest* request,
    admin::v1::EndExemptionResponse* response) {
  return ServeNow(admin_, context, Rpc::kEndExemption,
                  [this, request, response](const Key& key) {
                    return Take(
                        admin_.control.EndExemption(
                            request->number(), {key.id, request->reason()}),
                        "is ended", *response->mutable_exemption());
                  });
}

grpc::ServerUnaryReactor* RulesService::ListExemptions(
    grpc::CallbackServerContext* context,
    const admin::v1::ListExemptionsRequest* request,
    admin::v1::ListExemptionsResponse* response) {
  return ServeNow(
      admin_, context, Rpc::kListExemptions,
      [this, request, response](const Key&) {
        SLUICE_ASSIGN_OR_RETURN(
            *response->mutable_next_page_token(),
            AddPage(admin_.control.ListExemptions(request->all()),
                    TokenKind::kExemptions, *request,
                    [response](admin::v1::Exemption exemption) {
                      *response->add_exemptions() = std::move(exemption);
                    }));
        SetTimestamp(admin_.store.NowMs(), *response->mutable_server_time());
        return absl::OkStatus();
      });
}

// Messages that wait were examined before it: they are rechecked.
grpc::ServerUnaryReactor* RulesService::CreateBlock(
    grpc::CallbackServerContext* context,
    const admin::v1::CreateBlockRequest* request,
    admin::v1::CreateBlockResponse* response) {
  return ServeNow(admin_, context, Rpc::kCreateBlock,
                  [this, request, response](const Key& key) {
                    const Actor actor = {key.id, request->reason()};
                    std::weak_ptr<const filter::Snapshot> before;
                    SLUICE_RETURN_IF_ERROR(Take(
                        admin_.control.CreateBlock(*request, actor, before),
                        "is in force", *response->mutable_block()));
                    SLUICE_ASSIGN_OR_RETURN(
                        const admin::v1::RuleVersion version, book_.Find(0));
                    rechecker_.Start(version.number(), actor, before,
                                     Rechecker::Scope::kBlocked);
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* RulesService::ConfirmBlock(
    grpc::CallbackServerContext* context,
    const admin::v1::ConfirmBlockRequest* request,
    admin::v1::ConfirmBlockResponse* response) {
  return ServeNow(admin_, context, Rpc::kConfirmBlock,
                  [this, request, response](const Key& key) {
                    return Take(
                        admin_.control.ConfirmBlock(request->number(),
                                                    {key.id, request->reason()},
                                                    book_.one_person()),
                        "is confirmed", *response->mutable_block());
                  });
}

grpc::ServerUnaryReactor* RulesService::EndBlock(
    grpc::CallbackServerContext* context,
    const admin::v1::EndBlockRequest* request,
    admin::v1::EndBlockResponse* response) {
  return ServeNow(admin_, context, Rpc::kEndBlock,
                  [this, request, response](const Key& key) {
                    return Take(
                        admin_.control.EndBlock(request->number(),
                                                {key.id, request->reason()}),
                        "is ended", *response->mutable_block());
                  });
}

grpc::ServerUnaryReactor* RulesService::ListBlocks(
    grpc::CallbackServerContext* context,
    const admin::v1::ListBlocksRequest* request,
    admin::v1::ListBlocksResponse* response) {
  return ServeNow(
      admin_, context, Rpc::kListBlocks, [this, request, response](const Key&) {
        SLUICE_ASSIGN_OR_RETURN(
            *response->mutable_next_page_token(),
            AddPage(admin_.control.ListBlocks(request->all()),
                    TokenKind::kBlocks, *request,
                    [response](admin::v1::Block block) {
                      *response->add_blocks() = std::move(block);
                    }));
        SetTimestamp(admin_.store.NowMs(), *response->mutable_server_time());
        return absl::OkStatus();
      });
}

}  // namespace sluice::gateway
