#pragma once

// Converts the opt-outs of requests for the store. AddOptOut, ImportOptOuts and
// RemoveOptOut share it.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/registry/registry.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "store/partition/partition.h"

namespace sluice::gateway {

// Most bytes of an evidence or a proof.
inline constexpr size_t kEvidenceSizeMax = 1000;

// Errors: kInvalidArgument, with the field. Here and below, the message of an
// error never holds the number.
absl::StatusOr<Phone> ReadRecipient(const std::string& recipient);

// Replaces the names in a scope that a person typed by ids (named_party.h); the
// signature's is one of the content provider's. Imports need ids: looking for a
// name takes longer than an opt-out. Errors: kNotFound, with the field.
absl::Status ReplaceNames(const filter::Registry& registry,
                          admin::v1::OptOutScope& scope);

// Returns an entry with recipient and scope only.
// Errors: kInvalidArgument; kNotFound (the content provider).
absl::StatusOr<store::OptOutEntry> ReadScope(
    const filter::Registry& registry, const std::string& recipient,
    const admin::v1::OptOutScope& scope);

// Returns a whole entry. `source` is for requests without a source; `actor` is
// the caller's key id. Errors: those of ReadScope.
absl::StatusOr<store::OptOutEntry> ReadOptOut(
    const filter::Registry& registry,
    const admin::v1::AddOptOutRequest& request, admin::v1::OptOutSource source,
    absl::string_view actor);

}  // namespace sluice::gateway
