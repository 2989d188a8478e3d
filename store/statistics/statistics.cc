#include "store/statistics/statistics.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"

namespace sluice::store {
namespace {

constexpr std::chrono::seconds kFollowEvery{10};
// How long a reader waits for what is not counted yet.
constexpr std::chrono::seconds kReaderWaits{2};
constexpr std::chrono::milliseconds kSlice{500};
constexpr int kLowestPriority = 19;
constexpr int64_t kHourMs = 3'600'000;

// Rows of one kind for a part of the time.
struct Piece {
  char kind = kHourRows;
  uint32_t from = 0;
  uint32_t until = 0;
};

// Days before the first whole one have no rows.
uint32_t HourOf(int64_t ms) {
  return static_cast<uint32_t>(std::clamp<int64_t>(
      ms / kHourMs, FirstHourOf(1), std::numeric_limits<uint32_t>::max() / 2));
}

int64_t StartOf(const Piece& piece, uint32_t time) {
  return kHourMs *
         (piece.kind == kHourRows ? time : int64_t{FirstHourOf(time)});
}

// Whole days by their own rows, what is left at both ends by hours; days that
// have no rows of hours before `oldest` are taken whole.
std::vector<Piece> PiecesOf(uint32_t from, uint32_t until, uint32_t oldest,
                            StatStep step) {
  if (step == StatStep::kHour) {
    return {{kHourRows, std::min(std::max(from, oldest), until), until}};
  }
  const uint32_t first = DayOf(from < oldest ? from : from + 23);
  const uint32_t last =
      DayOf(FirstHourOf(DayOf(until)) < oldest ? until + 23 : until);
  if (step == StatStep::kDay) {
    return {{kDayRows, DayOf(from), DayOf(until + 23)}};
  }
  if (first >= last) return {{kHourRows, from, until}};
  std::vector<Piece> pieces;
  if (from < FirstHourOf(first)) {
    pieces.push_back({kHourRows, from, FirstHourOf(first)});
  }
  pieces.push_back({kDayRows, first, last});
  if (FirstHourOf(last) < until) {
    pieces.push_back({kHourRows, FirstHourOf(last), until});
  }
  return pieces;
}

}  // namespace

Statistics::Statistics(std::vector<CountedJournal> journals,
                       std::function<void(const std::string&)> fault)
    : journals_(std::move(journals)), fault_log_(std::move(fault)) {
  {
    MutexLock lock(work_);
    counters_.reserve(journals_.size());
    for (const CountedJournal& journal : journals_) {
      counters_.emplace_back(journal);
    }
  }
  thread_ = std::thread([this] {
    NameThisThread("statistics");
    // Of this thread only. Without it the thread works, too.
    setpriority(PRIO_PROCESS, 0, kLowestPriority);
    Run();
  });
}

Statistics::~Statistics() { Stop(); }

void Statistics::Stop() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void Statistics::Run() {
  const auto stopped = [this] {
    MutexLock lock(mutex_);
    return stop_;
  };
  while (!stopped()) {
    if (FollowForAWhile(stopped)) continue;
    MutexLock lock(mutex_);
    if (!stop_) changed_.WaitFor(mutex_, kFollowEvery);
  }
}

// A reader waits no longer than this while a long journal is counted. Returns
// whether there is more to count.
bool Statistics::FollowForAWhile(const StopAsked& stop) {
  MutexLock lock(work_);
  const auto end = std::chrono::steady_clock::now() + kSlice;
  const absl::Status status =
      Follow([&] { return std::chrono::steady_clock::now() > end || stop(); });
  Tell(status);
  return absl::IsCancelled(status);
}

// A place that cannot be read is passed once: whoever passes it tells it.
void Statistics::Tell(const absl::Status& status) {
  if (absl::IsCancelled(status)) {
    behind_ = true;
  } else if (status.ok()) {
    fault_.Ends();
  } else if (const auto line = fault_.Holds(
                 absl::StrCat("not everything is counted by the statistics: ",
                              status.message()))) {
    fault_log_(*line);
  }
}

// A journal that cannot be read does not keep the others from being counted.
absl::Status Statistics::Follow(const StopAsked& stop) {
  absl::Status first;
  for (size_t i = 0; i < counters_.size(); ++i) {
    absl::Status status = counters_[i].Follow(journals_[i].durable_end(), stop);
    if (absl::IsCancelled(status)) return status;
    if (first.ok()) first = std::move(status);
  }
  behind_ = false;
  return first;
}

// Returns the oldest hour that has rows.
uint32_t Statistics::CatchUp(const StopAsked& stop) {
  MutexLock lock(work_);
  const auto give_up = std::chrono::steady_clock::now() + kReaderWaits;
  if (!behind_) {
    Tell(Follow([&] {
      return std::chrono::steady_clock::now() > give_up || (stop && stop());
    }));
  }
  uint32_t oldest = 0;
  for (const JournalCounter& counter : counters_) {
    oldest = std::max(oldest, counter.oldest_hour());
  }
  return oldest;
}

absl::StatusOr<StatAnswer> Statistics::Read(const StatQuery& query,
                                            const StopAsked& stop) {
  StatAnswer answer;
  const uint32_t oldest = CatchUp(stop);
  answer.behind = behind_;
  SLUICE_RETURN_IF_ERROR(CheckStop(stop));
  const std::vector<Piece> pieces =
      PiecesOf(HourOf(query.from_ms), HourOf(query.until_ms + kHourMs - 1),
               oldest, query.step);
  answer.from_ms = StartOf(pieces.front(), pieces.front().from);
  answer.until_ms = StartOf(pieces.back(), pieces.back().until);
  std::map<std::pair<int64_t, std::string>, Tally> rows;
  for (const Piece& piece : pieces) {
    const auto add = [&](uint32_t time, absl::string_view value,
                         const Tally& tally) {
      const int64_t at =
          query.step == StatStep::kNone ? 0 : StartOf(piece, time);
      rows[{at, std::string(value)}].Add(tally);
      return rows.size() <= kStatRowsMax
                 ? absl::OkStatus()
                 : absl::ResourceExhaustedError("too many rows");
    };
    for (const CountedJournal& journal : journals_) {
      SLUICE_RETURN_IF_ERROR(ReadStatRows(
          journal.views,
          {piece.kind, query.dimension, piece.from, piece.until, query.value},
          stop, add));
    }
  }
  for (auto& [of, tally] : rows) {
    answer.rows.push_back({of.first, of.second, std::move(tally)});
  }
  return answer;
}

}  // namespace sluice::store
