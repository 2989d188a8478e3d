#pragma once

// What a SearchMessagesRequest asks for, read and checked, and which records
// match it. Apart from audit_search.h, which finds them.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "filter/registry/registry.h"
#include "rules/base/phone.h"
#include "sluice/admin/v1/audit.pb.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::gateway {

// Of each field, its zero or empty value means all.
struct Search {
  int64_t from_ms = 0;  // Decided in [from_ms, until_ms).
  int64_t until_ms = 0;
  Phone recipient;
  std::string recipient_as_submitted;  // As PlainNumber().
  // By Party.number.
  uint32_t account = 0;
  uint32_t content_provider = 0;
  uint32_t port = 0;
  uint32_t signature = 0;
  v1::Decision decision = v1::DECISION_UNSPECIFIED;
  std::string reason;  // With `observed`, empty means all observed ones.
  std::string rule;    // As `reason`.
  bool observed = false;
  v1::MessageClass message_class = v1::MESSAGE_CLASS_UNSPECIFIED;
  admin::v1::Carrier carrier = admin::v1::CARRIER_UNSPECIFIED;
  std::string access_number;  // Digits.
  std::string campaign_id;
  std::string key;
  std::string client_ref;
  std::vector<std::string> words;  // Folded; all must be in the text.
  // These two need the message's events.
  v1::MessageState state = v1::MESSAGE_STATE_UNSPECIFIED;
  std::string carrier_code;  // Of any event, in any case.

  // The filters but the times, which page tokens belong to.
  std::string scope;
  uint32_t filters = 0;  // How many the request has; the times are none.
  size_t page_size = 0;
  std::string page_token;

  bool NeedsEvents() const {
    return state != v1::MESSAGE_STATE_UNSPECIFIED || !carrier_code.empty();
  }
};

// `now_ms` is the partition clock's time. Errors: kInvalidArgument, naming the
// field.
absl::StatusOr<Search> ReadSearch(
    const admin::v1::SearchMessagesRequest& request,
    const filter::Registry& registry, int64_t now_ms);

// Whether a record is a decision, or a count of refusals, that matches the
// search, whatever its time and its events, which other records have.
bool Matches(const Search& search, const store::v1::Record& record);

// Whether a message with all its events has the state and the carrier's code of
// the search.
bool EventsMatch(const Search& search, const admin::v1::MessageRecord& message);

// The search for the operator log: without numbers and without the words, whose
// count it has.
std::string SubjectOf(const admin::v1::SearchMessagesRequest& request,
                      const Search& search);

}  // namespace sluice::gateway
