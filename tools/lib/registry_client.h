#pragma once

// Creates parties and keys as an administrator would, for programs that need
// them.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "tools/lib/connection.h"
#include "tools/lib/party_calls.h"

namespace sluice::tools {

class RegistryClient {
 public:
  // `connection` needs a key with the role admin and must outlive it. The
  // journal records `reason` with every change.
  RegistryClient(const Connection& connection, std::string reason);

  // Creates a party of any kind, active unless the party says otherwise. An
  // existing party is unchanged.
  template <typename Party>
  absl::Status Ensure(const Party& party) {
    using Calls = PartyCalls<Party>;
    typename Calls::CreateRequest request;
    Calls::In(request) = party;
    request.set_reason(reason_);
    typename Calls::CreateResponse response;
    return Named(party.id(),
                 connection_.Call(*stub_, Calls::kCreate, request, response));
  }

  // Creates a key and returns its secret. Its holder is the program, which
  // `note` names.
  absl::StatusOr<std::string> MakeKey(const std::string& account_id,
                                      const std::vector<admin::v1::Role>& roles,
                                      const std::string& note);

 private:
  // OK if the party exists already; otherwise the error with its id.
  static absl::Status Named(const std::string& id, const absl::Status& status);

  const Connection& connection_;
  const std::string reason_;
  const std::unique_ptr<admin::v1::RegistryService::Stub> stub_;
};

}  // namespace sluice::tools
