#include <nlohmann/json.hpp>

#include "tools/carrier_sim/sim_options.h"

namespace sluice::sim {

std::string ToJson(const SimStats& s) {
  return nlohmann::ordered_json{
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
      {"silences", s.silences},
      {"lying_lengths", s.lying_lengths},
      {"unreadable", s.unreadable},
  }
      .dump();
}

}  // namespace sluice::sim
