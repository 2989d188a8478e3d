#include "gateway/telemetry/link_status.h"

#include <algorithm>

#include "filter/policy/number_table.h"

namespace sluice::gateway {

std::string NameInConfig(Carrier carrier) {
  return carrier == Carrier::kUnknown ? "unknown"
                                      : std::string(filter::Name(carrier));
}

std::vector<Carrier> CarriersWithoutLink(const std::vector<LinkStatus>& links) {
  std::vector<Carrier> unserved;
  for (size_t carrier = 0; carrier < kCarriers; ++carrier) {
    const bool served = std::any_of(
        links.begin(), links.end(),
        [carrier](const LinkStatus& link) { return link.carriers[carrier]; });
    if (!served) unserved.push_back(static_cast<Carrier>(carrier));
  }
  return unserved;
}

}  // namespace sluice::gateway
