#pragma once

// Places in the journal that callers bring back in tokens. The checksum of a
// token finds truncated ones, but a caller can make it, so a place proves
// nothing: without this check an invented place would read as damage.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "store/store.h"

namespace sluice::gateway {

// Whether records of `partition` can be read from `place` on. Reads one group.
// Errors, about the request's `field`: kInvalidArgument (no group begins
// there); kOutOfRange (retention removed it). Those of Store::Scan().
absl::Status CheckPlace(const store::Store& store, int partition,
                        store::RecordRef place, absl::string_view field);

}  // namespace sluice::gateway
