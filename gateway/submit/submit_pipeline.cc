#include "gateway/submit/submit_pipeline.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "filter/examine/examine.h"
#include "filter/explain.h"
#include "filter/policy/rule_counters.h"
#include "gateway/redecide/current_decision.h"
#include "gateway/wire/message_bytes.h"
#include "gateway/wire/message_view.h"
#include "gateway/wire/rpc_status.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/verdict_writer.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// Memory kept for later batches: the most batches, and the largest request.
constexpr size_t kFreeMax = 256;
constexpr size_t kKeptBytesMax = 512 << 10;

filter::Finding MalformedField(absl::string_view field) {
  filter::Finding finding;
  finding.code = filter::ReasonCode::kFieldInvalid;
  finding.basis = v1::BASIS_POLICY;
  finding.field = field;
  return finding;
}

// Not for Submit, which is to be fast and whose callers know their templates.
void WriteTemplate(const filter::Snapshot& snapshot,
                   const filter::MessageFacts& facts,
                   wire::v1::Verdict& verdict) {
  const filter::Template* const one =
      filter::TemplateOf(*snapshot.registry, facts);
  if (one != nullptr) verdict.set_template_id(std::string(one->id));
}

}  // namespace

SubmitPipeline::SubmitPipeline(store::Store& store, Callers& callers,
                               CampaignBook& campaigns, Metrics& metrics,
                               Connections& connections, const Clock& clock,
                               absl::Duration retry_delay)
    : store_(store),
      callers_(callers),
      campaigns_(campaigns),
      metrics_(metrics),
      connections_(connections),
      clock_(clock),
      retry_delay_(retry_delay),
      // Unlimited here: the store limits the batches in work.
      renderers_("render", 2, std::numeric_limits<size_t>::max()) {}

std::unique_ptr<BatchWork> SubmitPipeline::Take() {
  {
    MutexLock lock(mutex_);
    if (!free_.empty()) {
      std::unique_ptr<BatchWork> work = std::move(free_.back());
      free_.pop_back();
      return work;
    }
  }
  return std::make_unique<BatchWork>();
}

void SubmitPipeline::Give(std::unique_ptr<BatchWork> work) {
  work->key = nullptr;
  work->finished = nullptr;
  work->answer.Clear();
  work->batch.snapshot = nullptr;
  if (work->bytes_max > kKeptBytesMax) return;
  MutexLock lock(mutex_);
  if (free_.size() < kFreeMax) free_.push_back(std::move(work));
}

void SubmitPipeline::Decide(BatchWork& work, const grpc::ByteBuffer& bytes,
                            std::function<void()> finished) {
  work.began = clock_.Monotonic();
  work.finished = std::move(finished);
  absl::Status status = Begin(work, bytes);
  if (!status.ok()) Finish(work, std::move(status));
}

absl::Status SubmitPipeline::Begin(BatchWork& work,
                                   const grpc::ByteBuffer& bytes) {
  work.bytes_max = std::max(work.bytes_max, bytes.Length());
  if (bytes.Length() > kCallBytesMax) {
    work.request.Clear();
    return WithReason(
        InvalidField("messages", absl::StrCat("a batch of ", bytes.Length(),
                                              " bytes, at most ", kCallBytesMax,
                                              " are allowed")),
        ErrorReason::kBatchTooLarge);
  }
  // Clears the request first, so that an answer has batch 0 if the batch's
  // number cannot be read.
  if (!ParseBytes(bytes, work.request)) {
    return absl::InvalidArgumentError("not a SubmitRequest");
  }
  const int messages = work.request.messages_size();
  if (messages == 0) return InvalidField("messages", "none, at least 1");
  if (messages > kBatchMessagesMax) {
    return WithReason(
        InvalidField("messages",
                     absl::StrCat(messages, ", at most ", kBatchMessagesMax)),
        ErrorReason::kBatchTooLarge);
  }
  if (!work.check && work.key->rate != nullptr) {
    const absl::Duration wait = work.key->rate->Admit(
        static_cast<uint32_t>(messages), clock_.Monotonic());
    if (wait > absl::ZeroDuration()) {
      return WithRetryDelay(
          WithReason(absl::ResourceExhaustedError(
                         "the account exceeds its messages a second: wait for "
                         "the delay in RetryInfo"),
                     ErrorReason::kRateLimited),
          wait);
    }
  }
  Examine(work);
  work.batch.done = [this, &work](absl::Status status) {
    // On a renderer, so that the partition's thread goes on at once.
    renderers_.Run(
        [this, &work, status = std::move(status)] { Render(work, status); });
  };
  return work.check ? store_.Check(work.batch) : store_.Submit(work.batch);
}

// A message counts once: not when it is submitted again under its key, and not
// when it is UNDECIDED, because then it will be submitted again.
void SubmitPipeline::CountHits(const BatchWork& work) const {
  static thread_local filter::RuleTally tally;
  const store::SubmitBatch& batch = work.batch;
  if (batch.snapshot->counters == nullptr) return;
  const absl::Span<const filter::JudgedHit> judged = work.judged;
  size_t begin = 0;
  for (size_t i = 0; i < batch.answers.size(); ++i) {
    const size_t end = work.judged_ends[i];
    const store::Answer& answer = batch.answers[i];
    const bool first = answer.decision != v1::DECISION_UNDECIDED &&
                       !answer.same_key && !answer.retry;
    if (first) {
      tally.Add(batch.facts[i].content_provider,
                judged.subspan(begin, end - begin));
    }
    begin = end;
  }
  tally.AddTo(*batch.snapshot->counters, store_.NowMs());
}

void SubmitPipeline::Examine(BatchWork& work) const {
  static thread_local filter::ExamineScratch scratch;
  work.judged.clear();
  work.judged_ends.clear();
  const size_t messages = static_cast<size_t>(work.request.messages_size());
  store::SubmitBatch& batch = work.batch;
  batch.snapshot = store_.snapshot();
  batch.account = work.key->account;
  batch.messages.resize(messages);
  batch.facts.resize(messages);
  batch.answers.resize(messages);
  const filter::Caller caller = {work.key->account};
  const int64_t now_ms = store_.NowMs();
  for (size_t i = 0; i < messages; ++i) {
    Borrow(work.request.messages(static_cast<int>(i)), batch.messages[i]);
  }
  BorrowVariables(work.request.messages(), work.variables,
                  absl::MakeSpan(batch.messages));
  for (size_t i = 0; i < messages; ++i) {
    const wire::v1::OutgoingMessage& from =
        work.request.messages(static_cast<int>(i));
    filter::MessageFacts& facts = batch.facts[i];
    filter::Examine(*batch.snapshot, caller, batch.messages[i], now_ms, scratch,
                    facts);
    // The record has the text that Sluice made.
    if (!facts.made_text.empty()) batch.messages[i].text = facts.made_text;
    const auto& judged = scratch.judged();
    work.judged.insert(work.judged.end(), judged.begin(), judged.end());
    work.judged_ends.push_back(work.judged.size());
    if (!TimeOf(from.has_send_after(), from.send_after())) {
      facts.findings.push_back(MalformedField("send_after"));
    }
    if (!TimeOf(from.has_expire_at(), from.expire_at())) {
      facts.findings.push_back(MalformedField("expire_at"));
    }
    batch.answers[i].decision = v1::DECISION_UNDECIDED;
  }
  if (work.check) {
    campaigns_.Look(*batch.snapshot, absl::MakeSpan(batch.facts));
  } else {
    campaigns_.Count(*batch.snapshot, batch.messages,
                     absl::MakeSpan(batch.facts));
  }
}

void SubmitPipeline::Render(BatchWork& work, const absl::Status& status) {
  BatchCounts counts;
  work.response.Clear();
  work.response.set_batch(work.request.batch());
  RenderVerdicts(work, counts);
  const auto undecided = counts.decisions[v1::DECISION_UNDECIDED];
  if (!status.ok() && undecided == work.batch.answers.size()) {
    Finish(work, status);
    return;
  }
  if (!status.ok()) {
    *work.response.mutable_status() = ToProto(status, retry_delay_);
  }
  SerializeBytes(work.response, work.answer);
  if (!work.check) {
    CountHits(work);
    metrics_.Decided(counts, clock_.Monotonic() - work.began);
  }
  Finish(work, absl::OkStatus());
}

// The first verdict; after a redecision, or when an officer has rejected the
// message, the current one.
absl::StatusOr<store::v1::Decided> SubmitPipeline::CurrentVerdict(
    const store::MessageId& id, bool redecided) const {
  if (!redecided) {
    SLUICE_ASSIGN_OR_RETURN(const store::v1::Record first, store_.Read(id));
    if (!first.has_decided()) return absl::NotFoundError("no such message");
    return first.decided();
  }
  SLUICE_ASSIGN_OR_RETURN(CurrentDecision current,
                          FindCurrentDecision(store_, id));
  if (current.state == v1::MESSAGE_STATE_REJECTED) {
    current.last.set_decision(v1::DECISION_REJECTED);
  }
  return std::move(current.last);
}

void SubmitPipeline::RenderVerdicts(BatchWork& work,
                                    BatchCounts& counts) const {
  const store::SubmitBatch& batch = work.batch;
  for (size_t i = 0; i < batch.answers.size(); ++i) {
    const store::Answer& answer = batch.answers[i];
    wire::v1::Verdict& verdict = *work.response.add_verdicts();
    if (answer.same_key) {
      const store::MessageId id = {answer.partition, answer.record};
      const absl::StatusOr<store::v1::Decided> holds =
          CurrentVerdict(id, answer.redecided);
      if (holds.ok()) {
        WriteRecordedVerdict(*holds, id, !work.check, work.language, verdict);
        verdict.set_replayed(true);
      } else {
        // UNDECIDED is safe: the caller submits again with the same key.
        WriteUnreadableVerdict(holds.status(), id, work.language, verdict);
      }
    } else {
      WriteVerdict(*batch.snapshot, batch.facts[i], answer, !work.check,
                   work.language, verdict);
      if (work.check) WriteTemplate(*batch.snapshot, batch.facts[i], verdict);
      for (const filter::Finding& finding : answer.findings) {
        ++(finding.observed ? counts.observed
                            : counts.reasons)[static_cast<int>(finding.code)];
      }
    }
    ++counts.decisions[verdict.decision()];
  }
}

void SubmitPipeline::AnswerFault(BatchWork& work) const {
  work.response.Clear();
  work.response.set_batch(work.request.batch());
  *work.response.mutable_status() = ToProto(work.status, retry_delay_);
  SerializeBytes(work.response, work.answer);
}

void SubmitPipeline::Finish(BatchWork& work, absl::Status status) {
  if (absl::IsResourceExhausted(status)) {
    metrics_.Count(Event::kCallOverloaded);
  } else if (absl::IsInvalidArgument(status)) {
    metrics_.Count(Event::kCallMalformed);
  }
  work.status = std::move(status);
  // Moved out first: the callee may give `work` back.
  const std::function<void()> finished = std::move(work.finished);
  finished();
}

}  // namespace sluice::gateway
