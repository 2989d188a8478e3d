#pragma once

// What the server knows about a carrier link, for operators and for metrics.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "filter/policy/ids.h"

namespace sluice::gateway {

// The carrier's name in the configuration of links.
std::string NameInConfig(Carrier carrier);

enum class LinkCondition : uint8_t { kDown, kUp, kPaused };

// How often the carrier has answered or reported with a code.
struct CodeCount {
  std::string code;     // Empty: all codes beyond the limit.
  std::string meaning;  // In words; empty: not known.
  uint64_t count = 0;
};

// Counts are since the start of the server.
struct LinkStatus {
  std::string name;
  LinkCondition condition = LinkCondition::kDown;
  absl::Time since;
  // Why it is down or paused, or which access numbers are: one sentence.
  std::string why;
  std::string version;  // Empty before the first login.
  std::array<bool, kCarriers> carriers = {};
  uint32_t window_used = 0;
  uint32_t window = 0;
  double segments_per_second = 0;  // 0: no limit.
  uint32_t numbers_paused = 0;     // Access numbers.
  // Messages that wait for its carriers, by MessageClass. Set by WaitingFor().
  std::array<uint64_t, kMessageClasses> waiting = {};
  absl::Duration answer_time_median;
  absl::Duration answer_time_p95;
  std::vector<CodeCount> results;  // The most frequent first.
  std::vector<CodeCount> reports;
  uint64_t connections_lost = 0;
  uint64_t logins_failed = 0;
  uint64_t unreadable_delivers = 0;
  uint64_t unmatched_reports = 0;
  uint64_t unknown_messages = 0;
};

// The carriers that none of the links serves: messages to their numbers wait
// until they expire.
std::vector<Carrier> CarriersWithoutLink(const std::vector<LinkStatus>& links);

}  // namespace sluice::gateway
