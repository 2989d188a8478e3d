#include "gateway/admin/registry_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr size_t kPageSizeDefault = 100;

// Pages of a list go on after an id.
absl::StatusOr<std::string> AfterOf(const std::string& page_token) {
  std::string id;
  if (!absl::WebSafeBase64Unescape(page_token, &id)) {
    return absl::InvalidArgumentError(
        "page_token: not a token of this call; leave it out for the first "
        "page");
  }
  return id;
}

template <class T>
absl::Status Move(absl::StatusOr<T> from, T* to) {
  if (from.ok()) *to = *std::move(from);
  return from.status();
}

// Puts at most `size` of `found`, which may hold one more, into a response.
template <class T, class Add>
std::string Page(std::vector<T> found, size_t size, Add add) {
  const bool more = found.size() > size;
  if (more) found.resize(size);
  std::string token = more ? absl::WebSafeBase64Escape(found.back().id()) : "";
  for (T& one : found) *add() = std::move(one);
  return token;
}

}  // namespace

grpc::ServerUnaryReactor* RegistryService::Create(
    grpc::CallbackServerContext* context,
    const admin::v1::CreatePartyRequest* request, store::v1::Party* response) {
  return ServeNow(
      admin_, context, Rpc::kRegistryCreate,
      [this, request, response](const Key& key) {
        return Move(
            admin_.control.Create(request->party(), {key.id, request->reason()},
                                  request->accept_rule_hits()),
            response);
      });
}

grpc::ServerUnaryReactor* RegistryService::Change(
    grpc::CallbackServerContext* context,
    const admin::v1::ChangePartyRequest* request, store::v1::Party* response) {
  return ServeNow(
      admin_, context, Rpc::kRegistryChange,
      [this, request, response](const Key& key) {
        return Move(
            admin_.control.Change(request->party(), {key.id, request->reason()},
                                  request->accept_rule_hits()),
            response);
      });
}

grpc::ServerUnaryReactor* RegistryService::List(
    grpc::CallbackServerContext* context,
    const admin::v1::ListPartiesRequest* request,
    admin::v1::ListPartiesResponse* response) {
  const auto list = [this, request, response](const Key&) -> absl::Status {
    if (request->kind() == store::v1::PARTY_KIND_UNSPECIFIED ||
        !store::v1::PartyKind_IsValid(request->kind())) {
      return absl::InvalidArgumentError("kind: not a known kind");
    }
    if (!request->id().empty()) {
      std::optional<store::v1::Party> party =
          admin_.control.Find(request->kind(), request->id());
      if (party) *response->add_parties() = *std::move(party);
      return absl::OkStatus();
    }
    SLUICE_ASSIGN_OR_RETURN(const size_t size,
                            PageSize(request->page_size(), kPageSizeDefault));
    SLUICE_ASSIGN_OR_RETURN(const std::string after,
                            AfterOf(request->page_token()));
    response->set_next_page_token(
        Page(admin_.control.List(request->kind(), after, size + 1), size,
             [response] { return response->add_parties(); }));
    return absl::OkStatus();
  };
  return ServeNow(admin_, context, Rpc::kRegistryList, list);
}

grpc::ServerUnaryReactor* RegistryService::CreateKey(
    grpc::CallbackServerContext* context,
    const admin::v1::CreateKeyRequest* request,
    admin::v1::CreateKeyResponse* response) {
  return ServeNow(admin_, context, Rpc::kRegistryCreateKey,
                  [this, request, response](const Key& key) {
                    return Move(admin_.control.CreateKey(
                                    *request, {key.id, request->reason()}),
                                response);
                  });
}

grpc::ServerUnaryReactor* RegistryService::RevokeKey(
    grpc::CallbackServerContext* context,
    const admin::v1::RevokeKeyRequest* request, admin::v1::ApiKey* response) {
  return ServeNow(admin_, context, Rpc::kRegistryRevokeKey,
                  [this, request, response](const Key& key) {
                    return Move(admin_.control.RevokeKey(
                                    request->id(), {key.id, request->reason()}),
                                response);
                  });
}

grpc::ServerUnaryReactor* RegistryService::ListKeys(
    grpc::CallbackServerContext* context,
    const admin::v1::ListKeysRequest* request,
    admin::v1::ListKeysResponse* response) {
  const auto list = [this, request, response](const Key&) -> absl::Status {
    const std::string& account = request->account_id();
    if (!account.empty() &&
        !admin_.control.Find(store::v1::PARTY_KIND_ACCOUNT, account)) {
      return absl::NotFoundError(
          absl::StrCat("account_id: no account ", account));
    }
    SLUICE_ASSIGN_OR_RETURN(const size_t size,
                            PageSize(request->page_size(), kPageSizeDefault));
    SLUICE_ASSIGN_OR_RETURN(const std::string after,
                            AfterOf(request->page_token()));
    response->set_next_page_token(
        Page(admin_.control.ListKeys(account, after, size + 1), size,
             [response] { return response->add_keys(); }));
    return absl::OkStatus();
  };
  return ServeNow(admin_, context, Rpc::kRegistryListKeys, list);
}

}  // namespace sluice::gateway
