#include "store/scrubber.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"
#include "rules/base/milliseconds.h"
#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"
#include "store/journal/journal_reader.h"
#include "store/journal/segment_reader.h"

namespace sluice::store {
namespace {

constexpr absl::string_view kProgress = "scrub.progress";
constexpr std::chrono::minutes kPause(10);
// The bytes after which the thread pauses, and drops the pages it has read.
constexpr uint64_t kPaceBytes = uint64_t{1} << 20;
constexpr uint64_t kDropBytes = uint64_t{8} << 20;
constexpr int kLowestPriority = 19;

absl::StatusOr<uint32_t> OpenSegmentOf(const ScrubbedJournal& journal) {
  if (journal.open_segment) return journal.open_segment();
  SLUICE_ASSIGN_OR_RETURN(const auto segments, ListSegments(journal.files));
  for (auto at = segments.rbegin(); at != segments.rend(); ++at) {
    SLUICE_ASSIGN_OR_RETURN(const auto file,
                            journal.files.Open(SegmentName(*at)));
    const absl::Status header = ReadSegmentHeader(*file).status();
    if (header.ok()) return *at;
    if (!absl::IsDataLoss(header)) return header;
  }
  return uint32_t{0};
}

// Drops the pages of one segment's file as they have been read.
class PageDropper {
 public:
  PageDropper(const JournalFiles& files, uint32_t segment) {
    auto file = files.Open(SegmentName(segment));
    if (file.ok()) file_ = *std::move(file);
  }
  ~PageDropper() { Drop(); }
  PageDropper(const PageDropper&) = delete;
  PageDropper& operator=(const PageDropper&) = delete;

  void Read(uint64_t bytes) {
    read_ += bytes;
    if (read_ < kDropBytes) return;
    Drop();
    read_ = 0;
  }

 private:
  void Drop() {
    if (file_ != nullptr) file_->DropCached();
  }

  std::unique_ptr<JournalFile> file_;
  uint64_t read_ = 0;
};

std::unique_ptr<JournalReader> MakeReader(const ScrubbedJournal& journal,
                                          uint32_t segment) {
  return std::make_unique<JournalReader>(journal.files, journal.identity,
                                         Position(segment, 0), Proof::kHashes);
}

// Reads the segment, at whose beginning `reader` is. Errors: kCancelled; those
// of JournalReader::Next().
absl::Status ReadSegment(const ScrubbedJournal& journal, uint32_t segment,
                         JournalReader& reader,
                         const std::function<bool(uint64_t)>& read) {
  PageDropper pages(journal.files, segment);
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(const bool more,
                            reader.Next(Position(segment + 1, 0)));
    if (!more) return absl::OkStatus();
    const uint64_t bytes = reader.group().frame_size();
    pages.Read(bytes);
    if (!read(bytes)) return absl::CancelledError("");
  }
}

// The damage in `status`, which a reader of `segment` has returned; OK if it
// tells of none. A segment that is missing or another journal's is damage.
absl::Status DamageIn(const ScrubbedJournal& journal, uint32_t segment,
                      const absl::Status& status) {
  if (absl::IsDataLoss(status)) return status;
  if (absl::IsOutOfRange(status) || absl::IsFailedPrecondition(status)) {
    return DamageError(journal.identity, Position(segment, 0),
                       status.message());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<uint32_t> ScrubFrom(
    const ScrubbedJournal& journal, uint32_t segment, DamageAlarm& alarm,
    const std::function<bool(uint64_t bytes)>& read,
    const std::function<bool(uint32_t segment)>& done) {
  SLUICE_ASSIGN_OR_RETURN(const uint32_t open, OpenSegmentOf(journal));
  // One reader for all segments also checks the links between them.
  std::unique_ptr<JournalReader> reader;
  for (; segment < open; ++segment) {
    const bool linked = reader != nullptr;
    if (!linked) reader = MakeReader(journal, segment);
    absl::Status status = ReadSegment(journal, segment, *reader, read);
    if (!DamageIn(journal, segment, status).ok() && linked) {
      // Only the link may be damaged: read the segment by itself.
      alarm.Raise(journal.identity, DamageIn(journal, segment, status));
      reader = MakeReader(journal, segment);
      status = ReadSegment(journal, segment, *reader, read);
    }
    const absl::Status damage = DamageIn(journal, segment, status);
    alarm.Raise(journal.identity, damage);
    if (damage.ok() && !status.ok()) return status;
    if (!damage.ok()) reader.reset();
    if (!done(segment)) return absl::CancelledError("");
  }
  return segment;
}

Scrubber::Scrubber(std::vector<ScrubbedJournal> journals,
                   uint64_t bytes_per_second, std::function<int64_t()> now_ms,
                   DamageAlarm& alarm,
                   std::function<void(const std::string&)> note)
    : journals_(std::move(journals)),
      bytes_per_second_(bytes_per_second),
      now_ms_(std::move(now_ms)),
      alarm_(alarm),
      note_(std::move(note)) {
  thread_ = std::thread([this] {
    NameThisThread("scrubber");
    // Of this thread only. Without it the thread works, too.
    setpriority(PRIO_PROCESS, 0, kLowestPriority);
    Run();
  });
}

Scrubber::~Scrubber() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void Scrubber::Run() {
  for (const ScrubbedJournal& journal : journals_) {
    rounds_.push_back(Load(journal).value_or(Round{}));
  }
  for (;;) {
    for (size_t i = 0; i < journals_.size(); ++i) {
      const absl::Status status = Scrub(i);
      if (absl::IsCancelled(status)) return;
      Tell(status, absl::StrCat("scrubbing the journal of ",
                                NameOf(journals_[i].identity),
                                "; tried again in 10 minutes"));
    }
    MutexLock lock(mutex_);
    if (!stop_) changed_.WaitFor(mutex_, kPause);
    if (stop_) return;
  }
}

// Begins the journal's round when it is due, or goes on with it.
absl::Status Scrubber::Scrub(size_t index) {
  const ScrubbedJournal& journal = journals_[index];
  Round& round = rounds_[index];
  if (round.finished) {
    const int64_t now_ms = now_ms_();
    if (round.began_ms != 0 && now_ms < round.began_ms + kDayMs) {
      return absl::OkStatus();
    }
    SLUICE_ASSIGN_OR_RETURN(const auto segments, ListSegments(journal.files));
    round = {now_ms, segments.empty() ? 0 : segments.front(), false};
  }
  SLUICE_RETURN_IF_ERROR(ScrubFrom(
                             journal, round.next, alarm_,
                             [this](uint64_t bytes) { return Pace(bytes); },
                             [&](uint32_t segment) {
                               // This segment once more after a start: it links
                               // to the next.
                               round.next = segment;
                               Tell(Save(journal, round),
                                    "scrubbing: where it is cannot be saved");
                               return !Stopped();
                             })
                             .status());
  round.finished = true;
  return Save(journal, round);
}

void Scrubber::Tell(const absl::Status& status, absl::string_view what) {
  if (status.ok()) {
    fault_.Ends();
  } else if (const auto line =
                 fault_.Holds(absl::StrCat(what, ": ", status.message()))) {
    note_(*line);
  }
}

// Waits as long as `bytes` may take. Returns false at the end.
bool Scrubber::Pace(uint64_t bytes) {
  unpaid_bytes_ += bytes;
  if (unpaid_bytes_ < std::min(kPaceBytes, bytes_per_second_)) {
    return !Stopped();
  }
  const auto until = std::chrono::steady_clock::now() +
                     std::chrono::nanoseconds(unpaid_bytes_ * 1'000'000'000 /
                                              bytes_per_second_);
  unpaid_bytes_ = 0;
  MutexLock lock(mutex_);
  for (;;) {
    const auto left = until - std::chrono::steady_clock::now();
    if (stop_ || left.count() <= 0) return !stop_;
    changed_.WaitFor(mutex_, left);
  }
}

bool Scrubber::Stopped() {
  MutexLock lock(mutex_);
  return stop_;
}

absl::StatusOr<Scrubber::Round> Scrubber::Load(
    const ScrubbedJournal& journal) const {
  Round round;
  if (journal.views == nullptr) return round;
  SLUICE_ASSIGN_OR_RETURN(const auto saved,
                          journal.views->Get(View::kMeta, kProgress));
  if (!saved.has_value()) return round;
  ByteReader in(*saved);
  SLUICE_ASSIGN_OR_RETURN(const auto began, in.TakeBigEndian<uint64_t>());
  SLUICE_ASSIGN_OR_RETURN(round.next, in.TakeBigEndian<uint32_t>());
  SLUICE_ASSIGN_OR_RETURN(const auto finished, in.TakeBigEndian<uint8_t>());
  round.began_ms = static_cast<int64_t>(began);
  round.finished = finished != 0;
  return round;
}

absl::Status Scrubber::Save(const ScrubbedJournal& journal,
                            const Round& round) const {
  if (journal.views == nullptr) return absl::OkStatus();
  std::string value;
  AppendBigEndian(static_cast<uint64_t>(round.began_ms), value);
  AppendBigEndian(round.next, value);
  AppendBigEndian(static_cast<uint8_t>(round.finished), value);
  return journal.views->Write(
      {{View::kMeta, std::string(kProgress), std::move(value)}});
}

}  // namespace sluice::store
