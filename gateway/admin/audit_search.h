#pragma once

// AuditService.SearchMessages: decisions of all partitions, by time. A call
// reads a bounded number of records forward from the end of the last page, and
// returns the position in each partition as the page token. So a search through
// a year takes a fraction of a second a call, and no state between calls.

#include "absl/status/statusor.h"
#include "filter/sentence.h"
#include "gateway/admin/search_filter.h"
#include "sluice/admin/v1/audit.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Errors: kInvalidArgument (page token); those of the store; kCancelled
// (`stop`, which is asked all the time).
absl::StatusOr<admin::v1::SearchMessagesResponse> RunSearch(
    const store::Store& store, const Search& search, filter::Language language,
    const StopAsked& stop = {});

// One message with all its events. `record` is its first decision.
// Errors: those of the store; kCancelled (`stop`).
absl::StatusOr<admin::v1::MessageRecord> Chain(const store::Store& store,
                                               const store::MessageId& id,
                                               const store::v1::Record& record,
                                               filter::Language language,
                                               const StopAsked& stop = {});

}  // namespace sluice::gateway
