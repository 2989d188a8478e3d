#pragma once

// The position of a watch in the journals, which its caller gets as an opaque
// cursor.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sluice/v1/gateway.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// For each partition, the first record that the watch has not seen.
using WatchCursor = std::vector<store::RecordRef>;

std::string EncodeCursor(const WatchCursor& cursor);

// Errors, about the field `cursor`: kInvalidArgument (not a cursor of this
// store); kOutOfRange (retention removed the records there); kUnavailable.
absl::StatusOr<WatchCursor> DecodeCursor(const store::Store& store,
                                         absl::string_view text);

// Where the watch of `request` begins. If it begins at a time, some earlier
// records of the same group may come first. Errors: kInvalidArgument, with the
// field; those of DecodeCursor() and Store::Seek.
absl::StatusOr<WatchCursor> BeginningOf(const store::Store& store,
                                        const v1::WatchRequest& request);

}  // namespace sluice::gateway
