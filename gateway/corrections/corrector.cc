#include "gateway/corrections/corrector.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"

namespace sluice::gateway {
namespace {

// Reopening a journal takes seconds; a full disk or a damaged segment waits for
// a person.
constexpr int64_t kTryAgainMs = 1'000;
constexpr int64_t kTryAgainMsMax = 60'000;

}  // namespace

Corrector::Corrector(store::Store& store, CorrectionBook& book,
                     const ImportBook& imports)
    : store_(store), book_(book), imports_(imports) {
  for (const admin::v1::OptOutCorrection& one : book_.Running()) {
    queue_.push_back(one.id());
  }
  thread_ = std::thread([this] { Work(); });
}

Corrector::~Corrector() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    wake_.NotifyAll();
  }
  thread_.join();
}

void Corrector::Start(const std::string& id) {
  MutexLock lock(mutex_);
  queue_.push_back(id);
  wake_.NotifyAll();
}

bool Corrector::Stopping() const {
  MutexLock lock(mutex_);
  return stop_;
}

bool Corrector::Pause(int64_t ms) {
  MutexLock lock(mutex_);
  if (!stop_) wake_.WaitFor(mutex_, std::chrono::milliseconds(ms));
  return !stop_;
}

void Corrector::Work() {
  NameThisThread("corrections");
  int64_t pause_ms = kTryAgainMs;
  for (;;) {
    std::string id;
    {
      MutexLock lock(mutex_);
      while (!stop_ && queue_.empty()) wake_.Wait(mutex_);
      if (stop_) return;
      id = std::move(queue_.front());
      queue_.pop_front();
    }
    const absl::Status status = Correct(id);
    if (status.ok()) {
      pause_ms = kTryAgainMs;
      continue;
    }
    if (Stopping()) return;
    spdlog::error(
        "opt-outs: correction {} cannot go on, and is tried again in {} s: {}",
        id, pause_ms / 1000, std::string(status.message()));
    Start(id);  // Behind the others.
    if (!Pause(pause_ms)) return;
    pause_ms = std::min(2 * pause_ms, kTryAgainMsMax);
  }
}

absl::Status Corrector::Correct(const std::string& id) {
  SLUICE_ASSIGN_OR_RETURN(const admin::v1::OptOutCorrection correction,
                          book_.Find(id));
  const StopAsked stop = [this] { return Stopping(); };
  CorrectionRun run(
      store_, imports_, stop,
      [&](const CorrectionCounts& counts) { book_.Progress(id, counts); });
  SLUICE_ASSIGN_OR_RETURN(const CorrectionCounts counts,
                          run.Remove(correction));
  SLUICE_RETURN_IF_ERROR(book_.End(id, counts));
  spdlog::warn("opt-outs: correction {} of {} {}: {} removed, {} kept", id,
               correction.import_id().empty() ? "opt-out" : "import",
               correction.import_id().empty() ? correction.opt_out_id()
                                              : correction.import_id(),
               counts.removed, counts.kept);
  return absl::OkStatus();
}

}  // namespace sluice::gateway
