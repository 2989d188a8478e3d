#include "store/writer/refusal_bound.h"

#include <algorithm>

#include "store/partition/decided_record.h"

namespace sluice::store {
namespace {

struct Allowance {
  int64_t at_once = 0;
  int64_t regained_ms = 0;  // One more each.

  int64_t all_ms() const { return at_once * regained_ms; }
};

constexpr Allowance kOfNumber = {20, 15'000};
constexpr Allowance kInvalid = {1000, 300};

// Takes one of the allowance; false if none is left.
bool TakeOne(const Allowance& allowance, int64_t now_ms, int64_t& rested_ms) {
  // Rested later than all of it takes to regain: the clock was set back.
  if (rested_ms < now_ms || rested_ms > now_ms + allowance.all_ms()) {
    rested_ms = now_ms;
  }
  if (rested_ms + allowance.regained_ms > now_ms + allowance.all_ms()) {
    return false;
  }
  rested_ms += allowance.regained_ms;
  return true;
}

}  // namespace

bool RefusalBound::RecordsSingly(AccountId account, Phone recipient,
                                 int64_t now_ms,
                                 absl::Span<const filter::Finding> findings,
                                 absl::string_view rule_set) {
  const Pair pair = {account.value, recipient.e164};
  State& state = StateOf(pair);
  const Allowance& allowance = recipient ? kOfNumber : kInvalid;
  if (TakeOne(allowance, now_ms, state.rested_ms)) return true;
  Count(pair, state, now_ms, findings, rule_set);
  return false;
}

RefusalBound::State* RefusalBound::Find(const Pair& pair) {
  for (Pairs* const pairs : {&young_, &old_}) {
    const auto it = pairs->find(pair);
    if (it != pairs->end()) return &it->second;
  }
  return nullptr;
}

RefusalBound::State& RefusalBound::StateOf(const Pair& pair) {
  const auto known = young_.find(pair);
  if (known != young_.end()) return known->second;
  State state;
  const auto older = old_.find(pair);
  if (older != old_.end()) {
    state = std::move(older->second);
    old_.erase(older);
  }
  if (young_.size() >= kPairsMax) {
    for (auto& [forgotten, last] : old_) {
      if (last.counted == nullptr) continue;
      forgotten_.emplace_back(Phone{forgotten.second},
                              std::move(*last.counted));
    }
    old_ = std::exchange(young_, {});
    young_.reserve(kPairsMax);
  }
  return young_[pair] = std::move(state);
}

void RefusalBound::Count(const Pair& pair, State& state, int64_t now_ms,
                         absl::Span<const filter::Finding> findings,
                         absl::string_view rule_set) {
  if (state.counted == nullptr) {
    state.counted = std::make_unique<store::v1::RefusalsCounted>();
    state.counted->set_account(pair.first);
    state.counted->set_first_ms(now_ms);
    due_.push_back({now_ms, pair});
  }
  store::v1::RefusalsCounted& counted = *state.counted;
  counted.set_last_ms(now_ms);
  counted.set_count(counted.count() + 1);
  const auto primary = std::find_if(
      findings.begin(), findings.end(),
      [](const filter::Finding& finding) { return !finding.observed; });
  if (primary != findings.end()) {
    RecordReason(*primary, *counted.mutable_reason());
  }
  if (counted.rule_set() != rule_set) {
    counted.set_rule_set(rule_set.data(), rule_set.size());
  }
}

void RefusalBound::TakeDue(int64_t now_ms, bool all, Record record) {
  for (const auto& [recipient, counted] : forgotten_) {
    record(recipient, counted);
  }
  forgotten_.clear();
  while (!due_.empty()) {
    const Due& next = due_.front();
    // A count from the future: the clock was set back.
    const bool over =
        next.first_ms > now_ms || next.first_ms + kCountMs <= now_ms;
    if (!all && !over) return;
    State* const state = Find(next.pair);
    // The count of a pair that was forgotten has been recorded.
    if (state != nullptr && state->counted != nullptr &&
        state->counted->first_ms() == next.first_ms) {
      record(Phone{next.pair.second}, *state->counted);
      state->counted = nullptr;
    }
    due_.pop_front();
  }
}

}  // namespace sluice::store
