#include "gateway/dispatch/link_breaker.h"

#include <algorithm>

#include "absl/hash/hash.h"

namespace sluice::gateway {
namespace {

using Kind = MessageEnd::Kind;

// Whether the end of a probe shows that a pause for `cause` may end.
bool IsOver(const BreakerCause& cause, const MessageEnd& end) {
  if (end.kind != Kind::kRefused) return end.kind == Kind::kTaken;
  if (cause.kind == Kind::kUnanswered) return true;
  // A carrier that refuses a recipient does take messages.
  return end.of_message && cause.code != end.code;
}

}  // namespace

std::vector<std::pair<std::string, BreakerCause>> LinkBreaker::PausedNumbers()
    const {
  std::vector<std::pair<std::string, BreakerCause>> paused;
  for (const auto& [number, breaker] : numbers_) {
    if (breaker.open()) paused.emplace_back(number, breaker.cause());
  }
  std::sort(paused.begin(), paused.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return paused;
}

bool LinkBreaker::MaySend(absl::string_view access_number,
                          ProbeOf probe) const {
  if (link_.open()) return probe == ProbeOf::kLink;
  const auto it = numbers_.find(access_number);
  return it == numbers_.end() || !it->second.open() ||
         probe == ProbeOf::kNumber;
}

bool LinkBreaker::Admit(absl::Duration now, store::WorkRequest& request) {
  if (link_.open()) {
    if (!link_.ProbeDue(now)) return false;
    link_.BeginProbe();
    asked_link_ = true;
    request.segments_max = request.segments_window = 1;
    request.least_urgent = true;
  }
  // Where all that waits is of paused numbers, the link is probed with theirs.
  const bool may_probe = !asked_link_ || empty_partitions_ >= partitions_;
  for (auto& [number, breaker] : numbers_) {
    if (!breaker.open()) continue;
    const bool probe = may_probe && breaker.ProbeDue(now);
    request.paused.push_back({number, probe});
    if (!probe || asked_link_) continue;
    breaker.BeginProbe();
    asked_numbers_.push_back(number);
  }
  return true;
}

std::vector<ProbeOf> LinkBreaker::Came(
    const std::vector<std::string>& access_numbers, bool cut_short) {
  std::vector<ProbeOf> probes(access_numbers.size(), ProbeOf::kNothing);
  if (std::exchange(asked_link_, false)) {
    if (probes.empty()) {
      link_.ProbeUnused();
      if (!cut_short) ++empty_partitions_;
    } else {
      probes[0] = ProbeOf::kLink;
      empty_partitions_ = 0;
    }
  }
  for (const std::string& number : std::exchange(asked_numbers_, {})) {
    const auto came =
        std::find(access_numbers.begin(), access_numbers.end(), number);
    if (came == access_numbers.end()) {
      Unused(number, ProbeOf::kNumber);
    } else {
      probes[static_cast<size_t>(came - access_numbers.begin())] =
          ProbeOf::kNumber;
    }
  }
  return probes;
}

std::optional<LinkBreaker::Change> LinkBreaker::Ended(
    absl::string_view access_number, ProbeOf probe, MessageEnd end,
    absl::Duration now) {
  if (probe != ProbeOf::kNothing) {
    return EndedProbe(access_number, probe, end, now);
  }
  if (link_.open()) return std::nullopt;
  CircuitBreaker* const own = Of(access_number);
  if (own != nullptr && own->open()) return std::nullopt;
  end.source = absl::HashOf(access_number);
  std::optional<BreakerCause> cause = link_.Ended(end);
  if (end.kind != Kind::kUnanswered && own != nullptr) {
    const std::optional<BreakerCause> own_cause = own->Ended(end);
    if (own_cause.has_value() && OthersDoBetter(end)) {
      own->Open(*own_cause, now);
      link_.Forget(end.source);
      return Change{true, std::string(access_number), *own_cause, {}};
    }
    if (!cause.has_value()) cause = own_cause;
  }
  if (!cause.has_value()) return std::nullopt;
  link_.Open(*cause, now);
  empty_partitions_ = 0;
  // They begin anew with the link.
  absl::erase_if(numbers_, [](const auto& one) { return !one.second.open(); });
  return Change{true, "", *cause, {}};
}

std::optional<LinkBreaker::Change> LinkBreaker::EndedProbe(
    absl::string_view access_number, ProbeOf probe, const MessageEnd& end,
    absl::Duration now) {
  CircuitBreaker* const breaker = Find(access_number, probe);
  if (breaker == nullptr || !breaker->open()) return std::nullopt;
  Change change;
  change.cause = breaker->cause();
  change.after = now - breaker->opened_at();
  if (probe == ProbeOf::kLink && end.kind == Kind::kRefused) {
    // It was a probe of its paused access number, too.
    CircuitBreaker* const own = Find(access_number, ProbeOf::kNumber);
    if (own != nullptr && own->open() && !IsOver(own->cause(), end)) {
      own->ProbeEnded(false, now);
    }
  }
  breaker->ProbeEnded(IsOver(change.cause, end), now);
  if (breaker->open()) return std::nullopt;
  if (probe == ProbeOf::kNumber) {
    change.access_number = std::string(access_number);
  }
  return change;
}

void LinkBreaker::Unused(absl::string_view access_number, ProbeOf probe) {
  CircuitBreaker* const breaker = Find(access_number, probe);
  if (breaker != nullptr) breaker->ProbeUnused();
}

void LinkBreaker::PutOff(absl::string_view access_number, ProbeOf probe,
                         absl::Duration now) {
  CircuitBreaker* const breaker = Find(access_number, probe);
  if (breaker != nullptr) breaker->ProbePutOff(now);
}

// Whether the carrier refuses the messages of other sources less.
bool LinkBreaker::OthersDoBetter(const MessageEnd& refused) const {
  size_t others = 0;
  size_t same = 0;
  for (const MessageEnd& end : link_.ends()) {
    if (end.source == refused.source) continue;
    if (end.kind == Kind::kUnanswered) continue;
    ++others;
    if (end.kind == Kind::kRefused && end.code == refused.code) ++same;
  }
  return others > 0 && static_cast<double>(same) <
                           bounds_.refused_share * static_cast<double>(others);
}

// Null when the message was no probe, or is of a pause that is over.
CircuitBreaker* LinkBreaker::Find(absl::string_view access_number,
                                  ProbeOf probe) {
  if (probe == ProbeOf::kLink) return &link_;
  if (probe == ProbeOf::kNothing) return nullptr;
  const auto it = numbers_.find(access_number);
  return it == numbers_.end() ? nullptr : &it->second;
}

// Null when there are too many paused numbers.
CircuitBreaker* LinkBreaker::Of(absl::string_view access_number) {
  const auto it = numbers_.find(access_number);
  if (it != numbers_.end()) return &it->second;
  if (numbers_.size() >= kNumbersMax) {
    const auto closed =
        std::find_if(numbers_.begin(), numbers_.end(),
                     [](const auto& one) { return !one.second.open(); });
    if (closed == numbers_.end()) return nullptr;
    numbers_.erase(closed);
  }
  return &numbers_.emplace(access_number, CircuitBreaker(bounds_))
              .first->second;
}

}  // namespace sluice::gateway
