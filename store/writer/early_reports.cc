#include "store/writer/early_reports.h"

#include <utility>

#include "absl/status/status.h"

namespace sluice::store {

void EarlyReports::Keep(uint64_t key, CarrierReport report, int64_t now_ms) {
  if (report.done) std::exchange(report.done, nullptr)(absl::OkStatus());
  if (reports_.contains(key)) return;
  while (reports_.size() >= kReportsMax || turns_.size() >= kTurnsMax) {
    DropOldest();
  }
  turns_.push_back({next_turn_, key, now_ms + kWaitMs});
  reports_[key] = {std::move(report), next_turn_++};
}

std::optional<CarrierReport> EarlyReports::Take(uint64_t key) {
  const auto it = reports_.find(key);
  if (it == reports_.end()) return std::nullopt;
  std::optional<CarrierReport> report = std::move(it->second.report);
  reports_.erase(it);
  return report;
}

void EarlyReports::Expire(int64_t now_ms) {
  while (!turns_.empty() && turns_.front().until_ms <= now_ms) DropOldest();
}

void EarlyReports::RestartWait(int64_t now_ms) {
  for (Turn& turn : turns_) turn.until_ms = now_ms + kWaitMs;
}

void EarlyReports::DropOldest() {
  const Turn oldest = turns_.front();
  turns_.pop_front();
  const auto it = reports_.find(oldest.key);
  if (it == reports_.end() || it->second.turn != oldest.turn) return;
  ++unmatched_;
  if (it->second.report.unmatched) it->second.report.unmatched();
  reports_.erase(it);
}

}  // namespace sluice::store
