#include "gateway/submit/watch.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

#include "gateway/wire/call_context.h"
#include "gateway/wire/rpc_status.h"
#include "gateway/wire/token.h"
#include "rules/base/error_reason.h"
#include "rules/base/thread_name.h"

namespace sluice::gateway {
namespace {

constexpr size_t kWatchesMax = 1000;
// Events that wait for a slow caller, and records read in one turn.
constexpr size_t kEventsMax = 256;
constexpr size_t kRecordsATurn = 4096;
constexpr std::chrono::seconds kKeyCheck(1);

absl::Status Stopping() {
  return WithReason(absl::UnavailableError("the server is stopping"),
                    ErrorReason::kStopping);
}

}  // namespace

std::string EncodeCursor(const WatchCursor& cursor) {
  std::vector<uint64_t> values;
  for (const store::RecordRef ref : cursor) values.push_back(ref.value());
  return EncodeToken(TokenKind::kWatch, values);
}

absl::StatusOr<WatchCursor> DecodeCursor(const store::Store& store,
                                         absl::string_view text) {
  WatchCursor cursor;
  const auto partitions = static_cast<size_t>(store.partitions());
  if (text == "begin") {
    cursor.resize(partitions);
  } else if (text.empty()) {
    for (size_t p = 0; p < partitions; ++p) {
      cursor.push_back(store.DurableEnd(static_cast<int>(p)));
    }
  } else {
    const absl::StatusOr<std::vector<uint64_t>> values =
        DecodeToken(TokenKind::kWatch, text);
    if (!values.ok() || values->size() != partitions) {
      return InvalidField("cursor", "not one that Watch has given out");
    }
    for (const uint64_t value : *values) {
      cursor.push_back(store::RecordRef::FromValue(value));
    }
  }
  return cursor;
}

// One caller's watch. gRPC's threads write what the pump has queued; both sides
// meet under the mutex. At most one write is under way, and Finish comes once,
// when none is.
class Watch final : public grpc::ServerWriteReactor<v1::WatchResponse> {
 public:
  explicit Watch(Watches& watches) : watches_(watches) {}

  // Set before the pump sees it; then the pump's own.
  KeyPtr key;
  AccountId account;
  filter::Language language = filter::Language::kChinese;
  WatchCursor cursor;

  // The pump: room for more events?
  bool HasRoom() {
    MutexLock lock(mutex_);
    return !ending_ && events_.size() < kEventsMax;
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
        end_status_ = absl::CancelledError("the caller is gone");
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

  // The list's reference may be the last.
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
                 absl::Duration retry_delay)
    : store_(store),
      callers_(callers),
      metrics_(metrics),
      retry_delay_(retry_delay),
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

grpc::ServerWriteReactor<v1::WatchResponse>* Watches::Start(
    grpc::CallbackServerContext* context, const v1::WatchRequest& request) {
  auto watch = std::make_shared<Watch>(*this);
  absl::StatusOr<KeyPtr> key = callers_.Authorize(AuthorizationOf(*context),
                                                  Rpc::kWatch, store_.NowMs());
  absl::Status status = key.status();
  if (!status.ok()) metrics_.Count(Event::kCallRefused);
  if (status.ok()) {
    watch->key = *std::move(key);
    watch->account = watch->key->account;
    watch->language = LanguageOf(*context);
    absl::StatusOr<WatchCursor> cursor = DecodeCursor(store_, request.cursor());
    status = cursor.status();
    if (cursor.ok()) watch->cursor = *std::move(cursor);
  }
  {
    MutexLock lock(mutex_);
    if (status.ok() && stopped_) {
      status = Stopping();
    }
    if (status.ok() && watches_.size() >= kWatchesMax) {
      status = WithReason(absl::ResourceExhaustedError("too many watches"),
                          ErrorReason::kTooManyWatches);
    }
    // In the list also when it ends at once: the list owns it until OnDone.
    watches_.push_back(watch);
  }
  if (status.ok()) {
    // Tells the caller that the watch has begun, before anything happens.
    watch->StartSendInitialMetadata();
  } else {
    watch->End(std::move(status));
  }
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
  // Destroyed after the lock is gone.
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
  auto checked = std::chrono::steady_clock::now();
  for (;;) {
    watches.clear();
    {
      MutexLock lock(mutex_);
      while (!more_ && !more && !ended_) {
        if (!wake_.WaitFor(mutex_, kKeyCheck)) break;
      }
      if (ended_) return;
      more_ = false;
      watches = watches_;
    }
    const auto now = std::chrono::steady_clock::now();
    const bool check_keys = now - checked >= kKeyCheck;
    if (check_keys) checked = now;
    more = false;
    for (const auto& watch : watches) {
      // Without a key it was refused, and is about to end.
      if (watch->key == nullptr || !watch->HasRoom()) continue;
      if (check_keys) {
        const absl::Status status =
            callers_.Again(watch->key, Rpc::kWatch, store_.NowMs()).status();
        if (!status.ok()) {
          watch->End(status);
          continue;
        }
      }
      more |= Pump(*watch);
    }
  }
}

// One turn of one watch. Returns whether it should have another one at once.
bool Watches::Pump(Watch& watch) {
  bool more = false;
  for (size_t p = 0; p < watch.cursor.size(); ++p) {
    const int partition = static_cast<int>(p);
    // Without a look at the files where there is nothing new.
    if (watch.cursor[p] == store_.DurableEnd(partition)) continue;
    size_t read = 0;
    bool room = true;
    absl::Status fault;
    const absl::StatusOr<store::RecordRef> next = store_.Scan(
        partition, watch.cursor[p],
        [&](store::RecordRef ref, absl::string_view bytes) {
          v1::WatchResponse event;
          const absl::StatusOr<bool> seen = events_.Read(
              partition, ref, bytes, watch.account, watch.language, event);
          if (!seen.ok()) {
            fault = seen.status();
            return false;
          }
          watch.cursor[p] = store::RecordRef(ref.position(), ref.index() + 1);
          if (*seen) {
            event.set_cursor(EncodeCursor(watch.cursor));
            room = watch.Push(std::move(event));
          }
          return room && ++read < kRecordsATurn;
        });
    if (fault.ok()) fault = next.status();
    if (!fault.ok()) {
      watch.End(fault);
      return false;
    }
    watch.cursor[p] = *next;
    // Its caller wakes us when there is room again.
    if (!room) return false;
    more |= read == kRecordsATurn;
  }
  return more;
}

}  // namespace sluice::gateway
