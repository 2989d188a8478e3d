#pragma once

// The entries of the index by number that are still in memory. Three parties
// meet here and must not wait for each other: the journal thread adds entries
// and delays every commit while it waits; readers look for one number among a
// million entries; and a background thread sorts. So nothing is ever changed
// that a reader may see, and the mutex is held for some microseconds only.
//
//   runs (sorted by number) | chunks (in the order of the journal)
// Add() fills the last chunk, and Sort() makes a run of some full chunks. So a
// number is found by a few dozen binary searches and a look at the last chunks.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "rules/base/mutex.h"
#include "store/views/number_entry.h"

namespace sluice::store {

class FreshEntries {
 public:
  // Sorted by number and record.
  using Run = std::shared_ptr<const std::vector<NumberEntry>>;
  // Returns false to end a visit.
  using Visit = std::function<bool(const NumberEntry&)>;

  // All entries of one moment. Any thread; valid for as long as it is kept.
  class Seen {
   public:
    // Visits the entries of a number before the record `before`, newest first.
    void VisitBack(uint64_t number, uint64_t before, const Visit& visit) const;
    // Visits the entries of a number from the record `from` on, oldest first.
    void VisitFrom(uint64_t number, uint64_t from, const Visit& visit) const;
    // Visits the entries of `numbers`, which are in ascending order, in no
    // order, to the last. Costs much less than a visit for each.
    void VisitAll(absl::Span<const uint64_t> numbers,
                  const std::function<void(const NumberEntry&)>& visit) const;

   private:
    friend class FreshEntries;
    // [begin, begin + count) never changes. The memory behind it may.
    struct Chunk {
      std::shared_ptr<NumberEntry[]> begin;
      size_t count = 0;
    };
    // The entries of a run are older than those of the next and of all chunks.
    std::vector<Run> runs_;
    std::vector<Chunk> chunks_;
  };

  // Adds entries, which are newer than all before. One thread.
  void Add(const std::vector<NumberEntry>& entries);

  // Any thread.
  Seen Look() const;
  size_t size() const;

  // The following are called by one thread at a time.

  // Keeps a look for a number fast: call it after each Add().
  void Sort();
  // Returns all entries as one run, which stays until Drop().
  Run SortAll();
  // Forgets a run of SortAll().
  void Drop(const Run& run);
  // Forgets all, and adds `entries`. Not while another thread calls Add().
  void Replace(std::vector<NumberEntry> entries);

 private:
  using Chunk = Seen::Chunk;

  // The chunks that Add() does not change any more.
  std::vector<Chunk> FullChunks() const;
  static Chunk NewChunk();
  // Puts a run of `full`, or with `all` one of all entries up to these, in
  // their place, and returns it.
  Run ReplaceSorted(const std::vector<Chunk>& full, bool all);

  mutable Mutex mutex_;
  // What readers see now. Add() changes only the last chunk, behind its end.
  Seen now_ SLUICE_GUARDED_BY(mutex_);
  size_t size_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::store
