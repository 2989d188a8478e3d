#include "gateway/link/cmpp/submit_window.h"

#include <algorithm>
#include <utility>

#include "gateway/link/cmpp/bodies.h"
#include "gateway/link/cmpp/msg_id.h"
#include "gateway/link/cmpp/result.h"

namespace sluice::cmpp {
namespace {

// What is in one write can no longer be given back.
constexpr size_t kWriteOctetsMax = 32 * 1024;

link::FlightOptions FlightOptionsOf(const CmppLinkOptions& options,
                                    uint16_t reference_seed) {
  link::FlightOptions flight;
  flight.window = options.window_first;
  flight.answer_timeout = options.answer_timeout;
  flight.segment_tries_max = options.segment_tries_max;
  flight.traits = options.traits;
  flight.reference_seed = reference_seed;
  return flight;
}

// The carrier is silent when it answers nothing for so long with a full window.
constexpr absl::Duration kSilent = absl::Milliseconds(500);
// For so long after that, no more is taken than the window has room for.
constexpr absl::Duration kNoneAhead = absl::Seconds(10);

// Beside the window, this many segments may wait, so that the writer never runs
// dry.
uint32_t AheadOf(uint32_t window, double rate) {
  if (rate == 0) return window;
  return std::clamp(static_cast<uint32_t>(std::min(rate / 4, 65'536.0)), 1u,
                    window);
}

uint32_t SegmentsMax(const CmppLinkOptions& options) {
  return options.window +
         AheadOf(options.window, options.pace.segments_per_second);
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
      slow_start_(context.options.window_first, context.options.window),
      writer_(context.options),
      version_(context.options.version) {
  Note();
}

void SubmitWindow::Note() {
  context_.notes.window_used = flight_.unanswered();
  context_.notes.window = slow_start_.window();
  context_.notes.segments_per_second = pace_.rate();
}

uint32_t SubmitWindow::AheadMax() const {
  return AheadOf(slow_start_.window(), pace_.rate());
}

void SubmitWindow::SetWindow() { flight_.SetWindow(slow_start_.window()); }

void SubmitWindow::Begin(Version version) {
  version_ = version;
  composed_ = answered_ = false;
  slow_start_.Begin();
  SetWindow();
  Note();
}

// A pause gives back what waits: another link may send it, and an opt-out need
// not wait for it.
void SubmitWindow::Look(absl::Duration now) {
  pace_.Look(now);
  if (std::exchange(probing_, pace_.probing()) || !probing_) return;
  flight_.GiveBackWaiting();
  context_.owner.FreeWindow(context_.link, 0);
}

uint32_t SubmitWindow::Room(uint32_t coming) {
  const absl::Duration now = context_.clock.Monotonic();
  Look(now);
  if (pace_.paused(now)) return 0;
  const uint32_t taken = flight_.held() + coming;
  if (probing_) return taken == 0 ? 1 : 0;
  const uint32_t ahead = AheadMax();
  const uint32_t total = slow_start_.window() + ahead;
  const uint32_t most = pace_.rate() == 0 ? total : ahead;
  const uint32_t waiting = taken - flight_.unanswered();
  if (waiting >= most || taken >= total) return 0;
  uint32_t free = std::min(most - waiting, total - taken);
  if (now < none_ahead_until_) {
    const uint32_t window = slow_start_.window();
    return std::min(free, window - std::min(window, taken));
  }
  // Small offers would make many small hand-overs.
  return free < most / 4 && taken > 0 ? 0 : free;
}

void SubmitWindow::Add(link::HandOver hand_over) {
  const bool pause = probing_ && (flight_.held() > 0 ||
                                  pace_.paused(context_.clock.Monotonic()));
  if (pause || flight_.held() >= 2 * segments_max_) {
    context_.owner.GivenBack(context_.link, hand_over.ref);
    return;
  }
  flight_.Add(std::move(hand_over));
}

void SubmitWindow::GiveBackWaiting(absl::string_view access_number) {
  flight_.GiveBackWaiting(access_number);
}

void SubmitWindow::Compose(std::string& out) {
  const absl::Duration now = context_.clock.Monotonic();
  Look(now);
  if (retry_at_ && *retry_at_ <= now) {
    flight_.Retry();
    retry_at_.reset();
  }
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
  composed_ = composed_ || composed > 0;
  if (composed > 0) moved_at_ = now;
  composed_at_ = now;
  pace_.Spend(composed, now);
  Note();
}

void SubmitWindow::Wrote(size_t octets, bool all) {
  const size_t before = begins_given_;
  for (const size_t n = segment_begins_.size(); begins_given_ < n;
       ++begins_given_) {
    const bool last = begins_given_ + 1 == n;
    const size_t end = last ? octets : segment_begins_[begins_given_ + 1];
    if (last ? !all : end > octets) break;
    leaving_.push_back({given_ + end, composed_at_});
  }
  flight_.Given(begins_given_ - before);
  given_now_ = given_ + octets;
  if (!all) return;
  given_ = given_now_;
  segment_begins_.clear();
  begins_given_ = 0;
}

void SubmitWindow::Left(size_t queued) {
  size_t left = 0;
  while (!leaving_.empty() && leaving_.front().end + queued <= given_now_) {
    leaving_.pop_front();
    ++left;
  }
  flight_.Left(left);
}

bool SubmitWindow::stuck() const {
  if (!leaving()) return false;
  const absl::Duration since =
      leaving_.empty() ? composed_at_ : leaving_.front().since;
  return context_.clock.Monotonic() - since >= context_.options.unsent_timeout;
}

// A segment is touched when its first octet has left.
void SubmitWindow::WriteFailed(size_t octets) {
  touched_ =
      std::lower_bound(segment_begins_.begin(), segment_begins_.end(), octets) -
      segment_begins_.begin() - begins_given_;
}

absl::Duration SubmitWindow::NextCompose() {
  const absl::Duration now = context_.clock.Monotonic();
  const bool waiting = flight_.held() > flight_.unanswered() &&
                       flight_.unanswered() < slow_start_.window();
  absl::Duration next = absl::InfiniteDuration();
  if (retry_at_) next = std::max(absl::ZeroDuration(), *retry_at_ - now);
  if ((waiting || pace_.paused(now)) && pace_.Allowed(now) == 0) {
    next = std::min(next, pace_.NextAt(now) - now);
  }
  return next;
}

void SubmitWindow::Answered(uint32_t sequence, absl::string_view body) {
  SubmitResp resp;
  if (!TakePduBody(body, version_, resp).ok()) {
    pace_.Answered(false);
    flight_.AnsweredUnreadably(sequence);
    return Note();
  }
  const ResultMeaning meaning =
      MeaningOf(resp.result, context_.options.retry_codes);
  const bool flow_control = meaning.reaction == Reaction::kRetry;
  pace_.Answered(flow_control);
  const absl::Duration pause = context_.options.pace.pause;
  if (flow_control) {
    flight_.AgainAfter(pace_.rare() ? absl::ZeroDuration() : pause);
  }
  if (flight_.Answered(sequence, AnswerOf(meaning.reaction), resp.result,
                       meaning.text, MsgIdKey(resp.msg_id))) {
    answered_ = true;
    moved_at_ = context_.clock.Monotonic();
    slow_start_.Answered();
    SetWindow();
  }
  if (flight_.retries() && !retry_at_) {
    retry_at_ = context_.clock.Monotonic() + pause;
  }
  Note();
}

void SubmitWindow::Expire() {
  const absl::Duration now = context_.clock.Monotonic();
  if (flight_.Expire(now)) {
    slow_start_.Begin();
    SetWindow();
    context_.owner.FreeWindow(context_.link, 0);
  }
  LookForSilence(now);
  Note();
}

void SubmitWindow::LookForSilence(absl::Duration now) {
  const bool full = flight_.unanswered() >= slow_start_.window();
  const bool waiting = flight_.held() > flight_.unanswered();
  if (!full || !waiting || now - moved_at_ < kSilent) return;
  moved_at_ = now;
  none_ahead_until_ = now + kNoneAhead;
  flight_.GiveBackWaiting();
  context_.owner.FreeWindow(context_.link, 0);
}

void SubmitWindow::ConnectionLost() {
  flight_.ConnectionLost(std::exchange(touched_, 0));
  pace_.ConnectionLost();
  retry_at_.reset();
  segment_begins_.clear();
  begins_given_ = 0;
  leaving_.clear();
  given_ = given_now_ = 0;
  Note();
}

}  // namespace sluice::cmpp
