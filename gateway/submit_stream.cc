#include "gateway/submit_stream.h"

#include <array>
#include <memory>
#include <utility>

#include "filter/base/mutex.h"
#include "gateway/call_context.h"
#include "gateway/rpc_status.h"

namespace sluice::gateway {
namespace {

// A ring of four batches. Each is read, decided and answered in turn: the next
// one is read while earlier ones are in the store, and answers go out in the
// order of the requests. gRPC calls OnReadDone and OnWriteDone on any of its
// threads, also at the same time, and answers come from the decider's; the
// mutex guards where the ring stands and is not held while a batch is decided.
class SubmitStream final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit SubmitStream(Decider& decider) : decider_(decider) {}

  void Start(grpc::CallbackServerContext& context) {
    absl::StatusOr<KeyPtr> key = decider_.callers().Authorize(
        AuthorizationOf(context), Rpc::kSubmitStream, decider_.NowMs());
    if (!key.ok()) {
      decider_.metrics().Count(Event::kCallRefused);
      Finish(ToGrpc(key.status(), decider_.retry_delay()));
      return;
    }
    key_ = *std::move(key);
    language_ = LanguageOf(context);
    for (std::unique_ptr<BatchWork>& work : works_) work = decider_.Take();
    Advance();
  }

  void OnReadDone(bool ok) override {
    // A key that was revoked meanwhile decides nothing more.
    absl::Status status;
    if (ok)
      status = decider_.callers()
                   .Again(key_, Rpc::kSubmitStream, decider_.NowMs())
                   .status();
    if (ok && status.ok()) {
      DecideNext();
    } else {
      MutexLock lock(mutex_);
      ended_ = true;
      end_status_ = std::move(status);
    }
    {
      MutexLock lock(mutex_);
      reading_ = false;
    }
    Advance();
  }

  void OnWriteDone(bool) override {
    // A failed write means that the caller is gone. The rest fails likewise,
    // and what the store has taken stays decided.
    {
      MutexLock lock(mutex_);
      ++written_;
      writing_ = false;
    }
    Advance();
  }

  void OnDone() override {
    for (std::unique_ptr<BatchWork>& work : works_) {
      if (work != nullptr) decider_.Give(std::move(work));
    }
    delete this;
  }

 private:
  static constexpr uint64_t kRing = 4;

  // Batches of a stream go to the store in order: `reading_` holds until this
  // one is there.
  void DecideNext() {
    uint64_t number = 0;
    {
      MutexLock lock(mutex_);
      number = read_++;
      answered_[number % kRing] = false;
    }
    BatchWork& work = *works_[number % kRing];
    work.key = key_;
    work.language = language_;
    work.check = false;
    decider_.Decide(work, request_, [this, number] { Answered(number); });
  }

  void Answered(uint64_t number) {
    BatchWork& work = *works_[number % kRing];
    if (!work.status.ok()) decider_.AnswerFault(work);
    {
      MutexLock lock(mutex_);
      answered_[number % kRing] = true;
    }
    Advance();
  }

  // Starts what can be started: the next answer, a read when there is room, the
  // end. At most one of each is under way, and the end comes once and last.
  void Advance() {
    grpc::ByteBuffer* write = nullptr;
    bool read = false;
    bool finish = false;
    absl::Status status;
    {
      MutexLock lock(mutex_);
      if (!writing_ && written_ < read_ && answered_[written_ % kRing]) {
        writing_ = true;
        write = &works_[written_ % kRing]->answer;
      }
      if (!reading_ && !ended_ && read_ - written_ < kRing) {
        reading_ = read = true;
      }
      if (ended_ && !finished_ && !reading_ && written_ == read_) {
        finished_ = finish = true;
        status = end_status_;
      }
    }
    if (write != nullptr) StartWrite(write);
    if (read) StartRead(&request_);
    // The stream may be gone when this returns.
    if (finish) Finish(ToGrpc(status, decider_.retry_delay()));
  }

  Decider& decider_;
  KeyPtr key_;
  filter::Language language_ = filter::Language::kChinese;
  grpc::ByteBuffer request_;
  std::array<std::unique_ptr<BatchWork>, kRing> works_;

  Mutex mutex_;
  uint64_t read_ SLUICE_GUARDED_BY(mutex_) = 0;     // Batches, from the start.
  uint64_t written_ SLUICE_GUARDED_BY(mutex_) = 0;  // Answers, likewise.
  std::array<bool, kRing> answered_ SLUICE_GUARDED_BY(mutex_) = {};
  bool reading_ SLUICE_GUARDED_BY(mutex_) = false;
  bool writing_ SLUICE_GUARDED_BY(mutex_) = false;
  bool ended_ SLUICE_GUARDED_BY(mutex_) = false;  // No more requests.
  bool finished_ SLUICE_GUARDED_BY(mutex_) = false;
  absl::Status end_status_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartSubmitStream(
    Decider& decider, grpc::CallbackServerContext* context) {
  auto* stream = new SubmitStream(decider);
  stream->Start(*context);
  return stream;
}

}  // namespace sluice::gateway
