#pragma once

// The path of one batch: parse, examine, hand to the store, render the answer.
// Apart from the calls (submit_call.h, submit_stream.h), which only differ in
// how batches arrive.

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
#include "gateway/entry/connections.h"
#include "gateway/telemetry/metrics.h"
#include "rules/base/clock.h"
#include "rules/base/mutex.h"
#include "rules/base/workers.h"
#include "sluice/wire/v1/gateway.pb.h"
#include "store/store.h"

namespace sluice::gateway {

inline constexpr int kBatchMessagesMax = 1000;
inline constexpr size_t kCallBytesMax = 4 << 20;

// One batch and its memory, which later batches reuse.
struct BatchWork {
  // Set before Decide().
  KeyPtr key;
  filter::Language language = filter::Language::kChinese;
  bool check = false;  // For GatewayService.Check: record nothing.

  // The answer: a serialised SubmitResponse, when `status` is OK or the batch
  // belongs to a stream.
  absl::Status status;
  grpc::ByteBuffer answer;

  // Private to SubmitPipeline.
  size_t bytes_max = 0;  // Largest request so far.
  wire::v1::SubmitRequest request;
  wire::v1::SubmitResponse response;
  std::vector<filter::VariableValue> variables;
  store::SubmitBatch batch;
  // Hits of content rules, and where the hits of each message end.
  std::vector<filter::JudgedHit> judged;
  std::vector<size_t> judged_ends;
  absl::Duration began;
  std::function<void()> finished;
};

// Any thread. All references must outlive it. The destructor waits for answers
// in rendering.
class SubmitPipeline {
 public:
  SubmitPipeline(store::Store& store, Callers& callers, CampaignBook& campaigns,
                 Metrics& metrics, Connections& connections, const Clock& clock,
                 absl::Duration retry_delay);

  std::unique_ptr<BatchWork> Take();
  void Give(std::unique_ptr<BatchWork> work);

  // Decides the SubmitRequest in `bytes`; the part before the disk write runs
  // on this thread. Calls `finished` once, on this thread or another; do not
  // touch `work` until then. Sets work.status to
  //   kInvalidArgument     does not parse; no message, too many, too many bytes
  //   kResourceExhausted   queue full or account over its rate; with a delay
  //   kUnavailable         the outcome of all messages is unknown
  //   OK                   work.answer has a verdict for each message; some may
  //                        be UNDECIDED, and then SubmitResponse.status says
  //                        why
  void Decide(BatchWork& work, const grpc::ByteBuffer& bytes,
              std::function<void()> finished);

  // Writes work.status into work.answer, for a stream.
  void AnswerFault(BatchWork& work) const;

  Callers& callers() { return callers_; }
  Metrics& metrics() { return metrics_; }
  Connections& connections() { return connections_; }
  absl::Duration retry_delay() const { return retry_delay_; }
  int64_t NowMs() const { return store_.NowMs(); }

 private:
  absl::Status Begin(BatchWork& work, const grpc::ByteBuffer& bytes);
  void Examine(BatchWork& work) const;
  void Render(BatchWork& work, const absl::Status& status);
  absl::StatusOr<store::v1::Decided> CurrentVerdict(const store::MessageId& id,
                                                    bool redecided) const;
  void RenderVerdicts(BatchWork& work, BatchCounts& counts) const;
  void CountHits(const BatchWork& work) const;
  void Finish(BatchWork& work, absl::Status status);

  store::Store& store_;
  Callers& callers_;
  CampaignBook& campaigns_;
  Metrics& metrics_;
  Connections& connections_;
  const Clock& clock_;
  const absl::Duration retry_delay_;

  Mutex mutex_;
  std::vector<std::unique_ptr<BatchWork>> free_ SLUICE_GUARDED_BY(mutex_);
  // Render the answers, so that the partitions' threads can go on.
  Workers renderers_;
};

}  // namespace sluice::gateway
