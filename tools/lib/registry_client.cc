#include "tools/lib/registry_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"

namespace sluice::tools {

RegistryClient::RegistryClient(const Connection& connection, std::string reason)
    : connection_(connection),
      reason_(std::move(reason)),
      stub_(admin::v1::RegistryService::NewStub(connection.channel())) {}

absl::Status RegistryClient::Named(const std::string& id,
                                   const absl::Status& status) {
  if (status.ok() || absl::IsAlreadyExists(status)) return absl::OkStatus();
  return absl::Status(status.code(), absl::StrCat(id, ": ", status.message()));
}

absl::StatusOr<std::string> RegistryClient::MakeKey(
    const std::string& account_id, const std::vector<admin::v1::Role>& roles,
    const std::string& note) {
  admin::v1::CreateKeyRequest request;
  request.set_account_id(account_id);
  for (const admin::v1::Role role : roles) request.add_roles(role);
  request.set_note(note);
  request.set_person(note);  // Keys with other roles than submit need one.
  request.set_reason(reason_);
  admin::v1::CreateKeyResponse response;
  SLUICE_RETURN_IF_ERROR(connection_.Call(
      *stub_, &admin::v1::RegistryService::Stub::CreateKey, request, response));
  return response.secret();
}

}  // namespace sluice::tools
