#include "tools/bench_run/figures.h"

#include <algorithm>
#include <iostream>

#include "absl/strings/str_format.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"

namespace sluice::bench {

namespace {

void PrintRuleChange(const RuleChange& change) {
  tools::Table table({{"changing the rules under load"},
                      {"half in", tools::Align::kRight},
                      {"99.9 %", tools::Align::kRight},
                      {"worst", tools::Align::kRight},
                      {""},
                      {"meanwhile"}});
  const double most =
      std::max({change.quiet.worst_ms, change.compiling.worst_ms,
                change.publishing.worst_ms});
  const auto row = [&](const char* name, const Waits& waits,
                       const std::string& what) {
    table.AddRow({name, absl::StrFormat("%.1f ms", waits.median_ms),
                  absl::StrFormat("%.1f ms", waits.late_ms),
                  absl::StrFormat("%.1f ms", waits.worst_ms),
                  tools::Bar(waits.worst_ms, most, 24), what});
  };
  row("quiet", change.quiet, "nothing");
  row("compiling", change.compiling,
      absl::StrFormat("a draft taken in, in %.1f s", change.compile_seconds));
  row("publishing", change.publishing,
      absl::StrFormat("%d publications and rollbacks, the slowest in %.0f ms",
                      change.publications, change.publish_ms));
  std::cout << "\n" << table.Text();
  std::cout << absl::StrFormat(
      "%s messages at %s a second in batches of %d, none lost; publishing "
      "added %.1f ms to the worst\n",
      tools::Grouped(change.messages),
      tools::Grouped(static_cast<uint64_t>(change.rate)), kRuleChangeBatch,
      std::max(0.0, change.publishing.worst_ms - change.quiet.worst_ms));
}

}  // namespace

void PrintTable(const Figures& f) {
  const double most = std::max({f.unary_us, f.echo_us, f.path_us});
  const double floor = f.FloorSum();
  tools::Table table({{"server CPU a message"},
                      {"us", tools::Align::kRight},
                      {"to floor", tools::Align::kRight},
                      {""},
                      {"what it is"}});
  const auto row = [&](const char* name, double us, const char* what) {
    table.AddRow({name, absl::StrFormat("%.2f", us),
                  absl::StrFormat("%.2f", floor > 0 ? us / floor : 0),
                  tools::Bar(us, most, 24), what});
  };
  row("verdict", f.verdict_us, "Check, 256 a call: all but the journal");
  row("durable", f.durable_us, "SubmitStream, 256 a batch, synced; links down");
  row("path", f.path_us, "the same, out over CMPP, answered, reported");
  row("  tree", f.tree_us, "of it: the tree over the records (notary)");
  row("  statistics", f.statistics_us, "of it: counts by hour and day");
  row("unary", f.unary_us, "Submit of one message, 64 in flight");
  row("echo", f.echo_us, "bare gRPC unary of the same bytes, 64 in flight");
  row("floor", floor, "the parts below");
  row("  stream", f.stream_us, "gRPC stream of 256, bytes fields, verdicts");
  row("  fold", f.floor.fold_us, "one pass through the table");
  row("  scan", f.floor.scan_us, "Hyperscan, 10,000 words and 500 regexes");
  row("  hash", f.floor.hash_us, "SHA-256 of the record");
  row("  append", f.floor.append_us, "256 records a write, fdatasync");
  std::cout << "\n"
            << tools::Grouped(f.opt_outs) << " opt-outs, "
            << tools::Grouped(f.recipients)
            << " recipients, 10,000 words, 500 regexes, 3 limits a message; "
            << f.floor.record_bytes << " octets a record\n\n"
            << table.Text() << "\n";
  std::cout << absl::StrFormat(
      "durable at %s a second, path at %s a second (wall clock, with the "
      "client on the same machine)\n"
      "durable / floor %.2f, path / durable %.2f, unary / echo %.2f\n"
      "memory %.0f MB: %.0f bytes an opt-out, %.0f bytes a recipient\n"
      "opt-outs loaded in %.0f s, %.1f us of CPU each "
      "(OptOutsService.ImportOptOuts)\n"
      "listening %.1f s after kill -9\n",
      tools::Grouped(static_cast<uint64_t>(f.durable_per_second)),
      tools::Grouped(static_cast<uint64_t>(f.path_per_second)),
      f.durable_us / floor, f.path_us / f.durable_us, f.unary_us / f.echo_us,
      f.rss_mb, f.bytes_per_optout, f.bytes_per_recipient, f.opt_outs_seconds,
      f.opt_out_us, f.replay_seconds);
  for (const std::string& line : f.replayed) std::cout << "  " << line << "\n";
  PrintRuleChange(f.rule_change);
}

void PrintJson(const Figures& f) {
  std::cout << tools::JsonLine()
                   .Number("verdict_us", f.verdict_us, 3)
                   .Number("durable_us", f.durable_us, 3)
                   .Number("path_us", f.path_us, 3)
                   .Number("tree_us", f.tree_us, 3)
                   .Number("statistics_us", f.statistics_us, 3)
                   .Number("unary_us", f.unary_us, 3)
                   .Number("echo_us", f.echo_us, 3)
                   .Number("floor_us", f.FloorSum(), 3)
                   .Number("rss_mb", f.rss_mb, 1)
                   .Number("bytes_per_optout", f.bytes_per_optout, 1)
                   .Number("bytes_per_recipient", f.bytes_per_recipient, 1)
                   .Number("quiet_worst_ms", f.rule_change.quiet.worst_ms, 1)
                   .Number("compiling_worst_ms",
                           f.rule_change.compiling.worst_ms, 1)
                   .Number("publishing_worst_ms",
                           f.rule_change.publishing.worst_ms, 1)
                   .End()
            << std::endl;
}

}  // namespace sluice::bench
