#include "gateway/telemetry/link_status.h"

#include "filter/policy/number_table.h"

namespace sluice::gateway {

std::string NameInConfig(Carrier carrier) {
  return carrier == Carrier::kUnknown ? "unknown"
                                      : std::string(filter::Name(carrier));
}

}  // namespace sluice::gateway
