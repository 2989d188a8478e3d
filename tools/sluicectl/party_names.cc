#include "tools/sluicectl/party_names.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "tools/lib/party_calls.h"

namespace sluice::ctl {

std::string NameAndId(const std::string& name, const std::string& id) {
  return name.empty() ? id : absl::StrCat(name, " (", id, ")");
}

const std::string& PartyNames::Provider(const std::string& id) {
  return Of<admin::v1::ContentProvider>(id);
}

const std::string& PartyNames::Account(const std::string& id) {
  return Of<admin::v1::Account>(id);
}

const std::string& PartyNames::Licensee(const std::string& id) {
  return Of<admin::v1::Licensee>(id);
}

const std::string& PartyNames::Signature(const std::string& id) {
  return Of<admin::v1::Signature>(id);
}

void PartyNames::Use(const google::protobuf::Descriptor& type,
                     const std::string& id, const std::string& name) {
  names_[{type.name(), id}] = NameAndId(name, id);
}

std::string PartyNames::InField(absl::string_view field,
                                const std::string& value) {
  if (absl::StartsWith(field, "content_provider_id")) return Provider(value);
  if (field == "licensee_id") return Licensee(value);
  if (field == "parent_account_id") return Account(value);
  return field == "signature_id" ? Signature(value) : value;
}

template <typename Party>
const std::string& PartyNames::Of(const std::string& id) {
  const auto [it, added] =
      names_.emplace(std::pair(Party::descriptor()->name(), id), id);
  if (added && may_ask_ && !id.empty() && !context_.json) {
    it->second = NameAndId(Ask<Party>(id), id);
  }
  return it->second;
}

// A server that does not answer is not asked again: ids do as well. One that
// has no such party is.
template <typename Party>
std::string PartyNames::Ask(const std::string& id) {
  using Calls = tools::PartyCalls<Party>;
  if (!connection_) {
    auto opened = tools::Connection::Open(context_.connection);
    may_ask_ = opened.ok();
    if (!may_ask_) return "";
    connection_ = *std::move(opened);
  }
  const auto stub = admin::v1::RegistryService::NewStub(connection_->channel());
  typename Calls::GetRequest request;
  request.set_id(id);
  typename Calls::GetResponse response;
  const absl::Status called =
      connection_->Call(*stub, Calls::kGet, request, response);
  may_ask_ = called.ok() || absl::IsNotFound(called);
  return called.ok() ? Calls::In(response).name() : "";
}

}  // namespace sluice::ctl
