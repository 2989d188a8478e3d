#include "store/janitor.h"

#include <chrono>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/journal_reader.h"
#include "store/journal/retention.h"

namespace sluice::store {

namespace {

constexpr absl::string_view kDoneBefore = "retention.done_before";
constexpr std::chrono::hours kPause(1);

// When the segment's first remaining record was written; the minimum when no
// record remains.
absl::StatusOr<int64_t> FirstTime(const RetainedJournal& journal,
                                  uint32_t segment) {
  JournalReader reader(journal.files, journal.identity, Position(segment, 0));
  store::v1::Record record;
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(const bool more,
                            reader.Next(Position(segment + 1, 0)));
    if (!more) return std::numeric_limits<int64_t>::min();
    for (uint32_t i = 0; i < reader.group().count(); ++i) {
      if (reader.group().Removed(i)) continue;
      const absl::string_view bytes = reader.group().Record(i);
      if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return record.at_ms();
      }
    }
  }
}

}  // namespace

bool StaysForGood(absl::string_view bytes) {
  store::v1::Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return true;
  }
  if (record.has_opt_out_added() || record.has_opt_out_removed()) return true;
  // A reply that opted out or complained is the evidence of an opt-out.
  return record.has_reply() &&
         (record.reply().opted_out() || record.reply().complaint());
}

absl::StatusOr<Retained> Retain(const RetainedJournal& journal,
                                int64_t before_ms) {
  SLUICE_ASSIGN_OR_RETURN(const auto segments, ListSegments(journal.files));
  SLUICE_ASSIGN_OR_RETURN(const auto saved,
                          journal.views.Get(View::kMeta, kDoneBefore));
  uint32_t done_before = 0;
  if (saved.has_value()) {
    SLUICE_ASSIGN_OR_RETURN(done_before,
                            ByteReader(*saved).TakeBigEndian<uint32_t>());
  }
  Retained retained;
  // The last two segments are the open one and perhaps a spare. All of a
  // segment is older than the limit when the next segment begins before the
  // limit.
  for (size_t i = 0; i + 2 < segments.size(); ++i) {
    const uint32_t segment = segments[i];
    if (segment < done_before) continue;
    SLUICE_ASSIGN_OR_RETURN(const int64_t next_begins_ms,
                            FirstTime(journal, segments[i + 1]));
    if (next_begins_ms >= before_ms) break;
    SLUICE_ASSIGN_OR_RETURN(
        const Reduction reduction,
        ReduceSegment(journal.files, journal.identity, segment,
                      [](RecordRef, absl::string_view record) {
                        return StaysForGood(record);
                      }));
    journal.reader.Forget(segment);
    ++retained.segments;
    retained.removed += reduction.removed;
    retained.bytes_freed += reduction.bytes_before - reduction.bytes_after;
    std::string value;
    AppendBigEndian(segment + 1, value);
    SLUICE_RETURN_IF_ERROR(journal.views.Write(
        {{View::kMeta, std::string(kDoneBefore), std::move(value)}}));
  }
  return retained;
}

Janitor::Janitor(std::vector<RetainedJournal> journals,
                 std::function<int64_t()> before_ms,
                 std::function<void(const std::string&)> note)
    : journals_(std::move(journals)),
      before_ms_(std::move(before_ms)),
      note_(std::move(note)) {
  thread_ = std::thread([this] {
    NameThisThread("janitor");
    Run();
  });
}

Janitor::~Janitor() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void Janitor::Run() {
  for (;;) {
    for (const RetainedJournal& journal : journals_) {
      const auto retained = Retain(journal, before_ms_());
      if (!retained.ok()) {
        note_(absl::StrCat("retention, journal ", journal.identity.partition,
                           ": ", retained.status().message()));
      } else if (retained->segments > 0) {
        note_(absl::StrCat("retention, journal ", journal.identity.partition,
                           ": ", retained->removed, " records of ",
                           retained->segments, " segments removed, ",
                           retained->bytes_freed >> 20, " MiB freed"));
      }
    }
    MutexLock lock(mutex_);
    if (!stop_) changed_.WaitFor(mutex_, kPause);
    if (stop_) return;
  }
}

}  // namespace sluice::store
