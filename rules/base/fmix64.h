#pragma once

// The finaliser of MurmurHash3: every bit of the input moves every bit of the
// output, so that numbers issued one after the other spread evenly.

#include <cstdint>

namespace sluice {

// Part of the format on disk (store/memory/slot.h): it never changes.
constexpr uint64_t Fmix64(uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdULL;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53ULL;
  value ^= value >> 33;
  return value;
}

}  // namespace sluice
