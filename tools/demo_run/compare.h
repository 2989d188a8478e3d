#pragma once

// The demo's accounts: what the client was told, what the journal says and what
// the carrier's side got, message by message.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sluice/admin/v1/audit.pb.h"
#include "sluice/v1/gateway.pb.h"
#include "tools/lib/connection.h"

namespace sluice::demo {

// A message as submitted, and its verdict.
struct Answered {
  v1::OutgoingMessage message;
  v1::Verdict verdict;
};

// A whole message that the simulator got, all parts joined.
struct Arrived {
  std::string recipient;  // 11 digits.
  std::string text;
};

using Journal =
    std::map<std::string, admin::v1::MessageRecord>;  // By message id.

// Everything decided at or after `from`, through AuditService.SearchMessages.
absl::StatusOr<Journal> ReadJournal(const tools::Connection& auditor,
                                    absl::Time from);

struct Comparison {
  uint64_t submitted = 0;
  uint64_t accepted = 0;
  uint64_t deferred = 0;
  uint64_t held = 0;
  uint64_t rejected = 0;
  uint64_t undecided = 0;
  // Accepted messages of which the simulator got a whole copy.
  uint64_t sent = 0;
  // Of these, by the journal's state.
  uint64_t delivered = 0;
  uint64_t reported = 0;  // Delivered or not: the carrier has reported.
  uint64_t unknown = 0;
  // Acknowledged and in no state; or taken by the carrier as the journal says,
  // and never arrived there.
  uint64_t lost = 0;
  // Whole copies at the simulator beyond one a message, also of messages that
  // should never have gone.
  uint64_t doubled = 0;
  // Verdicts that differ between client and journal.
  uint64_t contradictions = 0;

  // Nothing lost, doubled or contradicted; all that was accepted was taken and
  // reported.
  bool Clean() const;
  // One line, the keys in this order.
  std::string Json() const;
};

Comparison Compare(const std::vector<Answered>& answered,
                   const Journal& journal, const std::vector<Arrived>& arrived);

// The last 11 digits of a number.
std::string NationalDigits(const std::string& number);

}  // namespace sluice::demo
