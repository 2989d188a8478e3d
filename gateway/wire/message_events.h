#pragma once

// Reads what became of messages of one number after their decision. A read
// begins at the oldest of the messages and ends when no later record can be
// about any of them, so it needs neither the older history of the number nor
// its decisions: refused messages, however many, cost it nothing.

#include <cstdint>
#include <map>

#include "absl/status/status.h"
#include "gateway/wire/record_view.h"
#include "rules/base/phone.h"
#include "sluice/admin/v1/audit.pb.h"
#include "store/journal/position.h"
#include "store/store.h"

namespace sluice::gateway {

// Whether nothing can happen any more, at `at_ms`, to a message that has been
// in `state` since `since_ms`. A message with several parts gets reports after
// its state is final, and a rejected one can be redecided for a day
// (RejudgeMessages).
bool IsSettled(v1::MessageState state, int64_t since_ms, int64_t at_ms);

// One use: Add() the messages, then Read().
class MessageEvents {
 public:
  // `view` must outlive it.
  explicit MessageEvents(const RecordView& view) : view_(view) {}

  // `message` is in its first state, decided at `decided_ms` in the record at
  // `ref`, and must stay valid.
  void Add(store::RecordRef ref, int64_t decided_ms,
           admin::v1::MessageRecord& message);

  // Adds the events, and with them the newest state, to all messages; these
  // must be to `recipient`. Takes 3 to 5 us for each event record about the
  // number in the days after the messages. Errors: those of
  // Store::VisitOldestFirst.
  absl::Status Read(const store::Store& store, Phone recipient,
                    const StopAsked& stop = {});

 private:
  struct Followed {
    admin::v1::MessageRecord* message = nullptr;
    int64_t since_ms = 0;
  };
  bool AllSettled(int64_t at_ms) const;

  const RecordView& view_;
  std::map<uint64_t, Followed> followed_;  // By record.
};

}  // namespace sluice::gateway
