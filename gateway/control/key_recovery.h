#pragma once

// How whoever owns the store's files gets an admin key when all are lost: by a
// file in the store's folder, which `sluicectl key recover` writes and sluiced
// takes, at its start or while it runs. Who may write there could change the
// journals, too, so no right is gained; but it is journaled who asked, and why.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sluice::gateway {

// In the store's folder: the request, with the reason as its content; and the
// secret of the key that was made.
inline constexpr char kRecoveryRequest[] = "recover-admin-key";
inline constexpr char kRecoveredKey[] = "recovered.key";

struct RecoveryRequest {
  uint32_t user = 0;  // The user id of the file's owner.
  std::string reason;
};

// The request in `folder`; nullopt: there is none. Errors: kPermissionDenied
// (the file is a link, belongs to somebody who does not own the folder, or
// others may write it); kInvalidArgument (the reason is empty or longer than
// 1000 bytes, or has control characters); kUnavailable.
absl::StatusOr<std::optional<RecoveryRequest>> ReadRecoveryRequest(
    const std::string& folder);

// Removes the request, whatever is in its place. Errors: kUnavailable.
absl::Status RemoveRecoveryRequest(const std::string& folder);

}  // namespace sluice::gateway
