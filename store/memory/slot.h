#pragma once

// Which of the 1,024 slots a number belongs to. Slots are dealt to partitions
// and serve as checkpoint buckets, so this function is part of the format on
// disk: it never changes.

#include <cstdint>

#include "rules/base/fmix64.h"

namespace sluice::store {

inline constexpr uint32_t kSlots = 1024;

// `e164` is the number as an integer, country code first: 8613800138000.
constexpr uint32_t SlotOf(uint64_t e164) {
  return static_cast<uint32_t>(Fmix64(e164) & (kSlots - 1));
}

}  // namespace sluice::store
