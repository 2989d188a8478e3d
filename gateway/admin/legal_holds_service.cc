#include "gateway/admin/legal_holds_service.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/admin/named_party.h"
#include "gateway/admin/services.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "rules/base/both_error.h"
#include "rules/base/pasted_phone.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

using admin::v1::LegalHold;

// Without the number that it may name.
absl::Status TakeHold(absl::StatusOr<LegalHold> hold, const char* what,
                      LegalHold& response) {
  if (!hold.ok()) return hold.status();
  spdlog::warn("retention: legal hold {} {}", hold->number(), what);
  response = *std::move(hold);
  return absl::OkStatus();
}

// The party's number; its id goes into `id`. 0: none is named.
absl::StatusOr<uint32_t> FindCovered(const filter::Registry& registry,
                                     store::v1::PartyKind kind,
                                     const std::string& named,
                                     const char* field, std::string& id) {
  if (named.empty()) return 0;
  SLUICE_ASSIGN_OR_RETURN(const store::v1::Party* party,
                          FindNamed(registry, kind, named, field));
  id = party->id();
  return party->number();
}

}  // namespace

absl::Status LegalHoldsService::Create(
    const Key& key, const admin::v1::CreateLegalHoldRequest& request,
    LegalHold& response) {
  LegalHold hold;
  LegalHoldBook::Covered covered;
  if (!request.recipient().empty()) {
    const absl::StatusOr<Phone> phone = ParsePastedPhone(request.recipient());
    if (!phone.ok()) return InvalidField("recipient", BothOf(phone.status()));
    covered.recipient = *phone;
    hold.set_recipient(ToE164(*phone));
  }
  const auto registry = admin_.store.snapshot()->registry;
  SLUICE_ASSIGN_OR_RETURN(
      covered.port,
      FindCovered(*registry, store::v1::PARTY_KIND_PORT, request.port_id(),
                  "port_id", *hold.mutable_port_id()));
  SLUICE_ASSIGN_OR_RETURN(
      covered.content_provider,
      FindCovered(*registry, store::v1::PARTY_KIND_CONTENT_PROVIDER,
                  request.content_provider_id(), "content_provider_id",
                  *hold.mutable_content_provider_id()));
  if (request.has_from_time()) *hold.mutable_from_time() = request.from_time();
  if (request.has_until_time()) {
    *hold.mutable_until_time() = request.until_time();
  }
  hold.set_owner(request.owner());
  *hold.mutable_review_time() = request.review_time();
  return TakeHold(admin_.control.CreateLegalHold(std::move(hold), covered,
                                                 {key.id, request.reason()}),
                  "is in force", response);
}

grpc::ServerUnaryReactor* LegalHoldsService::CreateLegalHold(
    grpc::CallbackServerContext* context,
    const admin::v1::CreateLegalHoldRequest* request,
    admin::v1::CreateLegalHoldResponse* response) {
  return ServeNow(admin_, context, Rpc::kCreateLegalHold,
                  [this, request, response](const Key& key) {
                    return Create(key, *request,
                                  *response->mutable_legal_hold());
                  });
}

grpc::ServerUnaryReactor* LegalHoldsService::ReviewLegalHold(
    grpc::CallbackServerContext* context,
    const admin::v1::ReviewLegalHoldRequest* request,
    admin::v1::ReviewLegalHoldResponse* response) {
  return ServeNow(admin_, context, Rpc::kReviewLegalHold,
                  [this, request, response](const Key& key) {
                    return TakeHold(admin_.control.ReviewLegalHold(
                                        *request, {key.id, request->reason()}),
                                    "was reviewed",
                                    *response->mutable_legal_hold());
                  });
}

grpc::ServerUnaryReactor* LegalHoldsService::EndLegalHold(
    grpc::CallbackServerContext* context,
    const admin::v1::EndLegalHoldRequest* request,
    admin::v1::EndLegalHoldResponse* response) {
  return ServeNow(admin_, context, Rpc::kEndLegalHold,
                  [this, request, response](const Key& key) {
                    return TakeHold(
                        admin_.control.EndLegalHold(
                            request->number(), {key.id, request->reason()}),
                        "is ended", *response->mutable_legal_hold());
                  });
}

grpc::ServerUnaryReactor* LegalHoldsService::ListLegalHolds(
    grpc::CallbackServerContext* context,
    const admin::v1::ListLegalHoldsRequest* request,
    admin::v1::ListLegalHoldsResponse* response) {
  return ServeNow(
      admin_, context, Rpc::kListLegalHolds,
      [this, request, response](const Key&) {
        SLUICE_ASSIGN_OR_RETURN(const size_t limit,
                                PageSize(request->page_size()));
        SLUICE_ASSIGN_OR_RETURN(
            const uint64_t before,
            PageNumber(TokenKind::kLegalHolds, request->page_token()));
        for (LegalHold& one : admin_.control.ListLegalHolds(request->all())) {
          if (before != 0 && one.number() >= before) continue;
          if (static_cast<size_t>(response->legal_holds_size()) == limit) {
            response->set_next_page_token(EncodeToken(
                TokenKind::kLegalHolds,
                {response->legal_holds(response->legal_holds_size() - 1)
                     .number()}));
            break;
          }
          *response->add_legal_holds() = std::move(one);
        }
        SetTimestamp(admin_.store.NowMs(), *response->mutable_server_time());
        return absl::OkStatus();
      });
}

std::unique_ptr<grpc::Service> MakeLegalHoldsService(AdminContext& admin) {
  return std::make_unique<LegalHoldsService>(admin);
}

}  // namespace sluice::gateway
