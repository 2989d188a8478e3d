#include "gateway/redecider.h"

#include <utility>

#include "filter/base/check.h"
#include "filter/base/mutex.h"
#include "filter/base/status_macros.h"

namespace sluice::gateway {
namespace {

// Waits for what another thread says once.
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

Redecider::Redecider(store::Store& store, const Options& options, Actor actor)
    : store_(store), options_(options), actor_(std::move(actor)) {}

absl::StatusOr<std::vector<store::Redecision>> Redecider::Decide(
    const std::vector<Standing>& messages) {
  if (messages.empty()) return std::vector<store::Redecision>();
  SLUICE_CHECK(messages.size() <= kBatchMax);
  store::RedecideBatch batch;
  batch.snapshot = snapshot_ = store_.snapshot();
  batch.cause = options_.cause;
  batch.reject = options_.reject;
  batch.check_only = options_.check_only;
  batch.actor = actor_.key_id;
  batch.reason = actor_.reason;
  batch.facts.resize(messages.size());
  const int64_t now_ms = store_.NowMs();
  for (size_t i = 0; i < messages.size(); ++i) {
    const Standing& one = messages[i];
    if (options_.reject) {
      batch.facts[i].recipient = one.recipient();
    } else {
      ExamineAnew(*snapshot_, one, now_ms, scratch_, batch.facts[i]);
      // By whom it is looked after is the store's to know, also when the
      // number can no longer be sent to.
      batch.facts[i].recipient = one.recipient();
    }
    batch.items.push_back({.message = one.id.record,
                           .decision = one.decision,
                           .last = &one.last,
                           .text = one.first.decided().text()});
  }
  Answer answer;
  batch.done = [&answer](absl::Status status) {
    answer.Set(std::move(status));
  };
  SLUICE_RETURN_IF_ERROR(store_.Redecide(batch));
  SLUICE_RETURN_IF_ERROR(answer.Wait());
  return std::move(batch.results);
}

}  // namespace sluice::gateway
