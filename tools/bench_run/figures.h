#pragma once

// The figures as a table for people and as JSON for programs. See
// tools/README.md for the meaning of each figure.

#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench_run/floor.h"
#include "tools/bench_run/rule_change.h"

namespace sluice::bench {

// All figures; the names are those of the JSON.
struct Figures {
  // The load.
  uint64_t opt_outs = 0;
  uint64_t recipients = 0;
  // Microseconds of server CPU for each message.
  double verdict_us = 0;
  double durable_us = 0;
  double path_us = 0;
  // Of path_us: the threads that make the tree of records, and that count.
  double tree_us = 0;
  double statistics_us = 0;
  double unary_us = 0;
  double echo_us = 0;
  double stream_us = 0;
  Floor floor;
  double rss_mb = 0;
  double bytes_per_optout = 0;
  double bytes_per_recipient = 0;
  double durable_per_second = 0;
  double path_per_second = 0;
  double opt_out_us = 0;
  double opt_outs_seconds = 0;
  double replay_seconds = 0;
  RuleChange rule_change;
  std::vector<std::string> replayed;  // sluiced's log lines, by partition.

  double FloorSum() const {
    return stream_us + floor.fold_us + floor.scan_us + floor.hash_us +
           floor.append_us;
  }
};

// Prints to standard output.
void PrintTable(const Figures& f);
void PrintJson(const Figures& f);

}  // namespace sluice::bench
