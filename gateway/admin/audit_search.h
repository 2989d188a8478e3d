#pragma once

// AuditService.SearchMessages: decisions of all partitions in the order of
// their time, a bounded piece at a time. Every page reads forward from where
// the last one ended and gives back where each partition stands, so that a
// search through a year costs each call a fraction of a second and the server
// nothing between the calls.

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
  std::string reason;  // Empty: all; with `observed`, any that was observed.
  std::string rule;    // The same.
  bool observed = false;
  size_t page_size = 0;
  std::string page_token;
};

// Errors: kInvalidArgument, naming the field; kNotFound (a party).
absl::StatusOr<Search> ReadSearch(
    const admin::v1::SearchMessagesRequest& request,
    const filter::Registry& registry);

// Whether a record is a decision that the search asks for, its time aside.
bool Matches(const Search& search, const store::v1::Record& record);

// Errors: kInvalidArgument (page token); those of the store.
absl::StatusOr<admin::v1::SearchMessagesResponse> RunSearch(
    const store::Store& store, const Search& search, filter::Language language);

// One message with everything that happened to it. `record` is its decision.
// Errors: those of the store.
absl::StatusOr<admin::v1::MessageRecord> Chain(const store::Store& store,
                                               const store::MessageId& id,
                                               const store::v1::Record& record,
                                               filter::Language language);

}  // namespace sluice::gateway
