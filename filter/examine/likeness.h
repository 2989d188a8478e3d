#pragma once

// How alike two texts are, in 64 bits: what counts as the same or similar
// content, a repeated consent request, or one campaign. Two texts that share
// most pairs of neighbouring characters differ in few bits.
//
// Each bit is drawn from the pair of characters that is the least under one of
// 64 orders (one-bit minwise hashing; Li and Koenig, "b-Bit Minwise Hashing",
// 2010). Of texts that share the part j of their pairs about (1 - j) / 2 of the
// bits differ. A hash that sums over all pairs (simhash) was measured too: of
// the alike texts below called fraud it found 0.52 within 7 bits, this one
// 0.88, and no fewer false ones.

#include <bit>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace sluice::filter {

// Texts whose hashes differ in at most so many bits are alike.
//
// Measured on four collections of messages; tests/filter/likeness_test.cc
// prints the table. Left: how many were found of the alike pairs of texts,
// those that share 0.8 or more of all their pairs of characters (Jaccard).
// Right: pairs of texts that share less than half, found in a million of all
// pairs.
//
//   bits       5           6           7           8           9
//   business   0.983  0.0  0.989  0.0  0.993  0.0  0.996  0.0  0.998   0.3
//   fraud      0.697  0.0  0.800  0.1  0.881  0.3  0.936  1.1  0.964   3.4
//   spam       0.767  0.0  0.851  0.0  0.931  0.1  0.965  0.3  0.985   0.7
//   English    0.829  0.4  0.894  1.1  0.919  2.1  0.941  6.3  0.953  20.7
//
// Of two copies of one text of 50 to 86 characters that greet others by name,
// 0.98 differ in 7 bits or fewer. 7 is also what filter/campaigns.h can find
// quickly.
inline constexpr int kAlikeBitsMax = 7;

// `folded` is a folded text (rules/fold/fold.h); anything else is safe and
// gives some hash. What differs from copy to copy counts as one and the same
// sign: numbers, amounts, dates, codes that hold a digit, links, addresses.
// Never 0, but for a text without characters. The same on every machine and in
// every version: hashes are kept. Linear: 0.8 us for 68 Chinese characters (g++
// 12 -O2).
uint64_t LikenessHash(absl::string_view folded);

// 0 is like nothing: there is no text.
inline bool Alike(uint64_t a, uint64_t b) {
  return a != 0 && b != 0 && std::popcount(a ^ b) <= kAlikeBitsMax;
}

}  // namespace sluice::filter
