#include "store/writer/early_reports.h"

#include <utility>

namespace sluice::store {

void EarlyReports::Keep(uint64_t key, CarrierReport report, int64_t now_ms) {
  if (reports_.size() >= kReportsMax || reports_.contains(key)) {
    report.done(absl::ResourceExhaustedError("too many early reports"));
    return;
  }
  reports_[key] = {std::move(report), now_ms + kWaitMs};
}

std::optional<CarrierReport> EarlyReports::Take(uint64_t key) {
  const auto it = reports_.find(key);
  if (it == reports_.end()) return std::nullopt;
  std::optional<CarrierReport> report = std::move(it->second.report);
  reports_.erase(it);
  return report;
}

size_t EarlyReports::Expire(int64_t now_ms) {
  return absl::erase_if(reports_, [now_ms](auto& entry) {
    if (entry.second.until_ms > now_ms) return false;
    entry.second.report.done(absl::OkStatus());
    return true;
  });
}

void EarlyReports::FailAll(const absl::Status& why) {
  for (auto& [key, kept] : reports_) kept.report.done(why);
  reports_.clear();
}

}  // namespace sluice::store
