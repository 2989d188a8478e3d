#include "gateway/link/pace.h"

#include <algorithm>
#include <limits>

namespace sluice::link {
namespace {

// A round is long enough to count by, unless few segments are written.
constexpr absl::Duration kRoundMin = absl::Milliseconds(200);
constexpr absl::Duration kRoundMax = absl::Seconds(1);
constexpr uint32_t kRoundAnswers = 32;
// Ends a round of which an answer is missing.
constexpr absl::Duration kRoundLost = absl::Seconds(10);

// A round with this share of flow control, and no fewer such answers than
// kCongestedMin, shows congestion. A carrier that answers one in twenty at
// random stays below it in all but few rounds.
constexpr double kCongestedShare = 1.0 / 8;
constexpr uint32_t kCongestedMin = 8;

// The rate of a try, relative to what the carrier is known to take. A carrier
// that answers flow control to a fifth at random, whatever the rate, still
// takes more when a third more is tried.
constexpr double kTryGain = 4.0 / 3;
constexpr double kDoublingGain = 2;
constexpr absl::Duration kBetweenTries = absl::Seconds(1);
// And at least so many segments a second more, so that a slow link tries too.
constexpr double kTryMore = 5;

// The limit ends after so many rounds in a row in which it did not matter.
constexpr uint32_t kUnboundMax = 5;

// When a round took so many times what was known, the next one tries twice as
// much.
constexpr double kMore = 1.1;
constexpr double kMoreDoubling = 1.25;
// When a try took so many times what was known, the next round tries again.
constexpr double kGained = 1.04;

// A link that used less of its rate is not said to have used less.
constexpr double kUsedMin = 0.5;

// A link with this share of its contracted rate is at its ceiling.
constexpr double kCeilingShare = 0.95;

// When it has taken nothing for so long, the link pauses. Some carriers count
// by whole seconds: they take nothing for the rest of one.
constexpr absl::Duration kTakesNothing = absl::Seconds(1);

// Where a rate begins when too little is known of the carrier.
constexpr double kRateUnknown = 100;

// The bucket holds the segments of a tenth of a second, so that writes are
// joined; of less while a carrier is tried that has no room for bursts.
double BurstOf(double rate, bool limited) {
  return std::max(1.0, rate / (limited ? 50 : 10));
}

}  // namespace

Pace::Pace(const PaceOptions& options, absl::Duration now)
    : options_(options),
      rate_(options.segments_per_second),
      tokens_(BurstOf(rate_, false)),
      refilled_at_(now),
      taken_at_(now),
      pause_(options.pause) {
  round_.began = now;
}

void Pace::Refill(absl::Duration now) {
  const double passed = absl::ToDoubleSeconds(now - refilled_at_);
  refilled_at_ = now;
  if (rate_ == 0) return;
  tokens_ = std::min(BurstOf(rate_, limited_), tokens_ + passed * rate_);
}

uint32_t Pace::Allowed(absl::Duration now) {
  Look(now);
  if (paused(now)) return 0;
  // The contracted rate holds for probes, too, and may be slower than they are.
  if (probing_) return options_.segments_per_second > 0 && tokens_ < 1 ? 0 : 1;
  if (rate_ == 0) return std::numeric_limits<uint32_t>::max();
  return static_cast<uint32_t>(std::max(0.0, tokens_));
}

void Pace::Spend(uint32_t segments, absl::Duration now) {
  if (segments == 0) return;
  unanswered_ += segments;
  round_.written += segments;
  if (rate_ > 0) {
    tokens_ -= segments;
    if (tokens_ < 1) round_.bound = true;
  }
  if (!probing_) return;
  probe_sent_ = true;
  paused_until_ = now + pause_;  // The next one goes then, answered or not.
}

absl::Duration Pace::NextAt(absl::Duration now) {
  if (Allowed(now) > 0) return now;
  if (held_) return std::max(round_.began, now) + kRoundMin;
  if (paused(now)) return paused_until_;
  // One microsecond more: rounding must not make a busy loop.
  return now + absl::Seconds((1 - tokens_) / rate_) + absl::Microseconds(1);
}

void Pace::Answered(bool flow_control) {
  unanswered_ -= std::min(unanswered_, 1u);
  share_ += ((flow_control ? 1 : 0) - share_) / 32;
  ++(flow_control ? round_.refused : round_.taken);
  run_ = flow_control ? run_ + 1 : 0;
  const double run_max = std::max<double>(kBurst, rate_ / 8);
  if (!probing_ && run_ >= run_max) held_ = true;
}

void Pace::ConnectionLost() { unanswered_ = 0; }

void Pace::Look(absl::Duration now) {
  Refill(now);
  if (probing_) return LookAtProbe(now);
  if (round_.taken > 0) taken_at_ = now;
  if (IsOver(now)) EndRound(now);
}

bool Pace::IsOver(absl::Duration now) const {
  const absl::Duration age = now - round_.began;
  if (age < kRoundMin) return false;
  if (round_.answers() == 0) return unanswered_ == 0;  // The link is idle.
  if (round_.answers() < round_.unanswered) return age >= kRoundLost;
  return held_ || round_.answers() >= kRoundAnswers || age >= kRoundMax;
}

void Pace::BeginRound(absl::Duration now) {
  round_ = Round();
  round_.began = now;
  round_.unanswered = unanswered_;
  held_ = false;
}

void Pace::EndRound(absl::Duration now) {
  if (round_.answers() > 0) {
    const double seconds = absl::ToDoubleSeconds(now - round_.began);
    const Past round = {round_.taken / UsedOf(seconds), seconds};
    // A round that the rate did not bound tells nothing of the carrier's rate.
    const bool tells = !limited_ || round_.bound || held_;
    if (tells) past_[past_next_++ % past_.size()] = round;
    Judge(round, now);
    // Waiting does not earn a burst.
    if (held_) tokens_ = std::min(tokens_, 1.0);
  }
  BeginRound(now);
}

// How much of its rate the link used. When it waited for messages, the carrier
// was not seen to take less than the rate.
double Pace::UsedOf(double seconds) const {
  if (!limited_ || held_) return 1;
  return std::clamp(round_.written / (rate_ * seconds), kUsedMin, 1.0);
}

void Pace::Judge(const Past& round, absl::Duration now) {
  if (run_ >= kBurst && now - taken_at_ >= kTakesNothing) return Pause(now);
  if (limited_) return Adapt(round, now);
  if (held_ || IsCongested()) Limit(round);
}

bool Pace::IsCongested() const {
  return round_.refused >= kCongestedMin &&
         round_.refused > kCongestedShare * round_.answers();
}

void Pace::Limit(const Past& round) {
  limited_ = true;
  unbound_ = 0;
  const double took = held_ ? MeanTaken() : round.a_second();
  Relearn(std::max(took, kRateUnknown));
  doubling_ = took < kRateUnknown;
  TakeRate();
}

void Pace::Adapt(const Past& round, absl::Duration now) {
  unbound_ = round_.bound || held_ ? 0 : unbound_ + 1;
  if (unbound_ >= kUnboundMax) return Unlimit();
  if (held_) {
    Relearn(std::min(known_, MeanTaken()));
  } else if (round_.refused > round_.taken) {
    Relearn(round.a_second());
  } else if (round_.bound) {
    const double more = (doubling_ ? kMoreDoubling : kMore) * known_;
    doubling_ = round_.bound && !IsCongested() && round.a_second() >= more;
    const bool gained = trying_ && round.a_second() >= kGained * known_;
    known_ = MostTaken();
    if (IsAtCeiling() && !IsCongested()) return Unlimit();
    NextStep(now, gained);
  }
  TakeRate();
}

// After a try that gained nothing, at least two rounds keep to what is known.
void Pace::NextStep(absl::Duration now, bool gained) {
  if (gained) return;
  kept_ = trying_ ? 0 : kept_ + 1;
  trying_ = kept_ >= 2 && now - tried_at_ >= kBetweenTries;
  if (trying_) tried_at_ = now;
}

bool Pace::IsAtCeiling() const {
  const double ceiling = options_.segments_per_second;
  return ceiling > 0 && known_ >= kCeilingShare * ceiling;
}

// Forgets what the carrier took before.
void Pace::Relearn(double known) {
  past_.fill({});
  past_[0] = {known, 1};
  past_next_ = 1;
  known_ = known;
  doubling_ = false;
  trying_ = false;
  kept_ = 0;
}

void Pace::TakeRate() {
  double rate = known_;
  if (doubling_) {
    rate *= kDoublingGain;
  } else if (trying_) {
    rate = std::max(rate * kTryGain, rate + kTryMore);
  }
  rate_ = std::max(rate, kRateMin);
  if (options_.segments_per_second > 0) {
    rate_ = std::min(rate_, options_.segments_per_second);
  }
  tokens_ = std::min(tokens_, BurstOf(rate_, limited_));
}

void Pace::Unlimit() {
  limited_ = false;
  rate_ = options_.segments_per_second;
  tokens_ = std::min(tokens_, BurstOf(rate_, limited_));
}

void Pace::Pause(absl::Duration now) {
  limited_ = probing_ = true;
  probe_sent_ = false;
  paused_until_ = now + pause_;
}

void Pace::LookAtProbe(absl::Duration now) {
  if (round_.answers() == 0) return;
  if (round_.taken > 0) {
    probing_ = false;
    pause_ = options_.pause;
    paused_until_ = taken_at_ = now;
    run_ = 0;
    Relearn(kRateUnknown);
    doubling_ = true;
    TakeRate();
  } else if (probe_sent_) {
    probe_sent_ = false;
    pause_ = std::min(2 * pause_, options_.pause_max);
    paused_until_ = now + pause_;
  }
  BeginRound(now);
}

double Pace::MostTaken() const {
  double most = 0;
  for (const Past& past : past_) most = std::max(most, past.a_second());
  return most;
}

// Over a second, in which a carrier that counts by seconds has taken all it
// takes.
double Pace::MeanTaken() const {
  Past sum;
  for (size_t i = 1; i <= past_.size() && sum.seconds < 1; ++i) {
    const Past& past = past_[(past_next_ - i) % past_.size()];
    sum.taken += past.taken;
    sum.seconds += past.seconds;
  }
  return sum.a_second();
}

}  // namespace sluice::link
