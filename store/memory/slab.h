#pragma once

// Many short arrays of one plain type in few allocations. Most numbers have one
// or two entries: a std::vector for each would cost more than its contents.
//
// A run is a contiguous array of 2^k entries in a chunk; freed runs of one size
// form a free list. Runs never move, and memory is kept for reuse.

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "absl/types/span.h"
#include "rules/base/check.h"
#include "store/memory/pages.h"

namespace sluice::store {

// One thread.
template <typename T>
class Slab {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  // Where an array is. Plain, 8 bytes; the holder must Clear() it before
  // dropping it.
  struct Run {
    uint32_t at = 0;  // Of the first entry, over all chunks.
    uint16_t size = 0;
    uint8_t capacity_log2 = 0;  // k of the run's 2^k entries.
    uint8_t held : 1 = 0;
    uint8_t mark : 1 = 0;  // For the holder.
  };
  static_assert(sizeof(Run) == 8);
  static constexpr uint32_t kRunMax = 32'768;

  absl::Span<const T> View(const Run& run) const {
    if (run.size == 0) return {};
    return {At(run.at), run.size};
  }
  absl::Span<T> View(const Run& run) {
    if (run.size == 0) return {};
    return {At(run.at), run.size};
  }
  void Prefetch(const Run& run) const {
    if (run.size > 0) __builtin_prefetch(At(run.at));
  }

  void Append(Run& run, const T& value) {
    SLUICE_CHECK(run.size < kRunMax);
    if (!run.held) {
      Grow(run, 0);
    } else if (run.size == (1u << run.capacity_log2)) {
      Grow(run, static_cast<uint8_t>(run.capacity_log2 + 1));
    }
    std::memcpy(At(run.at) + run.size, &value, sizeof(T));
    ++run.size;
    ++used_;
  }

  // Appends all of `values`, growing at most once.
  void Append(Run& run, absl::Span<const T> values) {
    if (values.empty()) return;
    const size_t size = run.size + values.size();
    SLUICE_CHECK(size <= kRunMax);
    if (!run.held || size > (1u << run.capacity_log2)) {
      Grow(run, static_cast<uint8_t>(std::bit_width(size - 1)));
    }
    std::memcpy(At(run.at) + run.size, values.data(),
                values.size() * sizeof(T));
    run.size = static_cast<uint16_t>(size);
    used_ += values.size();
  }

  // Moves the last entry to the place of entry `index`.
  void Remove(Run& run, uint32_t index) {
    T* const entries = At(run.at);
    --run.size;
    --used_;
    if (index != run.size) {
      std::memcpy(entries + index, entries + run.size, sizeof(T));
    }
    if (run.size == 0) Clear(run);
  }

  void Clear(Run& run) {
    used_ -= run.size;
    if (run.held) Give(run);
    run = Run();
  }

  uint64_t used() const { return used_; }
  // Bytes of the runs that are in use.
  uint64_t held_bytes() const { return held_ * sizeof(T); }
  // Bytes of memory that was ever used; never shrinks.
  uint64_t bytes() const {
    return chunks_.empty()
               ? 0
               : ((chunks_.size() - 1) * kChunk + chunk_used_) * sizeof(T);
  }

 private:
  // Entries of a chunk; each run lies in one chunk. 16 MiB: few mappings for
  // many entries, and whole huge pages.
  static constexpr uint32_t kChunk = (16u << 20) / sizeof(T);
  static_assert(kChunk >= kRunMax);

  T* At(uint32_t at) const {
    return static_cast<T*>(chunks_[at / kChunk].data()) + at % kChunk;
  }

  void Grow(Run& run, uint8_t log2) {
    const uint32_t at = Take(log2);
    if (run.held) {
      std::memcpy(At(at), At(run.at), run.size * sizeof(T));
      Give(run);
    }
    run.at = at;
    run.capacity_log2 = log2;
    run.held = 1;
  }

  void Give(const Run& run) {
    free_[run.capacity_log2].push_back(run.at);
    held_ -= 1u << run.capacity_log2;
  }

  uint32_t Take(uint8_t log2) {
    held_ += 1u << log2;
    std::vector<uint32_t>& free = free_[log2];
    if (!free.empty()) {
      const uint32_t at = free.back();
      free.pop_back();
      return at;
    }
    const uint32_t size = 1u << log2;
    if (chunks_.empty() || chunk_used_ + size > kChunk) {
      chunks_.emplace_back(kChunk * sizeof(T));
      chunk_used_ = 0;
    }
    const uint32_t at =
        static_cast<uint32_t>(chunks_.size() - 1) * kChunk + chunk_used_;
    chunk_used_ += size;
    return at;
  }

  std::vector<Pages> chunks_;
  uint32_t chunk_used_ = 0;
  std::array<std::vector<uint32_t>, 16> free_;
  uint64_t used_ = 0;
  uint64_t held_ = 0;  // Capacity of the runs in use.
};

}  // namespace sluice::store
