#pragma once

// Messages that are under way: accepted and not yet at an end. They wait for a
// link, for their time or for a person; or they are at the carrier and wait for
// its answer or report. Everything here is rebuilt from records.

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "filter/admit.h"
#include "filter/base/phone.h"
#include "filter/examine.h"
#include "filter/ids.h"
#include "sluice/v1/message.pb.h"

namespace sluice::store {

// One message under way.
struct LiveMessage {
  Phone recipient;
  filter::QueuedMessage about;  // What the last look needs to know.
  filter::AccessNumber access_number;
  v1::MessageState state = v1::MESSAGE_STATE_QUEUED;
  uint8_t parts = 1;
  uint8_t parts_reported = 0;
  // A part was reported as failed for good.
  bool part_failed = false;
  // Every octet of it has been given to the kernel (P3 waits for this).
  bool written = false;
  // Its planned time, or the time it may be tried again.
  int64_t due_ms = 0;
  // When it came into its state.
  int64_t since_ms = 0;
  // What goes out; empty: read it from the message's record.
  std::string text;
  std::string link;
  // Of the carrier's message ids, one for each part: see ReportKey().
  std::vector<uint64_t> report_keys;
};

// Names a part at the carrier: its message id and the recipient, hashed. Links
// of one carrier share it, so that a report may come back over another link.
uint64_t ReportKey(Phone recipient, absl::string_view carrier_message_id);

// Order in which waiting messages of a carrier go: codes before the rest.
enum class Priority : uint8_t { kFirst, kNormal, kBulk };
inline constexpr int kPriorities = 3;
Priority PriorityOf(MessageClass message_class);

// One thread, the partition's writer.
class Outbox {
 public:
  // Null when the message is not (or no longer) under way. Valid until the next
  // change.
  LiveMessage* Find(uint64_t message);
  const LiveMessage* Find(uint64_t message) const;

  // Adds a message in one of the waiting states and plans its wake-ups.
  void Add(uint64_t message, LiveMessage live, int64_t now_ms);
  // It has been handed over, or its answer has come: it has a new deadline.
  void Move(uint64_t message, v1::MessageState state, int64_t now_ms);
  // Takes it out for good, with its report keys.
  void Remove(uint64_t message);

  // The next waiting message for `carrier` that has become due, taken off its
  // queue; 0: none. The caller moves it on or puts it back with Requeue.
  uint64_t TakeDue(Carrier carrier);
  // Takes back a TakeDue() that led to nothing: it stays first in line.
  void PutBack(uint64_t message);
  void Requeue(uint64_t message, int64_t due_ms, int64_t now_ms);
  // A message for this carrier may be due.
  bool HasDue(Carrier carrier) const;

  // Moves the messages whose time has come to their queues, and appends those
  // that are over their deadline (expiry, missing report) to `look`. Those must
  // be moved on by the caller.
  void Advance(int64_t now_ms, std::vector<uint64_t>& look);
  // When Advance() has something to do next.
  int64_t next_wake_ms() const;

  // Reports.
  // A 0 leaves what is known of that part.
  void AddReportKeys(uint64_t message, const std::vector<uint64_t>& keys);
  // No report about this part (from 1) is expected any more.
  void ForgetPart(uint64_t message, uint32_t part);
  // The message and its part (from 1) behind a key; message 0: unknown.
  struct Part {
    uint64_t message = 0;
    uint32_t part = 0;
  };
  Part FindPart(uint64_t report_key) const;

  size_t size() const { return messages_.size(); }
  // Waiting for a link, a time or a person.
  size_t waiting() const { return waiting_; }

  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (const auto& [message, live] : messages_) visit(message, live);
  }

 private:
  absl::flat_hash_map<uint64_t, LiveMessage> messages_;
  absl::flat_hash_map<uint64_t, Part> by_report_;
  // Due now; entries may be stale: Find() and the state decide.
  std::array<std::array<std::deque<uint64_t>, kPriorities>, kCarriers> due_;
  void PlanWake(uint64_t message, const LiveMessage& live, int64_t now_ms);
  void PushDue(uint64_t message, const LiveMessage& live);

  // By whole second, rounded up. Most messages end within seconds of their
  // decision and long before their deadline, so a message is first looked at
  // soon, and then whenever its age has doubled: entries of ended messages do
  // not pile up, and one that waits for a week is looked at a dozen times.
  std::map<int64_t, std::vector<uint64_t>> wake_;
  size_t waiting_ = 0;
};

// How long a status report is waited for (CMPP 3.0, status reports: 48 hours).
inline constexpr int64_t kReportWaitMs = 48 * 3'600'000ll;

// Waits in the outbox: not handed over, not ended.
constexpr bool IsWaiting(v1::MessageState state) {
  return state == v1::MESSAGE_STATE_QUEUED ||
         state == v1::MESSAGE_STATE_DEFERRED ||
         state == v1::MESSAGE_STATE_HELD || state == v1::MESSAGE_STATE_STOPPED;
}

}  // namespace sluice::store
