#include "store/views/number_index.h"

#include <algorithm>
#include <string>
#include <utility>

#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"

namespace sluice::store {

namespace {

// The most records under one key, so that a page of a dossier reads little more
// than it shows.
constexpr size_t kRunMax = 64;

std::string KeyOf(uint64_t number, uint64_t record) {
  std::string key;
  AppendBigEndian(number, key);
  AppendBigEndian(record, key);
  return key;
}

// Puts entries, sorted by number and record, as pairs of the view.
absl::Status PutAll(const std::vector<NumberIndex::Entry>& sorted,
                    const Views::Put& put) {
  std::string key;
  std::string value;
  for (size_t i = 0; i < sorted.size();) {
    const NumberIndex::Entry first = sorted[i];
    key.clear();
    value.clear();
    AppendBigEndian(first.number, key);
    AppendBigEndian(first.record, key);
    const size_t end = std::min(sorted.size(), i + kRunMax);
    for (++i; i < end && sorted[i].number == first.number; ++i) {
      AppendBigEndian(sorted[i].packed(), value);
    }
    value.push_back(static_cast<char>(first.kind));
    SLUICE_RETURN_IF_ERROR(put(key, value));
  }
  return absl::OkStatus();
}

struct Indexed {
  uint64_t record = 0;
  RecordKind kind = RecordKind::kFirst;
};

// The records of one pair, oldest first, into `records`.
absl::Status ReadPair(absl::string_view key, absl::string_view value,
                      std::vector<Indexed>& records) {
  records.clear();
  Indexed& first = records.emplace_back();
  SLUICE_ASSIGN_OR_RETURN(first.record,
                          ByteReader(key.substr(8)).TakeBigEndian<uint64_t>());
  if (value.size() % 8 != 1) {
    return absl::DataLossError(
        "the index by number has a pair of another form");
  }
  first.kind = static_cast<RecordKind>(value.back() & 3);
  value.remove_suffix(1);
  ByteReader in(value);
  while (in.remaining() > 0) {
    SLUICE_ASSIGN_OR_RETURN(const uint64_t entry, in.TakeBigEndian<uint64_t>());
    records.push_back({entry >> 2, RecordKind(entry & 3)});
  }
  return absl::OkStatus();
}

bool IsWanted(RecordKind kind, KindMask kinds) {
  return (MaskOf(kind) & kinds) != 0;
}

}  // namespace

NumberIndex::NumberIndex(Views& views) : views_(views) {}

void NumberIndex::Add(const std::vector<Entry>& entries) {
  fresh_.Add(entries);
}

void NumberIndex::ReplaceFresh(std::vector<Entry> entries) {
  fresh_.Replace(std::move(entries));
}

absl::StatusOr<std::vector<RecordRef>> NumberIndex::Find(Phone recipient,
                                                         RecordRef before,
                                                         size_t limit,
                                                         KindMask kinds) const {
  const uint64_t below = before == RecordRef() ? ~uint64_t{0} : before.value();
  std::vector<RecordRef> found;
  if (limit == 0) return found;
  fresh_.Look().VisitBack(recipient.e164, below, [&](const Entry& entry) {
    if (IsWanted(RecordKind(entry.kind), kinds)) {
      found.push_back(RecordRef::FromValue(entry.record));
    }
    return found.size() < limit;
  });
  if (found.size() == limit) return found;
  // The views may already have entries of a flush that has just ended: only
  // records older than the last one found are new.
  uint64_t oldest = found.empty() ? below : found.back().value();
  std::vector<Indexed> pair;
  absl::Status parsed;
  SLUICE_RETURN_IF_ERROR(views_.ScanBack(
      View::kByNumber, KeyOf(recipient.e164, 0), KeyOf(recipient.e164, oldest),
      [&](absl::string_view key, absl::string_view value) {
        parsed = ReadPair(key, value, pair);
        if (!parsed.ok()) return false;
        for (auto it = pair.rbegin(); it != pair.rend(); ++it) {
          if (it->record >= oldest || found.size() == limit) continue;
          oldest = it->record;
          if (!IsWanted(it->kind, kinds)) continue;
          found.push_back(RecordRef::FromValue(it->record));
        }
        return found.size() < limit;
      }));
  SLUICE_RETURN_IF_ERROR(parsed);
  return found;
}

absl::StatusOr<std::vector<RecordRef>> NumberIndex::FindFrom(
    Phone recipient, RecordRef from, size_t limit, KindMask kinds) const {
  // Memory first: a flush moves entries to the views meanwhile, never back.
  std::vector<RecordRef> newer;
  uint64_t oldest_newer = ~uint64_t{0};  // Wanted or not.
  fresh_.Look().VisitFrom(
      recipient.e164, from.value(), [&](const Entry& entry) {
        oldest_newer = std::min<uint64_t>(oldest_newer, entry.record);
        if (newer.size() == limit) return false;
        if (IsWanted(RecordKind(entry.kind), kinds)) {
          newer.push_back(RecordRef::FromValue(entry.record));
        }
        return true;
      });
  std::vector<RecordRef> found;
  std::vector<Indexed> pair;
  absl::Status parsed;
  const auto take = [&](absl::string_view key, absl::string_view value) {
    parsed = ReadPair(key, value, pair);
    if (!parsed.ok()) return false;
    for (const Indexed& one : pair) {
      if (one.record >= oldest_newer || found.size() == limit) return false;
      if (one.record < from.value() || !IsWanted(one.kind, kinds)) continue;
      // A flush that was repeated after a crash may have other pairs.
      if (!found.empty() && one.record <= found.back().value()) continue;
      found.push_back(RecordRef::FromValue(one.record));
    }
    return true;
  };
  // `from` may be in the middle of the pair that begins before it.
  std::string begin = KeyOf(recipient.e164, from.value());
  SLUICE_RETURN_IF_ERROR(
      views_.ScanBack(View::kByNumber, KeyOf(recipient.e164, 0), begin,
                      [&](absl::string_view key, absl::string_view value) {
                        take(key, value);
                        return false;
                      }));
  SLUICE_RETURN_IF_ERROR(parsed);
  SLUICE_RETURN_IF_ERROR(views_.ForEach(
      View::kByNumber, begin, KeyOf(recipient.e164, ~uint64_t{0}), take));
  SLUICE_RETURN_IF_ERROR(parsed);
  for (const RecordRef ref : newer) {
    if (found.size() == limit) break;
    found.push_back(ref);
  }
  return found;
}

absl::StatusOr<std::vector<NumberIndex::EventEntry>> NumberIndex::FindEvents(
    absl::Span<const RecordRef> messages) const {
  std::vector<uint64_t> numbers;
  numbers.reserve(messages.size());
  for (const RecordRef message : messages) {
    numbers.push_back(NumberOfMessage(message.value()));
  }
  std::vector<Entry> found;
  // Memory first: a flush moves entries to the views meanwhile, never back.
  fresh_.Look().VisitAll(
      numbers, [&found](const Entry& entry) { found.push_back(entry); });
  ViewCursor cursor = views_.Cursor(View::kByNumber);
  std::vector<Indexed> pair;
  for (const uint64_t number : numbers) {
    const std::string begin = KeyOf(number, 0);
    const std::string end = KeyOf(number + 1, 0);
    for (cursor.SeekForward(begin); cursor.valid() && cursor.key() < end;
         cursor.Next()) {
      SLUICE_RETURN_IF_ERROR(ReadPair(cursor.key(), cursor.value(), pair));
      for (const Indexed& one : pair) {
        found.push_back({number, one.record, static_cast<uint64_t>(one.kind)});
      }
    }
  }
  SLUICE_RETURN_IF_ERROR(cursor.status());
  // A flush that has just ended, or was repeated after a crash, shows twice.
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<EventEntry> events;
  events.reserve(found.size());
  for (const Entry& entry : found) {
    events.push_back({RecordRef::FromValue(entry.number - NumberOfMessage(0)),
                      RecordRef::FromValue(entry.record)});
  }
  return events;
}

absl::StatusOr<RecordRef> NumberIndex::Flush() {
  if (fresh_.size() == 0) return RecordRef();
  // After a failure they are written again with those that came meanwhile: the
  // same keys, so nothing is twice in the views.
  const FreshEntries::Run sorted = fresh_.SortAll();
  SLUICE_ASSIGN_OR_RETURN(const RecordRef newest, Put(*sorted));
  fresh_.Drop(sorted);
  return newest;
}

absl::StatusOr<RecordRef> NumberIndex::FlushReplayed(
    std::vector<Entry> entries) {
  if (entries.empty()) return RecordRef();
  std::sort(entries.begin(), entries.end());
  return Put(entries);
}

absl::StatusOr<RecordRef> NumberIndex::Put(const std::vector<Entry>& sorted) {
  SLUICE_RETURN_IF_ERROR(views_.Ingest(
      View::kByNumber,
      [&](const Views::Put& put) { return PutAll(sorted, put); }));
  const auto newest = std::max_element(
      sorted.begin(), sorted.end(),
      [](const Entry& a, const Entry& b) { return a.record < b.record; });
  return RecordRef::FromValue(newest->record);
}

}  // namespace sluice::store
