#include "gateway/submit/batch_stream.h"

#include <utility>

#include "gateway/wire/call_context.h"
#include "gateway/wire/rpc_status.h"

namespace sluice::gateway {

void BatchStream::Start(grpc::CallbackServerContext& context) {
  absl::StatusOr<KeyPtr> key =
      parts_.callers.Authorize(AuthorizationOf(context), rpc_, parts_.now_ms());
  if (!key.ok()) {
    parts_.metrics.Count(Event::kCallRefused);
    Finish(ToGrpc(key.status(), parts_.retry_delay));
    return;
  }
  key_ = *std::move(key);
  language_ = LanguageOf(context);
  Advance();
}

void BatchStream::OnReadDone(bool ok) {
  // A key that was revoked meanwhile decides nothing more.
  absl::Status status;
  if (ok) status = parts_.callers.Again(key_, rpc_, parts_.now_ms()).status();
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

void BatchStream::OnWriteDone(bool) {
  // A failed write means that the caller is gone. The rest fails likewise, and
  // what the store has taken stays decided.
  {
    MutexLock lock(mutex_);
    ++written_;
    writing_ = false;
  }
  Advance();
}

// Batches of a stream go to the store in order: `reading_` holds until this one
// is there.
void BatchStream::DecideNext() {
  size_t slot = 0;
  {
    MutexLock lock(mutex_);
    slot = read_++ % in_work_;
    answered_[slot] = false;
  }
  Decide(slot, request_);
}

void BatchStream::Answered(size_t slot) {
  {
    MutexLock lock(mutex_);
    answered_[slot] = true;
  }
  Advance();
}

// Starts what can be started: the next answer, a read when there is room, the
// end. At most one of each is under way, and the end comes once and last.
void BatchStream::Advance() {
  bool write = false;
  size_t slot = 0;
  bool read = false;
  bool finish = false;
  absl::Status status;
  {
    MutexLock lock(mutex_);
    slot = written_ % in_work_;
    if (!writing_ && written_ < read_ && answered_[slot]) {
      writing_ = write = true;
    }
    if (!reading_ && !ended_ && read_ - written_ < in_work_) {
      reading_ = read = true;
    }
    if (ended_ && !finished_ && !reading_ && written_ == read_) {
      finished_ = finish = true;
      status = end_status_;
    }
  }
  if (write) StartWrite(&AnswerOf(slot));
  if (read) StartRead(&request_);
  // The stream may be gone when this returns.
  if (finish) Finish(ToGrpc(status, parts_.retry_delay));
}

}  // namespace sluice::gateway
