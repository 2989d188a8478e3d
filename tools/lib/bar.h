#pragma once

// Small pictures of numbers, drawn with block characters.

#include <cstddef>
#include <string>

#include "rules/base/grouped.h"

namespace sluice::tools {

// A bar of value / max of `cells` cells, in steps of an eighth of a cell. Any
// value above 0 shows something.
std::string Bar(double value, double max, size_t cells);

// "1.23 us", "4.5 ms", "2 s": three digits and the unit that fits.
std::string DurationText(double seconds);

using sluice::Grouped;

// "1 message", "1,234 messages": for nouns that take an s.
std::string Counted(unsigned long long count, const std::string& noun);

}  // namespace sluice::tools
