#pragma once

// Carries out confirmed corrections, on a thread of its own and a few hundred
// opt-outs at a time, so that traffic goes on. A correction that a restart
// interrupts goes on at the next start.

#include <cstdint>
#include <deque>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "gateway/corrections/correction_book.h"
#include "gateway/corrections/import_book.h"
#include "rules/base/mutex.h"
#include "store/store.h"

namespace sluice::gateway {

// Any thread.
class Corrector {
 public:
  // Goes on with the corrections that run. All must outlive it.
  Corrector(store::Store& store, CorrectionBook& book,
            const ImportBook& imports);
  // Interrupts a running correction.
  ~Corrector();
  Corrector(const Corrector&) = delete;
  Corrector& operator=(const Corrector&) = delete;

  // Carries the correction out in the background, after those that were started
  // before. What fails is tried again until it succeeds.
  void Start(const std::string& id);
  // Carries it out at once: a caller waits only for a correction of one
  // opt-out.
  absl::Status Correct(const std::string& id);

 private:
  void Work();
  bool Stopping() const;
  // Waits. Returns false when the destructor waits.
  bool Pause(int64_t ms);

  store::Store& store_;
  CorrectionBook& book_;
  const ImportBook& imports_;
  mutable Mutex mutex_;
  CondVar wake_;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  std::deque<std::string> queue_ SLUICE_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sluice::gateway
