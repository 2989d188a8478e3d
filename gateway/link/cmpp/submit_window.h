#pragma once

// Sends the segments of hand-overs as SUBMITs, no more at a time than window
// and pace allow, and applies the carrier's answers and time-outs to them.
//
// What becomes of a hand-over is decided by link::Flight; here is what CMPP and
// the write buffer add.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/link/cmpp/header.h"
#include "gateway/link/cmpp/link_context.h"
#include "gateway/link/cmpp/sequence.h"
#include "gateway/link/cmpp/submit_writer.h"
#include "gateway/link/flight.h"
#include "gateway/link/pace.h"
#include "gateway/link/slow_start.h"

namespace sluice::cmpp {

// One strand. Outcomes are told to the owner as they become known.
class SubmitWindow {
 public:
  // `reference_seed` as in link::FlightOptions. Borrows `sequence`.
  SubmitWindow(const LinkContext& context, Sequence& sequence,
               uint16_t reference_seed);

  // Segments the owner may hand over now, beside `coming` that are on their
  // way; 0 for too few to be worth an offer, and while flow control pauses.
  // Where the rate is limited, no more than it writes in a quarter of a second,
  // because an opt-out waits until they have been written.
  uint32_t Room(uint32_t coming);

  // Gives the hand-over back when twice the room of an empty window is taken,
  // and in a pause.
  void Add(link::HandOver hand_over);
  // As in link::Flight.
  void GiveBackWaiting(absl::string_view access_number = "");
  // Segments written and not answered.
  uint32_t unanswered() const { return flight_.unanswered(); }
  // No hand-over waits or is unanswered.
  bool empty() const { return flight_.empty(); }

  // A connection that speaks `version` is up.
  void Begin(Version version);
  // On that connection there was a SUBMIT, and an answer to one.
  bool composed() const { return composed_; }
  bool answered() const { return answered_; }
  // Appends the SUBMITs that may be written now. Follow it by Wrote() or
  // WriteFailed() if `out` is not empty afterwards.
  void Compose(std::string& out);
  // The first `octets` octets of `out` have been given to the kernel; `all`:
  // that is all of it.
  void Wrote(size_t octets, bool all);
  // Of all octets given to the kernel, the last `queued` may still be sent by
  // it; the others have reached the carrier's host.
  void Left(size_t queued);
  // SUBMITs wait in the kernel or in `out`.
  bool leaving() const {
    return !leaving_.empty() || begins_given_ < segment_begins_.size();
  }
  // One of them has waited for too long.
  bool stuck() const;
  // Only the first `octets` of `out` have. ConnectionLost() must follow.
  void WriteFailed(size_t octets);
  // How long until Compose() may append again, as far as only time is missing;
  // infinite if it waits for something else.
  absl::Duration NextCompose();

  // Takes the body of a SUBMIT_RESP.
  void Answered(uint32_t sequence, absl::string_view body);
  // Gives up on answers whose time has run out, and takes back the offer that
  // was made for a larger window. While the carrier answers nothing, gives back
  // what waits for its answers: another link may send it, and an opt-out need
  // not wait for it. To be called several times a second.
  void Expire();
  // The connection is gone. Afterwards empty().
  void ConnectionLost();

 private:
  void Look(absl::Duration now);
  void Note();
  uint32_t AheadMax() const;
  void SetWindow();
  void LookForSilence(absl::Duration now);

  const LinkContext context_;
  Sequence& sequence_;
  const uint32_t segments_max_;  // Held at most: the window and some ahead.
  link::Flight flight_;
  link::Pace pace_;
  link::SlowStart slow_start_;
  absl::Duration moved_at_;  // The last answer, or SUBMIT.
  absl::Duration none_ahead_until_ = -absl::InfiniteDuration();
  bool composed_ = false;
  bool answered_ = false;
  bool probing_ = false;                    // As pace_ was last seen.
  std::optional<absl::Duration> retry_at_;  // Flight::Retry() is due.
  SubmitWriter writer_;
  Version version_;
  std::vector<size_t> segment_begins_;  // Where in `out` each SUBMIT begins.
  size_t begins_given_ = 0;             // So many of them are in the kernel.
  absl::Duration composed_at_;          // When the first of those did.
  // A SUBMIT in the kernel: where it ends in the stream, and since when.
  struct Leaving {
    uint64_t end;
    absl::Duration since;
  };
  std::deque<Leaving> leaving_;
  uint64_t given_ = 0;      // Octets of the connection before `out`.
  uint64_t given_now_ = 0;  // The same, and those of `out` that it has.
  size_t touched_ = 0;      // Segments of `out` of which octets may have left.
};

}  // namespace sluice::cmpp
