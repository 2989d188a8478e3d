#pragma once

// The settings and the counts of the simulated carrier.

#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"

namespace sluice::sim {

struct SimOptions {
  uint16_t port = 0;  // On 127.0.0.1; 0: any free port.
  // Secrets by SP id.
  std::map<std::string, std::string> accounts = {{"900001", "secret88"}};
  uint32_t gateway_code = 232743;  // In Msg_Id.
  bool only_20 = false;            // Speaks 2.0, also after a login of 3.0.
  bool only_30 = false;            // Speaks 3.0, also after a login of 2.0.
  uint32_t login_version = 0;      // The Version in CONNECT_RESP; 0: as spoken.

  // Reports.
  absl::Duration report_delay;  // How long after the answer.
  double fail_share = 0;        // Share of failure reports, 0 to 1.
  std::string fail_stat = "UNDELIV";
  uint32_t deliver_window = 1024;  // DELIVERs without an answer, per session.
  absl::Duration deliver_timeout = absl::Seconds(60);  // Time until a repeat,
  uint32_t deliver_tries = 3;                          // and how many tries.
  bool reports_before_answers = false;
  bool one_id = false;  // One Msg_Id and one report for a message of segments.

  // Answers.
  absl::Duration answer_delay;
  uint32_t segments_per_second = 0;  // Above it: flow control. 0: no limit.
  double flow_share = 0;      // Answered with flow control at random, 0 to 1.
  uint32_t result_code = 0;   // The answer to every `result_every`th.
  uint32_t result_every = 0;  // 0: to no segment.

  // Faults.
  uint64_t drop_after = 0;      // After so many of a session; 0: never.
  uint32_t drop_times = 1;      // How many sessions are dropped; 0: all.
  uint64_t silence_after = 0;   // After so many segments; 0: never.
  int msg_length = -1;          // Msg_Length of every DELIVER; -1: the truth.
  bool wrong_digest = false;    // AuthenticatorISMG is wrong.
  bool test_with_test = false;  // Answers ACTIVE_TEST with an ACTIVE_TEST.
  // Faults at random, as shares from 0 to 1; the same for the same seed and
  // traffic.
  uint32_t seed = 1;
  double drop_share = 0;     // Of segments: the connection is dropped.
  double silence_share = 0;  // Of segments: nothing is said for a while.
  absl::Duration silence_time = absl::Seconds(1);
  double doubled_share = 0;  // Of reports: they come twice.
  double foreign_share = 0;  // Of reports: one of an unknown message follows.
  double lying_share = 0;    // Of DELIVERs: Msg_Length is wrong.
  double unreadable_share = 0;  // Of DELIVERs: a cut one comes before.

  std::string log_file;      // Empty: no log.
  bool log_digests = false;  // XXH3 of the text in place of the text.
};

// A segment is what CMPP calls a message; a message here is a whole one.
struct SimStats {
  uint64_t sessions = 0;
  uint64_t logins = 0;
  uint64_t logins_refused = 0;
  uint64_t protocol_errors = 0;
  uint64_t segments = 0;         // SUBMITs received.
  uint64_t segments_taken = 0;   // Answered with 0, or not at all.
  uint64_t flow_controlled = 0;  // Answered with 8.
  uint64_t refused = 0;          // Answered with another code.
  uint64_t answers_withheld = 0;
  uint64_t messages = 0;           // Complete messages.
  uint64_t messages_repeated = 0;  // Same sender, recipient and text again.
  uint64_t segments_repeated = 0;  // Of a message still incomplete.
  uint64_t messages_incomplete = 0;
  uint64_t reports_delivered = 0;  // Answered by the client: DELIVRD,
  uint64_t reports_failed = 0;     // or the failing Stat.
  uint64_t reports_waiting = 0;    // Not sent or not answered yet.
  uint64_t deliveries_repeated = 0;
  uint64_t deliveries_given_up = 0;
  uint64_t mo_answered = 0;
  uint64_t active_tests = 0;  // Received.
  uint64_t drops = 0;
  uint64_t silences = 0;
  uint64_t lying_lengths = 0;
  uint64_t unreadable = 0;
};

// One line.
std::string ToJson(const SimStats& stats);

}  // namespace sluice::sim
