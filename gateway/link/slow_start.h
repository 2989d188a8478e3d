#pragma once

// How many segments may be unanswered. A new connection begins with few, so
// that a carrier that breaks it, or never answers, costs few messages. Each
// answer adds one segment, which doubles the window with each way to the
// carrier and back; an answer that is missing begins anew.
//
// Apart from the link because it is arithmetic.

#include <algorithm>
#include <cstdint>

namespace sluice::link {

// One strand.
class SlowStart {
 public:
  SlowStart(uint32_t first, uint32_t most)
      : first_(std::min(first, most)), most_(most), window_(first_) {}

  uint32_t window() const { return window_; }

  // There is a new connection, or an answer did not come in time.
  void Begin() { window_ = first_; }
  // The carrier answered a segment, whatever it answered.
  void Answered() { window_ = std::min(window_ + 1, most_); }

 private:
  const uint32_t first_;
  const uint32_t most_;
  uint32_t window_;
};

}  // namespace sluice::link
