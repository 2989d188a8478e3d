#pragma once

// Opaque texts with which a caller continues where an answer ended: page tokens
// and Watch cursors. They hold numbers or a text in base64url, and a checksum
// so that a truncated token is an error and not a position. Callers can compute
// it: journal_place.h checks places in the journal, and every other value must
// be harmless whatever it is. The checksum also covers the scope, which is not
// in the token: what a token belongs to besides its call, such as a number or
// filters.

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
  kKeys = 11,
  // Each kind of party.
  kLicensees = 12,
  kAccounts = 13,
  kContentProviders = 14,
  kSignatures = 15,
  kPorts = 16,
  kTemplates = 17,
  kReplies = 18,
  kCorrections = 19,
  kOptOutImports = 20,
  kBlocks = 21,
  kOptOutExport = 22,
  kPartyChanges = 23,
  kPartiesThen = 24,
  kOperatorActions = 25,
  kLegalHolds = 26,
  kErasures = 27,
};

std::string EncodeToken(TokenKind kind, const std::vector<uint64_t>& values,
                        absl::string_view scope = {});

// Errors: kInvalidArgument unless EncodeToken(kind, ..., scope) made it.
absl::StatusOr<std::vector<uint64_t>> DecodeToken(TokenKind kind,
                                                  absl::string_view token,
                                                  absl::string_view scope = {});

// The `count` values of a page token. Errors: kInvalidArgument about the field
// page_token, as DecodeToken or for another number of values.
absl::StatusOr<std::vector<uint64_t>> DecodePageToken(
    TokenKind kind, absl::string_view token, size_t count,
    absl::string_view scope = {});

// The number in the page token of a list by number; 0: the first page. Errors:
// as DecodePageToken.
absl::StatusOr<uint64_t> PageNumber(TokenKind kind, absl::string_view token);

// The page token of a list by id, after `id`, and back. The id of an empty
// token is empty. Errors: as DecodePageToken.
std::string EncodeIdToken(TokenKind kind, absl::string_view id,
                          absl::string_view scope = {});
absl::StatusOr<std::string> DecodeIdPageToken(TokenKind kind,
                                              absl::string_view token,
                                              absl::string_view scope = {});

}  // namespace sluice::gateway
