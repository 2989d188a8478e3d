#pragma once

// Opaque texts that a caller gives back to go on where an answer ended: page
// tokens and Watch cursors. Numbers in base64url, with a checksum so that a
// token that was cut or made up is refused instead of read as a position.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice::gateway {

// What a token is for: a token of one RPC is refused by the others. Tokens are
// kept by callers, so the numbers stay.
enum class TokenKind : uint8_t {
  kWatch = 1,
  kSearch = 2,
  kSearchRecipient = 3,
  kDossier = 4,
  kHolds = 5,
  kVersions = 6,
  kExemptions = 7,
  kStats = 8,
  kCampaigns = 9,
  kOptOuts = 10,
};

std::string EncodeToken(TokenKind kind, const std::vector<uint64_t>& values);

// Errors: kInvalidArgument unless EncodeToken(kind, ...) made it.
absl::StatusOr<std::vector<uint64_t>> DecodeToken(TokenKind kind,
                                                  absl::string_view token);

}  // namespace sluice::gateway
