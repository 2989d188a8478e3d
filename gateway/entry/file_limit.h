#pragma once

#include <cstdint>

namespace sluice::gateway {

// Raises this process's limit of open files to what the system allows it, and
// returns the limit.
uint64_t RaiseFileLimit();

}  // namespace sluice::gateway
