#pragma once

// A streaming call of batches and their answers: a ring of a few batches in
// work at a time. The derived class defines what a batch is.

#include <grpcpp/impl/codegen/server_callback.h>
#include <grpcpp/support/byte_buffer.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "filter/sentence.h"
#include "gateway/access/caller.h"
#include "gateway/entry/connections.h"
#include "gateway/telemetry/metrics.h"
#include "rules/base/mutex.h"

namespace sluice::gateway {

// The next batch is read while earlier batches are in the store; answers are
// written in the order of the requests. gRPC calls OnReadDone and OnWriteDone
// on any of its threads, also at the same time, and other threads call
// Answered(). The mutex guards the positions of the ring and is not held while
// a batch is decided.
class BatchStream
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  static constexpr size_t kSlots = 4;

  // The parts that a stream uses; all must outlive it.
  struct Parts {
    Callers& callers;
    Metrics& metrics;
    Connections& connections;
    absl::Duration retry_delay;
    std::function<int64_t()> now_ms;
  };

  // Up to `in_work` batches, 1 to kSlots, are in work at a time.
  BatchStream(Parts parts, Rpc rpc, size_t in_work)
      : parts_(std::move(parts)), rpc_(rpc), in_work_(in_work) {}

  // Reads the first batch, or ends the stream if the caller may not call the
  // RPC. Call it once.
  void Start(grpc::CallbackServerContext& context);

  void OnReadDone(bool ok) final;
  void OnWriteDone(bool ok) final;
  void OnDone() override { delete this; }

 protected:
  // Decides the batch in `request`, which is valid during the call, and causes
  // one call of Answered(slot), on this thread or another. A stream's batches
  // come one at a time, in order.
  virtual void Decide(size_t slot, const grpc::ByteBuffer& request) = 0;
  // The answer to the last batch in `slot`; must not change until the slot's
  // next batch.
  virtual const grpc::ByteBuffer& AnswerOf(size_t slot) = 0;

  // The stream may be gone when this returns.
  void Answered(size_t slot);

  const Parts& parts() const { return parts_; }
  const KeyPtr& key() const { return key_; }
  filter::Language language() const { return language_; }

 private:
  void DecideNext();
  void Advance();

  const Parts parts_;
  const Rpc rpc_;
  const size_t in_work_;
  KeyPtr key_;
  std::shared_ptr<Intake> intake_;  // Of the stream's connection.
  filter::Language language_ = filter::Language::kChinese;
  grpc::ByteBuffer request_;

  Mutex mutex_;
  uint64_t read_ SLUICE_GUARDED_BY(mutex_) = 0;     // Batches, from the start.
  uint64_t written_ SLUICE_GUARDED_BY(mutex_) = 0;  // Answers, likewise.
  std::array<bool, kSlots> answered_ SLUICE_GUARDED_BY(mutex_) = {};
  bool reading_ SLUICE_GUARDED_BY(mutex_) = false;
  bool writing_ SLUICE_GUARDED_BY(mutex_) = false;
  bool ended_ SLUICE_GUARDED_BY(mutex_) = false;  // No more requests.
  bool finished_ SLUICE_GUARDED_BY(mutex_) = false;
  absl::Status end_status_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::gateway
