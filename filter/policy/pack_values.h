#pragma once

// What several sections of a pack hold, compiled: codes, classes, and how far a
// check goes.

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "filter/policy/ids.h"
#include "filter/policy/reason.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::filter {

// How far a check goes. Observed ones are enforced from `observe_until_ms` on.
struct Mode {
  rules::v1::CheckMode mode = rules::v1::CHECK_MODE_ENFORCE;
  int64_t observe_until_ms = std::numeric_limits<int64_t>::max();

  bool off() const { return mode == rules::v1::CHECK_MODE_OFF; }
  bool observed(int64_t now_ms) const {
    return mode == rules::v1::CHECK_MODE_OBSERVE && now_ms < observe_until_ms;
  }
  // For every message; a sampled check is not.
  bool enforced(int64_t now_ms) const {
    return !off() && mode != rules::v1::CHECK_MODE_SAMPLE && !observed(now_ms);
  }
};

// "field: what is wrong", kInvalidArgument.
absl::Status InvalidValue(absl::string_view field, absl::string_view what);

// Errors: kInvalidArgument; no reason code has this name.
absl::StatusOr<ReasonCode> CodeNamed(absl::string_view name);

// A date is the beginning of its day in `zone`. Errors: kInvalidArgument, for
// what must not be observed or off (design.md, section 9).
absl::StatusOr<Mode> ReadMode(rules::v1::CheckMode mode,
                              absl::string_view until, v1::Basis basis,
                              ReasonCode code, const absl::TimeZone& zone);

inline constexpr ClassMask kAllClasses = 0xff;

// Classes as a mask; none listed means all.
template <typename Classes>
ClassMask ReadClassMask(const Classes& classes) {
  ClassMask mask = 0;
  for (const int c : classes) {
    if (c >= 0 && c < kMessageClasses) {
      mask |= MaskOf(static_cast<MessageClass>(c));
    }
  }
  return mask == 0 ? kAllClasses : mask;
}

}  // namespace sluice::filter
