#pragma once

// Numbers for people.

#include <cstdint>
#include <string>

namespace sluice {

// "1,234,567".
std::string Grouped(uint64_t value);

}  // namespace sluice
