#pragma once

// Many short arrays of one plain type in few allocations. Most numbers have one
// or two entries: a std::vector each would cost more than what it holds.
//
// A run is a contiguous array of 2^k entries in a chunk; runs of one size that
// were given back form a free list. Memory never moves and is kept for reuse.

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

#include "absl/types/span.h"
#include "filter/base/check.h"

namespace sluice::store {

// One thread.
template <typename T>
class Slab {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  // Where an array is. Plain, 8 bytes, owned by who holds it: Clear() it before
  // it is forgotten.
  struct Run {
    uint32_t at = 0;  // Of the first entry, counted over all chunks.
    uint16_t size = 0;
    uint8_t capacity_log2 = 0;  // Of 2^k entries, when `size` or more are held.
    uint8_t held = 0;
  };
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
    if (!run.held || run.size == (1u << run.capacity_log2)) Grow(run);
    std::memcpy(At(run.at) + run.size, &value, sizeof(T));
    ++run.size;
    ++used_;
  }

  // Puts the last entry in the place of entry `index`.
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
    if (run.held) free_[run.capacity_log2].push_back(run.at);
    run = Run();
  }

  uint64_t used() const { return used_; }
  uint64_t bytes() const { return chunks_.size() * kChunk * sizeof(T); }

 private:
  static constexpr uint32_t kChunk = 65'536;  // Entries; a run fits into one.

  T* At(uint32_t at) const { return chunks_[at / kChunk].get() + at % kChunk; }

  void Grow(Run& run) {
    const uint8_t log2 =
        run.held ? static_cast<uint8_t>(run.capacity_log2 + 1) : uint8_t{0};
    const uint32_t at = Take(log2);
    if (run.held) {
      std::memcpy(At(at), At(run.at), run.size * sizeof(T));
      free_[run.capacity_log2].push_back(run.at);
    }
    run.at = at;
    run.capacity_log2 = log2;
    run.held = 1;
  }

  uint32_t Take(uint8_t log2) {
    std::vector<uint32_t>& free = free_[log2];
    if (!free.empty()) {
      const uint32_t at = free.back();
      free.pop_back();
      return at;
    }
    const uint32_t size = 1u << log2;
    if (chunks_.empty() || chunk_used_ + size > kChunk) {
      chunks_.push_back(std::make_unique_for_overwrite<T[]>(kChunk));
      chunk_used_ = 0;
    }
    const uint32_t at =
        static_cast<uint32_t>(chunks_.size() - 1) * kChunk + chunk_used_;
    chunk_used_ += size;
    return at;
  }

  std::vector<std::unique_ptr<T[]>> chunks_;
  uint32_t chunk_used_ = 0;
  std::array<std::vector<uint32_t>, 16> free_;
  uint64_t used_ = 0;
};

}  // namespace sluice::store
