#pragma once

// Live messages: accepted and not yet ended. They wait for a link, for their
// time or for a person; or they are at the carrier and wait for its answer or
// report. The outbox can be rebuilt from records.

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "filter/admit.h"
#include "filter/examine/examine.h"
#include "filter/policy/ids.h"
#include "rules/base/phone.h"
#include "sluice/v1/message.pb.h"
#include "store/journal/position.h"

namespace sluice::store {

// One message that has not ended. There may be ten million: keep it small.
struct LiveMessage {
  uint64_t message = 0;         // Its RecordRef.
  uint64_t decision = 0;        // RecordRef of the decision in force.
  filter::QueuedMessage about;  // What the last look needs.
  filter::AccessNumber access_number;
  uint8_t link = 0;  // The link that has it: LinkName().
  sluice::v1::MessageState state = sluice::v1::MESSAGE_STATE_QUEUED;
  uint8_t parts = 1;
  uint8_t parts_reported = 0;
  // A part was reported as failed for good.
  bool part_failed = false;
  // Handed over: the kernel has every octet of the message.
  bool written = false;
  // Handed over: a link of this process has the message and will answer.
  bool with_link = false;
  // Nothing about the message has changed since its number was last saved.
  bool saved = false;
  // When the message is planned to go, or may be tried again.
  int64_t due_ms = 0;
  // When the message entered its state.
  int64_t since_ms = 0;
  // The second in which the outbox looks at the message next. An entry of
  // `wake_` for another second is void.
  int64_t wake_s = 0;
  // The text to send; empty: read it from the message's record.
  std::string text;
  // The ReportKey() of each part.
  std::vector<uint64_t> report_keys;
};

// Whether the message is on its way to a socket: an opt-out waits for it (P3).
inline bool OnItsWay(const LiveMessage& live) {
  return live.state == sluice::v1::MESSAGE_STATE_HANDED_OVER &&
         live.with_link && !live.written;
}

// Names a part at the carrier: a hash of its message id and the recipient.
// Links of one carrier share the key, so that a report may come over another
// link.
uint64_t ReportKey(Phone recipient, absl::string_view carrier_message_id);

// The order in which a carrier's waiting messages go: verification codes first.
enum class Priority : uint8_t { kFirst, kNormal, kBulk };
inline constexpr int kPriorities = 3;
Priority PriorityOf(MessageClass message_class);

// One thread, the partition's writer. A LiveMessage keeps its address until it
// is removed.
class Outbox {
 public:
  // The most octets of text in memory. The texts of a longer backlog are read
  // from the journal when their turn comes. The first kQueueHead texts of a
  // queue always stay in memory, because their turn may come before the journal
  // has them.
  static constexpr size_t kTextBytesMax = 64u << 20;
  static constexpr size_t kQueueHead = 16'384;

  // Null when there is no such live message.
  LiveMessage* Find(uint64_t message);
  const LiveMessage* Find(uint64_t message) const;

  // Whether the text of such a message stays in memory.
  bool KeepsText(Carrier carrier, MessageClass message_class) const;

  // Adds a message in one of the waiting states and plans its wake-ups.
  void Add(LiveMessage live, int64_t now_ms);
  // The message was handed over, or its answer came: its deadline is new.
  void Move(LiveMessage& live, sluice::v1::MessageState state, int64_t now_ms);
  // Returns the text for sending; from then on only the journal has it.
  std::string TakeText(LiveMessage& live);
  // Removes the message and its report keys.
  void Remove(LiveMessage& live);
  // The message was redecided while it waited: `with` replaces it.
  void Replace(LiveMessage& live, LiveMessage with, int64_t now_ms);

  // Removes the next due message for `carrier` from its queue and returns it;
  // null: there is none. The caller moves the message on, or calls PutBack(),
  // Requeue() or SetAside(). `least_urgent`: of the lowest priority.
  LiveMessage* TakeDue(Carrier carrier, bool least_urgent = false);
  // Undoes a TakeDue(): the message is first in its queue again.
  void PutBack(LiveMessage& live);
  void Requeue(LiveMessage& live, int64_t due_ms, int64_t now_ms);
  // The message stays QUEUED and is not due until an Advance() after
  // kAsideMs. For messages that the asking link must not send now.
  void SetAside(LiveMessage& live, int64_t now_ms);
  static constexpr int64_t kAsideMs = 2'000;
  // Gives a message new times, because those it has are of a mistaken future: a
  // waiting one waits until `due_ms`.
  struct Times {
    int64_t due_ms = 0;
    int64_t since_ms = 0;
    int64_t expire_at_ms = 0;
  };
  void Reschedule(LiveMessage& live, const Times& times, int64_t now_ms);
  // Whether a message for this carrier may be due.
  bool HasDue(Carrier carrier) const;

  // Moves the messages whose time has come to their queues, and appends those
  // past their deadline (expiry, missing report) to `look`. The caller must
  // move the appended messages on.
  void Advance(int64_t now_ms, std::vector<uint64_t>& look);
  // When the message expires, has been held too long, or its report is given
  // up.
  int64_t DeadlineOf(const LiveMessage& live) const;
  // When Advance() next has something to do.
  int64_t next_wake_ms() const;

  // Reports.
  //
  // A key of 0 leaves the known key of its part.
  void AddReportKeys(LiveMessage& live, const std::vector<uint64_t>& keys);
  // How many parts have the report key of this one (from 1), with itself: some
  // carriers give all parts of a message one id, and report them once.
  static uint32_t PartsLike(const LiveMessage& live, uint32_t part);
  // No further report about this part, and those like it, is expected.
  void ForgetPart(LiveMessage& live, uint32_t part);
  // The message and part (from 1) that a report key names; `live` is null for
  // an unknown key.
  struct Part {
    LiveMessage* live = nullptr;
    uint32_t part = 0;
  };
  Part FindPart(uint64_t report_key) const;

  // A link's name as a small number, which stays the same in this outbox.
  uint8_t LinkNumber(absl::string_view name);
  absl::string_view LinkName(uint8_t number) const { return links_[number]; }

  // Held messages by the start of their hold, oldest first: since_ms, message.
  using Held = absl::btree_set<std::pair<int64_t, uint64_t>>;
  const Held& held() const { return held_; }
  // The longest time a message is held; 0: until it expires.
  void SetHold(int64_t hold_ms);
  int64_t hold_ms() const { return hold_ms_; }

  // Calls `visit` for the live messages in `slots` slots from `from` on;
  // returns the next slot, or 0 after the last. A message keeps its slot while
  // it waits, so a walk in steps misses none that waited when the walk began.
  template <typename Visit>
  size_t VisitSlots(size_t from, size_t slots, Visit&& visit) const {
    const size_t end =
        chunks_.empty() ? 0 : (chunks_.size() - 1) * kChunk + chunk_used_;
    const size_t until = std::min(end, from + slots);
    for (size_t i = from; i < until; ++i) {
      const LiveMessage& live = chunks_[i / kChunk][i % kChunk];
      if (live.message != 0) visit(live);
    }
    return until < end ? until : 0;
  }

  size_t size() const { return by_message_.size(); }
  size_t count(sluice::v1::MessageState state) const { return counts_[state]; }
  // QUEUED messages by Carrier and MessageClass.
  using QueuedBy = std::array<std::array<uint64_t, kMessageClasses>, kCarriers>;
  const QueuedBy& queued_by() const { return queued_by_; }
  // Messages that wait for a link, a time or a person.
  size_t waiting() const;

  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (const auto& [message, live] : by_message_) visit(*live);
  }

 private:
  // An entry of a queue or of `wake_`. It is stale when its slot has another
  // message by now.
  struct Entry {
    LiveMessage* live;
    uint64_t message;
    bool stale() const { return live->message != message; }
  };
  using Queue = std::deque<Entry>;

  Queue& QueueOf(const LiveMessage& live);
  static LiveMessage* TakeFrom(Queue& queue, Carrier carrier);
  LiveMessage* TakeSlot();
  void ForgetKey(const LiveMessage& live, uint64_t key);
  void PlanWake(LiveMessage& live, int64_t now_ms);
  void PlanHeld(int64_t now_ms);
  void BringBackAside(int64_t now_ms);
  void Enter(const LiveMessage& live);
  void Leave(const LiveMessage& live);

  // Slots are allocated by the thousand and reused; message 0: a free slot.
  static constexpr size_t kChunk = 1024;
  std::vector<std::unique_ptr<LiveMessage[]>> chunks_;
  std::vector<LiveMessage*> free_;
  size_t chunk_used_ = kChunk;

  // Messages of one group are decided, handed over and answered together. This
  // hash puts them side by side in the table, so that they share cache lines.
  struct Neighbours {
    size_t operator()(uint64_t message) const {
      const RecordRef ref = RecordRef::FromValue(message);
      const uint64_t group = ref.position().value() * 0x9e3779b97f4a7c15;
      // The table takes the low 7 bits to tell entries apart, the others for
      // their position.
      return ((group >> 20) + ref.index()) << 7 |
             ((group >> 57 ^ ref.index()) & 0x7f);
    }
  };
  absl::flat_hash_map<uint64_t, LiveMessage*, Neighbours> by_message_;
  absl::flat_hash_map<uint64_t, Part> by_report_;
  // Due messages; an entry may be stale, or its message already handed over.
  std::array<std::array<Queue, kPriorities>, kCarriers> due_;

  // See SetAside(). All are due again at the same time.
  std::vector<Entry> aside_;
  int64_t aside_until_ms_ = 0;

  // Wake-ups by second, rounded up. Most messages end within seconds of their
  // decision and long before their deadline, so a message is first looked at
  // soon, and then whenever its age has doubled: entries of ended messages do
  // not pile up, and a message that waits for a week is looked at a dozen
  // times.
  std::map<int64_t, std::vector<Entry>> wake_;
  std::array<size_t, sluice::v1::MessageState_ARRAYSIZE> counts_ = {};
  QueuedBy queued_by_ = {};
  Held held_;
  int64_t hold_ms_ = 0;
  // Held messages after `hold_planned_` still need a plan for the shorter hold.
  bool hold_shorter_ = false;
  Held::value_type hold_planned_;
  size_t text_bytes_ = 0;
  std::vector<std::string> links_ = {""};
};

// How long to wait for a status report (CMPP 3.0, status reports: 48 hours).
inline constexpr int64_t kReportWaitMs = 48 * 3'600'000ll;

// Whether a message in this state waits in the outbox: not handed over, not
// ended.
constexpr bool IsWaiting(sluice::v1::MessageState state) {
  return state == sluice::v1::MESSAGE_STATE_QUEUED ||
         state == sluice::v1::MESSAGE_STATE_DEFERRED ||
         state == sluice::v1::MESSAGE_STATE_HELD ||
         state == sluice::v1::MESSAGE_STATE_STOPPED;
}

}  // namespace sluice::store
