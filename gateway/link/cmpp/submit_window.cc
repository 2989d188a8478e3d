#include "gateway/link/cmpp/submit_window.h"

#include <algorithm>
#include <utility>

#include "gateway/link/cmpp/bodies.h"
#include "gateway/link/cmpp/msg_id.h"
#include "gateway/link/cmpp/result.h"

namespace sluice::cmpp {
namespace {

constexpr size_t kWriteOctetsMax = 256 * 1024;

link::FlightOptions FlightOptionsOf(const CmppLinkOptions& options,
                                    uint16_t reference_seed) {
  link::FlightOptions flight;
  flight.window = options.window;
  flight.answer_timeout = options.answer_timeout;
  flight.segment_tries_max = options.segment_tries_max;
  flight.traits = options.traits;
  flight.reference_seed = reference_seed;
  return flight;
}

// Beside the window, as many segments again may wait, so that the writer never
// runs dry, but no more than a quarter of a second's worth, because an opt-out
// waits until they have been written.
uint32_t SegmentsMax(const CmppLinkOptions& options) {
  const double rate = options.pace.segments_per_second;
  if (rate == 0) return 2 * options.window;
  return options.window +
         std::clamp(static_cast<uint32_t>(std::min(rate / 4, 65'536.0)), 1u,
                    options.window);
}

link::SegmentAnswer AnswerOf(Reaction reaction) {
  switch (reaction) {
    case Reaction::kTaken:
      return link::SegmentAnswer::kTaken;
    case Reaction::kRetry:
      return link::SegmentAnswer::kNotTaken;
    case Reaction::kConfigure:
    case Reaction::kFail:
      break;
  }
  return link::SegmentAnswer::kRefused;
}

}  // namespace

SubmitWindow::SubmitWindow(const LinkContext& context, Sequence& sequence,
                           uint16_t reference_seed)
    : context_(context),
      sequence_(sequence),
      segments_max_(SegmentsMax(context.options)),
      flight_(context.link, context.owner,
              FlightOptionsOf(context.options, reference_seed)),
      pace_(context.options.pace, context.clock.Monotonic()),
      writer_(context.options),
      version_(context.options.version) {}

uint32_t SubmitWindow::Room(uint32_t coming) const {
  if (pace_.paused(context_.clock.Monotonic())) return 0;
  const uint32_t taken = flight_.held() + coming;
  if (taken >= segments_max_) return 0;
  const uint32_t free = segments_max_ - taken;
  // Small offers would make many small hand-overs.
  return free < segments_max_ / 4 && taken > 0 ? 0 : free;
}

void SubmitWindow::Add(link::HandOver hand_over) {
  if (flight_.held() >= 2 * segments_max_) {
    context_.owner.GivenBack(context_.link, hand_over.ref);
    return;
  }
  flight_.Add(std::move(hand_over));
}

void SubmitWindow::GiveBackWaiting() { flight_.GiveBackWaiting(); }

void SubmitWindow::Compose(std::string& out) {
  const absl::Duration now = context_.clock.Monotonic();
  const uint32_t allowed = pace_.Allowed(now);
  uint32_t composed = 0;
  link::Flight::Segment segment;
  while (composed < allowed && out.size() < kWriteOctetsMax &&
         flight_.Next(segment)) {
    const size_t begin = out.size();
    const uint32_t sequence = sequence_.Next();
    if (!writer_.Append(segment, version_, sequence, out).ok()) {
      flight_.NotEncodable("a field is too long for CMPP_SUBMIT");
      continue;
    }
    flight_.Sent(sequence, now);
    segment_begins_.push_back(begin);
    ++composed;
  }
  pace_.Spend(composed);
}

void SubmitWindow::Wrote() {
  flight_.Wrote();
  segment_begins_.clear();
}

// A segment is touched when its first octet has left.
void SubmitWindow::WriteFailed(size_t octets) {
  touched_ =
      std::lower_bound(segment_begins_.begin(), segment_begins_.end(), octets) -
      segment_begins_.begin();
}

absl::Duration SubmitWindow::NextCompose() {
  const absl::Duration now = context_.clock.Monotonic();
  const bool waiting = flight_.held() > flight_.unanswered() &&
                       flight_.unanswered() < context_.options.window;
  if ((waiting || pace_.paused(now)) && pace_.Allowed(now) == 0) {
    return pace_.NextAt(now) - now;
  }
  return absl::InfiniteDuration();
}

void SubmitWindow::Answered(uint32_t sequence, absl::string_view body) {
  SubmitResp resp;
  if (!TakePduBody(body, version_, resp).ok()) {
    return flight_.AnsweredUnreadably(sequence);
  }
  const ResultMeaning meaning =
      MeaningOf(resp.result, context_.options.retry_codes);
  if (meaning.reaction == Reaction::kRetry) {
    pace_.SlowDown(context_.clock.Monotonic());
  }
  flight_.Answered(sequence, AnswerOf(meaning.reaction), resp.result,
                   meaning.text, MsgIdKey(resp.msg_id));
}

void SubmitWindow::Expire() { flight_.Expire(context_.clock.Monotonic()); }

void SubmitWindow::ConnectionLost() {
  flight_.ConnectionLost(std::exchange(touched_, 0));
  segment_begins_.clear();
}

}  // namespace sluice::cmpp
