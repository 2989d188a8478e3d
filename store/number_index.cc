#include "store/number_index.h"

#include <algorithm>
#include <string>
#include <utility>

#include "filter/base/bytes.h"
#include "filter/base/status_macros.h"

namespace sluice::store {

namespace {

// 16 MiB of entries: a flush sorts them in a fraction of a second, and a search
// through them takes milliseconds.
constexpr size_t kFreshMax = 1u << 20;

constexpr absl::string_view kFlushedTo = "by_number.flushed_to";

std::string KeyOf(uint64_t recipient, uint64_t record) {
  std::string key;
  key.reserve(16);
  AppendBigEndian(recipient, key);
  AppendBigEndian(record, key);
  return key;
}

void FindIn(const std::vector<NumberIndex::Entry>& entries, uint64_t recipient,
            uint64_t before, size_t limit, std::vector<RecordRef>& found) {
  for (auto it = entries.rbegin(); it != entries.rend(); ++it) {
    if (found.size() == limit) return;
    if (it->recipient == recipient && it->record < before) {
      found.push_back(RecordRef::FromValue(it->record));
    }
  }
}

}  // namespace

NumberIndex::NumberIndex(Views& views) : views_(views) {}

void NumberIndex::Add(const std::vector<Entry>& entries) {
  MutexLock lock(mutex_);
  fresh_.insert(fresh_.end(), entries.begin(), entries.end());
}

void NumberIndex::ReplaceFresh(std::vector<Entry> entries) {
  MutexLock lock(mutex_);
  fresh_ = std::move(entries);
}

absl::StatusOr<std::vector<RecordRef>> NumberIndex::Find(Phone recipient,
                                                         RecordRef before,
                                                         size_t limit) const {
  const uint64_t below = before == RecordRef() ? ~uint64_t{0} : before.value();
  std::vector<RecordRef> found;
  {
    MutexLock lock(mutex_);
    FindIn(fresh_, recipient.e164, below, limit, found);
    FindIn(flushing_, recipient.e164, below, limit, found);
  }
  if (found.size() == limit) return found;
  // What a flush has just moved to the views may be found in both.
  const uint64_t oldest = found.empty() ? below : found.back().value();
  absl::Status parsed;
  SLUICE_RETURN_IF_ERROR(views_.ScanBack(
      View::kByNumber, KeyOf(recipient.e164, 0), KeyOf(recipient.e164, oldest),
      [&](absl::string_view key) {
        ByteReader in(key.substr(8));
        const absl::StatusOr<uint64_t> record = in.TakeBigEndian<uint64_t>();
        parsed = record.status();
        if (!record.ok()) return false;
        found.push_back(RecordRef::FromValue(*record));
        return found.size() < limit;
      }));
  SLUICE_RETURN_IF_ERROR(parsed);
  return found;
}

absl::Status NumberIndex::Flush(bool all) {
  {
    MutexLock lock(mutex_);
    // After a failed flush its entries are still here: try those again.
    if (flushing_.empty()) {
      if (fresh_.empty() || (!all && fresh_.size() < kFreshMax)) {
        return absl::OkStatus();
      }
      flushing_.swap(fresh_);
      fresh_.reserve(kFreshMax);
    }
  }
  // Only this thread changes `flushing_`; it is read here without the lock
  // through a copy, which is also what is sorted.
  std::vector<Entry> sorted;
  {
    MutexLock lock(mutex_);
    sorted = flushing_;
  }
  const uint64_t newest = sorted.back().record;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::pair<std::string, std::string>> pairs;
  pairs.reserve(sorted.size());
  for (const Entry& entry : sorted) {
    pairs.emplace_back(KeyOf(entry.recipient, entry.record), std::string());
  }
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  SLUICE_RETURN_IF_ERROR(views_.Ingest(View::kByNumber, pairs));
  // Groups are added whole, so the next one begins after `newest`'s group: a
  // replay that begins at that group adds some entries twice, which the keys
  // make harmless.
  std::string position;
  AppendBigEndian(RecordRef::FromValue(newest).position().value(), position);
  SLUICE_RETURN_IF_ERROR(views_.Write(
      {{View::kMeta, std::string(kFlushedTo), std::move(position)}}));
  MutexLock lock(mutex_);
  flushing_.clear();
  return absl::OkStatus();
}

absl::StatusOr<Position> NumberIndex::flushed_to() const {
  SLUICE_ASSIGN_OR_RETURN(const auto value,
                          views_.Get(View::kMeta, kFlushedTo));
  if (!value.has_value()) return Position();
  SLUICE_ASSIGN_OR_RETURN(const uint64_t position,
                          ByteReader(*value).TakeBigEndian<uint64_t>());
  return Position::FromValue(position);
}

}  // namespace sluice::store
