#pragma once

// The way of one batch: parse, examine, hand to the store, render the answer.
// Apart from the calls (submit_call.h, submit_stream.h) because both are only
// two ways of bringing batches.

#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "filter/policy/rule_counters.h"
#include "filter/sentence.h"
#include "gateway/access/caller.h"
#include "gateway/control/campaign_book.h"
#include "gateway/telemetry/metrics.h"
#include "rules/base/clock.h"
#include "rules/base/mutex.h"
#include "rules/base/workers.h"
#include "sluice/wire/v1/gateway.pb.h"
#include "store/store.h"

namespace sluice::gateway {

inline constexpr int kBatchMessagesMax = 1000;
inline constexpr size_t kCallBytesMax = 4 << 20;

// One batch, and the memory it needs, which is used again by later ones.
struct BatchWork {
  // Set before Decide().
  KeyPtr key;
  filter::Language language = filter::Language::kChinese;
  bool check = false;  // Only ask: see GatewayService.Check.

  // The answer: a serialised SubmitResponse, when `status` is OK or the batch
  // belongs to a stream.
  absl::Status status;
  grpc::ByteBuffer answer;

  // SubmitPipeline's own.
  size_t bytes_max = 0;  // Of the largest request so far: what memory it holds.
  wire::v1::SubmitRequest request;
  wire::v1::SubmitResponse response;
  std::vector<filter::VariableValue> variables;
  store::SubmitBatch batch;
  // What the content rules said: hits, and where those of each message end.
  std::vector<filter::JudgedHit> judged;
  std::vector<size_t> judged_ends;
  absl::Duration began;
  std::function<void()> finished;
};

// Any thread. What it borrows must outlive it; its destruction waits for
// answers that are being rendered.
class SubmitPipeline {
 public:
  SubmitPipeline(store::Store& store, Callers& callers, CampaignBook& campaigns,
                 Metrics& metrics, const Clock& clock,
                 absl::Duration retry_delay);

  std::unique_ptr<BatchWork> Take();
  void Give(std::unique_ptr<BatchWork> work);

  // Decides the SubmitRequest in `bytes`, on this thread as far as it needs no
  // disk. `finished` is called once, on this thread or another; until then
  // `work` is left alone. It sets work.status to
  //   kInvalidArgument     does not parse; no message, too many, too many bytes
  //   kResourceExhausted   queues or the account's rate, with a retry delay
  //   kUnavailable         the outcome of all messages is unknown
  //   OK                   work.answer has a verdict for each message; some may
  //                        be UNDECIDED, and then SubmitResponse.status says
  //                        why
  void Decide(BatchWork& work, const grpc::ByteBuffer& bytes,
              std::function<void()> finished);

  // Puts work.status into work.answer, for a stream.
  void AnswerFault(BatchWork& work) const;

  Callers& callers() { return callers_; }
  Metrics& metrics() { return metrics_; }
  absl::Duration retry_delay() const { return retry_delay_; }
  int64_t NowMs() const { return store_.NowMs(); }

 private:
  absl::Status Begin(BatchWork& work, const grpc::ByteBuffer& bytes);
  void Examine(BatchWork& work) const;
  void Render(BatchWork& work, const absl::Status& status);
  absl::StatusOr<store::v1::Decided> VerdictThatHolds(
      const store::MessageId& id, bool redecided) const;
  void RenderVerdicts(BatchWork& work, BatchCounts& counts) const;
  void CountHits(const BatchWork& work) const;
  void Finish(BatchWork& work, absl::Status status);

  store::Store& store_;
  Callers& callers_;
  CampaignBook& campaigns_;
  Metrics& metrics_;
  const Clock& clock_;
  const absl::Duration retry_delay_;

  Mutex mutex_;
  std::vector<std::unique_ptr<BatchWork>> free_ SLUICE_GUARDED_BY(mutex_);
  // Renders what the partitions have made durable, so that they can go on.
  Workers renderers_;
};

}  // namespace sluice::gateway
