#include "absl/strings/str_cat.h"
#include "tools/carrier_sim/sim_options.h"

namespace sluice::sim {

std::string ToJson(const SimStats& s) {
  const struct {
    absl::string_view name;
    uint64_t value;
  } counts[] = {
      {"sessions", s.sessions},
      {"logins", s.logins},
      {"logins_refused", s.logins_refused},
      {"protocol_errors", s.protocol_errors},
      {"segments", s.segments},
      {"segments_taken", s.segments_taken},
      {"flow_controlled", s.flow_controlled},
      {"refused", s.refused},
      {"answers_withheld", s.answers_withheld},
      {"messages", s.messages},
      {"messages_repeated", s.messages_repeated},
      {"segments_repeated", s.segments_repeated},
      {"messages_incomplete", s.messages_incomplete},
      {"reports_delivered", s.reports_delivered},
      {"reports_failed", s.reports_failed},
      {"reports_waiting", s.reports_waiting},
      {"deliveries_repeated", s.deliveries_repeated},
      {"deliveries_given_up", s.deliveries_given_up},
      {"mo_answered", s.mo_answered},
      {"active_tests", s.active_tests},
      {"drops", s.drops},
  };
  std::string json = "{";
  for (const auto& count : counts) {
    absl::StrAppend(&json, json.size() > 1 ? "," : "", "\"", count.name,
                    "\":", count.value);
  }
  return json + "}";
}

}  // namespace sluice::sim
