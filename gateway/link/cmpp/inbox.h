#pragma once

// Brings hand-overs, their recall and acknowledgements from other threads to
// the link's strand.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
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
  // link::Link::GiveBackWaiting() after the first `hand_overs` of the content.
  struct GiveBack {
    std::string access_number;
    size_t hand_overs = 0;
  };
  struct Content {
    std::vector<Acknowledged> acknowledged;
    std::vector<link::HandOver> hand_overs;
    std::vector<GiveBack> give_backs;  // In order.
  };

  // `wake` is called by the Put() that finds the inbox empty, on its thread; a
  // Take() on the strand must follow.
  explicit Inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  // Any thread.
  void Put(std::vector<link::HandOver> hand_overs);
  void Put(const Acknowledged& acknowledged);
  void PutGiveBack(absl::string_view access_number);

  // The strand. Everything put so far, in order.
  Content Take();

  // Segments of the hand-overs in here, so that an offer does not sell their
  // room twice. Any thread.
  uint32_t segments() const { return segments_.load(); }
  // A PutGiveBack() waits for Take(): nothing new should be written before, as
  // it may have to be given back. Any thread.
  bool gives_back() const { return gives_back_.load(); }

 private:
  // Runs `change` on the content, and wakes the strand.
  template <class Change>
  void Add(Change change);

  const std::function<void()> wake_;
  std::atomic<uint32_t> segments_ = 0;
  std::atomic<bool> gives_back_ = false;
  Mutex mutex_;
  bool woken_ SLUICE_GUARDED_BY(mutex_) = false;
  Content content_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::cmpp
