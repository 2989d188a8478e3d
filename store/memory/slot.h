#pragma once

// Which of the 1,024 slots a number belongs to. Slots are dealt to partitions
// and double as checkpoint buckets, so this function is part of the format on
// disk: it never changes.

#include <cstdint>

namespace sluice::store {

inline constexpr uint32_t kSlots = 1024;

// The finaliser of MurmurHash3: every input bit reaches every output bit, so
// numbers issued one after the other spread evenly.
constexpr uint64_t Fmix64(uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdULL;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53ULL;
  value ^= value >> 33;
  return value;
}

// `e164` is the number as an integer, country code first: 8613800138000.
constexpr uint32_t SlotOf(uint64_t e164) {
  return static_cast<uint32_t>(Fmix64(e164) & (kSlots - 1));
}

}  // namespace sluice::store
