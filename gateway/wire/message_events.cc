#include "gateway/wire/message_events.h"

#include <vector>

#include "rules/base/status_macros.h"

namespace sluice::gateway {

void MessageEvents::Add(const store::MessageId& id,
                        admin::v1::MessageRecord& message) {
  messages_[id] = &message;
}

absl::Status MessageEvents::Read(const store::Store& store,
                                 const StopAsked& stop) {
  for (auto next = messages_.begin(); next != messages_.end();) {
    const uint16_t partition = next->first.partition;
    std::vector<store::RecordRef> of_partition;
    for (; next != messages_.end() && next->first.partition == partition;
         ++next) {
      of_partition.push_back(next->first.record);
    }
    SLUICE_RETURN_IF_ERROR(store.VisitEvents(
        partition, of_partition,
        [&](store::RecordRef, const store::v1::Record& record) {
          const auto message =
              store::RecordRef::FromValue(store::MessageOf(record));
          AddEvent(view_, record, *messages_.at({partition, message}));
          return true;
        },
        stop));
  }
  return absl::OkStatus();
}

}  // namespace sluice::gateway
