#pragma once

// Gives every signed head to a witness, in a thread of its own: what was missed
// during an outage or a stop comes first, from the journal. Nothing waits for
// it: a stop ends reading and network calls, save the lookup of a host's name.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/witness_sink.h"
#include "rules/base/lasting_fault.h"
#include "rules/base/mutex.h"
#include "store/store.h"

namespace sluice::gateway {

struct WitnessPauses {
  absl::Duration look = absl::Seconds(1);  // For a new head.
  // After an error, doubled after each until the longest.
  absl::Duration retry = absl::Seconds(1);
  absl::Duration retry_max = absl::Minutes(5);
};

// Methods: any thread.
class Witness {
 public:
  // A new witness begins with the newest head, which covers all before it.
  // `fault` gets one line when it cannot be given heads, reminders, and one
  // when it can again. `store` must outlive it.
  Witness(std::unique_ptr<WitnessSink> sink, const store::Store& store,
          std::function<void(const std::string&)> fault,
          WitnessPauses pauses = {});
  ~Witness();

  // Destroys all. None waits for another.
  static void StopAll(std::vector<std::unique_ptr<Witness>>& witnesses);

  // Heads that it has not been given.
  uint64_t behind() const { return behind_; }

 private:
  void Stop();
  void Run();
  absl::Status GiveAll();
  absl::Status ReadMissed(const store::SignedHead& newest);
  bool Wait(absl::Duration pause);
  bool WaitForEnd();
  void Tell(const absl::Status& status);
  bool Stopped() const;

  const std::unique_ptr<WitnessSink> sink_;
  const store::Store& store_;
  const std::function<void(const std::string&)> fault_line_;
  const WitnessPauses pauses_;
  LastingFault fault_;  // The thread's, as is this:
  bool began_ = false;  // `given_` is known.
  uint64_t given_ = 0;  // The last head that it was given.
  // The next heads, and where the control journal goes on after them; no place:
  // it has not been read.
  std::deque<store::SignedHead> missed_;
  store::RecordRef place_;
  std::atomic<uint64_t> behind_ = 0;

  mutable Mutex mutex_;
  CondVar changed_;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  bool ended_ SLUICE_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sluice::gateway
