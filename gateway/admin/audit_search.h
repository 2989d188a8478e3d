#pragma once

// AuditService.SearchMessages: decisions of all partitions, by time. A call
// reads a bounded number of records forward from the end of the last page, and
// returns the position in each partition as the page token. So a search through
// a year takes a fraction of a second a call, and no state between calls.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "filter/policy/reason.h"
#include "filter/sentence.h"
#include "sluice/admin/v1/audit.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// A SearchMessagesRequest, read and checked.
struct Search {
  int64_t from_ms = 0;
  int64_t until_ms = 0;
  uint32_t account = 0;                              // 0: all.
  uint32_t content_provider = 0;                     // 0: all.
  Phone recipient;                                   // None: all.
  v1::Decision decision = v1::DECISION_UNSPECIFIED;  // UNSPECIFIED: all.
  std::string reason;  // Empty: all; with `observed`, all observed ones.
  std::string rule;    // As `reason`.
  bool observed = false;
  std::string carrier_code;  // Of any event; empty: all.
  // The filters but the times, which page tokens belong to.
  std::string scope;
  size_t page_size = 0;
  std::string page_token;
};

// Errors: kInvalidArgument, naming the field; kNotFound (a party).
absl::StatusOr<Search> ReadSearch(
    const admin::v1::SearchMessagesRequest& request,
    const filter::Registry& registry);

// Whether a record is a decision, or a count of refusals, that matches the
// search, whatever its time and the carrier's codes, which other records have.
bool Matches(const Search& search, const store::v1::Record& record);

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
