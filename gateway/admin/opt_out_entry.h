#pragma once

// Opt-outs as callers write them, read for the store: what
// OptOutsService.AddOptOut, Import and Remove have in common.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/registry/registry.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "store/partition/partition.h"

namespace sluice::gateway {

// Bytes of an evidence or a proof.
inline constexpr size_t kEvidenceSizeMax = 1000;

// Errors: kInvalidArgument. The message begins with the field's name and ": ",
// here and below; it never holds the number.
absl::StatusOr<Phone> ReadRecipient(const std::string& recipient);

// Recipient and scope; the rest of the entry is empty.
// Errors: kInvalidArgument; kNotFound (the content provider).
absl::StatusOr<store::OptOutEntry> ReadScope(
    const filter::Registry& registry, const std::string& recipient,
    const admin::v1::OptOutScope& scope);

// A whole opt-out. `source` holds when the request names none; `actor` is the
// caller's key. Errors: those of ReadScope.
absl::StatusOr<store::OptOutEntry> ReadOptOut(
    const filter::Registry& registry,
    const admin::v1::AddOptOutRequest& request, admin::v1::OptOutSource source,
    absl::string_view actor);

}  // namespace sluice::gateway
