#pragma once

// Opaque texts with which a caller continues where an answer ended: page tokens
// and Watch cursors. They hold numbers in base64url, and a checksum so that a
// truncated or invented token is an error and not a position.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice::gateway {

// What a token is for: an RPC accepts only its own tokens. The numbers never
// change, because callers keep tokens.
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

// The `count` values of a page token. Errors: kInvalidArgument about the field
// page_token, as DecodeToken or for another number of values.
absl::StatusOr<std::vector<uint64_t>> DecodePageToken(TokenKind kind,
                                                      absl::string_view token,
                                                      size_t count);

}  // namespace sluice::gateway
