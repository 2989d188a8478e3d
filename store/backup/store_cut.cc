#include "store/backup/store_cut.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/durable_marks.h"
#include "store/journal/journal_reader.h"
#include "store/journal/posix_journal_file.h"
#include "store/record_body.h"

namespace sluice::store {
namespace {

constexpr auto kReadMarks = PosixJournalFiles::Access::kRead;
// A look takes some 20 us, a record of the control journal a sync.
constexpr int kLooksMax = 1000;

absl::StatusOr<std::unique_ptr<DurableMarks>> MarksOf(
    JournalFiles& root, const JournalIdentity& identity) {
  auto marks = DurableMarks::Open(root, identity);
  if (marks.ok() || absl::IsUnavailable(marks.status()) ||
      absl::IsFailedPrecondition(marks.status())) {
    return marks;
  }
  return absl::DataLossError(absl::StrCat(
      "file ", kMarksName, ": ",
      absl::IsNotFound(marks.status()) ? "it is missing"
                                       : std::string(marks.status().message()),
      ". A start of sluiced says what to do"));
}

// Of two looks at the same marks, the later place: a slot that is being written
// is not read.
std::optional<JournalPoint> Later(const DurableMarks& a, const DurableMarks& b,
                                  uint16_t partition) {
  const auto first = a.Of(partition);
  const auto second = b.Of(partition);
  if (!first || !second) return first ? first : second;
  return first->position < second->position ? second : first;
}

}  // namespace

// Whatever a partition's record names was durable in the control journal
// before. So when the control journal has not grown while the partitions' marks
// were read, it has all that they name; and heads, which are records of the
// control journal, say of a partition only what was durable before them.
absl::StatusOr<StoreCut> TakeCut(const std::string& path) {
  StoreCut cut;
  auto control = PosixJournalFiles::Open(path + "/control", kReadMarks);
  if (!control.ok()) {
    return ErrorOf(
        absl::StatusCode::kNotFound,
        SayBoth("$0 不是数据存储：请用 --from 给出 sluice.yaml 中的 store.path",
                "$0 is no store: give the path in store.path of sluice.yaml "
                "with --from",
                path));
  }
  SLUICE_ASSIGN_OR_RETURN(cut.identity, ReadIdentity(**control));
  SLUICE_ASSIGN_OR_RETURN(const auto root,
                          PosixJournalFiles::Open(path, kReadMarks));
  cut.running = PosixJournalFiles::IsInUse(path);
  for (int look = 0; look < kLooksMax; ++look) {
    SLUICE_ASSIGN_OR_RETURN(const auto before, MarksOf(*root, cut.identity));
    SLUICE_ASSIGN_OR_RETURN(const auto marks, MarksOf(*root, cut.identity));
    SLUICE_ASSIGN_OR_RETURN(const auto after, MarksOf(*root, cut.identity));
    if (before->Of(kControlPartition) != after->Of(kControlPartition)) continue;
    // Marks that are not exact may be behind what a stopped store holds.
    const bool all_known = cut.running || after->exact();
    for (size_t i = 0; i <= cut.identity.partition_count; ++i) {
      cut.ends.push_back(all_known ? Later(*before, *marks, cut.PartitionAt(i))
                                   : std::nullopt);
    }
    return cut;
  }
  return absl::UnavailableError(
      "the control journal is being written too fast: try again");
}

absl::StatusOr<std::string> HeadBefore(const JournalFiles& control,
                                       const JournalIdentity& identity,
                                       Position end) {
  SLUICE_ASSIGN_OR_RETURN(const auto segments, ListSegments(control));
  std::string head;
  v1::Record record;
  for (size_t i = segments.size(); i > 0 && head.empty(); --i) {
    const uint32_t segment = segments[i - 1];
    if (Position(segment, 0) >= end) continue;
    JournalReader reader(control, identity, Position(segment, 0));
    for (;;) {
      const auto more = reader.Next(std::min(end, Position(segment + 1, 0)));
      if (absl::IsUnavailable(more.status())) return more.status();
      if (!more.ok() || !*more) break;
      for (uint32_t k = 0; k < reader.group().count(); ++k) {
        const absl::string_view bytes = reader.group().Record(k);
        if (BodyOf(bytes) == v1::Record::kHeadSignedFieldNumber &&
            record.ParseFromString(std::string(bytes))) {
          head = record.head_signed().text();
        }
      }
    }
  }
  return head;
}

}  // namespace sluice::store
