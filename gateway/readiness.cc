#include "gateway/readiness.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

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

std::string NoLinkSends(const std::vector<LinkStatus>& links) {
  const bool one_is_up =
      std::any_of(links.begin(), links.end(), [](const LinkStatus& link) {
        return link.condition == LinkCondition::kUp;
      });
  if (links.empty() || one_is_up) return "";
  std::vector<std::string> each;
  for (const LinkStatus& link : links) {
    each.push_back(absl::StrCat(
        link.name,
        link.condition == LinkCondition::kPaused ? " is paused" : " is down",
        " (", link.why, ")"));
  }
  return absl::StrCat("no carrier link can send: ", absl::StrJoin(each, "; "));
}

std::string UnservedCarriers(const std::vector<LinkStatus>& links) {
  if (links.empty()) return "";
  std::vector<std::string> unserved;
  for (const Carrier carrier : CarriersWithoutLink(links)) {
    unserved.push_back(NameInConfig(carrier));
  }
  if (unserved.empty()) return "";
  return absl::StrCat("no link serves the carriers ",
                      absl::StrJoin(unserved, ", "),
                      ": messages to their numbers wait and expire (`carriers` "
                      "of the links in the configuration)");
}

std::string NotReady(const store::Store& store,
                     const std::vector<LinkStatus>& links) {
  for (int p = 0; p < store.partitions(); ++p) {
    if (store.IsPoisoned(p)) {
      return absl::StrCat("partition ", p, " cannot write its journal");
    }
    if (store.IsDiskFull(p)) {
      return absl::StrCat("the disk is full: partition ", p,
                          " has no room for its journal");
    }
  }
  const std::string clock = ClockAlarm(store.ReadClock());
  return clock.empty() ? NoLinkSends(links) : clock;
}

}  // namespace sluice::gateway
