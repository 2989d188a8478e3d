#include "gateway/redecide/redecider.h"

#include <utility>

#include "rules/base/check.h"
#include "rules/base/mutex.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// Waits for one result of another thread.
class Answer {
 public:
  void Set(absl::Status status) {
    MutexLock lock(mutex_);
    status_ = std::move(status);
    ready_ = true;
    changed_.NotifyAll();
  }
  absl::Status Wait() {
    MutexLock lock(mutex_);
    while (!ready_) changed_.Wait(mutex_);
    return status_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool ready_ SLUICE_GUARDED_BY(mutex_) = false;
  absl::Status status_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace

Redecider::Redecider(store::Store& store, CampaignBook& campaigns,
                     const Options& options, Actor actor)
    : store_(store),
      campaigns_(campaigns),
      options_(options),
      actor_(std::move(actor)) {}

void Redecider::Examine(const std::vector<CurrentDecision>& messages) {
  const int64_t now_ms = store_.NowMs();
  facts_.resize(messages.size());
  const bool ends = options_.reject || options_.cancel;
  for (size_t i = 0; i < messages.size(); ++i) {
    if (!ends) {
      ExamineAgain(*snapshot_, messages[i], now_ms, scratch_, facts_[i]);
    }
    // The number chooses the partition, even if it may no longer be sent to.
    facts_[i].recipient = messages[i].recipient();
  }
  if (ends) return;
  campaigns_.Look(*snapshot_, absl::MakeSpan(facts_));
  for (size_t i = 0; i < messages.size(); ++i) {
    ApplyAnswers(messages[i], facts_[i]);
  }
}

absl::StatusOr<std::vector<store::Redecision>> Redecider::Decide(
    const std::vector<CurrentDecision>& messages) {
  if (messages.empty()) return std::vector<store::Redecision>();
  SLUICE_CHECK(messages.size() <= kBatchMax);
  store::RedecideBatch batch;
  batch.snapshot = snapshot_ = store_.snapshot();
  batch.cause = options_.cause;
  batch.reject = options_.reject;
  batch.cancel = options_.cancel;
  batch.check_only = options_.check_only;
  batch.actor = actor_.key_id;
  batch.reason = actor_.reason;
  Examine(messages);
  for (const CurrentDecision& one : messages) {
    batch.items.push_back({.message = one.id.record,
                           .decision = one.decision,
                           .last = &one.last,
                           .text = one.first.decided().text()});
  }
  Answer answer;
  batch.done = [&answer](absl::Status status) {
    answer.Set(std::move(status));
  };
  batch.facts = std::move(facts_);
  absl::Status status = store_.Redecide(batch);
  if (status.ok()) status = answer.Wait();
  // Kept, because the findings refer to them.
  facts_ = std::move(batch.facts);
  SLUICE_RETURN_IF_ERROR(status);
  return std::move(batch.results);
}

}  // namespace sluice::gateway
