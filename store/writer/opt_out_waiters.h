#pragma once

// Holds back the answer to opt-outs until they are durable and no earlier
// hand-over of their numbers is still on its way to a socket (promise P3).

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

  // Takes an answer that is to be held back. Returns its number, never 0.
  uint64_t Add(Done done);

  // Waiter `id` also waits for the hand-over of `message` to be settled. A
  // message that is named twice in a row counts once.
  void WaitFor(uint64_t id, uint64_t message);

  // The opt-outs of waiter `id` are durable. With an error they are not: it is
  // answered with that at once.
  void Durable(uint64_t id, const absl::Status& status);

  // Every octet of `message` is with the kernel, or none will be: answers those
  // that waited for nothing else.
  void HandOverSettled(uint64_t message);

  // The partition stops: nothing will settle any more.
  void FailAll(const absl::Status& why);

 private:
  struct Waiter {
    bool durable = false;
    uint32_t hand_overs = 0;  // Those it waits for.
    Done done;
  };

  void AnswerIfSettled(uint64_t id);

  absl::flat_hash_map<uint64_t, Waiter> waiters_;
  // Waiters by the message whose hand-over they wait for.
  absl::flat_hash_map<uint64_t, std::vector<uint64_t>> by_message_;
  uint64_t next_id_ = 1;
};

}  // namespace sluice::store
