#include "gateway/witness.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"
#include "sluice/store/v1/record.pb.h"
#include "store/record_body.h"

namespace sluice::gateway {
namespace {

constexpr size_t kHeadsAtOnce = 100;
constexpr std::chrono::milliseconds kStopAgain{50};

// The head that a record of the control journal is, if its number is greater.
std::optional<store::SignedHead> HeadAfter(uint64_t number,
                                           absl::string_view bytes) {
  constexpr absl::string_view kNumber = "\nnumber ";
  if (store::BodyOf(bytes) != store::v1::Record::kHeadSignedFieldNumber) {
    return std::nullopt;
  }
  store::v1::Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::nullopt;
  }
  // Most are older, and reading one as a whole takes long.
  const absl::string_view text = record.head_signed().text();
  const size_t at = text.find(kNumber);
  if (at == text.npos) return std::nullopt;
  const absl::string_view rest = text.substr(at + kNumber.size());
  uint64_t its_number = 0;
  if (!absl::SimpleAtoi(rest.substr(0, rest.find('\n')), &its_number) ||
      its_number <= number) {
    return std::nullopt;
  }
  absl::StatusOr<store::SignedHead> head = store::ParseHead(text);
  if (!head.ok()) return std::nullopt;
  return *std::move(head);
}

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
    MutexLock lock(mutex_);
    ended_ = true;
    changed_.NotifyAll();
  });
}

void Witness::Stop() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    changed_.NotifyAll();
  }
  sink_->Stop();
}

void Witness::StopAll(std::vector<std::unique_ptr<Witness>>& witnesses) {
  for (const auto& witness : witnesses) witness->Stop();
  witnesses.clear();
}

Witness::~Witness() {
  Stop();
  // A call that had just not begun is ended by the next Stop().
  while (!WaitForEnd()) sink_->Stop();
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
  while (given_ < last) {
    behind_ = last - given_;
    if (missed_.empty()) SLUICE_RETURN_IF_ERROR(ReadMissed(*newest));
    if (missed_.empty() || Stopped()) break;
    SLUICE_RETURN_IF_ERROR(sink_->Give(missed_.front()));
    given_ = missed_.front().head.number;
    missed_.pop_front();
    behind_ = last - std::min(last, given_);
  }
  return absl::OkStatus();
}

// Reads the journal from its begin once, and only if it missed one.
absl::Status Witness::ReadMissed(const store::SignedHead& newest) {
  if (place_ == store::RecordRef() && newest.head.number == given_ + 1) {
    missed_.push_back(newest);
    return absl::OkStatus();
  }
  std::deque<store::SignedHead> heads;
  const auto take = [&](store::RecordRef, absl::string_view record) {
    auto head = HeadAfter(given_, record);
    if (head) heads.push_back(*std::move(head));
    return heads.size() < kHeadsAtOnce;
  };
  const auto stop = [this] { return Stopped(); };
  SLUICE_ASSIGN_OR_RETURN(place_, store_.ScanControl(place_, take, stop));
  missed_ = std::move(heads);
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

bool Witness::WaitForEnd() {
  MutexLock lock(mutex_);
  if (!ended_) changed_.WaitFor(mutex_, kStopAgain);
  return ended_;
}

bool Witness::Stopped() const {
  MutexLock lock(mutex_);
  return stop_;
}

}  // namespace sluice::gateway
