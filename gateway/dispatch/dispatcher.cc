#include "gateway/dispatch/dispatcher.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/dispatch/subscriber.h"
#include "rules/base/check.h"

namespace sluice::gateway {
namespace {

constexpr size_t kLateMax = 4096;

// The digits in which links write a number: 11 for the mainland.
std::string DigitsOf(Phone phone) {
  std::string digits = absl::StrCat(phone.e164);
  if (IsMainlandMobile(phone)) digits.erase(0, 2);
  return digits;
}

link::HandOver ToHandOver(store::WorkItem& item, link::HandOverRef ref) {
  return {.ref = ref,
          .access_number = std::move(item.access_number),
          .recipient = DigitsOf(item.recipient),
          .text = std::move(item.text),
          .parts = item.parts,
          .expire_at = item.expire_at_ms == 0
                           ? absl::InfiniteFuture()
                           : absl::FromUnixMillis(item.expire_at_ms)};
}

store::CarrierAnswer ToAnswer(const link::Answer& answer,
                              absl::string_view link, store::RecordRef message,
                              Phone recipient) {
  store::CarrierAnswer to;
  to.message = message;
  to.recipient = recipient;
  to.link.assign(link.data(), link.size());
  switch (answer.outcome) {
    case link::Outcome::kTaken:
      to.state = v1::MESSAGE_STATE_TAKEN;
      break;
    case link::Outcome::kRefused:
      to.state = v1::MESSAGE_STATE_REFUSED;
      to.carrier_code = absl::StrCat(answer.code);
      break;
    default:
      to.state = v1::MESSAGE_STATE_UNKNOWN;
      break;
  }
  to.carrier_message_ids.assign(answer.message_ids.begin(),
                                answer.message_ids.end());
  return to;
}

}  // namespace

Dispatcher::Dispatcher(store::Store& store, const Clock& clock,
                       Metrics& metrics)
    : store_(store), clock_(clock), metrics_(metrics) {}

Dispatcher::~Dispatcher() = default;

void Dispatcher::Add(std::unique_ptr<link::Link> link, const Carriers& carriers,
                     uint32_t window) {
  const auto partitions = static_cast<size_t>(store_.partitions());
  auto line =
      std::make_unique<Line>(std::move(link), window, partitions, Now().time);
  line->carriers = carriers;
  {
    MutexLock lock(line->mutex);
    line->dry.assign(partitions, false);
    line->more.assign(partitions, false);
    line->calls.assign(partitions, 0);
    line->runs.resize(partitions);
  }
  metrics_.LinkUp(line->link->name(), false);
  lines_.push_back(std::move(line));
}

void Dispatcher::Start() {
  store_.OnWork(
      [this](int partition, Carrier carrier) { Work(partition, carrier); });
  for (const auto& line : lines_) line->link->Start();
}

void Dispatcher::Tick() {
  for (const auto& line : lines_) {
    std::vector<std::string> pauses;
    {
      MutexLock lock(line->mutex);
      line->dry.assign(line->dry.size(), false);
      line->monitor.CountUnanswered(Now());
      pauses = line->monitor.TakePauses();
    }
    GiveBackPaused(*line, pauses);
    Ask(*line);
  }
}

void Dispatcher::Stop(absl::Duration drain) {
  {
    MutexLock lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  for (const auto& line : lines_) {
    {
      // Take() gives back the work that a partition still brings.
      MutexLock lock(line->mutex);
      line->up = false;
    }
    line->link->Stop(drain);
  }
  {
    MutexLock lock(mutex_);
    while (stopped_ < lines_.size()) changed_.Wait(mutex_);
  }
  // Work that comes later cannot be given back: the store may be gone. What it
  // recorded as handed over would never be sent.
  for (const auto& line : lines_) {
    MutexLock lock(line->mutex);
    while (line->asking) line->asked.Wait(line->mutex);
  }
}

LinkMonitor::Moment Dispatcher::Now() const {
  return {clock_.Monotonic(), absl::FromUnixMillis(store_.NowMs())};
}

// A linear search: there are few links.
Dispatcher::Line& Dispatcher::LineOf(const link::Link& link) const {
  for (const auto& line : lines_) {
    if (line->link.get() == &link) return *line;
  }
  SLUICE_CHECK(false);
}

void Dispatcher::Work(int partition, Carrier carrier) {
  for (const auto& line : lines_) {
    if (!line->carriers[static_cast<size_t>(carrier)]) continue;
    {
      MutexLock lock(line->mutex);
      line->dry[partition] = false;
      ++line->calls[partition];
    }
    Ask(*line);
  }
}

void Dispatcher::Ask(Line& line) {
  int partition = 0;
  store::WorkRequest request;
  {
    MutexLock lock(line.mutex);
    if (!line.up || line.asking || line.free == 0) return;
    const size_t partitions = line.dry.size();
    size_t tried = 0;
    while (tried < partitions && line.dry[line.next_partition]) {
      line.next_partition = (line.next_partition + 1) % partitions;
      ++tried;
    }
    if (tried == partitions) return;
    request.segments_max = line.free;
    // A slow link offers less than its window. With nothing at the link, the
    // offer will not grow: a message of more segments may exceed it.
    request.segments_window =
        line.flights.empty() ? std::min(line.window, line.free) : line.window;
    if (!line.monitor.Admit(clock_.Monotonic(), request)) return;
    line.asking = true;
    partition = static_cast<int>(line.next_partition);
    line.next_partition = (line.next_partition + 1) % partitions;
    request.link = std::string(line.link->name());
    request.carriers = line.carriers;
    request.done = [this, &line, partition, calls = line.calls[partition],
                    segments = line.free](absl::StatusOr<store::Work> work) {
      Take(line, partition, calls, segments, std::move(work));
    };
  }
  store_.TakeWork(partition, std::move(request));
}

void Dispatcher::Take(Line& line, int partition, uint64_t calls,
                      uint32_t segments, absl::StatusOr<store::Work> taken) {
  store::Work work = taken.ok() ? *std::move(taken) : store::Work();
  std::vector<store::WorkItem> unwelcome;
  {
    MutexLock lock(line.mutex);
    std::vector<link::HandOver> hand_overs;
    // The partition is dry unless it has not looked at everything, or it
    // called, or room was made, after it was asked.
    const bool roomier = work.more && line.free > segments;
    if (work.items.empty() && !work.cut_short &&
        line.calls[partition] == calls && !roomier) {
      line.dry[partition] = true;
      line.more[partition] = work.more;
    }
    std::vector<LinkMonitor::HandedOver> handed_over =
        line.monitor.Came(work, clock_.Monotonic());
    for (size_t i = 0; i < work.items.size(); ++i) {
      store::WorkItem& item = work.items[i];
      if (!IsWelcome(line, handed_over[i])) {
        line.monitor.GivenBack(handed_over[i]);
        unwelcome.push_back(std::move(item));
        continue;
      }
      const link::HandOverRef ref = ++line.last_ref;
      line.flights[ref] = {item.partition, item.message, item.recipient,
                           std::move(handed_over[i])};
      line.free -= std::min<uint32_t>(line.free, item.parts);
      hand_overs.push_back(ToHandOver(item, ref));
    }
    if (!hand_overs.empty()) {
      metrics_.Count(Event::kHandedOver, hand_overs.size());
      // Within the mutex, so that whoever finds a pause, or a link that went
      // down, finds these at the link: GiveBackWaiting() recalls what was sent
      // before it. The link only queues them, see link.h.
      line.link->Send(std::move(hand_overs));
    }
  }
  for (const store::WorkItem& item : unwelcome) {
    store_.GiveBack(item.partition, item.message, item.recipient, "",
                    store_.NowMs());
  }
  {
    MutexLock lock(line.mutex);
    line.asking = false;
    line.asked.NotifyAll();
    // After Stop() the line may be gone as soon as its mutex is free.
    if (!line.up) return;
  }
  Ask(line);
}

bool Dispatcher::IsWelcome(const Line& line,
                           const LinkMonitor::HandedOver& message) const {
  return line.up && line.free > 0 && line.monitor.MaySend(message);
}

void Dispatcher::GiveBackPaused(Line& line,
                                const std::vector<std::string>& pauses) {
  for (const std::string& access_number : pauses) {
    line.link->GiveBackWaiting(access_number);
  }
}

void Dispatcher::FreeWindow(link::Link& link, uint32_t segments_free) {
  Line& line = LineOf(link);
  std::vector<std::string> pauses;
  {
    MutexLock lock(line.mutex);
    line.monitor.CountUnanswered(Now());
    pauses = line.monitor.TakePauses();
    const bool roomier = segments_free > line.free || line.flights.empty();
    line.free = segments_free;
    for (size_t i = 0; roomier && i < line.more.size(); ++i) {
      if (line.more[i]) line.more[i] = line.dry[i] = false;
    }
  }
  GiveBackPaused(line, pauses);
  Ask(line);
}

void Dispatcher::Written(link::Link& link, link::HandOverRef ref) {
  Line& line = LineOf(link);
  MutexLock lock(line.mutex);
  const auto flight = line.flights.find(ref);
  if (flight == line.flights.end()) return;
  line.runs[flight->second.partition].written.push_back(flight->second.message);
}

void Dispatcher::GivenBack(link::Link& link, link::HandOverRef ref) {
  Line& line = LineOf(link);
  Flight flight;
  {
    MutexLock lock(line.mutex);
    const auto found = line.flights.find(ref);
    if (found == line.flights.end()) return;
    flight = found->second;
    line.flights.erase(found);
    line.monitor.GivenBack(flight.handed_over);
  }
  metrics_.Count(Event::kGivenBack);
  store_.GiveBack(flight.partition, flight.message, flight.recipient, "",
                  store_.NowMs());
}

void Dispatcher::Answered(link::Link& link, const link::Answer& answer) {
  Line& line = LineOf(link);
  Flight flight;
  std::vector<std::string> pauses;
  {
    MutexLock lock(line.mutex);
    const auto found = line.flights.find(answer.ref);
    if (found == line.flights.end()) return;
    flight = found->second;
    line.flights.erase(found);
    line.monitor.Answered(flight.handed_over, answer, Now());
    pauses = line.monitor.TakePauses();
    if (answer.outcome == link::Outcome::kUnknown) {
      Forget(line, answer.ref, flight);
    }
    if (answer.outcome != link::Outcome::kNotTaken) {
      line.runs[flight.partition].answers.push_back(
          ToAnswer(answer, link.name(), flight.message, flight.recipient));
    }
  }
  GiveBackPaused(line, pauses);
  switch (answer.outcome) {
    case link::Outcome::kTaken:
      metrics_.Count(Event::kTaken);
      break;
    case link::Outcome::kRefused:
      metrics_.Count(Event::kRefused);
      break;
    case link::Outcome::kUnknown:
      metrics_.Count(Event::kUnknown);
      break;
    case link::Outcome::kNotTaken:
      metrics_.Count(Event::kGivenBack);
      store_.GiveBack(
          flight.partition, flight.message, flight.recipient,
          absl::StrCat(answer.code),
          store_.NowMs() + absl::ToInt64Milliseconds(answer.again_after));
      break;
  }
}

void Dispatcher::Forget(Line& line, link::HandOverRef ref,
                        const Flight& flight) {
  if (line.late.size() < kLateMax) {
    line.late.emplace_back(ref, flight);
    return;
  }
  line.late[line.late_next] = {ref, flight};
  line.late_next = (line.late_next + 1) % kLateMax;
}

void Dispatcher::LateAnswer(link::Link& link, link::HandOverRef ref,
                            uint32_t part, const std::string& message_id) {
  Line& line = LineOf(link);
  MutexLock lock(line.mutex);
  for (const auto& [late_ref, flight] : line.late) {
    if (late_ref != ref) continue;
    // The message stays UNKNOWN; its id lets its status report be matched.
    store::CarrierAnswer answer;
    answer.message = flight.message;
    answer.recipient = flight.recipient;
    answer.link = std::string(link.name());
    answer.state = v1::MESSAGE_STATE_UNKNOWN;
    answer.carrier_message_ids.resize(part + 1);
    answer.carrier_message_ids[part] = message_id;
    line.runs[flight.partition].answers.push_back(std::move(answer));
    return;
  }
}

void Dispatcher::Reported(link::Link& link, link::Report report,
                          link::Acknowledge acknowledge) {
  Line& line = LineOf(link);
  {
    MutexLock lock(line.mutex);
    line.monitor.Reported(report);
  }
  if (report.delivery == link::Delivery::kIntermediate) {
    // An intermediate report is not recorded.
    acknowledge();
    return;
  }
  store::CarrierReport to;
  to.recipient = SubscriberOf(report.recipient);
  to.link = std::string(link.name());
  to.carrier_message_id = std::move(report.message_id);
  to.carrier_code = std::move(report.stat);
  to.state = report.delivery == link::Delivery::kDelivered
                 ? v1::MESSAGE_STATE_DELIVERED
                 : v1::MESSAGE_STATE_UNDELIVERED;
  if (report.done_at != absl::InfinitePast()) {
    to.done_ms = absl::ToUnixMillis(report.done_at);
  }
  // An error leaves the report unacknowledged: the carrier repeats it.
  to.done = [this, acknowledge = std::move(acknowledge)](
                const absl::Status& status) mutable {
    metrics_.Count(status.ok() ? Event::kReport : Event::kReportUnmatched);
    if (status.ok()) acknowledge();
  };
  to.unmatched = [this, &line] {
    metrics_.Count(Event::kReportUnmatched);
    MutexLock lock(line.mutex);
    line.monitor.ReportUnmatched();
  };
  const int partition = store_.PartitionOf(to.recipient);
  MutexLock lock(line.mutex);
  line.runs[partition].reports.push_back(std::move(to));
}

void Dispatcher::MoReceived(link::Link& link, link::Mo mo,
                            link::Acknowledge acknowledge) {
  store::CarrierReply to;
  to.recipient = SubscriberOf(mo.sender);
  to.sender = std::move(mo.sender);
  to.link = std::string(link.name());
  to.access_number = std::move(mo.access_number);
  to.text = std::move(mo.text);
  to.raw = std::move(mo.raw);
  to.coding = mo.coding;
  to.carrier_message_id = std::move(mo.message_id);
  to.part = mo.part;
  to.parts = mo.parts;
  to.reference = mo.reference;
  to.done = [this, acknowledge = std::move(acknowledge)](
                const absl::Status& status) mutable {
    if (!status.ok()) return;
    metrics_.Count(Event::kReply);
    acknowledge();
  };
  store_.Replied(std::move(to));
}

void Dispatcher::StateChanged(link::Link& link, link::LinkState state,
                              absl::string_view why) {
  const absl::string_view now = state == link::LinkState::kUp     ? "up"
                                : state == link::LinkState::kDown ? "down"
                                                                  : "stopped";
  spdlog::log(state == link::LinkState::kDown ? spdlog::level::warn
                                              : spdlog::level::info,
              "link {}: {}", std::string(link.name()),
              now == why ? std::string(now) : absl::StrCat(now, ": ", why));
  metrics_.LinkUp(link.name(), state == link::LinkState::kUp);
  Line& line = LineOf(link);
  bool stopping = false;
  {
    MutexLock lock(mutex_);
    stopping = stopping_;
  }
  {
    MutexLock lock(line.mutex);
    line.monitor.StateChanged(state == link::LinkState::kUp, why, Now());
    line.up = state == link::LinkState::kUp && !stopping;
    if (!line.up) line.free = 0;
    line.dry.assign(line.dry.size(), false);
  }
  if (state != link::LinkState::kStopped) return;
  EndOfRun(link);
  MutexLock lock(mutex_);
  ++stopped_;
  changed_.NotifyAll();
}

void Dispatcher::EndOfRun(link::Link& link) {
  Line& line = LineOf(link);
  std::vector<store::LinkRun> runs(static_cast<size_t>(store_.partitions()));
  {
    MutexLock lock(line.mutex);
    runs.swap(line.runs);
  }
  for (size_t p = 0; p < runs.size(); ++p) {
    if (runs[p].empty()) continue;
    if (!runs[p].written.empty()) {
      metrics_.Count(Event::kWritten, runs[p].written.size());
    }
    store_.Ran(static_cast<int>(p), std::move(runs[p]));
  }
}

}  // namespace sluice::gateway
