#include "gateway/wire/message_events.h"

#include <algorithm>

#include "filter/message_state.h"

namespace sluice::gateway {
namespace {

// Carriers report on the other parts of a message within three days.
constexpr int64_t kSettledMs = int64_t{7} * 24 * 3600 * 1000;
// Records between two looks whether all messages are settled.
constexpr size_t kLookEvery = 256;

}  // namespace

bool IsSettled(v1::MessageState state, int64_t since_ms, int64_t at_ms) {
  // NO_REPORT ends a message: a later report is about none that is known.
  const bool ended = filter::IsFinal(state) ||
                     state == v1::MESSAGE_STATE_REJECTED ||
                     state == v1::MESSAGE_STATE_NO_REPORT;
  return ended && at_ms - since_ms > kSettledMs;
}

void MessageEvents::Add(store::RecordRef ref, int64_t decided_ms,
                        admin::v1::MessageRecord& message) {
  followed_[ref.value()] = {&message, decided_ms};
}

bool MessageEvents::AllSettled(int64_t at_ms) const {
  return std::all_of(
      followed_.begin(), followed_.end(), [at_ms](const auto& one) {
        const Followed& followed = one.second;
        return IsSettled(followed.message->state(), followed.since_ms, at_ms);
      });
}

absl::Status MessageEvents::Read(const store::Store& store, Phone recipient,
                                 const StopAsked& stop) {
  if (followed_.empty()) return absl::OkStatus();
  size_t read = 0;
  const auto from = store::RecordRef::FromValue(followed_.begin()->first + 1);
  return store.VisitOldestFirst(
      recipient, from, MaskOf(store::RecordKind::kEvent),
      [&](store::RecordRef, const store::v1::Record& record) {
        if (read++ % kLookEvery == 0 && AllSettled(record.at_ms())) {
          return false;
        }
        const auto of = followed_.find(MessageOf(record));
        if (of != followed_.end()) {
          AddEvent(view_, record, *of->second.message);
          of->second.since_ms = record.at_ms();
        }
        return true;
      },
      stop);
}

}  // namespace sluice::gateway
