#include "gateway/witness.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"

namespace sluice::gateway {
namespace {

constexpr size_t kHeadsAtOnce = 1000;

}  // namespace

Witness::Witness(std::unique_ptr<WitnessSink> sink, const store::Store& store,
                 std::function<void(const std::string&)> fault,
                 WitnessPauses pauses)
    : sink_(std::move(sink)),
      store_(store),
      fault_line_(std::move(fault)),
      pauses_(pauses) {
  thread_ = std::thread([this] {
    NameThisThread("witness");
    Run();
  });
}

Witness::~Witness() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    changed_.NotifyAll();
  }
  sink_->Stop();
  thread_.join();
}

void Witness::Run() {
  absl::Duration retry = pauses_.retry;
  for (;;) {
    const absl::Status status = GiveAll();
    if (Stopped()) return;
    Tell(status);
    const absl::Duration pause = status.ok() ? pauses_.look : retry;
    retry =
        status.ok() ? pauses_.retry : std::min(2 * retry, pauses_.retry_max);
    if (!Wait(pause)) return;
  }
}

absl::Status Witness::GiveAll() {
  const std::optional<store::SignedHead> newest = store_.LastHead();
  if (!newest) return absl::OkStatus();
  const uint64_t last = newest->head.number;
  if (!began_) {
    SLUICE_ASSIGN_OR_RETURN(const auto given, sink_->Last());
    // It may have more, of what a restore has lost: then it gets what comes.
    given_ = given ? std::min(*given, last) : last - 1;
    began_ = true;
  }
  while (given_ < last && !Stopped()) {
    behind_ = last - given_;
    SLUICE_ASSIGN_OR_RETURN(const std::vector<store::SignedHead> heads,
                            store_.HeadsAfter(given_, kHeadsAtOnce));
    for (const store::SignedHead& head : heads) {
      if (Stopped()) return absl::OkStatus();
      SLUICE_RETURN_IF_ERROR(sink_->Give(head));
      given_ = head.head.number;
      behind_ = last - std::min(last, given_);
    }
    if (heads.empty()) break;
  }
  return absl::OkStatus();
}

void Witness::Tell(const absl::Status& status) {
  if (status.ok()) {
    if (const auto lasted = fault_.Ends()) {
      fault_line_(
          absl::StrCat("the witness has all heads again after ", *lasted));
    }
  } else if (const auto line = fault_.Holds(absl::StrCat(
                 "a witness cannot be given heads: ", status.message()))) {
    fault_line_(*line);
  }
}

bool Witness::Wait(absl::Duration pause) {
  MutexLock lock(mutex_);
  if (!stop_) changed_.WaitFor(mutex_, absl::ToChronoNanoseconds(pause));
  return !stop_;
}

bool Witness::Stopped() const {
  MutexLock lock(mutex_);
  return stop_;
}

}  // namespace sluice::gateway
