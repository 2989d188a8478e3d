#include "tools/loadgen/load.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "grpcpp/generic/generic_stub.h"
#include "rules/base/mutex.h"
#include "tools/lib/process.h"

namespace sluice::load {
namespace {

absl::Duration OwnCpu() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) +
         absl::DurationFromTimeval(usage.ru_stime);
}

// Decides which request comes next and when it is due. Shared by all streams.
class Schedule {
 public:
  Schedule(const LoadOptions& options, size_t batch)
      : first_(options.first_request),
        limit_(options.count == 0 ? UINT64_MAX
                                  : (options.count + batch - 1) / batch),
        interval_(options.rate == 0 ? absl::ZeroDuration()
                                    : absl::Seconds(static_cast<double>(batch) /
                                                    options.rate)),
        started_(absl::Now()),
        deadline_(options.duration == absl::ZeroDuration()
                      ? absl::InfiniteFuture()
                      : started_ + options.duration) {}

  struct Ticket {
    uint64_t request = 0;
    absl::Time due;
  };

  // nullopt when no request is due; done() tells whether one will be.
  std::optional<Ticket> Take() {
    const absl::Time now = absl::Now();
    if (now >= deadline_) {
      done_ = true;
      return std::nullopt;
    }
    uint64_t next = next_.load();
    for (;;) {
      if (next >= limit_) {
        done_ = true;
        return std::nullopt;
      }
      const absl::Time due = started_ + static_cast<double>(next) * interval_;
      if (interval_ > absl::ZeroDuration() && due > now) return std::nullopt;
      if (next_.compare_exchange_weak(next, next + 1)) {
        return Ticket{first_ + next,
                      interval_ > absl::ZeroDuration() ? due : now};
      }
    }
  }

  bool done() const { return done_ || absl::Now() >= deadline_; }

 private:
  const uint64_t first_;
  const uint64_t limit_;
  const absl::Duration interval_;
  const absl::Time started_;
  const absl::Time deadline_;
  std::atomic<uint64_t> next_ = 0;
  std::atomic<bool> done_ = false;
};

// The results of one stream or call. Guarded by its owner.
struct Tally {
  uint64_t requests = 0;
  DecisionCounts decisions;
  uint64_t failed = 0;
  uint64_t overloaded = 0;
  std::string error;
  Histogram latency;

  void Answered(const grpc::ByteBuffer& answer, absl::Time due, bool verdicts) {
    latency.Add(absl::Now() - due);
    DecisionCounts counts;
    if (verdicts && !CountDecisions(answer, counts)) {
      Failed(grpc::Status(grpc::StatusCode::INTERNAL, "unreadable answer"));
      return;
    }
    if (counts.status_code != 0) {
      Failed(grpc::Status(static_cast<grpc::StatusCode>(counts.status_code),
                          "a batch was not decided"));
      return;
    }
    ++requests;
    for (size_t i = 0; i < std::size(counts.by_decision); ++i) {
      decisions.by_decision[i] += counts.by_decision[i];
    }
  }

  void Failed(const grpc::Status& status) {
    if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      ++overloaded;
      return;
    }
    ++failed;
    if (error.empty()) {
      error =
          std::to_string(status.error_code()) + ": " + status.error_message();
    }
  }
};

// A lane of load: one stream, or successive unary calls.
class Lane {
 public:
  virtual ~Lane() = default;
  virtual void Start() = 0;
  // Called every millisecond when there is a rate: a request may be due.
  virtual void Poke() = 0;
  virtual bool Finished() = 0;
  virtual void Cancel() = 0;
  virtual Tally Take() = 0;
  virtual uint64_t requests() = 0;
};

class StreamLane final
    : public Lane,
      public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  StreamLane(const tools::Connection& connection,
             std::shared_ptr<grpc::Channel> channel, const Requests& requests,
             const LoadOptions& options, Schedule& schedule)
      : stub_(std::move(channel)),
        requests_(requests),
        options_(options),
        schedule_(schedule) {
    connection.Prepare(context_, /*stream=*/true);
  }

  void Start() override {
    stub_.PrepareBidiStreamingCall(&context_, options_.method,
                                   grpc::StubOptions(), this);
    StartRead(&answer_);
    // The hold allows writes to start outside of reactions.
    AddHold();
    StartCall();
    Poke();
  }

  void Poke() override {
    MutexLock lock(mutex_);
    Advance();
  }

  bool Finished() override {
    MutexLock lock(mutex_);
    return finished_;
  }

  void Cancel() override { context_.TryCancel(); }

  Tally Take() override {
    MutexLock lock(mutex_);
    return std::move(tally_);
  }

  uint64_t requests() override {
    MutexLock lock(mutex_);
    return tally_.requests;
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(mutex_);
    writing_ = false;
    if (ok) {
      Advance();
    } else {
      Close();
    }
  }

  void OnReadDone(bool ok) override {
    MutexLock lock(mutex_);
    if (!ok) {
      Close();
      return;
    }
    tally_.Answered(answer_, due_.front(), options_.count_verdicts);
    due_.pop_front();
    StartRead(&answer_);
    Advance();
  }

  void OnDone(const grpc::Status& status) override {
    MutexLock lock(mutex_);
    if (!status.ok()) tally_.Failed(status);
    finished_ = true;
  }

 private:
  // Writes the next request if one is due and the window has room.
  void Advance() SLUICE_REQUIRES(mutex_) {
    if (closed_ || writing_) return;
    if (due_.size() < options_.in_flight) {
      if (const auto ticket = schedule_.Take()) {
        request_ = requests_.Make(ticket->request);
        due_.push_back(ticket->due);
        writing_ = true;
        StartWrite(&request_);
        return;
      }
    }
    if (!schedule_.done() || !due_.empty()) return;
    StartWritesDone();
    Close();
  }

  void Close() SLUICE_REQUIRES(mutex_) {
    if (std::exchange(closed_, true)) return;
    RemoveHold();
  }

  grpc::GenericStub stub_;
  const Requests& requests_;
  const LoadOptions& options_;
  Schedule& schedule_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer answer_;
  Mutex mutex_;
  std::deque<absl::Time> due_ SLUICE_GUARDED_BY(mutex_);
  bool writing_ SLUICE_GUARDED_BY(mutex_) = false;
  bool closed_ SLUICE_GUARDED_BY(mutex_) = false;
  bool finished_ SLUICE_GUARDED_BY(mutex_) = false;
  Tally tally_ SLUICE_GUARDED_BY(mutex_);
};

class UnaryLane final : public Lane {
 public:
  UnaryLane(const tools::Connection& connection,
            std::shared_ptr<grpc::Channel> channel, const Requests& requests,
            const LoadOptions& options, Schedule& schedule)
      : connection_(connection),
        stub_(std::move(channel)),
        requests_(requests),
        options_(options),
        schedule_(schedule) {}

  void Start() override { Poke(); }

  void Poke() override {
    std::optional<Schedule::Ticket> ticket;
    {
      MutexLock lock(mutex_);
      if (calling_ || finished_) return;
      ticket = schedule_.Take();
      if (!ticket) {
        finished_ = schedule_.done();
        return;
      }
      calling_ = true;
      context_ = std::make_unique<grpc::ClientContext>();
      connection_.Prepare(*context_);
    }
    request_ = requests_.Make(ticket->request);
    stub_.UnaryCall(context_.get(), options_.method, grpc::StubOptions(),
                    &request_, &answer_,
                    [this, due = ticket->due](const grpc::Status& status) {
                      Ended(status, due);
                    });
  }

  bool Finished() override {
    MutexLock lock(mutex_);
    return finished_ && !calling_;
  }

  void Cancel() override {
    MutexLock lock(mutex_);
    finished_ = true;
    if (calling_) context_->TryCancel();
  }

  Tally Take() override {
    MutexLock lock(mutex_);
    return std::move(tally_);
  }

  uint64_t requests() override {
    MutexLock lock(mutex_);
    return tally_.requests;
  }

 private:
  void Ended(const grpc::Status& status, absl::Time due) {
    {
      MutexLock lock(mutex_);
      if (status.ok()) {
        tally_.Answered(answer_, due, options_.count_verdicts);
      } else {
        tally_.Failed(status);
        // Otherwise a missing server would be called without pause.
        finished_ = finished_ || tally_.failed > 100;
      }
      calling_ = false;
    }
    Poke();
  }

  const tools::Connection& connection_;
  grpc::GenericStub stub_;
  const Requests& requests_;
  const LoadOptions& options_;
  Schedule& schedule_;
  std::unique_ptr<grpc::ClientContext> context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer answer_;
  Mutex mutex_;
  bool calling_ SLUICE_GUARDED_BY(mutex_) = false;
  bool finished_ SLUICE_GUARDED_BY(mutex_) = false;
  Tally tally_ SLUICE_GUARDED_BY(mutex_);
};

// Separate channels, so that streams do not share a connection.
std::vector<std::shared_ptr<grpc::Channel>> OpenChannels(
    const tools::Connection& connection, size_t count) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (size_t i = 0; i < count; ++i) {
    channels.push_back(connection.NewChannel(static_cast<int>(i)));
  }
  return channels;
}

std::vector<std::unique_ptr<Lane>> MakeLanes(
    const tools::Connection& connection, const Requests& requests,
    const LoadOptions& options, Schedule& schedule) {
  const auto channels = OpenChannels(connection, options.streams);
  const size_t count = options.unary ? options.in_flight : options.streams;
  std::vector<std::unique_ptr<Lane>> lanes;
  for (size_t i = 0; i < count; ++i) {
    const auto& channel = channels[i % channels.size()];
    if (options.unary) {
      lanes.push_back(std::make_unique<UnaryLane>(connection, channel, requests,
                                                  options, schedule));
    } else {
      lanes.push_back(std::make_unique<StreamLane>(
          connection, channel, requests, options, schedule));
    }
  }
  return lanes;
}

// How long to wait for answers after the last request.
constexpr absl::Duration kDrain = absl::Seconds(30);

void Drive(std::vector<std::unique_ptr<Lane>>& lanes, Schedule& schedule,
           bool rated, size_t batch,
           const std::function<void(uint64_t)>& progress) {
  for (auto& lane : lanes) lane->Start();
  absl::Time told = absl::Now();
  absl::Time cancel_at = absl::InfiniteFuture();
  for (;;) {
    const bool finished =
        std::all_of(lanes.begin(), lanes.end(),
                    [](auto& lane) { return lane->Finished(); });
    if (finished) return;
    const bool done = schedule.done();
    absl::SleepFor(rated ? absl::Milliseconds(1) : absl::Milliseconds(20));
    if (rated || done) {
      for (auto& lane : lanes) lane->Poke();
    }
    const absl::Time now = absl::Now();
    if (done) cancel_at = std::min(cancel_at, now + kDrain);
    if (now > cancel_at) {
      for (auto& lane : lanes) lane->Cancel();
    }
    if (progress && now - told > absl::Milliseconds(100)) {
      told = now;
      uint64_t requests = 0;
      for (auto& lane : lanes) requests += lane->requests();
      progress(requests * batch);
    }
  }
}

}  // namespace

double LoadResult::PerSecond() const {
  return static_cast<double>(messages) / absl::ToDoubleSeconds(elapsed);
}

std::optional<double> LoadResult::ServerMicros() const {
  if (!server_cpu || messages == 0) return std::nullopt;
  return absl::ToDoubleMicroseconds(*server_cpu) /
         static_cast<double>(messages);
}

absl::StatusOr<LoadResult> RunLoad(
    const tools::Connection& connection, const Requests& requests,
    const LoadOptions& options, const std::function<void(uint64_t)>& progress) {
  absl::Duration server_before;
  if (options.server_pid) {
    const auto cpu = tools::CpuTime(*options.server_pid);
    if (!cpu.ok()) return cpu.status();
    server_before = *cpu;
  }
  const absl::Duration client_before = OwnCpu();
  const absl::Time started = absl::Now();
  Schedule schedule(options, requests.batch());
  auto lanes = MakeLanes(connection, requests, options, schedule);
  Drive(lanes, schedule, options.rate > 0, requests.batch(), progress);

  LoadResult result;
  result.elapsed = absl::Now() - started;
  result.client_cpu = OwnCpu() - client_before;
  if (options.server_pid) {
    const auto cpu = tools::CpuTime(*options.server_pid);
    if (cpu.ok()) result.server_cpu = *cpu - server_before;
  }
  for (auto& lane : lanes) {
    const Tally tally = lane->Take();
    result.requests += tally.requests;
    result.failed_requests += tally.failed;
    result.overloaded_requests += tally.overloaded;
    if (result.first_error.empty()) result.first_error = tally.error;
    result.latency.Merge(tally.latency);
    for (size_t i = 0; i < std::size(tally.decisions.by_decision); ++i) {
      result.decisions.by_decision[i] += tally.decisions.by_decision[i];
    }
  }
  result.messages = result.requests * requests.batch();
  if (result.requests == 0 && !result.first_error.empty()) {
    return absl::UnavailableError(result.first_error);
  }
  return result;
}

}  // namespace sluice::load
