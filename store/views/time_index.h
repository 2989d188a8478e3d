#pragma once

// Which decisions have a property, in the order of time: a view for searches
// that name no number. New facets stay in memory; a background thread moves
// them to RocksDB, once there are enough, as one file.
//
//   run    := facet key: u64 | first record: u64 -> (later - earlier): varint *
//   sample := 0: u64 | record: u64 -> milliseconds since 1970: u64
// Keys are big-endian. A record takes about two octets in each of its runs. A
// sample says when a record was written: one in kSampleEvery decisions has one.
// The runs of a key may overlap where a flush was repeated: each has all
// records of its key from its first to its last.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rules/base/mutex.h"
#include "store/journal/position.h"
#include "store/views/facet.h"
#include "store/views/views.h"

namespace sluice::store {

class FacetList;

// The records that have all of some facets, in the order of the journal. One
// thread; sees what was in the index when it was made.
class FacetSearch {
 public:
  ~FacetSearch();
  FacetSearch(FacetSearch&&) noexcept;

  // The next record; nullopt: there are no more. Errors: kUnavailable,
  // kDataLoss.
  absl::StatusOr<std::optional<RecordRef>> Next();

 private:
  friend class TimeIndex;
  FacetSearch();

  std::vector<std::unique_ptr<FacetList>> lists_;
  uint64_t from_ = 0;
};

// Any thread.
class TimeIndex {
 public:
  static constexpr size_t kSampleEvery = 1024;

  // `views` must outlive it.
  explicit TimeIndex(Views& views) : views_(views) {}

  // Adds the facets of a durable group, in journal order. One thread, which
  // waits for no reader and no flush.
  void Add(const std::vector<Facet>& facets);

  // Searches for records with all of `keys`, at least one, from `from` on.
  FacetSearch Find(absl::Span<const uint64_t> keys, RecordRef from) const;

  // The newest record that is known to be written before a time, of those that
  // the index has a sample of: `is_before` tells whether a record that was
  // written at `at_ms` is; it is for all records before one of which it is.
  // None: RecordRef(). Errors: kUnavailable, kDataLoss.
  using IsBefore = std::function<bool(RecordRef record, int64_t at_ms)>;
  absl::StatusOr<RecordRef> LastBefore(const IsBefore& is_before) const;

  // The following are called by one thread at a time.

  // Replaces the facets in memory, in one step. Not while another thread calls
  // Add().
  void ReplaceFresh(std::vector<Facet> facets);
  // Moves the facets in memory to the views. Errors: kUnavailable.
  absl::Status Flush();
  // Adds facets to the views, with no need for memory. Errors: kUnavailable.
  absl::Status FlushReplayed(const std::vector<Facet>& facets);

  // Facets in memory.
  size_t fresh() const;

 private:
  // [begin, begin + count) never changes. The memory behind it may.
  struct Chunk {
    std::shared_ptr<Facet[]> begin;
    size_t count = 0;
    absl::Span<const Facet> facets() const { return {begin.get(), count}; }
  };
  std::vector<Chunk> Look() const;
  absl::Status Put(absl::Span<const Chunk> chunks);
  void Append(absl::Span<const Facet> facets) SLUICE_REQUIRES(mutex_);

  Views& views_;
  mutable Mutex mutex_;
  std::vector<Chunk> chunks_ SLUICE_GUARDED_BY(mutex_);
  size_t fresh_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::store
