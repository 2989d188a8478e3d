#pragma once

// How an opt-out came, as 32 bits: two opt-outs of the same scope and origin
// are the same one said twice. One of another origin stands beside it, so that
// the correction of a mistake leaves the subscriber's own opt-out in force.

#include <cstdint>

#include "absl/strings/string_view.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::store {

// The id that Sluice makes for an import without one begins so. Such an import
// cannot be told from a repeat of another one, and a repeat must change
// nothing: its opt-outs count by their evidence.
inline constexpr absl::string_view kUnnamedImport = "unnamed-";

// Of the source and the import, or else the source, the evidence and the reply.
// Never 0, which an opt-out has that an older version saved: its origin is not
// known and equals no other. A collision (1 in 4 billion) makes the second
// opt-out the first one said again.
uint32_t OptOutOrigin(admin::v1::OptOutSource source,
                      absl::string_view import_id, absl::string_view evidence,
                      absl::string_view raw_reply);

// The same of a record, so that a replay ends with the same facts.
uint32_t OriginOf(const store::v1::OptOutAdded& added);

}  // namespace sluice::store
