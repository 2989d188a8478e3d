#pragma once

// Where a watch stands in the journals: what its caller gets as an opaque
// cursor, and where it begins.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sluice/v1/gateway.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// For each partition, where the records begin that the watch has not seen.
using WatchCursor = std::vector<store::RecordRef>;

std::string EncodeCursor(const WatchCursor& cursor);

// Errors: kInvalidArgument (not a cursor of this store).
absl::StatusOr<WatchCursor> DecodeCursor(const store::Store& store,
                                         absl::string_view text);

// Where `request` begins. From a time on, some earlier records of the same
// group may come first. Errors: kInvalidArgument, with the field; those of
// Store::Seek.
absl::StatusOr<WatchCursor> BeginningOf(const store::Store& store,
                                        const v1::WatchRequest& request);

}  // namespace sluice::gateway
