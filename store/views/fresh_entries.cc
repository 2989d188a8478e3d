#include "store/views/fresh_entries.h"

#include <algorithm>
#include <utility>

namespace sluice::store {
namespace {

using Entries = std::vector<NumberEntry>;

// 64 KiB: copied in some microseconds, and searched in a few more.
constexpr size_t kChunk = 4096;
// Full chunks that are worth a run: a million entries have 32 runs, which a
// reader searches in 10 us, and the chunks before the next run in 30 us.
constexpr size_t kChunksOfRun = 8;

// The first entry of `run` that is not before this record of the number.
Entries::const_iterator FirstOf(const Entries& run, uint64_t number,
                                uint64_t record) {
  return std::partition_point(
      run.begin(), run.end(), [number, record](const NumberEntry& entry) {
        return std::pair(entry.number, uint64_t{entry.record}) <
               std::pair(number, record);
      });
}

}  // namespace

void FreshEntries::Seen::VisitBack(uint64_t number, uint64_t before,
                                   const Visit& visit) const {
  for (auto chunk = chunks_.rbegin(); chunk != chunks_.rend(); ++chunk) {
    for (size_t i = chunk->count; i > 0; --i) {
      const NumberEntry& entry = chunk->begin[i - 1];
      if (entry.number != number || entry.record >= before) continue;
      if (!visit(entry)) return;
    }
  }
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    auto it = FirstOf(**run, number, before);
    while (it != (*run)->begin() && (--it)->number == number) {
      if (!visit(*it)) return;
    }
  }
}

void FreshEntries::Seen::VisitFrom(uint64_t number, uint64_t from,
                                   const Visit& visit) const {
  for (const Run& run : runs_) {
    for (auto it = FirstOf(*run, number, from);
         it != run->end() && it->number == number; ++it) {
      if (!visit(*it)) return;
    }
  }
  for (const Chunk& chunk : chunks_) {
    for (size_t i = 0; i < chunk.count; ++i) {
      const NumberEntry& entry = chunk.begin[i];
      if (entry.number != number || entry.record < from) continue;
      if (!visit(entry)) return;
    }
  }
}

void FreshEntries::Seen::VisitAll(
    absl::Span<const uint64_t> numbers,
    const std::function<void(const NumberEntry&)>& visit) const {
  if (numbers.empty()) return;
  for (const Run& run : runs_) {
    auto it = run->begin();
    for (const uint64_t number : numbers) {
      // The numbers ascend: what is behind is not searched again.
      it = std::partition_point(
          it, run->end(),
          [number](const NumberEntry& entry) { return entry.number < number; });
      for (; it != run->end() && it->number == number; ++it) visit(*it);
    }
  }
  for (const Chunk& chunk : chunks_) {
    for (size_t i = 0; i < chunk.count; ++i) {
      const NumberEntry& entry = chunk.begin[i];
      if (entry.number < numbers.front() || entry.number > numbers.back()) {
        continue;
      }
      if (std::binary_search(numbers.begin(), numbers.end(), entry.number)) {
        visit(entry);
      }
    }
  }
}

FreshEntries::Chunk FreshEntries::NewChunk() {
  return {std::make_shared<NumberEntry[]>(kChunk), 0};
}

void FreshEntries::Add(const std::vector<NumberEntry>& entries) {
  // In steps: a group may have many entries, and readers want the mutex.
  for (auto next = entries.begin(); next != entries.end();) {
    MutexLock lock(mutex_);
    if (now_.chunks_.empty() || now_.chunks_.back().count == kChunk) {
      now_.chunks_.push_back(NewChunk());
    }
    Chunk& last = now_.chunks_.back();
    const auto left = static_cast<size_t>(entries.end() - next);
    const size_t some = std::min(kChunk - last.count, left);
    std::copy_n(next, some, last.begin.get() + last.count);
    last.count += some;
    size_ += some;
    next += static_cast<std::ptrdiff_t>(some);
  }
}

FreshEntries::Seen FreshEntries::Look() const {
  MutexLock lock(mutex_);
  return now_;
}

size_t FreshEntries::size() const {
  MutexLock lock(mutex_);
  return size_;
}

std::vector<FreshEntries::Chunk> FreshEntries::FullChunks() const {
  MutexLock lock(mutex_);
  if (now_.chunks_.size() <= kChunksOfRun) return {};
  return {now_.chunks_.begin(), now_.chunks_.end() - 1};
}

void FreshEntries::Sort() {
  const std::vector<Chunk> full = FullChunks();
  if (!full.empty()) ReplaceSorted(full, /*all=*/false);
}

FreshEntries::Run FreshEntries::SortAll() {
  std::vector<Chunk> full;
  {
    MutexLock lock(mutex_);
    full = now_.chunks_;
    // Add() begins a new one: the last may not be full, but is now.
    if (!full.empty()) now_.chunks_.push_back(NewChunk());
  }
  return ReplaceSorted(full, /*all=*/true);
}

FreshEntries::Run FreshEntries::ReplaceSorted(const std::vector<Chunk>& full,
                                              bool all) {
  // Only this thread changes the runs.
  std::vector<Run> runs = Look().runs_;
  auto sorted = std::make_shared<Entries>();
  sorted->reserve(all ? size() : full.size() * kChunk);
  if (all) {
    for (const Run& run : std::exchange(runs, {})) {
      sorted->insert(sorted->end(), run->begin(), run->end());
    }
  }
  for (const Chunk& chunk : full) {
    sorted->insert(sorted->end(), chunk.begin.get(),
                   chunk.begin.get() + chunk.count);
  }
  // Not a merge of the runs: that takes as long.
  std::sort(sorted->begin(), sorted->end());
  runs.push_back(sorted);
  MutexLock lock(mutex_);
  // The old runs are destroyed, if nobody reads them, without the mutex.
  std::swap(now_.runs_, runs);
  now_.chunks_.erase(
      now_.chunks_.begin(),
      now_.chunks_.begin() + static_cast<std::ptrdiff_t>(full.size()));
  return sorted;
}

void FreshEntries::Drop(const Run& run) {
  MutexLock lock(mutex_);
  const auto at = std::find(now_.runs_.begin(), now_.runs_.end(), run);
  if (at == now_.runs_.end()) return;
  size_ -= run->size();
  now_.runs_.erase(at);
}

void FreshEntries::Replace(std::vector<NumberEntry> entries) {
  std::sort(entries.begin(), entries.end());
  Seen fresh;
  const size_t size = entries.size();
  if (size > 0) {
    fresh.runs_ = {std::make_shared<const Entries>(std::move(entries))};
  }
  MutexLock lock(mutex_);
  std::swap(now_, fresh);  // The old ones go when the mutex is free again.
  size_ = size;
}

}  // namespace sluice::store
