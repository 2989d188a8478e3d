// When hand-overs to a carrier stop and begin again: the arithmetic of one
// breaker, and the choice between a link and one of its access numbers.
#include "gateway/dispatch/circuit_breaker.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "gateway/dispatch/link_breaker.h"

namespace sluice::gateway {
namespace {

using Kind = MessageEnd::Kind;

constexpr MessageEnd kTaken = {Kind::kTaken};
constexpr MessageEnd kUnanswered = {Kind::kUnanswered};
constexpr MessageEnd kWrongSender = {Kind::kRefused, 10};
constexpr MessageEnd kWrongFee = {Kind::kRefused, 5};
constexpr MessageEnd kWrongRecipient = {Kind::kRefused, 13, true};

// Records `pattern` again and again; returns how many outcomes it takes until
// the breaker should open, or 0 when `max` do not open it.
int OutcomesUntilOpen(const std::vector<MessageEnd>& pattern, int max,
                      const BreakerBounds& bounds = {}) {
  CircuitBreaker breaker(bounds);
  for (int i = 0; i < max; ++i) {
    const size_t at = static_cast<size_t>(i) % pattern.size();
    if (breaker.Ended(pattern[at]).has_value()) return i + 1;
  }
  return 0;
}

TEST(CircuitBreaker, OpensByTable) {
  const struct {
    const char* name;
    std::vector<MessageEnd> pattern;
    int opens_after;
  } cases[] = {
      {"all taken", {kTaken}, 0},
      {"all refused", {kWrongSender}, 16},
      {"half refused", {kTaken, kWrongSender}, 32},
      {"a third refused", {kTaken, kTaken, kWrongSender}, 0},
      {"two codes, a third each", {kWrongSender, kWrongFee, kTaken}, 0},
      {"two codes, half each", {kWrongSender, kWrongFee}, 31},
      {"all unanswered", {kUnanswered}, 4},
      {"one in four answered",
       {kTaken, kUnanswered, kUnanswered, kUnanswered},
       0},
      {"all recipients wrong", {kWrongRecipient}, 61},
      {"nine of ten recipients wrong",
       std::vector<MessageEnd>{
           kTaken, kWrongRecipient, kWrongRecipient, kWrongRecipient,
           kWrongRecipient, kWrongRecipient, kWrongRecipient, kWrongRecipient,
           kWrongRecipient, kWrongRecipient},
       0},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(OutcomesUntilOpen(c.pattern, 1'000), c.opens_after) << c.name;
  }
}

TEST(CircuitBreaker, ProbesAtGrowingPausesUntilOneIsTaken) {
  CircuitBreaker breaker;
  breaker.Open({Kind::kRefused, 10, 16, 16}, absl::Seconds(100));
  absl::Duration now = absl::Seconds(100);
  for (const int pause : {2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
    EXPECT_FALSE(
        breaker.ProbeDue(now + absl::Seconds(pause) - absl::Milliseconds(1)));
    now += absl::Seconds(pause);
    EXPECT_TRUE(breaker.ProbeDue(now));
    breaker.BeginProbe();
    EXPECT_FALSE(breaker.ProbeDue(now)) << "one at a time";
    breaker.ProbeEnded(false, now);
  }
  now += absl::Seconds(300);
  breaker.BeginProbe();
  breaker.ProbeEnded(true, now);
  EXPECT_FALSE(breaker.open());
}

TEST(CircuitBreaker, AProbeThatWasNotSentIsAskedForAgain) {
  CircuitBreaker breaker;
  breaker.Open({}, absl::ZeroDuration());
  breaker.BeginProbe();
  breaker.ProbeUnused();
  EXPECT_TRUE(breaker.ProbeDue(absl::Seconds(2)));
  breaker.BeginProbe();
  breaker.ProbePutOff(absl::Seconds(2));
  EXPECT_FALSE(breaker.ProbeDue(absl::Seconds(3)));
  EXPECT_TRUE(breaker.ProbeDue(absl::Seconds(4)));
}

TEST(CircuitBreaker, ThePauseGrowsOnWhenItOpensSoonAgain) {
  CircuitBreaker breaker;
  breaker.Open({}, absl::ZeroDuration());
  breaker.BeginProbe();
  breaker.ProbeEnded(true, absl::Seconds(2));
  breaker.Open({}, absl::Seconds(10));
  EXPECT_FALSE(breaker.ProbeDue(absl::Seconds(13)));
  EXPECT_TRUE(breaker.ProbeDue(absl::Seconds(14)));
  breaker.BeginProbe();
  breaker.ProbeEnded(true, absl::Seconds(14));
  for (int i = 0; i < 64; ++i) breaker.Ended(kTaken);
  breaker.Open({}, absl::Seconds(20));
  EXPECT_TRUE(breaker.ProbeDue(absl::Seconds(22)));
}

TEST(CircuitBreaker, NothingIsRecordedWhileItIsOpen) {
  CircuitBreaker breaker;
  breaker.Open({}, absl::ZeroDuration());
  for (int i = 0; i < 64; ++i) {
    EXPECT_FALSE(breaker.Ended(kUnanswered).has_value());
  }
  EXPECT_TRUE(breaker.ends().empty());
}

// The outcomes of messages from two access numbers, in turn.
std::optional<LinkBreaker::Change> RunBoth(LinkBreaker& breaker,
                                           const MessageEnd& of_first,
                                           const MessageEnd& of_second) {
  for (int i = 0; i < 64; ++i) {
    for (const auto& [number, end] :
         {std::pair("first", of_first), std::pair("second", of_second)}) {
      const auto change =
          breaker.Ended(number, ProbeOf::kNothing, end, absl::Seconds(1));
      if (change.has_value()) return change;
    }
  }
  return std::nullopt;
}

TEST(LinkBreaker, PausesTheAccessNumberThatAloneIsRefused) {
  LinkBreaker breaker;
  const auto change = RunBoth(breaker, kTaken, kWrongSender);
  ASSERT_TRUE(change.has_value());
  EXPECT_TRUE(change->paused);
  EXPECT_EQ(change->access_number, "second");
  EXPECT_EQ(change->cause.code, 10u);
  EXPECT_FALSE(breaker.paused());
  // The other one goes on; refusals that were on their way change nothing.
  EXPECT_FALSE(RunBoth(breaker, kTaken, kWrongSender).has_value());
  store::WorkRequest request;
  request.segments_max = 16;
  ASSERT_TRUE(breaker.Admit(absl::Seconds(2), request));
  EXPECT_EQ(request.segments_max, 16u);
  ASSERT_EQ(request.paused.size(), 1u);
  EXPECT_EQ(request.paused[0].access_number, "second");
  EXPECT_FALSE(request.paused[0].probe);
}

TEST(LinkBreaker, PausesTheLinkWhenAllNumbersAreRefused) {
  LinkBreaker breaker;
  const auto change = RunBoth(breaker, kWrongSender, kWrongSender);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->access_number, "");
  EXPECT_TRUE(breaker.paused());
}

TEST(LinkBreaker, PausesTheLinkWhenItsOnlyNumberIsRefused) {
  LinkBreaker breaker;
  std::optional<LinkBreaker::Change> change;
  for (int i = 0; i < 16; ++i) {
    EXPECT_FALSE(change.has_value());
    change = breaker.Ended("only", ProbeOf::kNothing, kWrongSender, {});
  }
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->access_number, "");
}

// A missing answer says nothing of how other numbers do.
TEST(LinkBreaker, MissingAnswersAreNoOthersThatDoBetter) {
  LinkBreaker breaker;
  breaker.Ended("", ProbeOf::kNothing, kUnanswered, {});
  std::optional<LinkBreaker::Change> change;
  for (int i = 0; i < 16; ++i) {
    change = breaker.Ended("only", ProbeOf::kNothing, kWrongSender, {});
  }
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->access_number, "");
}

// "second" is paused since second 1, then the link for missing answers.
void PauseSecondAndLink(LinkBreaker& breaker) {
  ASSERT_TRUE(RunBoth(breaker, kTaken, kWrongSender).has_value());
  for (int i = 0; i < 4; ++i) {
    breaker.Ended("", ProbeOf::kNothing, kUnanswered, absl::Seconds(2));
  }
  ASSERT_TRUE(breaker.paused());
  ASSERT_EQ(breaker.PausedNumbers().size(), 1u);
}

// Whether the next request may bring a message of the one paused number.
bool AdmitsPausedNumber(LinkBreaker& breaker, absl::Duration now) {
  store::WorkRequest request;
  EXPECT_TRUE(breaker.Admit(now, request));
  EXPECT_EQ(request.paused.size(), 1u);
  return request.paused.size() == 1 && request.paused[0].probe;
}

// Otherwise neither would ever be probed when nothing else waits.
TEST(LinkBreaker, APausedLinkIsProbedWithAPausedNumberIfNothingElseWaits) {
  LinkBreaker breaker;
  PauseSecondAndLink(breaker);
  EXPECT_FALSE(AdmitsPausedNumber(breaker, absl::Seconds(60)));
  EXPECT_TRUE(breaker.Came({}).empty());
  EXPECT_TRUE(AdmitsPausedNumber(breaker, absl::Seconds(60)));
  EXPECT_EQ(breaker.Came({"second"}), std::vector<ProbeOf>({ProbeOf::kLink}));
  EXPECT_TRUE(breaker.Ended("second", ProbeOf::kLink, kTaken, absl::Seconds(61))
                  .has_value());
  EXPECT_FALSE(breaker.paused());
  // Its own probe is due next.
  store::WorkRequest next;
  ASSERT_TRUE(breaker.Admit(absl::Seconds(61), next));
  EXPECT_TRUE(next.paused[0].probe);
  EXPECT_EQ(breaker.Came({"second"}), std::vector<ProbeOf>({ProbeOf::kNumber}));
}

// It refuses one access number, and would take the messages of others.
TEST(LinkBreaker, ACarrierThatRefusesAProbeDoesAnswer) {
  LinkBreaker breaker;
  PauseSecondAndLink(breaker);
  store::WorkRequest request;
  ASSERT_TRUE(breaker.Admit(absl::Seconds(60), request));
  ASSERT_EQ(breaker.Came({"second"})[0], ProbeOf::kLink);
  const auto change =
      breaker.Ended("second", ProbeOf::kLink, kWrongSender, absl::Seconds(60));
  ASSERT_TRUE(change.has_value());
  EXPECT_FALSE(change->paused);
  EXPECT_EQ(change->access_number, "");
  EXPECT_FALSE(breaker.paused());
  // It was a probe of the number, too: the next one is twice as far away.
  EXPECT_EQ(breaker.PausedNumbers().size(), 1u);
  EXPECT_FALSE(AdmitsPausedNumber(breaker, absl::Seconds(63)));
  EXPECT_TRUE(AdmitsPausedNumber(breaker, absl::Seconds(64)));
}

// Each partition may have a message that the carrier would take.
TEST(LinkBreaker, AllPartitionsAreAskedBeforeAPausedNumberIsTheProbe) {
  LinkBreaker breaker(2);
  ASSERT_TRUE(RunBoth(breaker, kTaken, kWrongSender).has_value());
  for (int i = 0; i < 64 && !breaker.paused(); ++i) {
    breaker.Ended("first", ProbeOf::kNothing, kWrongFee, absl::Seconds(2));
  }
  ASSERT_TRUE(breaker.paused());
  constexpr absl::Duration kNow = absl::Seconds(60);
  EXPECT_FALSE(AdmitsPausedNumber(breaker, kNow));
  breaker.Came({}, /*cut_short=*/true);  // Has not seen everything.
  EXPECT_FALSE(AdmitsPausedNumber(breaker, kNow));
  breaker.Came({});
  EXPECT_FALSE(AdmitsPausedNumber(breaker, kNow));
  breaker.Came({});
  EXPECT_TRUE(AdmitsPausedNumber(breaker, kNow));
  breaker.Came({"second"});
  EXPECT_FALSE(
      breaker.Ended("second", ProbeOf::kLink, kWrongSender, kNow).has_value());
  ASSERT_TRUE(breaker.paused());
  // Others may have come meanwhile.
  EXPECT_FALSE(AdmitsPausedNumber(breaker, 2 * kNow));
  EXPECT_EQ(breaker.Came({"first"})[0], ProbeOf::kLink);
  EXPECT_TRUE(
      breaker.Ended("first", ProbeOf::kLink, kTaken, 2 * kNow).has_value());
  EXPECT_FALSE(breaker.paused());
}

TEST(LinkBreaker, APausedLinkGetsOneProbeAndGoesOnWhenItIsTaken) {
  LinkBreaker breaker;
  for (int i = 0; i < 4; ++i) {
    breaker.Ended("a", ProbeOf::kNothing, kUnanswered, {});
  }
  ASSERT_TRUE(breaker.paused());
  store::WorkRequest request;
  request.segments_max = request.segments_window = 16;
  EXPECT_FALSE(breaker.Admit(absl::Seconds(1), request));
  ASSERT_TRUE(breaker.Admit(absl::Seconds(2), request));
  EXPECT_EQ(request.segments_max, 1u);
  EXPECT_EQ(request.segments_window, 1u);
  EXPECT_TRUE(request.least_urgent);
  EXPECT_FALSE(breaker.Admit(absl::Seconds(2), request));
  // This partition had nothing; the next one has a message.
  EXPECT_TRUE(breaker.Came({}).empty());
  ASSERT_TRUE(breaker.Admit(absl::Seconds(2), request));
  const std::vector<ProbeOf> probes = breaker.Came({"a"});
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0], ProbeOf::kLink);
  const auto change =
      breaker.Ended("a", ProbeOf::kLink, kTaken, absl::Seconds(3));
  ASSERT_TRUE(change.has_value());
  EXPECT_FALSE(change->paused);
  EXPECT_EQ(change->after, absl::Seconds(3));
  EXPECT_FALSE(breaker.paused());
}

TEST(LinkBreaker, APausedNumberGetsOneProbeAmongTheOthers) {
  LinkBreaker breaker;
  ASSERT_TRUE(RunBoth(breaker, kTaken, kWrongSender).has_value());
  store::WorkRequest request;
  ASSERT_TRUE(breaker.Admit(absl::Seconds(60), request));
  EXPECT_TRUE(request.paused[0].probe);
  store::WorkRequest other;
  ASSERT_TRUE(breaker.Admit(absl::Seconds(60), other));
  EXPECT_FALSE(other.paused[0].probe);
  const std::vector<ProbeOf> probes = breaker.Came({"first", "second"});
  EXPECT_EQ(probes[0], ProbeOf::kNothing);
  EXPECT_EQ(probes[1], ProbeOf::kNumber);
  const auto change =
      breaker.Ended("second", ProbeOf::kNumber, kTaken, absl::Seconds(61));
  ASSERT_TRUE(change.has_value());
  EXPECT_FALSE(change->paused);
  EXPECT_EQ(change->access_number, "second");
  EXPECT_TRUE(breaker.PausedNumbers().empty());
}

// Messages were asked for before the pause and come after it began.
TEST(LinkBreaker, OnlyProbesMayBeSentInAPause) {
  LinkBreaker breaker;
  ASSERT_TRUE(RunBoth(breaker, kTaken, kWrongSender).has_value());
  EXPECT_TRUE(breaker.MaySend("first", ProbeOf::kNothing));
  EXPECT_FALSE(breaker.MaySend("second", ProbeOf::kNothing));
  EXPECT_TRUE(breaker.MaySend("second", ProbeOf::kNumber));
  for (int i = 0; i < 4; ++i) {
    breaker.Ended("first", ProbeOf::kNothing, kUnanswered, {});
  }
  ASSERT_TRUE(breaker.paused());
  EXPECT_FALSE(breaker.MaySend("first", ProbeOf::kNothing));
  EXPECT_FALSE(breaker.MaySend("second", ProbeOf::kNumber));
  EXPECT_TRUE(breaker.MaySend("first", ProbeOf::kLink));
}

// A carrier that refuses the probe's recipient has read the rest.
TEST(LinkBreaker, AProbeToAWrongRecipientEndsAPauseForAnotherReason) {
  LinkBreaker breaker;
  ASSERT_TRUE(RunBoth(breaker, kWrongSender, kWrongSender).has_value());
  EXPECT_TRUE(
      breaker.Ended("a", ProbeOf::kLink, kWrongRecipient, absl::Seconds(2))
          .has_value());
  EXPECT_FALSE(breaker.paused());
}

TEST(LinkBreaker, ManyAccessNumbersAreBounded) {
  LinkBreaker breaker;
  for (size_t i = 0; i < 3 * LinkBreaker::kNumbersMax; ++i) {
    EXPECT_FALSE(breaker
                     .Ended(std::to_string(i), ProbeOf::kNothing,
                            i % 4 == 0 ? kWrongSender : kTaken, {})
                     .has_value());
  }
  // Refusals spread over numbers that come once each pause the link.
  std::optional<LinkBreaker::Change> change;
  for (int i = 0; i < 64 && !change.has_value(); ++i) {
    change =
        breaker.Ended(std::to_string(i), ProbeOf::kNothing, kWrongSender, {});
  }
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->access_number, "");
}

}  // namespace
}  // namespace sluice::gateway
