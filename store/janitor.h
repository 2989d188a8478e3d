#pragma once

// Retention at work: once an hour the janitor reduces the closed segments whose
// records are all past their time. Hashes stay, and so do opt-outs with their
// evidence and everything in the control journal (regulation, articles 10 and
// 11: at least five months).

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/mutex.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/record_reader.h"
#include "store/journal/segment.h"
#include "store/views/views.h"

namespace sluice::store {

// What the janitor needs of one journal. All must outlive the janitor.
struct RetainedJournal {
  JournalFiles& files;
  const JournalIdentity identity;
  Views& views;  // Keeps which segments have been reduced.
  const RecordReader& reader;
};

struct Retained {
  uint32_t segments = 0;
  uint64_t removed = 0;
  uint64_t bytes_freed = 0;
};

// Whether retention keeps a record for good. Bytes that do not parse are kept.
bool StaysForGood(absl::string_view record);

// Reduces the segments older than `before_ms`, oldest first. Safe beside writer
// and readers. Errors: those of ReduceSegment().
absl::StatusOr<Retained> Retain(const RetainedJournal& journal,
                                int64_t before_ms);

// Runs Retain() over all journals in a thread of its own.
class Janitor {
 public:
  // Records older than `before_ms()` are past their time; `note` gets one line
  // for each reduction or failure.
  Janitor(std::vector<RetainedJournal> journals,
          std::function<int64_t()> before_ms,
          std::function<void(const std::string&)> note);
  ~Janitor();

 private:
  void Run();

  const std::vector<RetainedJournal> journals_;
  const std::function<int64_t()> before_ms_;
  const std::function<void(const std::string&)> note_;
  Mutex mutex_;
  CondVar changed_;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sluice::store
