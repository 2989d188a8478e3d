#pragma once

// Ends a stream whose server has stopped to answer: a stream may take hours, so
// it has no deadline of its own.

#include <thread>

#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "rules/base/mutex.h"

namespace sluice::tools {

class StallGuard {
 public:
  // Cancels `context`, which must outlive it, when a wait takes longer than
  // `limit`.
  StallGuard(grpc::ClientContext& context, absl::Duration limit);
  ~StallGuard();
  StallGuard(const StallGuard&) = delete;
  StallGuard& operator=(const StallGuard&) = delete;

  // Around each wait for the server.
  void Begin();
  void End();
  // Whether it has cancelled the stream.
  bool fired() const;

 private:
  void Watch();

  grpc::ClientContext& context_;
  const absl::Duration limit_;
  mutable Mutex mutex_;
  CondVar changed_;
  absl::Time due_ SLUICE_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  bool fired_ SLUICE_GUARDED_BY(mutex_) = false;
  bool ending_ SLUICE_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // The last member.
};

}  // namespace sluice::tools
