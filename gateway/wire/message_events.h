#pragma once

// Reads what became of messages after their decision. Costs what the messages
// themselves have, whatever else their recipients got.

#include <map>

#include "absl/status/status.h"
#include "gateway/wire/record_view.h"
#include "sluice/admin/v1/audit.pb.h"
#include "store/journal/message_id.h"
#include "store/store.h"

namespace sluice::gateway {

// One use: Add() the messages, then Read().
class MessageEvents {
 public:
  // `view` must outlive it.
  explicit MessageEvents(const RecordView& view) : view_(view) {}

  // `message` is in its first state, and must stay valid.
  void Add(const store::MessageId& id, admin::v1::MessageRecord& message);

  // Adds the events, and with them the newest state, to all messages. Takes 3
  // to 5 us for each event. Errors: those of Store::VisitEvents.
  absl::Status Read(const store::Store& store, const StopAsked& stop = {});

 private:
  const RecordView& view_;
  std::map<store::MessageId, admin::v1::MessageRecord*> messages_;
};

}  // namespace sluice::gateway
