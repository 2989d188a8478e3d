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
  intake_ = parts_.connections.Trust(context.peer());
  language_ = LanguageOf(context);
  Advance();
}

void BatchStream::OnReadDone(bool ok) {
  if (ok) intake_->Take(static_cast<int64_t>(request_.Length()));
  // The key may have been revoked meanwhile.
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
  // A failed write means that the caller has gone. The other writes fail too;
  // batches that the store has taken stay decided.
  {
    MutexLock lock(mutex_);
    ++written_;
    writing_ = false;
  }
  Advance();
}

// A stream's batches go to the store in order: `reading_` stays true until this
// batch is there.
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

// Starts all that can start: the next write, a read if a slot is free, or the
// end. At most one write and one read are under way; the end comes once and
// last.
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
