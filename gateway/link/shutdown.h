#pragma once

// When a link that is being stopped ends its session with the carrier, and when
// it stops waiting for the response.
//
// Apart from the link because it is arithmetic over time that is passed in.

#include "absl/time/time.h"

namespace sluice::link {

// One strand. `now` is monotonic time.
class Shutdown {
 public:
  enum class Due { kNothing, kTerminate, kClose };

  // The carrier has `answer_timeout` to answer the request that ends the
  // session.
  explicit Shutdown(absl::Duration answer_timeout)
      : answer_timeout_(answer_timeout) {}

  // The link is to stop, and may wait `drain` for open answers. Once.
  void Begin(absl::Duration now, absl::Duration drain) {
    begun_ = true;
    drain_until_ = now + drain;
  }
  bool begun() const { return begun_; }

  // The step that is due now. kTerminate comes once and counts on the request
  // being sent; kClose follows `answer_timeout` after it.
  Due Look(absl::Duration now, bool all_answered) {
    if (!begun_) return Due::kNothing;
    if (terminating_) {
      return now >= terminate_until_ ? Due::kClose : Due::kNothing;
    }
    if (!all_answered && now < drain_until_) return Due::kNothing;
    terminating_ = true;
    terminate_until_ = now + answer_timeout_;
    return Due::kTerminate;
  }
  // Whether Look() has returned kTerminate: nothing new may be sent.
  bool terminating() const { return terminating_; }

 private:
  const absl::Duration answer_timeout_;
  bool begun_ = false;
  bool terminating_ = false;
  absl::Duration drain_until_;
  absl::Duration terminate_until_;
};

}  // namespace sluice::link
