#include "tools/lib/registry_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "filter/base/status_macros.h"

namespace sluice::tools {

RegistryClient::RegistryClient(const Connection& connection, std::string reason)
    : connection_(connection),
      reason_(std::move(reason)),
      stub_(v1::Registry::NewStub(connection.channel())) {}

absl::Status RegistryClient::Ensure(v1::Party party, v1::PartyState state) {
  party.set_state(state);
  v1::CreatePartyRequest request;
  *request.mutable_party() = std::move(party);
  request.set_reason(reason_);
  v1::Party made;
  const absl::Status status =
      connection_.Call(*stub_, &v1::Registry::Stub::Create, request, made);
  if (status.ok() || absl::IsAlreadyExists(status)) return absl::OkStatus();
  return absl::Status(status.code(), absl::StrCat(request.party().id(), ": ",
                                                  status.message()));
}

absl::StatusOr<std::string> RegistryClient::MakeKey(
    const std::string& account_id, const std::vector<v1::Role>& roles,
    const std::string& note) {
  v1::CreateKeyRequest request;
  request.set_account_id(account_id);
  for (const v1::Role role : roles) request.add_roles(role);
  request.set_note(note);
  request.set_reason(reason_);
  v1::CreateKeyResponse response;
  SLUICE_RETURN_IF_ERROR(connection_.Call(
      *stub_, &v1::Registry::Stub::CreateKey, request, response));
  return response.secret();
}

}  // namespace sluice::tools
