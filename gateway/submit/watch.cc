#include "gateway/submit/watch.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/wire/call_context.h"
#include "gateway/wire/rpc_status.h"
#include "gateway/wire/stopping.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"

namespace sluice::gateway {
namespace {

// Most events that wait for a slow caller.
constexpr size_t kEventsMax = 256;
// An account's turn ends after this; finding the messages of old outcomes can
// take a millisecond a record.
constexpr std::chrono::milliseconds kTurn(2);
constexpr std::chrono::seconds kKeyCheck(1);

}  // namespace

// One watch. The pump, which is the thread of Watches, queues events, and
// gRPC's threads write them; the mutex guards the queue. At most one write is
// under way, and Finish is called once, when none is.
class Watch final : public grpc::ServerWriteReactor<v1::WatchResponse> {
 public:
  explicit Watch(Watches& watches) : watches_(watches) {}

  // Set before `located`; then the pump's own. A watch without a key was
  // refused and is about to end.
  KeyPtr key;
  AccountId account;
  filter::Language language = filter::Language::kChinese;
  WatchCursor cursor;
  // The durable ends up to which all was read. Not always the cursor, which
  // stays where it is while a journal is empty.
  WatchCursor read_to;
  int64_t from_ms = 0;                         // Nothing earlier is shown.
  std::chrono::steady_clock::time_point told;  // Last send.
  uint64_t last_turn = 0;
  size_t first_partition = 0;  // Where the last turn ended.
  // The pump serves the watch from then on.
  std::atomic<bool> located = false;

  // The pump: whether there is room for more events.
  bool HasRoom() {
    MutexLock lock(mutex_);
    return !ending_ && events_.size() < kEventsMax;
  }

  // The pump: sends the cursor. Not needed while events wait.
  void PushCursor(int64_t now_ms) {
    {
      MutexLock lock(mutex_);
      if (!events_.empty()) return;
    }
    v1::WatchResponse response;
    response.set_cursor(EncodeCursor(cursor));
    SetTimestamp(now_ms, *response.mutable_time());
    Push(std::move(response));
  }

  // The pump: adds an event. Returns whether there is room for another one.
  bool Push(v1::WatchResponse event) {
    const v1::WatchResponse* write = nullptr;
    bool room = false;
    {
      MutexLock lock(mutex_);
      if (ending_) return false;
      events_.push_back(std::move(event));
      room = events_.size() < kEventsMax;
      if (!writing_) {
        writing_ = true;
        write = &events_.front();
      }
    }
    if (write != nullptr) StartWrite(write);
    return room;
  }

  // Any thread: ends the watch once the write under way is over.
  void End(absl::Status status) {
    {
      MutexLock lock(mutex_);
      if (ending_) return;
      ending_ = true;
      end_status_ = status;
      if (writing_) return;
    }
    Finish(ToGrpc(status, watches_.retry_delay_));
  }

  void OnWriteDone(bool ok) override {
    const v1::WatchResponse* write = nullptr;
    absl::Status status;
    bool finish = false;
    bool wake = false;
    {
      MutexLock lock(mutex_);
      events_.pop_front();
      if (!ok && !ending_) {
        ending_ = true;
        end_status_ = absl::CancelledError("the caller disconnected");
      }
      if (ending_) {
        writing_ = false;
        finish = true;
        status = end_status_;
      } else if (events_.empty()) {
        writing_ = false;
      } else {
        write = &events_.front();
      }
      wake = !ending_ && events_.size() == kEventsMax / 2;
    }
    if (wake) watches_.Wake();
    if (write != nullptr) StartWrite(write);
    if (finish) Finish(ToGrpc(status, watches_.retry_delay_));
  }

  void OnCancel() override { End(absl::CancelledError("cancelled")); }

  // May destroy the watch: the list's reference may be the last.
  void OnDone() override { watches_.Remove(this); }

 private:
  Watches& watches_;
  Mutex mutex_;
  std::deque<v1::WatchResponse> events_ SLUICE_GUARDED_BY(mutex_);
  bool writing_ SLUICE_GUARDED_BY(mutex_) = false;
  bool ending_ SLUICE_GUARDED_BY(mutex_) = false;
  absl::Status end_status_ SLUICE_GUARDED_BY(mutex_);
};

Watches::Watches(store::Store& store, Callers& callers, Metrics& metrics,
                 absl::Duration retry_delay, const WatchLimits& limits)
    : store_(store),
      callers_(callers),
      metrics_(metrics),
      retry_delay_(retry_delay),
      limits_(limits),
      events_(store),
      subscription_(store.Subscribe([this](int) { Wake(); })),
      thread_([this] { Run(); }) {}

Watches::~Watches() {
  store_.Unsubscribe(subscription_);
  {
    MutexLock lock(mutex_);
    ended_ = true;
    wake_.NotifyAll();
  }
  thread_.join();
}

// Fills in who watches.
absl::Status Watches::Authorize(const grpc::CallbackServerContext& context,
                                Watch& watch) {
  absl::StatusOr<KeyPtr> key =
      callers_.Authorize(AuthorizationOf(context), Rpc::kWatch, store_.NowMs());
  if (!key.ok()) {
    metrics_.Count(Event::kCallRefused);
    return key.status();
  }
  watch.language = LanguageOf(context);
  watch.account = (*key)->account;
  watch.key = *std::move(key);
  return absl::OkStatus();
}

// Fills in where the watch begins. May read the journal, so the watch must
// already count: otherwise an account could have any number of these reads.
absl::Status Watches::Locate(const v1::WatchRequest& request, Watch& watch) {
  SLUICE_ASSIGN_OR_RETURN(watch.cursor, BeginningOf(store_, request));
  watch.read_to.resize(watch.cursor.size());
  watch.from_ms = request.has_time() ? MillisOf(request.time()) : 0;
  // So that the first cursor is due at once.
  watch.told = std::chrono::steady_clock::now() -
               absl::ToChronoNanoseconds(limits_.heartbeat);
  return absl::OkStatus();
}

absl::Status Watches::RoomFor(AccountId account) const {
  size_t all = 0;
  size_t of_account = 0;
  for (const auto& watch : watches_) {
    if (watch->key == nullptr) continue;
    ++all;
    if (watch->account == account) ++of_account;
  }
  if (of_account < limits_.account_max && all < limits_.all_max) {
    return absl::OkStatus();
  }
  return WithReason(
      absl::ResourceExhaustedError(
          of_account >= limits_.account_max
              ? absl::StrCat("the account has ", of_account,
                             " watches, at most ", limits_.account_max)
              : "too many watches are open: close one, or try again later"),
      ErrorReason::kTooManyWatches);
}

grpc::ServerWriteReactor<v1::WatchResponse>* Watches::Start(
    grpc::CallbackServerContext* context, const v1::WatchRequest& request) {
  auto watch = std::make_shared<Watch>(*this);
  absl::Status status = Authorize(*context, *watch);
  {
    MutexLock lock(mutex_);
    if (status.ok() && stopped_) status = Stopping();
    if (status.ok()) status = RoomFor(watch->account);
    if (!status.ok()) watch->key = nullptr;
    // In the list even if it ends at once: the list owns the watch until
    // OnDone.
    watches_.push_back(watch);
  }
  if (status.ok()) status = Locate(request, *watch);
  if (!status.ok()) {
    watch->End(std::move(status));
    return watch.get();
  }
  watch->located = true;
  Wake();
  return watch.get();
}

void Watches::Stop() {
  std::vector<std::shared_ptr<Watch>> watches;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    watches = watches_;
  }
  for (const auto& watch : watches) {
    watch->End(Stopping());
  }
}

void Watches::Wake() {
  MutexLock lock(mutex_);
  if (more_ || watches_.empty()) return;
  more_ = true;
  wake_.NotifyOne();
}

void Watches::Remove(const Watch* watch) {
  // Declared first, so that it is destroyed after the lock.
  std::shared_ptr<Watch> last;
  MutexLock lock(mutex_);
  const auto found =
      std::find_if(watches_.begin(), watches_.end(),
                   [watch](const auto& one) { return one.get() == watch; });
  last = std::move(*found);
  watches_.erase(found);
}

void Watches::Run() {
  NameThisThread("watch");
  std::vector<std::shared_ptr<Watch>> watches;
  bool more = false;
  const auto wait = std::min<std::chrono::nanoseconds>(
      kKeyCheck, absl::ToChronoNanoseconds(limits_.heartbeat));
  auto checked = std::chrono::steady_clock::now();
  for (;;) {
    watches.clear();
    {
      MutexLock lock(mutex_);
      while (!more_ && !more && !ended_) {
        if (!wake_.WaitFor(mutex_, wait)) break;
      }
      if (ended_) return;
      more_ = false;
      watches = watches_;
    }
    const auto now = std::chrono::steady_clock::now();
    const bool check_keys = now - checked >= kKeyCheck;
    if (check_keys) checked = now;
    behind_.clear();
    for (const auto& watch : watches) {
      if (!watch->located || !watch->HasRoom()) continue;
      Attend(*watch, check_keys);
      if (IsBehind(*watch)) behind_.push_back(watch.get());
    }
    more = TakeTurns();
  }
}

// Ends the watch of a key that is no longer good; sends its cursor when due.
void Watches::Attend(Watch& watch, bool check_key) {
  if (check_key) {
    const absl::Status status =
        callers_.Again(watch.key, Rpc::kWatch, store_.NowMs()).status();
    if (!status.ok()) return watch.End(status);
  }
  const auto now = std::chrono::steady_clock::now();
  if (now - watch.told < absl::ToChronoNanoseconds(limits_.heartbeat)) return;
  watch.told = now;
  watch.PushCursor(store_.NowMs());
}

bool Watches::IsBehind(const Watch& watch) const {
  for (size_t p = 0; p < watch.cursor.size(); ++p) {
    if (watch.read_to[p] != store_.DurableEnd(static_cast<int>(p))) return true;
  }
  return false;
}

// Gives each account that has a watch behind one turn, for the watch that has
// waited longest, so that an account with many watches far behind delays the
// others as little as one with a single watch. Returns whether watches wait for
// another turn.
bool Watches::TakeTurns() {
  std::sort(behind_.begin(), behind_.end(), [](const auto* a, const auto* b) {
    return std::pair(a->account, a->last_turn) <
           std::pair(b->account, b->last_turn);
  });
  bool more = false;
  const Watch* before = nullptr;
  for (Watch* watch : behind_) {
    if (before != nullptr && before->account == watch->account) {
      more = true;
      continue;
    }
    before = watch;
    watch->last_turn = ++turns_;
    more |= Pump(*watch);
  }
  return more;
}

// Reads the new records of each partition for one watch, up to a turn. Returns
// whether there is more to read and room for it.
bool Watches::Pump(Watch& watch) {
  const auto end = std::chrono::steady_clock::now() + kTurn;
  const size_t partitions = watch.cursor.size();
  const size_t first = watch.first_partition;
  for (size_t i = 0; i < partitions; ++i) {
    const size_t p = (first + i) % partitions;
    const int partition = static_cast<int>(p);
    // Saves reading the files when nothing is new.
    const store::RecordRef durable = store_.DurableEnd(partition);
    if (watch.read_to[p] == durable) continue;
    bool room = true;
    bool time = true;
    absl::Status fault;
    const absl::StatusOr<store::RecordRef> next =
        store_.Scan(partition, watch.cursor[p],
                    [&](store::RecordRef ref, absl::string_view bytes) {
                      fault = events_.Read(partition, ref, bytes, watch.account,
                                           watch.language, read_);
                      if (!fault.ok()) return false;
                      room = Show(watch, partition, ref);
                      time = std::chrono::steady_clock::now() < end;
                      return room && time;
                    });
    if (fault.ok()) fault = next.status();
    if (!fault.ok()) {
      watch.End(fault);
      return false;
    }
    watch.cursor[p] = *next;
    if (room && time) {
      watch.read_to[p] = durable;
      continue;
    }
    watch.first_partition = p;
    // OnWriteDone wakes the thread when there is room again.
    return room;
  }
  return false;
}

// Sends the events of the record at `ref`. The last event's cursor is after
// the record, that of earlier events before it, so a caller who resumes there
// gets all events again. Returns whether there is room for more.
bool Watches::Show(Watch& watch, int partition, store::RecordRef ref) {
  bool room = true;
  store::RecordRef& at = watch.cursor[static_cast<size_t>(partition)];
  at = ref;
  for (size_t i = 0; i < read_.size(); ++i) {
    if (MillisOf(read_[i].time()) < watch.from_ms) continue;
    if (i + 1 == read_.size()) at = {ref.position(), ref.index() + 1};
    read_[i].set_cursor(EncodeCursor(watch.cursor));
    room = watch.Push(std::move(read_[i]));
    watch.told = std::chrono::steady_clock::now();
  }
  at = {ref.position(), ref.index() + 1};
  return room;
}

}  // namespace sluice::gateway
