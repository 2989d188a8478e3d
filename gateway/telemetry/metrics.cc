#include "gateway/telemetry/metrics.h"

#include <prometheus/text_serializer.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "sluice/v1/message.pb.h"

namespace sluice::gateway {
namespace {

using Counters = prometheus::Family<prometheus::Counter>;

constexpr absl::string_view kEventNames[kEvents] = {
    "call_refused", "call_overloaded",  "call_malformed",
    "handed_over",  "written",          "given_back",
    "taken",        "refused",          "unknown",
    "report",       "report_unmatched", "reply"};

constexpr absl::string_view kDecisionNames[] = {
    "unspecified", "accepted", "deferred", "held", "rejected", "undecided"};

Counters& CounterFamily(prometheus::Registry& registry, const char* name,
                        const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

template <size_t N, class NameOf>
void AddAll(Counters& family, const char* label, NameOf name_of,
            std::array<prometheus::Counter*, N>& counters) {
  for (size_t i = 0; i < N; ++i) {
    counters[i] = &family.Add({{label, std::string(name_of(i))}});
  }
}

// Bucket bounds in seconds, from a batch without a disk write to a slow disk.
prometheus::Histogram::BucketBoundaries LatencyBuckets() {
  return {0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02,
          0.05,   0.1,    0.2,   0.5,   1,     2,    5};
}

}  // namespace

Metrics::Metrics()
    : latency_(prometheus::BuildHistogram()
                   .Name("sluice_batch_seconds")
                   .Help("From a batch's arrival to its durable answer.")
                   .Register(registry_)
                   .Add({}, LatencyBuckets())),
      log_dropped_(prometheus::BuildGauge()
                       .Name("sluice_log_dropped_lines")
                       .Help("Log lines dropped because the disk was slow.")
                       .Register(registry_)
                       .Add({})),
      rolled_back_(prometheus::BuildGauge()
                       .Name("sluice_rules_rolled_back")
                       .Help("Rules that were rolled back automatically, "
                             "until the next publication.")
                       .Register(registry_)
                       .Add({})),
      exemptions_(prometheus::BuildGauge()
                      .Name("sluice_exemptions")
                      .Help("Break-glass exemptions in force.")
                      .Register(registry_)
                      .Add({})),
      blocks_(prometheus::BuildGauge()
                  .Name("sluice_blocks")
                  .Help("Break-glass blocks in force.")
                  .Register(registry_)
                  .Add({})),
      clock_offset_(prometheus::BuildGauge()
                        .Name("sluice_clock_offset_seconds")
                        .Help("How far the system clock is ahead of the "
                              "decision clock.")
                        .Register(registry_)
                        .Add({})),
      clock_stopped_(prometheus::BuildGauge()
                         .Name("sluice_clock_stopped")
                         .Help("1 while submits are refused because of the "
                               "clock, 2 while nothing else happens either.")
                         .Register(registry_)
                         .Add({})),
      clock_start_gap_(prometheus::BuildGauge()
                           .Name("sluice_clock_start_gap_seconds")
                           .Help("How far the system clock was ahead of the "
                                 "newest record at the start.")
                           .Register(registry_)
                           .Add({})),
      retention_waits_(prometheus::BuildGauge()
                           .Name("sluice_retention_waits")
                           .Help("Partitions whose retention waits for a "
                                 "person.")
                           .Register(registry_)
                           .Add({})),
      disk_full_(prometheus::BuildGauge()
                     .Name("sluice_disk_full")
                     .Help("1 while the disk is so full that the views are not "
                           "saved, 2 while submits are refused as well.")
                     .Register(registry_)
                     .Add({})),
      witnesses_(prometheus::BuildGauge()
                     .Name("sluice_witness_heads_behind")
                     .Help("Signed heads that a witness has not been given.")
                     .Register(registry_)),
      links_(prometheus::BuildGauge()
                 .Name("sluice_link_up")
                 .Help("1 while the carrier link is logged in.")
                 .Register(registry_)),
      link_metrics_(registry_),
      partitions_(prometheus::BuildGauge()
                      .Name("sluice_partition")
                      .Help("Entries in a partition, by kind.")
                      .Register(registry_)),
      damage_(CounterFamily(registry_, "sluice_journal_damage_total",
                            "Damaged places found in a journal since the "
                            "start.")) {
  AddAll(
      CounterFamily(registry_, "sluice_messages_total",
                    "Messages decided, by decision."),
      "decision", [](size_t i) { return kDecisionNames[i]; }, decisions_);
  const auto code = [](size_t i) {
    return filter::Name(static_cast<filter::ReasonCode>(i));
  };
  AddAll(CounterFamily(registry_, "sluice_reasons_total",
                       "Reasons given, by code."),
         "code", code, reasons_);
  AddAll(CounterFamily(registry_, "sluice_observed_total",
                       "Observed reasons, by code."),
         "code", code, observed_);
  AddAll(
      CounterFamily(registry_, "sluice_events_total",
                    "Refused calls and events on links."),
      "event", [](size_t i) { return kEventNames[i]; }, events_);
}

void Metrics::Decided(const BatchCounts& counts, absl::Duration latency) {
  const auto add = [](const auto& from, const auto& to) {
    for (size_t i = 0; i < from.size(); ++i) {
      if (from[i] != 0) to[i]->Increment(from[i]);
    }
  };
  add(counts.decisions, decisions_);
  add(counts.reasons, reasons_);
  add(counts.observed, observed_);
  latency_.Observe(absl::ToDoubleSeconds(latency));
}

void Metrics::Count(Event event, uint64_t n) {
  if (n != 0) events_[static_cast<int>(event)]->Increment(n);
}

void Metrics::SetClock(const store::ClockReading& clock) {
  clock_offset_.Set(static_cast<double>(clock.system_ms - clock.now_ms) / 1000);
  clock_stopped_.Set(clock.unconfirmed ? 2 : clock.stepped ? 1 : 0);
  clock_start_gap_.Set(static_cast<double>(clock.start_gap_ms) / 1000);
}

void Metrics::LinkUp(absl::string_view link, bool up) {
  links_.Add({{"link", std::string(link)}}).Set(up ? 1 : 0);
}

void Metrics::SetWitnessBehind(size_t witness, uint64_t heads) {
  witnesses_.Add({{"witness", absl::StrCat(witness)}})
      .Set(static_cast<double>(heads));
}

void Metrics::SetDamage(const std::string& journal, uint64_t places) {
  prometheus::Counter& counter = damage_.Add({{"journal", journal}});
  const double more = static_cast<double>(places) - counter.Value();
  if (more > 0) counter.Increment(more);
}

void Metrics::SetPartition(int partition, const store::PartitionStats& stats) {
  const std::pair<const char*, uint64_t> values[] = {
      {"recipients", stats.recipients},
      {"sends", stats.sends},
      {"opt_outs", stats.opt_outs},
      {"state_bytes", stats.state_bytes},
      {"idle_recipients", stats.idle},
      {"recalled", stats.recalled},
      {"failed_recalls", stats.failed_recalls},
      {"queued", stats.queued},
      {"deferred", stats.deferred},
      {"held", stats.held},
      {"held_since_seconds", static_cast<uint64_t>(stats.held_since_ms) / 1000},
      {"handed_over", stats.handed_over},
      {"awaiting_report", stats.awaiting_report},
      {"groups", stats.groups},
      {"records", stats.records},
      {"journal_bytes", stats.journal_bytes},
      {"poisoned", stats.poisoned ? 1 : 0}};
  for (const auto& [kind, value] : values) {
    partitions_.Add({{"partition", absl::StrCat(partition)}, {"kind", kind}})
        .Set(static_cast<double>(value));
  }
}

std::string Metrics::Text() const {
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace sluice::gateway
