// Reading the journal: one record, a number's records, all of a partition's.

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "rules/base/status_macros.h"
#include "store/journal/journal_reader.h"
#include "store/journal/record_cursor.h"
#include "store/store_state.h"

namespace sluice::store {

// Raises the alarm for damage that a reader of `source` has met at `where`. A
// segment that is missing or another journal's is damage, too: retention
// deletes none.
absl::Status Store::State::Told(const Partition& source, Position where,
                                const absl::Status& status) {
  absl::Status told = status;
  if (absl::IsOutOfRange(status) || absl::IsFailedPrecondition(status)) {
    told = DamageError(source.identity, Position(where.segment(), 0),
                       status.message());
  }
  alarm.Raise(source.identity, told);
  return told;
}

absl::StatusOr<store::v1::Record> Store::Read(const MessageId& id) const {
  if (id.partition >= state_->partitions.size()) {
    return absl::NotFoundError("no such message");
  }
  const State::Partition& source = state_->partitions[id.partition];
  SLUICE_ASSIGN_OR_RETURN(const std::string bytes,
                          source.writer->records().ReadChecked(
                              id.record, source.writer->durable_end()));
  store::v1::Record record;
  if (!record.ParseFromString(bytes)) {
    return absl::DataLossError("the record does not parse");
  }
  return record;
}

namespace {

// References that a visit takes from the index at a time.
constexpr size_t kRefsAtOnce = 1024;
// Records between two questions whether to stop.
constexpr size_t kAskEvery = 64;

// Reads and visits the records at `refs`. Returns whether to go on.
absl::StatusOr<bool> VisitEach(const RecordReader& reader,
                               const std::vector<RecordRef>& refs,
                               const Store::Visit& visit,
                               const StopAsked& stop) {
  store::v1::Record record;
  RecordCursor records(reader);
  size_t read = 0;
  for (const RecordRef ref : refs) {
    if (read++ % kAskEvery == 0) SLUICE_RETURN_IF_ERROR(CheckStop(stop));
    const absl::StatusOr<absl::string_view> bytes = records.Read(ref);
    // Retention removed the record: it must no longer be shown.
    if (absl::IsFailedPrecondition(bytes.status())) continue;
    if (!bytes.ok()) return bytes.status();
    if (!record.ParseFromArray(bytes->data(),
                               static_cast<int>(bytes->size()))) {
      return absl::DataLossError("a journal record does not parse");
    }
    if (!visit(ref, record)) return false;
  }
  return true;
}

absl::Status VisitNewest(const PartitionWriter& writer, Phone number,
                         RecordRef before, KindMask kinds,
                         const Store::Visit& visit, const StopAsked& stop) {
  // A search often ends after few records.
  for (size_t at_once = 64;; at_once = kRefsAtOnce) {
    SLUICE_ASSIGN_OR_RETURN(
        const std::vector<RecordRef> refs,
        writer.index().numbers().Find(number, before, at_once, kinds));
    SLUICE_ASSIGN_OR_RETURN(const bool more,
                            VisitEach(writer.records(), refs, visit, stop));
    if (!more || refs.size() < at_once) return absl::OkStatus();
    before = refs.back();
  }
}

}  // namespace

absl::Status Store::VisitNewestFirst(Phone recipient, RecordRef before,
                                     KindMask kinds, const Visit& visit,
                                     const StopAsked& stop) const {
  return VisitNewest(*state_->partitions[PartitionOf(recipient)].writer,
                     recipient, before, kinds, visit, stop);
}

absl::Status Store::VisitReplies(int partition, ReplyList list,
                                 RecordRef before, const Visit& visit,
                                 const StopAsked& stop) const {
  return VisitNewest(*state_->partitions[partition].writer, NumberOf(list),
                     before, kAllKinds, visit, stop);
}

absl::Status Store::VisitOldestFirst(Phone recipient, RecordRef from,
                                     KindMask kinds, const Visit& visit,
                                     const StopAsked& stop) const {
  const State::Partition& source = state_->partitions[PartitionOf(recipient)];
  for (size_t at_once = 64;; at_once = kRefsAtOnce) {
    SLUICE_ASSIGN_OR_RETURN(const std::vector<RecordRef> refs,
                            source.writer->index().numbers().FindFrom(
                                recipient, from, at_once, kinds));
    SLUICE_ASSIGN_OR_RETURN(const bool more, VisitEach(source.writer->records(),
                                                       refs, visit, stop));
    if (!more || refs.size() < at_once) return absl::OkStatus();
    from = RecordRef::FromValue(refs.back().value() + 1);
  }
}

absl::Status Store::VisitEvents(int partition,
                                absl::Span<const RecordRef> messages,
                                const Visit& visit,
                                const StopAsked& stop) const {
  const PartitionWriter& writer = *state_->partitions[partition].writer;
  SLUICE_ASSIGN_OR_RETURN(const auto events,
                          writer.index().numbers().FindEvents(messages));
  std::vector<RecordRef> refs;
  refs.reserve(events.size());
  for (const NumberIndex::EventEntry& one : events) refs.push_back(one.event);
  return VisitEach(writer.records(), refs, visit, stop).status();
}

absl::StatusOr<RecordRef> Store::Scan(
    int partition, RecordRef from,
    const std::function<bool(RecordRef, absl::string_view)>& visit,
    const StopAsked& stop) const {
  const State::Partition& source = state_->partitions[partition];
  JournalReader reader(*source.files, source.identity, from.position(),
                       Proof::kHashes);
  const Position end = source.writer->durable_end();
  RecordRef next = from;
  for (;;) {
    SLUICE_RETURN_IF_ERROR(CheckStop(stop));
    const absl::StatusOr<bool> more = reader.Next(end);
    // A caller may have made up where to begin.
    if (!more.ok() && next == from && from != RecordRef()) {
      const absl::Status begins =
          source.writer->records().CheckBegin(from.position(), end);
      if (absl::IsNotFound(begins)) {
        return absl::InvalidArgumentError(begins.message());
      }
    }
    if (!more.ok())
      return state_->Told(source, reader.next_position(), more.status());
    if (!*more) return next;
    const GroupView& group = reader.group();
    const bool first = reader.position() == from.position();
    for (uint32_t i = first ? from.index() : 0; i < group.count(); ++i) {
      if (group.Removed(i)) continue;
      const RecordRef ref(reader.position(), i);
      if (!visit(ref, group.Record(i))) return RecordRef(ref.position(), i + 1);
    }
    next = RecordRef(reader.next_position(), 0);
  }
}

absl::StatusOr<RecordRef> Store::ScanFacets(
    int partition, absl::Span<const uint64_t> facets, RecordRef from,
    const std::function<bool(RecordRef, absl::string_view)>& visit,
    const StopAsked& stop) const {
  const PartitionWriter& writer = *state_->partitions[partition].writer;
  FacetSearch search = writer.index().times().Find(facets, from);
  RecordCursor records(writer.records());
  RecordRef next = from;
  for (size_t read = 0;; ++read) {
    if (read % kAskEvery == 0) SLUICE_RETURN_IF_ERROR(CheckStop(stop));
    SLUICE_ASSIGN_OR_RETURN(const std::optional<RecordRef> ref, search.Next());
    if (!ref) return next;
    next = RecordRef::FromValue(ref->value() + 1);
    const absl::StatusOr<absl::string_view> bytes = records.Read(*ref);
    // Retention removed the record: it must no longer be shown.
    if (absl::IsFailedPrecondition(bytes.status())) continue;
    if (!bytes.ok()) return bytes.status();
    if (!visit(*ref, *bytes)) return next;
  }
}

absl::StatusOr<RecordRef> Store::DecisionBefore(int partition,
                                                int64_t time_ms) const {
  return state_->partitions[partition].writer->index().times().LastBefore(
      [&](RecordRef ref, int64_t at_ms) {
        return CountedMs(partition, ref, at_ms) < time_ms;
      });
}

absl::StatusOr<StatAnswer> Store::ReadStatistics(const StatQuery& query,
                                                 const StopAsked& stop) const {
  return state_->statistics->Read(query, stop);
}

absl::StatusOr<RecordRef> Store::Seek(int partition, int64_t time_ms,
                                      const StopAsked& stop) const {
  const State::Partition& source = state_->partitions[partition];
  SLUICE_ASSIGN_OR_RETURN(const std::vector<uint32_t> segments,
                          ListSegments(*source.files));
  const auto turned_back = source.writer->turned_back();
  // When the first record that `reader` reads counts as written; the records of
  // a journal are in the order of these times.
  const Position end = source.writer->durable_end();
  store::v1::Record record;
  const auto time_of = [&](JournalReader& reader) -> absl::StatusOr<int64_t> {
    for (;;) {
      SLUICE_RETURN_IF_ERROR(CheckStop(stop));
      const absl::StatusOr<bool> more = reader.Next(end);
      if (!more.ok())
        return state_->Told(source, reader.next_position(), more.status());
      if (!*more) return std::numeric_limits<int64_t>::max();
      for (uint32_t i = 0; i < reader.group().count(); ++i) {
        if (reader.group().Removed(i)) continue;
        const absl::string_view bytes = reader.group().Record(i);
        if (!record.ParseFromArray(bytes.data(),
                                   static_cast<int>(bytes.size()))) {
          return absl::DataLossError("a record does not parse");
        }
        return store::CountedMs(*turned_back, reader.position(),
                                record.at_ms());
      }
    }
  };
  // The index knows a decision shortly before the time, if there are decisions.
  SLUICE_ASSIGN_OR_RETURN(const RecordRef before,
                          DecisionBefore(partition, time_ms));
  const bool known = before != RecordRef() &&
                     std::binary_search(segments.begin(), segments.end(),
                                        before.position().segment());
  // If not: binary search for the last segment that begins before the time.
  size_t low = 0;
  size_t high = known ? 0 : segments.size();
  while (high > low + 1) {
    const size_t middle = (low + high) / 2;
    JournalReader reader(*source.files, source.identity,
                         Position(segments[middle], 0));
    SLUICE_ASSIGN_OR_RETURN(const int64_t at_ms, time_of(reader));
    (at_ms < time_ms ? low : high) = middle;
  }
  if (segments.empty()) return RecordRef();
  JournalReader reader(*source.files, source.identity,
                       known ? before.position() : Position(segments[low], 0));
  RecordRef last;
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(const int64_t at_ms, time_of(reader));
    if (at_ms == std::numeric_limits<int64_t>::max()) {
      return last == RecordRef() ? RecordRef(end, 0) : last;
    }
    // Records of the previous group may be of the same millisecond.
    if (at_ms >= time_ms) {
      return last == RecordRef() ? RecordRef(reader.position(), 0) : last;
    }
    last = RecordRef(reader.position(), 0);
  }
}

}  // namespace sluice::store
