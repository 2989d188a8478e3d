#include "store/journal_heads.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/journal/journal_reader.h"
#include "store/record_body.h"

namespace sluice::store {
namespace {

absl::StatusOr<std::optional<v1::JournalHeads>> LastHeadsIn(
    uint32_t segment, const JournalFiles& control,
    const JournalIdentity& identity) {
  std::optional<v1::JournalHeads> heads;
  JournalReader reader(control, identity, Position(segment, 0));
  v1::Record record;
  for (;;) {
    const absl::StatusOr<bool> more = reader.Next(Position(segment + 1, 0));
    if (absl::IsUnavailable(more.status())) return more.status();
    if (!more.ok() || !*more) return heads;
    for (uint32_t i = 0; i < reader.group().count(); ++i) {
      if (reader.group().Removed(i)) continue;
      const absl::string_view bytes = reader.group().Record(i);
      // A control journal may have a million other records.
      if (BodyOf(bytes) != v1::Record::kJournalHeadsFieldNumber) continue;
      if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        heads = std::move(*record.mutable_journal_heads());
      }
    }
  }
}

}  // namespace

// Every start writes a record, so it is near the end.
absl::StatusOr<std::optional<v1::JournalHeads>> LastHeads(
    const JournalFiles& control, const JournalIdentity& identity) {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<uint32_t> segments,
                          ListSegments(control));
  for (size_t i = segments.size(); i > 0; --i) {
    SLUICE_ASSIGN_OR_RETURN(auto heads,
                            LastHeadsIn(segments[i - 1], control, identity));
    if (heads) return heads;
  }
  return std::nullopt;
}

std::optional<JournalPoint> HeadOf(const v1::JournalHeads& heads,
                                   int partition) {
  if (partition >= heads.heads_size()) return std::nullopt;
  const v1::JournalHead& head = heads.heads(partition);
  JournalPoint point = {.position = Position::FromValue(head.position())};
  if (point.position == Position()) return std::nullopt;
  if (head.root().size() == point.root.size()) {
    std::copy(head.root().begin(), head.root().end(), point.root.begin());
  }
  return point;
}

v1::JournalHeads HeadsOf(const DurableMarks& marks, int partitions,
                         bool clean_stop) {
  v1::JournalHeads heads;
  heads.set_clean_stop(clean_stop);
  for (int i = 0; i < partitions; ++i) {
    v1::JournalHead& head = *heads.add_heads();
    const auto point = marks.Of(static_cast<uint16_t>(i));
    if (!point) continue;
    head.set_position(point->position.value());
    head.set_root(point->root.data(), point->root.size());
  }
  return heads;
}

absl::StatusOr<std::unique_ptr<DurableMarks>> OpenMarks(
    JournalFiles& root, const JournalIdentity& identity,
    const std::optional<v1::JournalHeads>& heads) {
  auto marks = DurableMarks::Open(root, identity);
  if (absl::IsNotFound(marks.status()) && !heads) {
    return DurableMarks::Create(root, identity);
  }
  if (!absl::IsNotFound(marks.status()) && !absl::IsDataLoss(marks.status())) {
    return marks;
  }
  return absl::DataLossError(absl::StrCat(
      absl::IsNotFound(marks.status()) ? "the file is missing"
                                       : std::string(marks.status().message()),
      ". It tells how far each journal was durable. Restore it from a copy; if "
      "there is no copy, `sluicectl store accept-loss` makes another"));
}

}  // namespace sluice::store
