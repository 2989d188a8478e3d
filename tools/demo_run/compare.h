#pragma once

// Accounts for every message of the demo: compares the client's verdicts, the
// journal and the simulator's log.

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

// A whole message that the simulator received, all parts joined.
struct Arrived {
  std::string recipient;  // 11 digits.
  std::string text;
};

using Journal =
    std::map<std::string, admin::v1::MessageRecord>;  // By message id.

// Reads all decisions since `from` through AuditService.SearchMessages.
absl::StatusOr<Journal> ReadJournal(const tools::Connection& auditor,
                                    absl::Time from);

struct Comparison {
  uint64_t submitted = 0;
  uint64_t accepted = 0;
  uint64_t deferred = 0;
  uint64_t held = 0;
  uint64_t rejected = 0;
  uint64_t undecided = 0;
  // Accepted messages of which the simulator received a whole copy.
  uint64_t sent = 0;
  // Of these, by their state in the journal.
  uint64_t delivered = 0;
  uint64_t reported = 0;  // Has a report, delivered or not.
  uint64_t unknown = 0;
  // Acknowledged messages without a state; and messages that the journal calls
  // taken but the simulator never received.
  uint64_t lost = 0;
  // Whole copies at the simulator beyond one a message, including messages that
  // should not have been sent.
  uint64_t doubled = 0;
  // Verdicts that differ between client and journal.
  uint64_t contradictions = 0;

  // Nothing is lost, doubled or contradicted, and every accepted message was
  // taken and reported.
  bool Clean() const;
  // One line, the keys in this order.
  std::string Json() const;
};

Comparison Compare(const std::vector<Answered>& answered,
                   const Journal& journal, const std::vector<Arrived>& arrived);

// The last 11 digits of a number.
std::string NationalDigits(const std::string& number);

}  // namespace sluice::demo
