#pragma once

// AuditService.SearchMessages for one number: finds its decisions through the
// index by number, which is fast for any time and any number of records.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/admin/audit_search.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/message_id.h"
#include "store/store.h"

namespace sluice::gateway {

// A record that matches a search: a decision or a count of refusals.
struct Match {
  int64_t at_ms = 0;
  store::MessageId id;
  store::v1::Record record;
};

// The matches of one page, oldest first. A page ends when it is full, or after
// 20,000 decisions about the number; `next_page_token` is set if there are
// more. Errors: kInvalidArgument (page token); those of the store; kCancelled
// (`stop`).
absl::StatusOr<std::vector<Match>> SearchNumber(const store::Store& store,
                                                const Search& search,
                                                std::string& next_page_token,
                                                const StopAsked& stop);

}  // namespace sluice::gateway
