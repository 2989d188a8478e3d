#pragma once

// The Sequence_Ids of our requests.

#include <cstdint>

namespace sluice::cmpp {

// One strand. A link has one for all its connections: a new connection
// continues the numbers of the one before.
class Sequence {
 public:
  explicit Sequence(uint32_t last) : last_(last) {}

  // Wraps around.
  uint32_t Next() { return ++last_; }

 private:
  uint32_t last_;
};

}  // namespace sluice::cmpp
