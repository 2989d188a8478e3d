#pragma once

// The contract between a carrier link and the rest of the gateway.
//
// A seam because there are several links (CMPP, and later SGIP, SMGP, SMPP) and
// two owners: the dispatcher, and the recording owner of the tests. Nothing in
// here knows a protocol: texts are UTF-8, numbers are digits, and a carrier's
// message id is a text.
//
// THREADS. A link runs on one strand and calls its owner only there, one call
// at a time. The owner's methods must not block: they queue and return. Start,
// Send, Stop and every `acknowledge` may be called from any thread, also from
// inside a call to the owner.
//
// LIFETIMES. A link borrows its owner and its executor; both outlive it. After
// Stop() the owner waits for StateChanged(kStopped), which is the last call it
// gets, and may then destroy the link (not inside that call). An `acknowledge`
// that is called later does nothing.
//
// WHAT BECOMES OF A HAND-OVER. Every hand-over ends in exactly one of:
//
//   GivenBack            no octet of it was written to a socket. It is as if it
//                        had never been handed over.
//   Answered(kTaken)     the carrier took every segment.
//   Answered(kRefused)   the carrier refused a segment for good; nothing more
//                        of it is sent. Segments taken before that have ids.
//   Answered(kNotTaken)  the carrier took no segment and said that it may be
//                        tried again later (flow control). Safe to hand over
//                        again, after a new last look.
//   Answered(kUnknown)   some octet was written and some answer never came: the
//                        connection broke, or the answer's time ran out. It is
//                        reported and never sent again (promise P5).
//
// and a message of several segments obeys these rules:
//  - One written octet makes the whole message written: it is never given back.
//  - Where a segment is refused for the moment and another one was taken, only
//    the refused segment is sent again, by the link itself and after a pause:
//    it was explicitly not taken. A taken segment is never sent again.
//  - Where the connection breaks between two segments, the rest is not sent on
//    the next connection; the message is kUnknown, with the ids it has.
//
// Written() comes before Answered() or together with it, and not at all for a
// hand-over that ends before all its segments were written. Promise P3 (an
// opt-out waits for earlier hand-overs) is kept by waiting until Written,
// GivenBack or Answered has come.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace sluice::link {

// The owner's name for one hand-over; unique while the link holds it.
using HandOverRef = uint64_t;

// One message to be sent to one number.
struct HandOver {
  HandOverRef ref = 0;
  std::string access_number;  // Digits, shown to the recipient as the sender.
  std::string recipient;      // Digits: 11 for the mainland, else E.164.
  std::string text;           // UTF-8, what is to be sent, signature included.
  uint32_t parts = 1;  // Segments, by filter::CountSegments of the carrier.
  absl::Time expire_at = absl::InfiniteFuture();  // The carrier stops trying.
  bool report_wanted = true;  // Ask the carrier for a status report.
};

enum class Outcome : uint8_t { kTaken, kRefused, kNotTaken, kUnknown };

// How a hand-over ended at the carrier.
struct Answer {
  HandOverRef ref = 0;
  Outcome outcome = Outcome::kUnknown;
  // The carrier's code of the segment that decided it; 0 with kTaken and
  // kUnknown. `meaning` says it in words and lives as long as the program.
  uint32_t code = 0;
  absl::string_view meaning;
  // One per segment in order; empty for a segment that was not taken. Valid
  // during the call only.
  absl::Span<const std::string> message_ids;
};

enum class Delivery : uint8_t { kDelivered, kFailed, kIntermediate };

// A status report. It may come before the answer that names its message id, may
// come twice, and after a reconnection: the owner matches it.
struct Report {
  std::string message_id;  // As in Answer.
  Delivery delivery = Delivery::kFailed;
  std::string stat;       // The carrier's word, for example DELIVRD or MK:0012.
  std::string recipient;  // As the carrier writes it, with or without 86.
  absl::Time done_at = absl::InfinitePast();  // InfinitePast when not told.
};

// A message from a phone. Carriers repeat one that was not acknowledged: the
// owner keeps to one effect per message id.
struct Mo {
  std::string message_id;
  std::string access_number;  // Where it was sent to.
  std::string sender;         // As the carrier writes it, with or without 86.
  std::string text;           // UTF-8; U+FFFD where octets were not text.
  // Part `part` of `parts` with one `reference`; 1 of 1 for a whole message.
  uint32_t part = 1;
  uint32_t parts = 1;
  uint32_t reference = 0;
};

// Answers the carrier's DELIVER. Call it when what it brought is durable, once
// or never: without it the carrier sends the same again.
using Acknowledge = absl::AnyInvocable<void()>;

enum class LinkState : uint8_t { kUp, kDown, kStopped };

class Link;

// Whoever hands messages over and hears what became of them.
class LinkOwner {
 public:
  virtual ~LinkOwner() = default;

  // The link can take `segments_free` more segments now. Called when it comes
  // up and whenever room was made, never while it is down, draining or paused
  // by the carrier's flow control. The owner may leave it unanswered: the
  // number stays true until its next Send().
  virtual void FreeWindow(Link& link, uint32_t segments_free) = 0;

  // All segments of `ref` have been given to the socket.
  virtual void Written(Link& link, HandOverRef ref) = 0;
  // Nothing of `ref` was written and nothing will be.
  virtual void GivenBack(Link& link, HandOverRef ref) = 0;
  virtual void Answered(Link& link, const Answer& answer) = 0;

  // After kUnknown by time: the carrier took segment `part` (from 0) after all.
  // Only so that its reports can be matched; a doubt stays a doubt.
  virtual void LateAnswer(Link& link, HandOverRef ref, uint32_t part,
                          const std::string& message_id) = 0;

  virtual void Reported(Link& link, Report report, Acknowledge acknowledge) = 0;
  virtual void MoReceived(Link& link, Mo mo, Acknowledge acknowledge) = 0;

  // `why` is one sentence for the log and the operator; it holds no number, no
  // text and no secret.
  virtual void StateChanged(Link& link, LinkState state,
                            absl::string_view why) = 0;

  // A run of the calls above, all from one read or write, has ended: now is
  // the time to journal them as one.
  virtual void EndOfRun(Link& link) = 0;
};

class Link {
 public:
  virtual ~Link() = default;

  // The name in the configuration.
  virtual absl::string_view name() const = 0;

  // Connects, and keeps connecting with growing pauses until Stop(). Once.
  virtual void Start() = 0;

  // Takes hand-overs in this order. Give no more segments than FreeWindow last
  // offered, except that the last message may overrun it; beyond twice the
  // window, while down or after Stop() they are given back.
  virtual void Send(std::vector<HandOver> hand_overs) = 0;

  // Gives back what is not written, waits up to `drain` for the answers that
  // are open, says goodbye to the carrier and ends with StateChanged(kStopped).
  virtual void Stop(absl::Duration drain) = 0;
};

}  // namespace sluice::link
