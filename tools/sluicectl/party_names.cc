#include "tools/sluicectl/party_names.h"

#include <set>

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

std::string PartyNames::Provider(const std::string& id, const Time& then) {
  return Then<admin::v1::ContentProvider>(id, then);
}

std::string PartyNames::Account(const std::string& id, const Time& then) {
  return Then<admin::v1::Account>(id, then);
}

std::string PartyNames::Licensee(const std::string& id, const Time& then) {
  return Then<admin::v1::Licensee>(id, then);
}

std::string PartyNames::Signature(const std::string& id, const Time& then) {
  return Then<admin::v1::Signature>(id, then);
}

std::vector<std::string> PartyNames::Agents(const std::string& account_id,
                                            const Time& then) {
  std::vector<std::string> agents;
  std::set<std::string> seen = {account_id};
  std::string id = account_id;
  for (;;) {
    const google::protobuf::Message* const account =
        past_.At(*admin::v1::Account::descriptor(), id, then);
    if (account == nullptr) return agents;
    id = static_cast<const admin::v1::Account&>(*account).parent_account_id();
    if (id.empty() || !seen.insert(id).second) return agents;
    agents.push_back(Account(id, then));
  }
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
  if (added && !id.empty()) it->second = NameAndId(Ask<Party>(id), id);
  return it->second;
}

template <typename Party>
std::string PartyNames::Then(const std::string& id, const Time& then) {
  if (id.empty()) return id;
  const google::protobuf::Message* const party =
      past_.At(*Party::descriptor(), id, then);
  return party == nullptr
             ? Of<Party>(id)
             : NameAndId(static_cast<const Party&>(*party).name(), id);
}

template <typename Party>
std::string PartyNames::Ask(const std::string& id) {
  using Calls = tools::PartyCalls<Party>;
  const tools::Connection* const connection = server_.connection();
  if (connection == nullptr) return "";
  const auto stub = admin::v1::RegistryService::NewStub(connection->channel());
  typename Calls::GetRequest request;
  request.set_id(id);
  typename Calls::GetResponse response;
  const bool answered =
      server_.Answered(connection->Call(*stub, Calls::kGet, request, response));
  return answered ? Calls::In(response).name() : "";
}

}  // namespace sluice::ctl
