#pragma once

// JournalFiles that fail the Nth call of one kind, for tests that fail the 1st,
// 2nd, 3rd, ... call until a run has no failure.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rules/base/error_reason.h"
#include "rules/base/mutex.h"
#include "store/journal/journal_file.h"

namespace sluice::store {

// Which call fails, and how. Each kind is counted separately, over all files.
struct JournalFault {
  enum class Call { kAppend, kSync, kCreate, kReplace, kTruncate, kTrim };
  enum class How {
    kNothingDone,  // The call does nothing.
    // An append leaves about half its bytes, up to the end of a sector; a sync
    // syncs.
    kHalfDone,
    kDiskFull,  // kResourceExhausted, for calls that may return it.
  };
  Call call = Call::kAppend;
  int64_t nth = 0;  // From 1 on; 0: never.
  How how = How::kNothingDone;
  bool and_after = true;  // All later calls of the kind fail as well.
  // Called before a call fails, on its thread: a slow disk.
  std::function<void()> before = nullptr;
};

// Wraps other files, which must outlive this object. Any thread.
class FailingJournalFiles final : public JournalFiles {
 public:
  explicit FailingJournalFiles(JournalFiles& files) : files_(files) {}

  // Restarts the count.
  void SetFault(const JournalFault& fault) {
    MutexLock lock(mutex_);
    fault_ = fault;
    count_ = 0;
    failed_ = 0;
  }
  // How many calls have failed since SetFault().
  int64_t failed() const {
    MutexLock lock(mutex_);
    return failed_;
  }

  absl::StatusOr<std::vector<std::string>> List() const override {
    return files_.List();
  }
  absl::StatusOr<std::unique_ptr<JournalFile>> Create(absl::string_view name,
                                                      uint64_t room) override {
    if (Fails(JournalFault::Call::kCreate)) return Failure();
    return Wrap(files_.Create(name, room));
  }
  absl::StatusOr<std::unique_ptr<JournalFile>> Open(
      absl::string_view name) const override {
    return Wrap(files_.Open(name));
  }
  absl::Status Replace(absl::string_view from, absl::string_view to) override {
    if (!Fails(JournalFault::Call::kReplace)) return files_.Replace(from, to);
    if (HalfDone()) {
      files_.Replace(from, to).IgnoreError();
    }
    return Failure();
  }
  absl::Status Delete(absl::string_view name) override {
    return files_.Delete(name);
  }

 private:
  class File final : public JournalFile {
   public:
    using Call = JournalFault::Call;

    File(const FailingJournalFiles& files, std::unique_ptr<JournalFile> file)
        : files_(files), file_(std::move(file)) {}

    absl::StatusOr<uint64_t> Append(absl::string_view bytes) override {
      if (!files_.Fails(Call::kAppend)) {
        const auto at = file_->Append(bytes);
        if (at.ok()) end_ = *at + bytes.size();
        return at;
      }
      if (files_.HalfDone()) {
        const uint64_t half = (end_ + bytes.size() / 2) / 512 * 512;
        file_->Append(bytes.substr(0, half - std::min(half, end_)))
            .IgnoreError();
      }
      return files_.Failure();
    }
    absl::Status WriteAgain(uint64_t offset, absl::string_view bytes) override {
      if (!files_.Fails(Call::kAppend)) return file_->WriteAgain(offset, bytes);
      return files_.Failure();
    }
    absl::Status Sync() override {
      if (!files_.Fails(Call::kSync)) return file_->Sync();
      if (files_.HalfDone()) file_->Sync().IgnoreError();
      return files_.Failure();
    }
    absl::StatusOr<size_t> Read(uint64_t offset,
                                absl::Span<char> out) const override {
      return file_->Read(offset, out);
    }
    absl::Status Truncate(uint64_t end, uint64_t room) override {
      if (files_.Fails(Call::kTruncate)) return files_.Failure();
      end_ = end;
      return file_->Truncate(end, room);
    }
    absl::Status Trim() override {
      if (files_.Fails(Call::kTrim)) return files_.Failure();
      return file_->Trim();
    }
    absl::StatusOr<uint64_t> Size() const override { return file_->Size(); }

   private:
    const FailingJournalFiles& files_;
    const std::unique_ptr<JournalFile> file_;
    uint64_t end_ = 0;  // Where the next append goes.
  };

  bool Fails(JournalFault::Call call) const {
    std::function<void()> before;
    {
      MutexLock lock(mutex_);
      if (fault_.nth == 0 || call != fault_.call) return false;
      const int64_t n = ++count_;
      if (n < fault_.nth || (n > fault_.nth && !fault_.and_after)) return false;
      ++failed_;
      before = fault_.before;
    }
    if (before) before();
    return true;
  }
  bool HalfDone() const {
    MutexLock lock(mutex_);
    return fault_.how == JournalFault::How::kHalfDone;
  }
  absl::Status Failure() const {
    MutexLock lock(mutex_);
    if (fault_.how == JournalFault::How::kDiskFull) {
      return WithReason(absl::ResourceExhaustedError("injected: no space left"),
                        ErrorReason::kDiskFull);
    }
    return absl::UnavailableError("injected: input/output error");
  }
  absl::StatusOr<std::unique_ptr<JournalFile>> Wrap(
      absl::StatusOr<std::unique_ptr<JournalFile>> file) const {
    if (!file.ok()) return file.status();
    return std::make_unique<File>(*this, *std::move(file));
  }

  JournalFiles& files_;
  mutable Mutex mutex_;
  JournalFault fault_ SLUICE_GUARDED_BY(mutex_);
  mutable int64_t count_ SLUICE_GUARDED_BY(mutex_) = 0;
  mutable int64_t failed_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::store
