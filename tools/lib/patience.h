#pragma once

// Trying a call again while its server cannot do it for a moment: the disk is
// full, the clock has been stepped, queues are full.

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tools/lib/connection.h"

namespace sluice::tools {

// One thread, one call or stream.
class Patience {
 public:
  // Waits no longer than the time limit of calls, and notes on `options.notes`
  // why it waits. `options` must outlive it. `repeatable`: doing the request
  // twice is as good as once, so that it may be sent again when nobody knows
  // whether it was done.
  explicit Patience(const ConnectionOptions& options, bool repeatable = true)
      : options_(options), repeatable_(repeatable) {}

  // Whether the same request may succeed soon.
  bool MayPass(const absl::Status& status) const;

  // Waits until the next try; `asked` is how long the server asks to wait, at
  // least. Errors: `status`, once the time limit since Progress() is over; but
  // the account's own rate is waited for without a limit.
  absl::Status Wait(const absl::Status& status,
                    absl::Duration asked = absl::ZeroDuration());

  // The server has done something.
  void Progress();

 private:
  const ConnectionOptions& options_;
  const bool repeatable_;
  absl::Time since_ = absl::InfinitePast();  // The first of the waits.
  absl::Duration delay_;
  std::string noted_;  // The reason that was noted last.
};

// Makes a call, again where that may help. Errors: those of `call`.
absl::Status CallPatiently(const Connection& connection,
                           absl::FunctionRef<absl::Status()> call);

}  // namespace sluice::tools
