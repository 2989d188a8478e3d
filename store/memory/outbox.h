#pragma once

// Messages that are under way: accepted and not yet at an end. They wait for a
// link, for their time or for a person; or they are at the carrier and wait for
// its answer or report. Everything here is rebuilt from records.

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

// One message under way. There may be ten million of them: keep it small.
struct LiveMessage {
  uint64_t message = 0;   // Its RecordRef.
  uint64_t decision = 0;  // Of the record by which it goes: see Redecided.
  filter::QueuedMessage about;  // What the last look needs to know.
  filter::AccessNumber access_number;
  uint8_t link = 0;  // Whose it is now: Outbox::LinkName().
  sluice::v1::MessageState state = sluice::v1::MESSAGE_STATE_QUEUED;
  uint8_t parts = 1;
  uint8_t parts_reported = 0;
  // A part was reported as failed for good.
  bool part_failed = false;
  // Handed over: every octet of it has been given to the kernel.
  bool written = false;
  // Handed over: a link of this process has it and will answer.
  bool with_link = false;
  // Nothing about it has changed since its number was last saved.
  bool saved = false;
  // Its planned time, or the time it may be tried again.
  int64_t due_ms = 0;
  // When it came into its state.
  int64_t since_ms = 0;
  // The second in which the outbox looks at it next. Its own: an earlier plan
  // is void.
  int64_t wake_s = 0;
  // What goes out; empty: read it from the message's record.
  std::string text;
  // Of the carrier's message ids, one for each part: see ReportKey().
  std::vector<uint64_t> report_keys;
};

// It is on its way to a socket: an opt-out waits until it is there (P3).
inline bool OnItsWay(const LiveMessage& live) {
  return live.state == sluice::v1::MESSAGE_STATE_HANDED_OVER &&
         live.with_link && !live.written;
}

// Names a part at the carrier: its message id and the recipient, hashed. Links
// of one carrier share it, so that a report may come back over another link.
uint64_t ReportKey(Phone recipient, absl::string_view carrier_message_id);

// Order in which waiting messages of a carrier go: codes before the rest.
enum class Priority : uint8_t { kFirst, kNormal, kBulk };
inline constexpr int kPriorities = 3;
Priority PriorityOf(MessageClass message_class);

// One thread, the partition's writer. A LiveMessage stays where it is until it
// is removed.
class Outbox {
 public:
  // Texts are kept in memory up to so many octets in all. Those of a longer
  // backlog are read from the journal again when their turn comes; only the
  // head of each queue keeps them always, as its turn may come before the
  // journal has them.
  static constexpr size_t kTextBytesMax = 64u << 20;
  static constexpr size_t kQueueHead = 16'384;

  // Null when the message is not (or no longer) under way.
  LiveMessage* Find(uint64_t message);
  const LiveMessage* Find(uint64_t message) const;

  // Whether the text of such a message is to be kept in memory.
  bool KeepsText(Carrier carrier, MessageClass message_class) const;

  // Adds a message in one of the waiting states and plans its wake-ups.
  void Add(LiveMessage live, int64_t now_ms);
  // It has been handed over, or its answer has come: it has a new deadline.
  void Move(LiveMessage& live, sluice::v1::MessageState state, int64_t now_ms);
  // Its text goes to whoever sends it; from then on it is in the journal only.
  std::string TakeText(LiveMessage& live);
  // Takes it out for good, with its report keys.
  void Remove(LiveMessage& live);
  // It was redecided while it waited: `with` takes its place.
  void Replace(LiveMessage& live, LiveMessage with, int64_t now_ms);

  // The next waiting message for `carrier` that has become due, taken off its
  // queue; null: none. The caller moves it on or puts it back with Requeue.
  LiveMessage* TakeDue(Carrier carrier);
  // Takes back a TakeDue() that led to nothing: it stays first in line.
  void PutBack(LiveMessage& live);
  void Requeue(LiveMessage& live, int64_t due_ms, int64_t now_ms);
  // A message for this carrier may be due.
  bool HasDue(Carrier carrier) const;

  // Moves the messages whose time has come to their queues, and appends those
  // that are over their deadline (expiry, missing report) to `look`. Those must
  // be moved on by the caller.
  void Advance(int64_t now_ms, std::vector<uint64_t>& look);
  // When it expires, has been held too long, or its report is given up.
  int64_t DeadlineOf(const LiveMessage& live) const;
  // When Advance() has something to do next.
  int64_t next_wake_ms() const;

  // Reports.
  // A 0 leaves what is known of that part.
  void AddReportKeys(LiveMessage& live, const std::vector<uint64_t>& keys);
  // No report about this part (from 1) is expected any more.
  void ForgetPart(LiveMessage& live, uint32_t part);
  // The message and its part (from 1) behind a key; null: unknown.
  struct Part {
    LiveMessage* live = nullptr;
    uint32_t part = 0;
  };
  Part FindPart(uint64_t report_key) const;

  // A link's name as a small number, the same for as long as this lives.
  uint8_t LinkNumber(absl::string_view name);
  absl::string_view LinkName(uint8_t number) const { return links_[number]; }

  // Held messages, those first that have waited longest: since when, and which.
  using Held = absl::btree_set<std::pair<int64_t, uint64_t>>;
  const Held& held() const { return held_; }
  // How long they wait for a person at most; 0: until they expire.
  void SetHold(int64_t hold_ms);
  int64_t hold_ms() const { return hold_ms_; }

  // Calls `visit` for those of `places` places from `from` on that are under
  // way; returns the place after, or 0 behind the last. A message keeps its
  // place while it waits, so that a walk in steps misses none of those that
  // were there when it began.
  template <typename Visit>
  size_t VisitPlaces(size_t from, size_t places, Visit&& visit) const {
    const size_t end =
        chunks_.empty() ? 0 : (chunks_.size() - 1) * kChunk + chunk_used_;
    const size_t until = std::min(end, from + places);
    for (size_t i = from; i < until; ++i) {
      const LiveMessage& live = chunks_[i / kChunk][i % kChunk];
      if (live.message != 0) visit(live);
    }
    return until < end ? until : 0;
  }

  size_t size() const { return by_message_.size(); }
  size_t count(sluice::v1::MessageState state) const { return counts_[state]; }
  // Waiting for a link, a time or a person.
  size_t waiting() const;

  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (const auto& [message, live] : by_message_) visit(*live);
  }

 private:
  // What waits in a queue or for a time: stale when the place is another
  // message's by now.
  struct Entry {
    LiveMessage* live;
    uint64_t message;
    bool stale() const { return live->message != message; }
  };
  using Queue = std::deque<Entry>;

  Queue& QueueOf(const LiveMessage& live);
  LiveMessage* Place();
  void ForgetKey(const LiveMessage& live, uint64_t key);
  void PlanWake(LiveMessage& live, int64_t now_ms);
  void PlanHeld(int64_t now_ms);
  void Enter(const LiveMessage& live);
  void Leave(const LiveMessage& live);

  // Places are made by the thousand and used again; message 0: free.
  static constexpr size_t kChunk = 1024;
  std::vector<std::unique_ptr<LiveMessage[]>> chunks_;
  std::vector<LiveMessage*> free_;
  size_t chunk_used_ = kChunk;

  // Messages of one group are decided, handed over and answered together. This
  // hash keeps them together in the table, too, so that they share cache lines.
  struct Neighbours {
    size_t operator()(uint64_t message) const {
      const RecordRef ref = RecordRef::FromValue(message);
      const uint64_t group = ref.position().value() * 0x9e3779b97f4a7c15;
      // The table takes the low 7 bits to tell slots apart, the rest for their
      // place.
      return ((group >> 20) + ref.index()) << 7 |
             ((group >> 57 ^ ref.index()) & 0x7f);
    }
  };
  absl::flat_hash_map<uint64_t, LiveMessage*, Neighbours> by_message_;
  absl::flat_hash_map<uint64_t, Part> by_report_;
  // Due now; entries may be stale, or handed over by now.
  std::array<std::array<Queue, kPriorities>, kCarriers> due_;

  // By whole second, rounded up. Most messages end within seconds of their
  // decision and long before their deadline, so a message is first looked at
  // soon, and then whenever its age has doubled: entries of ended messages do
  // not pile up, and one that waits for a week is looked at a dozen times.
  std::map<int64_t, std::vector<Entry>> wake_;
  std::array<size_t, sluice::v1::MessageState_ARRAYSIZE> counts_ = {};
  Held held_;
  int64_t hold_ms_ = 0;
  // Held messages after this one have yet to be planned for a shorter wait.
  bool hold_shorter_ = false;
  Held::value_type hold_planned_;
  size_t text_bytes_ = 0;
  std::vector<std::string> links_ = {""};
};

// How long a status report is waited for (CMPP 3.0, status reports: 48 hours).
inline constexpr int64_t kReportWaitMs = 48 * 3'600'000ll;

// Waits in the outbox: not handed over, not ended.
constexpr bool IsWaiting(sluice::v1::MessageState state) {
  return state == sluice::v1::MESSAGE_STATE_QUEUED ||
         state == sluice::v1::MESSAGE_STATE_DEFERRED ||
         state == sluice::v1::MESSAGE_STATE_HELD ||
         state == sluice::v1::MESSAGE_STATE_STOPPED;
}

}  // namespace sluice::store
