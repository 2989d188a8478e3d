#pragma once

// Sets parties and keys up as an administrator would, for programs that need a
// world to work in.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "tools/lib/connection.h"

namespace sluice::tools {

class RegistryClient {
 public:
  // `connection` has a key with the role admin and must outlive it. `reason`
  // goes to the journal with every change.
  RegistryClient(const Connection& connection, std::string reason);

  // Creates a party. One that is there already stays as it is.
  absl::Status Ensure(
      store::v1::Party party,
      store::v1::PartyState state = store::v1::PARTY_STATE_ACTIVE);

  // Makes a key and returns its secret.
  absl::StatusOr<std::string> MakeKey(const std::string& account_id,
                                      const std::vector<admin::v1::Role>& roles,
                                      const std::string& note);

 private:
  const Connection& connection_;
  const std::string reason_;
  const std::unique_ptr<admin::v1::RegistryService::Stub> stub_;
};

}  // namespace sluice::tools
