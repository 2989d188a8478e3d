#pragma once

// When to send an active test to a silent carrier, and when to give up.
// Source: CMPP 3.0.0 and SMGP 3.0.3, rules of a long connection: after C of
// silence send an active test; without an answer within T repeat it; after N
// tests close.

#include <algorithm>

#include "absl/time/time.h"

namespace sluice::link {

struct KeepaliveOptions {
  absl::Duration idle = absl::Seconds(180);    // C
  absl::Duration timeout = absl::Seconds(60);  // T
  int tries = 3;                               // N
};

// One strand. `now` is monotonic time.
class Keepalive {
 public:
  enum class Due { kNothing, kTest, kGiveUp };

  Keepalive(const KeepaliveOptions& options, absl::Duration now)
      : options_(options), since_(now) {}

  // Any PDU of the carrier shows that the connection lives.
  void Heard(absl::Duration now) {
    since_ = now;
    tests_ = 0;
  }

  // The step that is due now. kTest assumes that the caller sends the test.
  Due Look(absl::Duration now) {
    if (now - since_ < (tests_ == 0 ? options_.idle : options_.timeout)) {
      return Due::kNothing;
    }
    if (tests_ >= options_.tries) return Due::kGiveUp;
    since_ = now;
    ++tests_;
    return Due::kTest;
  }

 private:
  KeepaliveOptions options_;
  absl::Duration since_;  // Last PDU received, or last test sent.
  int tests_ = 0;         // Tests sent since the last PDU.
};

}  // namespace sluice::link
