#pragma once

// Brings hand-overs and acknowledgements from other threads to the link's
// strand.

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "gateway/link/link.h"
#include "rules/base/mutex.h"

namespace sluice::cmpp {

// What the owner did with one DELIVER. Without `answer` it let go of the
// DELIVER, which the carrier will repeat.
struct Acknowledged {
  uint64_t session = 0;  // The number of the session that brought it.
  uint32_t sequence = 0;
  uint64_t msg_id = 0;
  bool is_mo = false;  // Otherwise it is a report.
  bool answer = false;
};

class Inbox {
 public:
  struct Content {
    std::vector<Acknowledged> acknowledged;
    std::vector<link::HandOver> hand_overs;
  };

  // `wake` is called by the Put() that finds the inbox empty, on its thread; a
  // Take() on the strand must follow.
  explicit Inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  // Any thread.
  void Put(std::vector<link::HandOver> hand_overs);
  void Put(const Acknowledged& acknowledged);

  // The strand. Everything put so far, in order.
  Content Take();

  // Segments of the hand-overs in here, so that an offer does not sell their
  // room twice. Any thread.
  uint32_t segments() const { return segments_.load(); }

 private:
  const std::function<void()> wake_;
  std::atomic<uint32_t> segments_ = 0;
  Mutex mutex_;
  bool woken_ SLUICE_GUARDED_BY(mutex_) = false;
  Content content_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::cmpp
