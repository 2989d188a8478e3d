#pragma once

// Delays the answer to opt-outs until they are durable and no earlier hand-over
// of their numbers is still on its way to a socket (promise P3).

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"

namespace sluice::store {

// One thread, the partition's writer.
class OptOutWaiters {
 public:
  using Done = absl::AnyInvocable<void(const absl::Status&)>;

  // Takes an answer to delay. Returns the waiter's id, never 0.
  uint64_t Add(Done done);

  // Waiter `id` also waits for the hand-over of `message`. Repeating a message
  // directly after itself counts once.
  void WaitFor(uint64_t id, uint64_t message);

  // The opt-outs of waiter `id` are durable; with an error they are not, and
  // the waiter gets the error at once.
  void Durable(uint64_t id, const absl::Status& status);

  // The carrier's host has every octet of `message`, or will get none: answers
  // the waiters that wait for nothing else.
  void HandOverSettled(uint64_t message);

  // The partition stops: no further hand-over will settle.
  void FailAll(const absl::Status& why);

 private:
  struct Waiter {
    bool durable = false;
    uint32_t hand_overs = 0;  // How many it still waits for.
    Done done;
  };

  void AnswerIfSettled(uint64_t id);

  absl::flat_hash_map<uint64_t, Waiter> waiters_;
  // Waiters by the message whose hand-over they wait for.
  absl::flat_hash_map<uint64_t, std::vector<uint64_t>> by_message_;
  uint64_t next_id_ = 1;
};

}  // namespace sluice::store
