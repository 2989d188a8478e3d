// What the dispatcher says of its links, for operators and metrics.

#include <string>
#include <vector>

#include "gateway/dispatch/dispatcher.h"

namespace sluice::gateway {

std::vector<LinkStatus> Dispatcher::Status() const {
  std::vector<LinkStatus> all;
  for (const auto& line : lines_) {
    const link::LinkFacts facts = line->link->Facts();
    LinkStatus& status = all.emplace_back();
    status.name = std::string(line->link->name());
    status.version = facts.version;
    status.carriers = line->carriers;
    status.window_used = facts.window_used;
    status.window = facts.window != 0 ? facts.window : line->window;
    status.segments_per_second = facts.segments_per_second;
    status.logins_failed = facts.logins_failed;
    status.connections_lost = facts.connections_lost;
    status.unreadable_delivers = facts.unreadable_delivers;
    MutexLock lock(line->mutex);
    line->monitor.Fill(status);
  }
  return all;
}

std::vector<LinkStatus> Dispatcher::StatusWithWaiting() const {
  std::vector<LinkStatus> all = Status();
  for (int p = 0; p < store_.partitions(); ++p) {
    const store::PartitionStats stats = store_.Stats(p);
    for (LinkStatus& status : all) {
      for (size_t carrier = 0; carrier < kCarriers; ++carrier) {
        if (!status.carriers[carrier]) continue;
        for (size_t c = 0; c < status.waiting.size(); ++c) {
          status.waiting[c] += stats.queued_by[carrier][c];
        }
      }
    }
  }
  return all;
}

}  // namespace sluice::gateway
