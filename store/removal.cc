#include "store/removal.h"

#include <string>
#include <utility>

#include "rules/base/status_macros.h"
#include "store/journal/journal_reader.h"
#include "store/journal/retention.h"

namespace sluice::store {

absl::StatusOr<Removal> PlanRemoval(const RetainedJournal& journal,
                                    uint32_t segment,
                                    const StaysRecord& stays) {
  JournalReader reader(journal.files, journal.identity, Position(segment, 0));
  Removal removal;
  removal.planned.segment = segment;
  RemovedRecords removed;
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(const bool more,
                            reader.Next(Position(segment + 1, 0)));
    if (!more) break;
    const GroupView& group = reader.group();
    for (uint32_t i = 0; i < group.count(); ++i) {
      const RecordRef ref(reader.position(), i);
      if (!group.Removed(i)) {
        SLUICE_ASSIGN_OR_RETURN(const bool stay, stays(ref, group.Record(i)));
        removal.planned.stays.push_back(stay);
        if (stay) continue;
        ++removal.planned.removed;
      }
      removed.Add(ref);
    }
  }
  removal.after.set_segment(segment);
  removal.after.set_removed(removed.count());
  removal.after.set_digest(std::string(AsBytes(removed.Digest())));
  return removal;
}

absl::StatusOr<uint64_t> Remove(const RetainedJournal& journal,
                                const PlannedSegment& planned) {
  if (planned.removed == 0) return 0;
  size_t next = 0;
  const auto keep = [&](RecordRef, absl::string_view) {
    const size_t at = next++;
    return at >= planned.stays.size() || planned.stays[at];
  };
  SLUICE_ASSIGN_OR_RETURN(
      const Reduction reduction,
      ReduceSegment(journal.files, journal.identity, planned.segment, keep));
  journal.reader.Forget(planned.segment);
  return reduction.bytes_before - reduction.bytes_after;
}

absl::StatusOr<std::vector<uint32_t>> ClosedSegments(
    const RetainedJournal& journal) {
  SLUICE_ASSIGN_OR_RETURN(std::vector<uint32_t> segments,
                          ListSegments(journal.files));
  segments.resize(segments.size() < 2 ? 0 : segments.size() - 2);
  return segments;
}

}  // namespace sluice::store
