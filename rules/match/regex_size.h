#pragma once

// How large a regex becomes when it is compiled, without compiling it:
// Hyperscan needs minutes and gigabytes for some regexes of 20 characters, and
// cannot be interrupted.

#include "absl/strings/string_view.h"

namespace sluice::rules {

// Hyperscan writes a regex out as an automaton over the bytes of UTF-8. A class
// is as many positions as it has parts over these bytes (\p{L}: about 1,200), a
// count multiplies what it counts, and what may be left out is joined with
// everything around it. Estimates; both stay finite for the worst regex.
struct RegexSize {
  double positions = 0;
  double edges = 0;
};

// The size of `regex`, which RE2 accepts. Takes microseconds, and a millisecond
// for hundreds of different classes.
RegexSize SizeOf(absl::string_view regex);

// The largest that one regex may be. The worst found below it, of 5,400 made at
// random, took Hyperscan 1.7 s of CPU and 140 MB (2.6 GHz); without the bound,
// one took 18 s and 1 GB.
inline constexpr RegexSize kRegexMax = {2'000, 20'000};

}  // namespace sluice::rules
