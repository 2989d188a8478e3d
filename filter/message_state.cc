#include "filter/message_state.h"

#include <array>
#include <cstdint>

namespace sluice::filter {
namespace {

constexpr int kStates = v1::MESSAGE_STATE_REJECTED + 1;
static_assert(v1::MessageState_MAX == v1::MESSAGE_STATE_REJECTED);

constexpr uint32_t Bit(int state) { return uint32_t{1} << state; }

template <typename... States>
constexpr uint32_t To(States... states) {
  return (Bit(states) | ...);
}

// By state: the states that may follow.
constexpr std::array<uint32_t, kStates> MakeTable() {
  std::array<uint32_t, kStates> next = {};
  next[v1::MESSAGE_STATE_UNSPECIFIED] =
      To(v1::MESSAGE_STATE_QUEUED, v1::MESSAGE_STATE_DEFERRED,
         v1::MESSAGE_STATE_HELD, v1::MESSAGE_STATE_REJECTED);
  // Re-planned: an operator or the hours put it off. REJECTED: redecided, by
  // newer rules or by the person it waited for.
  next[v1::MESSAGE_STATE_QUEUED] =
      To(v1::MESSAGE_STATE_DEFERRED, v1::MESSAGE_STATE_HELD,
         v1::MESSAGE_STATE_STOPPED, v1::MESSAGE_STATE_HANDED_OVER,
         v1::MESSAGE_STATE_CANCELLED, v1::MESSAGE_STATE_EXPIRED,
         v1::MESSAGE_STATE_REJECTED);
  next[v1::MESSAGE_STATE_DEFERRED] =
      To(v1::MESSAGE_STATE_QUEUED, v1::MESSAGE_STATE_HELD,
         v1::MESSAGE_STATE_STOPPED, v1::MESSAGE_STATE_HANDED_OVER,
         v1::MESSAGE_STATE_CANCELLED, v1::MESSAGE_STATE_EXPIRED,
         v1::MESSAGE_STATE_REJECTED);
  next[v1::MESSAGE_STATE_HELD] =
      To(v1::MESSAGE_STATE_QUEUED, v1::MESSAGE_STATE_DEFERRED,
         v1::MESSAGE_STATE_STOPPED, v1::MESSAGE_STATE_CANCELLED,
         v1::MESSAGE_STATE_EXPIRED, v1::MESSAGE_STATE_REJECTED);
  next[v1::MESSAGE_STATE_STOPPED] =
      To(v1::MESSAGE_STATE_QUEUED, v1::MESSAGE_STATE_DEFERRED,
         v1::MESSAGE_STATE_HELD, v1::MESSAGE_STATE_CANCELLED,
         v1::MESSAGE_STATE_EXPIRED, v1::MESSAGE_STATE_REJECTED);
  // A redecision of a message that a mistaken rule had rejected.
  next[v1::MESSAGE_STATE_REJECTED] =
      To(v1::MESSAGE_STATE_QUEUED, v1::MESSAGE_STATE_DEFERRED,
         v1::MESSAGE_STATE_HELD);
  // Back to QUEUED when no octet was written, or on an explicit "not taken"
  // (promise P5). A report may come before the carrier's answer.
  next[v1::MESSAGE_STATE_HANDED_OVER] =
      To(v1::MESSAGE_STATE_QUEUED, v1::MESSAGE_STATE_TAKEN,
         v1::MESSAGE_STATE_REFUSED, v1::MESSAGE_STATE_UNKNOWN,
         v1::MESSAGE_STATE_DELIVERED, v1::MESSAGE_STATE_UNDELIVERED);
  next[v1::MESSAGE_STATE_TAKEN] =
      To(v1::MESSAGE_STATE_DELIVERED, v1::MESSAGE_STATE_UNDELIVERED,
         v1::MESSAGE_STATE_NO_REPORT);
  // A late answer or report says what became of it after all. Never QUEUED.
  next[v1::MESSAGE_STATE_UNKNOWN] =
      To(v1::MESSAGE_STATE_DELIVERED, v1::MESSAGE_STATE_UNDELIVERED);
  next[v1::MESSAGE_STATE_NO_REPORT] =
      To(v1::MESSAGE_STATE_DELIVERED, v1::MESSAGE_STATE_UNDELIVERED);
  return next;
}

constexpr std::array<uint32_t, kStates> kNext = MakeTable();

bool IsState(int state) { return state >= 0 && state < kStates; }

}  // namespace

bool MayMove(v1::MessageState from, v1::MessageState to) {
  return IsState(from) && IsState(to) &&
         (kNext[static_cast<size_t>(from)] & Bit(to)) != 0;
}

bool IsFinal(v1::MessageState state) {
  return IsState(state) && kNext[static_cast<size_t>(state)] == 0;
}

}  // namespace sluice::filter
