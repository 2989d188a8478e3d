#pragma once

// Journals what operators and complaint handlers look at and change, before
// they get their answer. The journal is written by a thread of its own while
// the call's work goes on, so that a search waits for the slower of the two
// only.

#include <future>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/access/caller.h"
#include "rules/base/phone.h"
#include "rules/base/workers.h"
#include "store/store.h"

namespace sluice::gateway {

// Any thread. `store` must outlive it.
class OperatorLog {
 public:
  explicit OperatorLog(store::Store& store);

  // Starts to journal that `key` called `rpc` about `subject`, which never
  // holds a whole number or a text; `about` has the number, if any. Ask the
  // answer's get() before the call is answered: it is OK once durable.
  // Errors there: kUnavailable, kResourceExhausted (too many are waiting).
  std::future<absl::Status> Note(const Key& key, Rpc rpc, Phone about,
                                 std::string subject, std::string reason = {});

 private:
  store::Store& store_;
  // Two, so that the store can put what waits into one write.
  Workers writers_{"operator-log", 2, 1024};
};

}  // namespace sluice::gateway
