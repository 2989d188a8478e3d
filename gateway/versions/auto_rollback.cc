#include "gateway/versions/auto_rollback.h"

#include <algorithm>

#include "absl/algorithm/container.h"

namespace sluice::gateway {
namespace {

using filter::CounterKey;
using filter::RuleCounters;

// Counts are kept by slots of this length, so a window is up to one slot longer
// than its setting.
constexpr absl::Duration kSlot = absl::Seconds(5);
// The longest window that a pack may set.
constexpr absl::Duration kWindowMax = absl::Minutes(60);

int64_t SlotOf(absl::Duration at) { return at / kSlot; }

uint64_t Packed(CounterKey key) { return uint64_t{key.rule} << 32 | key.of; }

}  // namespace

void AutoRollback::Watch(std::map<uint32_t, rules::v1::AutoRollback> rules) {
  watched_ = std::move(rules);
  windows_.clear();
  rules_of_.clear();
  touched_.clear();
}

void AutoRollback::Add(CounterKey key, uint64_t more, absl::Duration at) {
  if (key.rule != RuleCounters::kAllMessages) {
    if (!Watches(key.rule)) return;
    rules_of_[key.of].insert(key.rule);
  } else if (!watches()) {
    return;
  }
  touched_.insert(key.of);
  Window& window = windows_[Packed(key)];
  const int64_t slot = SlotOf(at);
  if (window.empty() || window.back().first != slot) {
    window.emplace_back(slot, 0);
  }
  window.back().second += more;
  while (window.front().first < slot - kWindowMax / kSlot) window.pop_front();
}

uint64_t AutoRollback::SumOf(const Window& window, int64_t from_slot) {
  uint64_t sum = 0;
  for (auto it = window.rbegin(); it != window.rend() && it->first >= from_slot;
       ++it) {
    sum += it->second;
  }
  return sum;
}

AutoRollback::Over AutoRollback::Measure(CounterKey key,
                                         const rules::v1::AutoRollback& bounds,
                                         absl::Duration at) const {
  const int64_t from = SlotOf(at) - absl::Minutes(bounds.minutes()) / kSlot;
  const auto sum = [&](CounterKey of) {
    const auto window = windows_.find(Packed(of));
    return window == windows_.end() ? 0 : SumOf(window->second, from);
  };
  return {key.rule, key.of, sum({RuleCounters::kAllMessages, key.of}),
          sum(key), 0,      bounds};
}

bool AutoRollback::IsOver(const Over& one) {
  if (one.messages == 0 || one.messages < one.bounds.messages_min()) {
    return false;
  }
  const double share =
      static_cast<double>(one.rejected) / static_cast<double>(one.messages);
  return share > std::max(one.bounds.times() * one.share_before,
                          one.bounds.percent() / 100);
}

bool AutoRollback::HasRule(const std::vector<Over>& over, uint32_t rule) {
  return absl::c_any_of(over,
                        [rule](const Over& one) { return one.rule == rule; });
}

}  // namespace sluice::gateway
