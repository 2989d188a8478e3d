#pragma once

// Keeps a fault that may come a thousand times a second from filling the log:
// one line a minute, which says how often it came and how the last one looked.
//
// Apart from the link because it is arithmetic over time that is passed in.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sluice::link {

// One strand. `now` is monotonic time.
class FaultLog {
 public:
  static constexpr absl::Duration kBetweenLines = absl::Minutes(1);

  // The fault came. Returns the line to log if one is due: "3, the last: ...".
  // `what` must hold no text, number or other personal data.
  std::optional<std::string> Add(absl::string_view what, absl::Duration now) {
    ++count_;
    if (now < next_) return std::nullopt;
    next_ = now + kBetweenLines;
    std::string line = absl::StrCat(count_, ", the last: ", what);
    count_ = 0;
    return line;
  }

 private:
  uint64_t count_ = 0;  // Since the last line.
  absl::Duration next_ = -absl::InfiniteDuration();
};

}  // namespace sluice::link
