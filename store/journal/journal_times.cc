#include "store/journal/journal_times.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "rules/base/status_macros.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/journal_reader.h"

namespace sluice::store {
namespace {

// The time of the group's last record; 0: it has none that can be read.
int64_t LastTime(const GroupView& group) {
  store::v1::Record record;
  for (uint32_t i = group.count(); i > 0; --i) {
    if (group.Removed(i - 1)) continue;
    const absl::string_view bytes = group.Record(i - 1);
    if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      // The clock went back from the time that this record bears.
      if (record.has_clock_turned_back()) {
        return record.clock_turned_back().now_ms();
      }
      return record.at_ms();
    }
  }
  return 0;
}

absl::StatusOr<int64_t> NewestFrom(const JournalFiles& files,
                                   const JournalIdentity& identity,
                                   Position from) {
  const Position end(Position::kSegmentMax, 0);
  JournalReader reader(files, identity, from);
  int64_t newest_ms = 0;
  for (;;) {
    const absl::StatusOr<bool> more = reader.Next(end);
    if (absl::IsUnavailable(more.status())) return more.status();
    if (!more.ok() || !*more) return newest_ms;
    const int64_t at_ms = LastTime(reader.group());
    if (at_ms != 0) newest_ms = at_ms;
  }
}

}  // namespace

absl::StatusOr<int64_t> NewestTime(const JournalFiles& files,
                                   const JournalIdentity& identity,
                                   Position from) {
  if (from != Position()) {
    SLUICE_ASSIGN_OR_RETURN(const int64_t newest_ms,
                            NewestFrom(files, identity, from));
    if (newest_ms != 0) return newest_ms;
  }
  SLUICE_ASSIGN_OR_RETURN(const std::vector<uint32_t> segments,
                          ListSegments(files));
  for (size_t i = segments.size(); i > 0; --i) {
    SLUICE_ASSIGN_OR_RETURN(
        const int64_t newest_ms,
        NewestFrom(files, identity, Position(segments[i - 1], 0)));
    if (newest_ms != 0) return newest_ms;
  }
  return 0;
}

absl::StatusOr<int64_t> FirstTime(const JournalFiles& files,
                                  const JournalIdentity& identity,
                                  uint32_t segment, Position end) {
  JournalReader reader(files, identity, Position(segment, 0));
  store::v1::Record record;
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(
        const bool more, reader.Next(std::min(end, Position(segment + 1, 0))));
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

}  // namespace sluice::store
