#pragma once

// Long work that ends early when nobody waits for its result any more.

#include <functional>

#include "absl/status/status.h"

namespace sluice {

// Asked between two steps of the work, on its thread; true: end. Empty: never.
using StopAsked = std::function<bool()>;

inline absl::Status CheckStop(const StopAsked& stop) {
  if (!stop || !stop()) return absl::OkStatus();
  return absl::CancelledError("nobody waits for the result any more");
}

}  // namespace sluice
