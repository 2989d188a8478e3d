#include "gateway/readiness.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace sluice::gateway {

std::string ClockAlarm(const store::ClockReading& clock) {
  if (!clock.stepped) return "";
  const int64_t step_s = (clock.system_ms - clock.now_ms) / 1000;
  const std::string differs =
      absl::StrCat("the system clock is ", step_s < 0 ? -step_s : step_s, " s ",
                   step_s < 0 ? "behind" : "ahead of", " the last records");
  if (clock.unconfirmed) {
    return absl::StrCat(differs,
                        " since the start: Sluice decides, hands over and "
                        "removes nothing until the system clock is corrected "
                        "or accepted (sluicectl clock show)");
  }
  return absl::StrCat(
      differs, ": Sluice refuses submits until the clock is corrected",
      step_s < 0 ? " or the records' time is taken back (sluicectl clock "
                   "accept --back)"
                 : " or the step is accepted (sluicectl clock accept)");
}

std::string NotReady(const store::Store& store) {
  for (int p = 0; p < store.partitions(); ++p) {
    if (store.IsPoisoned(p)) {
      return absl::StrCat("partition ", p, " cannot write its journal");
    }
  }
  return ClockAlarm(store.ReadClock());
}

}  // namespace sluice::gateway
