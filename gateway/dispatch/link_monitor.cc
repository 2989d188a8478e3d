#include "gateway/dispatch/link_monitor.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/dispatch/links.h"
#include "gateway/link/flight.h"

namespace sluice::gateway {
namespace {

using link::Outcome;

// The code of an answer that the link gave instead of the carrier.
constexpr absl::string_view kLocalCode = "local";

std::string CodeOf(const link::Answer& answer) {
  return answer.code == link::kNotEncodable ? std::string(kLocalCode)
                                            : absl::StrCat(answer.code);
}

absl::string_view MeaningOf(const link::Answer& answer) {
  return answer.outcome == Outcome::kTaken ? "taken" : answer.meaning;
}

absl::string_view MeaningOf(link::Delivery delivery) {
  switch (delivery) {
    case link::Delivery::kDelivered:
      return "delivered";
    case link::Delivery::kIntermediate:
      return "on its way";
    default:
      return "not delivered";
  }
}

}  // namespace

LinkMonitor::LinkMonitor(absl::string_view name, size_t partitions,
                         absl::Time now)
    : name_(name), since_(now), breaker_(partitions) {}

void LinkMonitor::StateChanged(bool up, absl::string_view why,
                               const Moment& now) {
  if (!up) unanswered_ = std::min(unanswered_, 1u);
  CountUnanswered(now);
  pauses_.clear();  // It holds nothing.
  why_ = std::string(why);
  // A link that cannot connect says so again and again.
  if (up != up_) since_ = now.time;
  up_ = up;
}

std::vector<LinkMonitor::HandedOver> LinkMonitor::Came(const store::Work& work,
                                                       absl::Duration now) {
  const std::vector<store::WorkItem>& items = work.items;
  std::vector<std::string> numbers;
  numbers.reserve(items.size());
  for (const store::WorkItem& item : items) {
    numbers.push_back(item.access_number);
  }
  const std::vector<ProbeOf> probes = breaker_.Came(numbers, work.cut_short);
  std::vector<HandedOver> messages;
  messages.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    messages.push_back({std::move(numbers[i]), probes[i], now});
  }
  return messages;
}

void LinkMonitor::Answered(const HandedOver& message,
                           const link::Answer& answer, const Moment& now) {
  if (answer.outcome != Outcome::kUnknown) {
    results_.Count(CodeOf(answer), MeaningOf(answer));
    answer_times_.Add(now.monotonic - message.at);
    CountUnanswered(now);
  }
  switch (answer.outcome) {
    case Outcome::kTaken:
      return Ended(message, {MessageEnd::Kind::kTaken}, now);
    case Outcome::kRefused:
      // The carrier has not seen it.
      if (answer.code == link::kNotEncodable) return GivenBack(message);
      return Ended(message,
                   {MessageEnd::Kind::kRefused, answer.code,
                    ConcernsOneMessage(answer.code)},
                   now);
    case Outcome::kNotTaken:
      return breaker_.PutOff(message.access_number, message.probe,
                             now.monotonic);
    case Outcome::kUnknown:
      ++unknown_;
      if (message.probe == ProbeOf::kNothing) {
        ++unanswered_;
        return;
      }
      return Ended(message, {MessageEnd::Kind::kUnanswered}, now);
  }
}

void LinkMonitor::CountUnanswered(const Moment& now) {
  for (; unanswered_ > 0; --unanswered_) {
    Ended({}, {MessageEnd::Kind::kUnanswered}, now);
  }
}

void LinkMonitor::Ended(const HandedOver& message, const MessageEnd& end,
                        const Moment& now) {
  const std::optional<LinkBreaker::Change> change =
      breaker_.Ended(message.access_number, message.probe, end, now.monotonic);
  if (!change.has_value()) return;
  if (change->paused) pauses_.push_back(change->access_number);
  if (change->paused && change->access_number.empty()) paused_since_ = now.time;
  Log(*change, CauseText(change->cause));
}

// A pause is logged once at its begin and once at its end.
void LinkMonitor::Log(const LinkBreaker::Change& change,
                      absl::string_view why) const {
  const std::string what =
      change.access_number.empty()
          ? absl::StrCat("link ", name_)
          : absl::StrCat("link ", name_, ", access number ",
                         change.access_number);
  if (change.paused) {
    spdlog::warn(
        "{}: paused: {}; its messages wait, and single ones are sent to probe "
        "(sluicectl link list)",
        what, std::string(why));
  } else {
    spdlog::info("{}: no longer paused after {} s: a probe got through", what,
                 absl::ToInt64Seconds(change.after));
  }
}

std::string LinkMonitor::CauseText(const BreakerCause& cause) const {
  if (cause.kind == MessageEnd::Kind::kUnanswered) {
    return absl::StrCat("the carrier did not answer ", cause.count,
                        " messages in a row");
  }
  const std::string code = absl::StrCat(cause.code);
  std::string text =
      absl::StrCat("the carrier refused ", cause.count, " of the last ",
                   cause.of, " messages with code ", code);
  for (const CodeCount& known : results_.Sorted()) {
    if (known.code != code || known.meaning.empty()) continue;
    absl::StrAppend(&text, " (", known.meaning, ")");
  }
  return text;
}

void LinkMonitor::Reported(const link::Report& report) {
  reports_.Count(report.stat, MeaningOf(report.delivery));
}

void LinkMonitor::Fill(LinkStatus& status) const {
  status.since = since_;
  if (!up_) {
    status.condition = LinkCondition::kDown;
    status.why = why_;
  } else if (breaker_.paused()) {
    status.condition = LinkCondition::kPaused;
    status.since = paused_since_;
    status.why = CauseText(breaker_.cause());
  } else {
    status.condition = LinkCondition::kUp;
  }
  const auto paused = breaker_.PausedNumbers();
  status.numbers_paused = static_cast<uint32_t>(paused.size());
  if (status.condition == LinkCondition::kUp && !paused.empty()) {
    status.why = absl::StrCat(
        "access number ", paused[0].first,
        " is paused: ", CauseText(paused[0].second),
        paused.size() > 1 ? absl::StrCat("; ", paused.size() - 1, " more are")
                          : "");
  }
  status.answer_time_median = answer_times_.Quantile(0.5);
  status.answer_time_p95 = answer_times_.Quantile(0.95);
  status.results = results_.Sorted();
  status.reports = reports_.Sorted();
  status.unmatched_reports = unmatched_;
  status.unknown_messages = unknown_;
}

}  // namespace sluice::gateway
