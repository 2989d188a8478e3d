#pragma once

// Journals the calls of operators and complaint handlers before they are
// answered. Threads of its own write the journal while the call works, so that
// a call waits only for the slower of the two.

#include <future>
#include <string>
#include <utility>

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

  // Starts to journal that `key` called `rpc` about `subject`, which must not
  // hold a whole number or a text; `about` is the number, if any. Call get() of
  // the result before answering the call: it is OK once the record is durable.
  // Errors in the result: kUnavailable, kResourceExhausted (the queue is full).
  std::future<absl::Status> Note(const Key& key, Rpc rpc, Phone about,
                                 std::string subject, std::string reason);
  // The same for the reason that the call has given.
  std::future<absl::Status> Note(const Caller& caller, Rpc rpc, Phone about,
                                 std::string subject) {
    return Note(caller, rpc, about, std::move(subject), caller.reason);
  }

 private:
  store::Store& store_;
  // Two, so that the store can write several records at once.
  Workers writers_{"operator-log", 2, 1024};
};

}  // namespace sluice::gateway
