#include "store/writer/opt_out_waiters.h"

#include <utility>

namespace sluice::store {

uint64_t OptOutWaiters::Add(Done done) {
  const uint64_t id = next_id_++;
  waiters_[id].done = std::move(done);
  return id;
}

void OptOutWaiters::WaitFor(uint64_t id, uint64_t message) {
  std::vector<uint64_t>& waiting = by_message_[message];
  if (!waiting.empty() && waiting.back() == id) return;
  waiting.push_back(id);
  ++waiters_[id].hand_overs;
}

void OptOutWaiters::Durable(uint64_t id, const absl::Status& status) {
  const auto it = waiters_.find(id);
  if (it == waiters_.end()) return;
  if (!status.ok()) {
    Done done = std::move(it->second.done);
    waiters_.erase(it);
    done(status);
    return;
  }
  it->second.durable = true;
  AnswerIfSettled(id);
}

void OptOutWaiters::HandOverSettled(uint64_t message) {
  const auto settled = by_message_.extract(message);
  if (settled.empty()) return;
  for (const uint64_t id : settled.mapped()) {
    const auto it = waiters_.find(id);
    if (it == waiters_.end()) continue;  // Answered: its opt-outs failed.
    --it->second.hand_overs;
    AnswerIfSettled(id);
  }
}

void OptOutWaiters::FailAll(const absl::Status& why) {
  for (auto& [id, waiter] : waiters_) waiter.done(why);
  waiters_.clear();
  by_message_.clear();
}

void OptOutWaiters::AnswerIfSettled(uint64_t id) {
  const auto it = waiters_.find(id);
  if (!it->second.durable || it->second.hand_overs > 0) return;
  Done done = std::move(it->second.done);
  waiters_.erase(it);
  done(absl::OkStatus());
}

}  // namespace sluice::store
