#pragma once

// The metrics of carrier links. Their labels are links of the configuration,
// and codes that LinkStatus limits to 32 a link.

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <string>

#include "gateway/telemetry/link_status.h"

namespace sluice::gateway {

// Any thread.
class LinkMetrics {
 public:
  explicit LinkMetrics(prometheus::Registry& registry);

  void Set(const LinkStatus& link);

 private:
  using Gauges = prometheus::Family<prometheus::Gauge>;
  using Counters = prometheus::Family<prometheus::Counter>;

  Gauges& paused_;
  Gauges& numbers_paused_;
  Gauges& window_used_;
  Gauges& window_;
  Gauges& rate_;
  Gauges& waiting_;
  Gauges& answer_time_;
  Counters& results_;
  Counters& reports_;
  Counters& events_;
};

}  // namespace sluice::gateway
