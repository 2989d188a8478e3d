#pragma once

// The contract between a carrier link and the rest of the gateway.
//
// A seam because there are several links (CMPP; SGIP, SMGP and SMPP are to
// come) and two owners: the dispatcher, and the recording owner of the tests.
// The contract knows no protocol: texts are UTF-8, numbers are digits, and the
// message id of a carrier is a text.
//
// THREADS. A link runs on one strand and calls its owner only there, one call
// at a time. The owner's methods must not block: they queue and return. Start,
// Send, GiveBackWaiting, Stop, Facts and every `acknowledge` may be called from
// any thread, also from inside a call to the owner.
//
// LIFETIMES. A link borrows its owner and its executor; both outlive it. After
// Stop() the owner waits for StateChanged(kStopped), the last call of the link,
// and may then destroy the link (not inside that call). A later call of an
// `acknowledge` does nothing.
//
// OUTCOMES. Every hand-over ends in exactly one of:
//
//   GivenBack            no octet of it was written to a socket: as if it had
//                        never been handed over.
//   Answered(kTaken)     the carrier took every segment.
//   Answered(kRefused)   the carrier refused a segment for good; nothing more
//                        of it is sent. Segments taken before that have ids.
//   Answered(kNotTaken)  the carrier took no segment and answered that the
//                        message may be sent later (flow control). Safe to
//                        hand over again after `again_after` and a new last
//                        look.
//   Answered(kUnknown)   an octet was written and an answer is missing: the
//                        connection broke, or the answer timed out. The message
//                        is reported as UNKNOWN and never sent again (promise
//                        P5).
//
// Rules for a message of several segments:
//  - One written octet makes the whole message written: it is never given back.
//  - When the carrier took one segment and answered another with flow control,
//    the link sends only the latter again, after a pause, while other messages
//    go on. A taken segment is never sent again.
//  - When the connection breaks between two segments, the unsent segments are
//    not sent on the next connection; the message is kUnknown, with the ids of
//    its taken segments.
//
// Written() comes before or together with Answered(). A hand-over that ends
// before all its segments were written has no Written(). To keep promise P3 (an
// opt-out waits for earlier hand-overs), an opt-out waits for Written,
// GivenBack or Answered.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace sluice::link {

// The owner's id of one hand-over; unique while the link holds it.
using HandOverRef = uint64_t;

// One message to be sent to one number.
struct HandOver {
  HandOverRef ref = 0;
  std::string access_number;  // Digits, shown to the recipient as the sender.
  std::string recipient;      // Digits: 11 for the mainland, else E.164.
  std::string text;           // UTF-8, signature included.
  uint32_t parts = 1;  // Segments, by filter::CountSegments of the carrier.
  absl::Time expire_at = absl::InfiniteFuture();  // The carrier stops trying.
  bool report_wanted = true;  // Ask the carrier for a status report.
};

enum class Outcome : uint8_t { kTaken, kRefused, kNotTaken, kUnknown };

// How a hand-over ended at the carrier.
struct Answer {
  HandOverRef ref = 0;
  Outcome outcome = Outcome::kUnknown;
  // The carrier's code of the segment that decided the outcome; 0 with kTaken
  // and kUnknown. `meaning` is the code in words, and lives as long as the
  // program.
  uint32_t code = 0;
  absl::string_view meaning;
  // kNotTaken: how long the owner keeps the message before it hands it over
  // again. Zero, behind the messages that wait, while such answers are rare.
  absl::Duration again_after;
  // One id per segment in order; empty for a segment that was not taken. Some
  // carriers give all segments of a message one id, and report it once. Valid
  // during the call only.
  absl::Span<const std::string> message_ids;
};

enum class Delivery : uint8_t { kDelivered, kFailed, kIntermediate };

// A status report. It may precede the answer with its message id, come twice,
// or come after a reconnection: the owner matches it.
struct Report {
  std::string message_id;  // As in Answer.
  Delivery delivery = Delivery::kFailed;
  std::string stat;       // The carrier's word, for example DELIVRD or MK:0012.
  std::string recipient;  // As the carrier writes it, with or without 86.
  absl::Time done_at = absl::InfinitePast();  // InfinitePast: absent.
};

// A message from a phone. Carriers repeat an MO that was not acknowledged: the
// owner gives each message id one effect.
struct Mo {
  std::string message_id;
  std::string access_number;  // The number it was sent to.
  std::string sender;         // As the carrier writes it, with or without 86.
  std::string text;           // UTF-8; U+FFFD for undecodable octets.
  std::string raw;            // The octets as they came, header included.
  uint32_t coding = 0;        // As the carrier said: CMPP's Msg_Fmt.
  bool readable = true;       // False: some octets are U+FFFD in `text`.
  // Part `part` of `parts` with one `reference`; 1 of 1 for a whole message.
  uint32_t part = 1;
  uint32_t parts = 1;
  uint32_t reference = 0;
};

// Answers the carrier's DELIVER. Call it once, when the report or MO is
// durable, or never: the carrier then repeats the DELIVER.
using Acknowledge = absl::AnyInvocable<void()>;

enum class LinkState : uint8_t { kUp, kDown, kStopped };

// What a link tells of itself. Counts are of its whole life.
struct LinkFacts {
  std::string version;             // "CMPP 3.0"; empty before the first login.
  uint32_t window_used = 0;        // Segments written and not answered.
  uint32_t window = 0;             // How many there may be at present.
  double segments_per_second = 0;  // The pace at present; 0: no limit.
  uint64_t logins_failed = 0;      // Attempts to connect or to log in.
  uint64_t connections_lost = 0;   // After the login, and not by Stop().
  uint64_t unreadable_delivers = 0;  // Reports or MOs that nobody could read.
};

class Link;

// Hands messages over and is told their outcomes.
class LinkOwner {
 public:
  virtual ~LinkOwner() = default;

  // The link can take `segments_free` more segments now. Called when the link
  // comes up and whenever room was made, but not while the link is down,
  // draining or paused by flow control. The owner may ignore the call: the
  // number stays valid until its next Send(). 0 takes back the last number,
  // when a pause begins.
  virtual void FreeWindow(Link& link, uint32_t segments_free) = 0;

  // All segments of `ref` have left this host, or were answered: nothing of it
  // can reach the carrier later from a buffer of ours.
  virtual void Written(Link& link, HandOverRef ref) = 0;
  // No octet of `ref` was written, and none will be.
  virtual void GivenBack(Link& link, HandOverRef ref) = 0;
  virtual void Answered(Link& link, const Answer& answer) = 0;

  // After kUnknown by time-out: the carrier did take segment `part` (from 0).
  // The id only serves to match its reports; the outcome stays kUnknown.
  virtual void LateAnswer(Link& link, HandOverRef ref, uint32_t part,
                          const std::string& message_id) = 0;

  virtual void Reported(Link& link, Report report, Acknowledge acknowledge) = 0;
  virtual void MoReceived(Link& link, Mo mo, Acknowledge acknowledge) = 0;

  // `why` is one sentence for the log and the operator, without numbers, texts
  // and secrets.
  virtual void StateChanged(Link& link, LinkState state,
                            absl::string_view why) = 0;

  // Ends a run of the calls above that one read or write caused: the owner may
  // journal them as one.
  virtual void EndOfRun(Link& link) = 0;
};

class Link {
 public:
  virtual ~Link() = default;

  // The name in the configuration.
  virtual absl::string_view name() const = 0;

  // Any thread, at any time; without a lock. Zeros: the link tells nothing.
  virtual LinkFacts Facts() const { return {}; }

  // Connects, and keeps connecting with growing pauses until Stop(). Once.
  virtual void Start() = 0;

  // Sends hand-overs in this order. Pass no more segments than FreeWindow last
  // offered, except that the last message may exceed it. Hand-overs beyond
  // twice the window, in a pause, while the link is down or after Stop() are
  // given back. Only queues: it calls nobody, so that the owner may hold a lock
  // that the link's calls to it take.
  virtual void Send(std::vector<HandOver> hand_overs) = 0;

  // Gives back the hand-overs of earlier Send() calls of which no octet was
  // written: those with this access number, or all when it is empty. A message
  // that was begun is finished.
  virtual void GiveBackWaiting(absl::string_view access_number) = 0;

  // Gives back the unwritten hand-overs, waits up to `drain` for open answers,
  // ends the session with the carrier and calls StateChanged(kStopped).
  virtual void Stop(absl::Duration drain) = 0;
};

}  // namespace sluice::link
