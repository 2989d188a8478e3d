#pragma once

// The hand-overs that a link holds: which segments wait, which are unanswered,
// and the outcome of each hand-over. The rules of link.h are implemented here,
// without sockets, clock or protocol, so that tests are plain calls.
//
// A segment goes through Next (may be written), Sent (is in the write buffer),
// Given (the kernel has it), Left (the carrier's host has it) and Answered or
// Expire. The owner is told each outcome as soon as it is known.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "filter/examine/segments.h"
#include "gateway/link/link.h"

namespace sluice::link {

struct FlightOptions {
  uint32_t window = 16;  // Segments written and not answered, at first.
  absl::Duration answer_timeout = absl::Seconds(60);
  // How often the carrier may answer one segment of a partly taken message with
  // flow control before the whole message is kRefused.
  uint32_t segment_tries_max = 360;
  // Overdue segments whose late answers are still recognised.
  uint32_t late_max = 4096;
  filter::CarrierTraits traits;
  // The first concatenation reference of long messages. A random seed keeps a
  // restarted link from repeating the references of its last run.
  uint16_t reference_seed = 0;
};

enum class SegmentAnswer : uint8_t { kTaken, kRefused, kNotTaken };

// The code of an Answer that the link itself gave: the message cannot be
// encoded for this carrier.
inline constexpr uint32_t kNotEncodable = 0xffffffff;

// One strand.
class Flight {
 public:
  // A segment to write. Valid until the next call.
  struct Segment {
    const HandOver* hand_over = nullptr;
    const std::string* octets = nullptr;  // User data, header included.
    filter::DataCoding coding = filter::DataCoding::kAscii;
    bool has_header = false;
    uint32_t part = 0;  // From 0.
    uint32_t parts = 1;
  };

  // Borrows `link` and `owner`, which outlive it.
  Flight(Link& link, LinkOwner& owner, const FlightOptions& options);

  // Segments waiting or unanswered.
  uint32_t held() const { return held_; }
  uint32_t unanswered() const {
    return static_cast<uint32_t>(unanswered_.size());
  }
  bool empty() const { return live_ == 0; }

  // From now on, so many segments may be written and not answered.
  void SetWindow(uint32_t window) { window_ = window; }

  void Add(HandOver hand_over);

  // The next segment if one waits and the window has room. Follow it by Sent or
  // NotEncodable before the next call.
  bool Next(Segment& segment);
  // The segment of Next() is in the write buffer under this sequence number.
  void Sent(uint32_t sequence, absl::Duration now);
  void NotEncodable(absl::string_view why);

  // The first `segments` of those in the write buffer have been given to the
  // kernel.
  void Given(size_t segments);
  // The first `segments` of those in the kernel have left it: no octet of them
  // can go out later. The owner is told that they are written.
  void Left(size_t segments);

  // Goes with kNotTaken from now on.
  void AgainAfter(absl::Duration pause) { again_after_ = pause; }

  // Segments of partly taken messages were answered with flow control and wait
  // until Retry() puts them behind those that wait already.
  bool retries() const { return !retries_.empty(); }
  void Retry();

  // Returns false when no segment, open or overdue, has this sequence number.
  bool Answered(uint32_t sequence, SegmentAnswer answer, uint32_t code,
                absl::string_view meaning, std::string message_id);
  // The answer cannot be read: the segment is kUnknown, as without an answer.
  void AnsweredUnreadably(uint32_t sequence);

  // Ends the segments whose answer time has run out as kUnknown; returns
  // whether there were any. Segments in the write buffer and in the kernel are
  // left out, because they may still leave: when the carrier takes no octets,
  // the connection is closed.
  bool Expire(absl::Duration now);

  // Gives back the hand-overs of which no segment has been sent: those with
  // this access number, or all when it is empty.
  void GiveBackWaiting(absl::string_view access_number = "");

  // The connection is closed. Of the segments in the write buffer, at least one
  // octet of each of the first `touched` may have left. Afterwards empty().
  void ConnectionLost(size_t touched);

 private:
  enum class State : uint8_t {
    kWaiting,
    kSent,
    kTaken,
    kRefused,
    kNotTaken,
    kUnknown,
  };
  struct Part {
    State state = State::kWaiting;
    bool written = false;
    uint32_t tries = 0;
    uint32_t code = 0;
    absl::string_view meaning;
  };
  struct Message {
    HandOver hand_over;
    filter::Segments segments;
    std::vector<Part> parts;
    std::vector<std::string> message_ids;
    uint32_t written = 0;  // Parts that have left.
    uint32_t open = 0;     // Parts in state kSent.
    uint32_t settled = 0;  // Parts no longer counted in held_.
    bool touched = false;  // An octet of the message may have left.
    bool pulled = false;   // Send no more parts until the open ones settle.
    bool queued = false;   // Its slot is in queue_.
    bool live = false;
  };
  struct Unanswered {
    uint32_t slot;
    uint32_t part;
  };

  uint32_t TakeSlot();
  uint16_t NextReference(const HandOver& hand_over);
  static uint32_t CountIn(const Message& message, State state);
  const Part& FirstIn(const Message& message, State state) const;
  void MarkWritten(uint32_t slot, uint32_t part);
  void Settle(uint32_t slot, uint32_t part, State state);
  void Decide(uint32_t slot);
  void RetryOrRefuse(uint32_t slot);
  void FinishLost(uint32_t slot);
  void Finish(uint32_t slot, Outcome outcome, const Part* why);
  void Release(uint32_t slot);
  void Unsend(uint32_t sequence);
  void ForgetDeadlines();
  void RememberLate(uint32_t sequence, const Unanswered& late);

  Link& link_;
  LinkOwner& owner_;
  const FlightOptions options_;
  uint32_t window_;
  // Slots are reused, with the memory of their strings.
  std::vector<std::unique_ptr<Message>> slots_;
  std::vector<uint32_t> free_;
  std::deque<uint32_t> queue_;  // Slots with waiting segments, first out first.
  std::vector<uint32_t> retries_;  // Slots that wait for Retry().
  absl::Duration again_after_;
  Unanswered next_ = {0, 0};  // The result of Next().
  absl::flat_hash_map<uint32_t, Unanswered> unanswered_;
  // In sending order, which is also the order of the deadlines.
  std::deque<std::pair<absl::Duration, uint32_t>> deadlines_;
  std::vector<uint32_t> sent_;  // Sequences in the write buffer,
  std::deque<uint32_t> given_;  // and those in the kernel.
  absl::flat_hash_map<uint32_t, std::pair<HandOverRef, uint32_t>> late_;
  std::deque<uint32_t> late_order_;
  std::vector<uint16_t> references_;  // By a hash of sender and recipient.
  uint32_t held_ = 0;
  uint32_t live_ = 0;
};

}  // namespace sluice::link
