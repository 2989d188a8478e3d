#include "gateway/admin/registry_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/admin/party_resource.h"
#include "gateway/admin/services.h"
#include "gateway/wire/token.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// Ids in one call of ListKeyHolders.
constexpr int kKeyIdsMax = 1'000;

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// A page of a list ends early when it has so many bytes: clients receive at
// most 4 MiB.
constexpr size_t kPageBytesMax = 3 << 20;

TokenKind TokenKindOf(store::v1::PartyKind kind) {
  switch (kind) {
    case store::v1::PARTY_KIND_LICENSEE:
      return TokenKind::kLicensees;
    case store::v1::PARTY_KIND_ACCOUNT:
      return TokenKind::kAccounts;
    case store::v1::PARTY_KIND_CONTENT_PROVIDER:
      return TokenKind::kContentProviders;
    case store::v1::PARTY_KIND_SIGNATURE:
      return TokenKind::kSignatures;
    case store::v1::PARTY_KIND_PORT:
      return TokenKind::kPorts;
    default:
      return TokenKind::kTemplates;
  }
}

template <class T>
absl::Status Move(absl::StatusOr<T> from, T* to) {
  if (from.ok()) *to = *std::move(from);
  return from.status();
}

// The party in a request or response: its first field.
const Message& PartyOf(const Message& request) {
  return request.GetReflection()->GetMessage(request,
                                             request.GetDescriptor()->field(0));
}
Message& PartyIn(Message& response) {
  return *response.GetReflection()->MutableMessage(
      &response, response.GetDescriptor()->field(0));
}

std::string TextOf(const Message& message, const char* field) {
  return message.GetReflection()->GetString(
      message, message.GetDescriptor()->FindFieldByName(field));
}

uint64_t RevisionOf(const Message& resource) {
  return resource.GetReflection()->GetUInt64(
      resource, resource.GetDescriptor()->FindFieldByName("revision"));
}

const google::protobuf::FieldMask& MaskIn(const Message& request) {
  return static_cast<const google::protobuf::FieldMask&>(
      request.GetReflection()->GetMessage(
          request, request.GetDescriptor()->FindFieldByName("update_mask")));
}

// Only calls about templates have this field.
bool AcceptsRuleHits(const Message& request) {
  const FieldDescriptor* field =
      request.GetDescriptor()->FindFieldByName("accept_rule_hits");
  return field != nullptr && request.GetReflection()->GetBool(request, field);
}

// `field` is the path of the id in the request.
absl::Status NoSuchParty(absl::string_view field, absl::string_view id) {
  return ErrorOf(absl::StatusCode::kNotFound, field,
                 SayBoth("登记簿的这一类中没有 $0",
                         "no such party of this kind: $0", Quoted(id)));
}

// A field of the party in the request of Create or Update.
std::string FieldIn(const Message& request, absl::string_view field) {
  return absl::StrCat(request.GetDescriptor()->field(0)->name(), ".", field);
}

// Gives `add` the first of `found`: at most `size`, and at least one of those
// that fit into a page. Returns the id of the last when `found` has more, else
// "".
template <class T, class Add>
std::string Page(const std::vector<T>& found, size_t size, Add add) {
  size_t bytes = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    bytes += found[i].ByteSizeLong();
    if (i == size || (i > 0 && bytes > kPageBytesMax)) {
      return found[i - 1].id();
    }
    add(found[i]);
  }
  return "";
}

}  // namespace

grpc::ServerUnaryReactor* RegistryService::Get(
    grpc::CallbackServerContext* context, Rpc rpc, const Message& request,
    Message& response) {
  return ServeNow(admin_, context, rpc,
                  [this, &request, &response](const Key&) -> absl::Status {
                    Message& resource = PartyIn(response);
                    const std::string id = TextOf(request, "id");
                    const auto party = admin_.control.Find(
                        KindOfResource(*resource.GetDescriptor()), id);
                    if (!party) return NoSuchParty("id", id);
                    ToResource(*party, resource);
                    return absl::OkStatus();
                  });
}

grpc::ServerUnaryReactor* RegistryService::List(
    grpc::CallbackServerContext* context, Rpc rpc, const Message& request,
    Message& response) {
  const auto list = [this, &request, &response](const Key&) -> absl::Status {
    const FieldDescriptor& parties = *response.GetDescriptor()->field(0);
    const store::v1::PartyKind kind = KindOfResource(*parties.message_type());
    const auto asked = request.GetReflection()->GetUInt32(
        request, request.GetDescriptor()->FindFieldByName("page_size"));
    SLUICE_ASSIGN_OR_RETURN(const size_t size, PageSize(asked));
    SLUICE_ASSIGN_OR_RETURN(
        const std::string after,
        DecodeIdPageToken(TokenKindOf(kind), TextOf(request, "page_token")));
    const Reflection& use = *response.GetReflection();
    const std::string last =
        Page(admin_.control.List(kind, after, size + 1), size,
             [&](const store::v1::Party& party) {
               ToResource(party, *use.AddMessage(&response, &parties));
             });
    if (last.empty()) return absl::OkStatus();
    use.SetString(&response,
                  response.GetDescriptor()->FindFieldByName("next_page_token"),
                  EncodeIdToken(TokenKindOf(kind), last));
    return absl::OkStatus();
  };
  return ServeNow(admin_, context, rpc, list);
}

grpc::ServerUnaryReactor* RegistryService::Create(
    grpc::CallbackServerContext* context, Rpc rpc, const Message& request,
    Message& response) {
  return ServeNow(
      admin_, context, rpc,
      [this, &request, &response](const Key& key) -> absl::Status {
        SLUICE_ASSIGN_OR_RETURN(
            const store::v1::Party made,
            admin_.control.Create(FromResource(PartyOf(request)),
                                  {key.id, TextOf(request, "reason")},
                                  AcceptsRuleHits(request)));
        ToResource(made, PartyIn(response));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* RegistryService::Update(
    grpc::CallbackServerContext* context, Rpc rpc, const Message& request,
    Message& response) {
  const auto update = [this, &request,
                       &response](const Key& key) -> absl::Status {
    const Message& resource = PartyOf(request);
    const std::string id = TextOf(resource, "id");
    std::optional<store::v1::Party> party =
        admin_.control.Find(KindOfResource(*resource.GetDescriptor()), id);
    if (!party) return NoSuchParty(FieldIn(request, "id"), id);
    // The mask applies to this revision; Change() checks for later ones.
    if (RevisionOf(resource) != party->revision()) {
      return WithField(
          ErrorOf(absl::StatusCode::kAborted,
                  SayBoth("$0 已是第 $1 次修订：此间有人改动；请重新查看后再改",
                          "$0 is at revision $1: it was changed meanwhile; "
                          "read it again and repeat the change",
                          id, party->revision())),
          FieldIn(request, "revision"));
    }
    SLUICE_RETURN_IF_ERROR(ApplyMask(MaskIn(request), resource, *party));
    SLUICE_ASSIGN_OR_RETURN(
        const store::v1::Party changed,
        admin_.control.Change(*std::move(party),
                              {key.id, TextOf(request, "reason")},
                              AcceptsRuleHits(request)));
    ToResource(changed, PartyIn(response));
    return absl::OkStatus();
  };
  return ServeNow(admin_, context, rpc, update);
}

grpc::ServerUnaryReactor* RegistryService::CreateKey(
    grpc::CallbackServerContext* context,
    const admin::v1::CreateKeyRequest* request,
    admin::v1::CreateKeyResponse* response) {
  return ServeNow(admin_, context, Rpc::kCreateKey,
                  [this, request, response](const Key& key) {
                    return Move(admin_.control.CreateKey(
                                    *request, {key.id, request->reason()}),
                                response);
                  });
}

grpc::ServerUnaryReactor* RegistryService::RevokeKey(
    grpc::CallbackServerContext* context,
    const admin::v1::RevokeKeyRequest* request,
    admin::v1::RevokeKeyResponse* response) {
  return ServeNow(admin_, context, Rpc::kRevokeKey,
                  [this, request, response](const Key& key) {
                    return Move(admin_.control.RevokeKey(
                                    request->id(), {key.id, request->reason()}),
                                response->mutable_key());
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
      return ErrorOf(absl::StatusCode::kNotFound, "account_id",
                     SayBoth("没有账号 $0", "no account $0", Quoted(account)));
    }
    SLUICE_ASSIGN_OR_RETURN(const size_t size, PageSize(request->page_size()));
    SLUICE_ASSIGN_OR_RETURN(
        const std::string after,
        DecodeIdPageToken(TokenKind::kKeys, request->page_token(), account));
    const std::string last =
        Page(admin_.control.ListKeys(account, after, size + 1), size,
             [response](const admin::v1::ApiKey& key) {
               *response->add_keys() = key;
             });
    if (last.empty()) return absl::OkStatus();
    response->set_next_page_token(
        EncodeIdToken(TokenKind::kKeys, last, account));
    return absl::OkStatus();
  };
  return ServeNow(admin_, context, Rpc::kListKeys, list);
}

grpc::ServerUnaryReactor* RegistryService::ListKeyHolders(
    grpc::CallbackServerContext* context,
    const admin::v1::ListKeyHoldersRequest* request,
    admin::v1::ListKeyHoldersResponse* response) {
  return ServeNow(
      admin_, context, Rpc::kListKeyHolders,
      [this, request, response](const Key&) -> absl::Status {
        if (request->ids().empty() || request->ids_size() > kKeyIdsMax) {
          return InvalidField("ids", absl::StrCat("1 to ", kKeyIdsMax));
        }
        for (admin::v1::KeyHolder& holder : admin_.control.key_holders().Find(
                 {request->ids().data(),
                  static_cast<size_t>(request->ids_size())})) {
          *response->add_holders() = std::move(holder);
        }
        return absl::OkStatus();
      });
}

std::unique_ptr<grpc::Service> MakeRegistryService(AdminContext& admin) {
  return std::make_unique<RegistryService>(admin);
}

}  // namespace sluice::gateway
