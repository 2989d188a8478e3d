#include "gateway/telemetry/link_metrics.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "sluice/v1/message.pb.h"

namespace sluice::gateway {
namespace {

using Gauges = prometheus::Family<prometheus::Gauge>;
using Counters = prometheus::Family<prometheus::Counter>;

Gauges& GaugeFamily(prometheus::Registry& registry, const char* name,
                    const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

Counters& CounterFamily(prometheus::Registry& registry, const char* name,
                        const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

// A counter that is counted elsewhere.
void Raise(prometheus::Counter& counter, uint64_t to) {
  const double more = static_cast<double>(to) - counter.Value();
  if (more > 0) counter.Increment(more);
}

// "verification" for MESSAGE_CLASS_VERIFICATION.
std::string ClassName(int message_class) {
  const std::string name =
      v1::MessageClass_Name(static_cast<v1::MessageClass>(message_class));
  return absl::AsciiStrToLower(name.substr(sizeof("MESSAGE_CLASS_") - 1));
}

}  // namespace

LinkMetrics::LinkMetrics(prometheus::Registry& registry)
    : paused_(GaugeFamily(registry, "sluice_link_paused",
                          "1 while the link is paused because the carrier "
                          "refuses or does not answer its messages.")),
      numbers_paused_(GaugeFamily(
          registry, "sluice_link_access_numbers_paused",
          "Access numbers that are paused because the carrier refuses them.")),
      window_used_(GaugeFamily(registry, "sluice_link_window_used",
                               "Segments without an answer.")),
      window_(GaugeFamily(registry, "sluice_link_window",
                          "The most segments without an answer.")),
      rate_(GaugeFamily(registry, "sluice_link_segments_per_second",
                        "The present pace; 0: no limit.")),
      waiting_(GaugeFamily(registry, "sluice_link_waiting",
                           "Messages that wait for the link, by class.")),
      answer_time_(GaugeFamily(registry, "sluice_link_answer_seconds",
                               "From hand-over to answer, of the last 256.")),
      results_(CounterFamily(registry, "sluice_link_results_total",
                             "Answers by the carrier's result code.")),
      reports_(CounterFamily(registry, "sluice_link_reports_total",
                             "Status reports by their word.")),
      events_(CounterFamily(registry, "sluice_link_events_total",
                            "What went wrong on the link.")) {}

void LinkMetrics::Set(const LinkStatus& link) {
  using Labels = prometheus::Labels;
  const Labels name = {{"link", link.name}};
  const auto with = [&name](const char* label, const std::string& value) {
    Labels labels = name;
    labels.emplace(label, value);
    return labels;
  };
  paused_.Add(name).Set(link.condition == LinkCondition::kPaused ? 1 : 0);
  numbers_paused_.Add(name).Set(link.numbers_paused);
  window_used_.Add(name).Set(link.window_used);
  window_.Add(name).Set(link.window);
  rate_.Add(name).Set(link.segments_per_second);
  for (int c = 1; c < kMessageClasses; ++c) {
    waiting_.Add(with("class", ClassName(c)))
        .Set(static_cast<double>(link.waiting[static_cast<size_t>(c)]));
  }
  answer_time_.Add(with("quantile", "0.5"))
      .Set(absl::ToDoubleSeconds(link.answer_time_median));
  answer_time_.Add(with("quantile", "0.95"))
      .Set(absl::ToDoubleSeconds(link.answer_time_p95));
  const auto code = [](const CodeCount& count) {
    return count.code.empty() ? std::string("other") : count.code;
  };
  for (const CodeCount& count : link.results) {
    Raise(results_.Add(with("code", code(count))), count.count);
  }
  for (const CodeCount& count : link.reports) {
    Raise(reports_.Add(with("stat", code(count))), count.count);
  }
  const std::pair<const char*, uint64_t> events[] = {
      {"connection_lost", link.connections_lost},
      {"login_failed", link.logins_failed},
      {"unreadable_deliver", link.unreadable_delivers},
      {"unmatched_report", link.unmatched_reports},
      {"unknown_message", link.unknown_messages}};
  for (const auto& [event, count] : events) {
    Raise(events_.Add(with("event", event)), count);
  }
}

}  // namespace sluice::gateway
