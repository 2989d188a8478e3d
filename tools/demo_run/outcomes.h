#pragma once

// Follows GatewayService.Watch and keeps the newest state of every message.

#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "rules/base/mutex.h"
#include "sluice/v1/gateway.grpc.pb.h"
#include "tools/lib/connection.h"

namespace sluice::demo {

// Whether the demo need not wait for another state after this one.
bool IsFinal(v1::MessageState state);

// Reads on its own thread from construction to destruction.
class Outcomes {
 public:
  // Watches from the beginning of the journal. `connection` needs a key of the
  // account and must outlive it.
  explicit Outcomes(const tools::Connection& connection);
  ~Outcomes();
  Outcomes(const Outcomes&) = delete;
  Outcomes& operator=(const Outcomes&) = delete;

  // How many messages have ended.
  size_t finals() const;
  // Waits until `count` messages have ended, or none has for `patience`.
  bool WaitFor(size_t count, absl::Duration patience) const;
  std::map<std::string, v1::MessageState> states() const;
  // Why the stream ended; OK while it runs.
  grpc::Status status() const;

 private:
  void Read();

  const std::unique_ptr<v1::GatewayService::Stub> stub_;
  grpc::ClientContext context_;
  mutable Mutex mutex_;
  std::map<std::string, v1::MessageState> states_ SLUICE_GUARDED_BY(mutex_);
  size_t finals_ SLUICE_GUARDED_BY(mutex_) = 0;
  grpc::Status status_ SLUICE_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sluice::demo
