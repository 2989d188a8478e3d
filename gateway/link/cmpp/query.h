#pragma once

// CMPP_QUERY, which asks for the counters of one day, and its response.
// Source: China Mobile CMPP 2.0 and 3.0.0, the query operation.

#include <array>
#include <cstdint>
#include <string>
#include <tuple>

#include "gateway/link/cmpp/header.h"
#include "gateway/link/pdu.h"

namespace sluice::cmpp {

struct Query {
  static constexpr Command kCommand = Command::kQuery;

  std::string time;        // YYYYMMDD.
  uint8_t query_type = 0;  // 0 all, 1 by service.
  std::string query_code;  // Service_Id when query_type is 1.
  std::array<uint8_t, 8> reserve = {};
  bool operator==(const Query&) const = default;

  static constexpr auto Fields(Version) {
    return std::tuple{
        link::TextField<Query>{"Time", 8, &Query::time},
        link::UintField<Query, uint8_t>{"Query_Type", &Query::query_type},
        link::TextField<Query>{"Query_Code", 10, &Query::query_code},
        link::OctetsField<Query, 8>{"Reserve", &Query::reserve},
    };
  }
};

struct QueryResp {
  static constexpr Command kCommand = Command::kQueryResp;

  std::string time;
  uint8_t query_type = 0;
  std::string query_code;
  uint32_t mt_messages = 0;  // Received from the SP.
  uint32_t mt_users = 0;
  uint32_t mt_ok = 0;
  uint32_t mt_waiting = 0;
  uint32_t mt_failed = 0;
  uint32_t mo_ok = 0;
  uint32_t mo_waiting = 0;
  uint32_t mo_failed = 0;
  bool operator==(const QueryResp&) const = default;

  static constexpr auto Fields(Version) {
    using Count = link::UintField<QueryResp, uint32_t>;
    return std::tuple{
        link::TextField<QueryResp>{"Time", 8, &QueryResp::time},
        link::UintField<QueryResp, uint8_t>{"Query_Type",
                                            &QueryResp::query_type},
        link::TextField<QueryResp>{"Query_Code", 10, &QueryResp::query_code},
        Count{"MT_TLMsg", &QueryResp::mt_messages},
        Count{"MT_Tlusr", &QueryResp::mt_users},
        Count{"MT_Scs", &QueryResp::mt_ok},
        Count{"MT_WT", &QueryResp::mt_waiting},
        Count{"MT_FL", &QueryResp::mt_failed},
        Count{"MO_Scs", &QueryResp::mo_ok},
        Count{"MO_WT", &QueryResp::mo_waiting},
        Count{"MO_FL", &QueryResp::mo_failed},
    };
  }
};

}  // namespace sluice::cmpp
