#pragma once

// A progress bar on a terminal; no output elsewhere.

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sluice::tools {

// "name  [#####.....]  1234/5678  412/s  3 s left", without the line end. `all`
// 0: the total is unknown, and there is no bar.
std::string ProgressLine(absl::string_view name, uint64_t done, uint64_t all,
                         absl::Duration elapsed);

class Progress {
 public:
  // Draws to `out`, which must outlive it, if `visible`.
  Progress(std::ostream& out, bool visible, std::string name, uint64_t all);
  // Ends the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Redraws at most ten times a second.
  void Set(uint64_t done);
  void Set(uint64_t done, uint64_t all);

 private:
  void Draw();

  std::ostream& out_;
  const bool visible_;
  const std::string name_;
  uint64_t done_ = 0;
  uint64_t all_;
  const absl::Time started_;
  absl::Time drawn_ = absl::InfinitePast();
};

}  // namespace sluice::tools
