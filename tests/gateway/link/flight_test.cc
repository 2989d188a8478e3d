// The rules of link.h, one by one: the outcome of a hand-over whatever the
// carrier and the connection do.

#include "gateway/link/flight.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/gateway/link/recording_owner.h"

namespace sluice::link {
namespace {

using Events = std::vector<std::string>;

constexpr absl::Duration kTimeout = absl::Seconds(60);

std::string Long(int parts) {
  std::string text;
  for (int i = 0; i < 67 * parts; ++i) text += "验";
  return text;
}

class FlightTest : public testing::Test {
 protected:
  FlightTest() : flight_(link_, owner_, Options()) {}

  static FlightOptions Options() {
    FlightOptions options;
    options.window = 4;
    options.answer_timeout = kTimeout;
    options.segment_tries_max = 3;
    return options;
  }

  void Add(HandOverRef ref, int parts = 1) {
    HandOver h;
    h.ref = ref;
    h.access_number = "106900001";
    h.recipient = "13800138000";
    h.text = parts == 1 ? "T" : Long(parts);
    h.parts = static_cast<uint32_t>(parts);
    flight_.Add(std::move(h));
  }
  // Sends all segments that may be sent; returns "ref.part" in order. Sequences
  // count from 1.
  Events SendAll(absl::Duration now = absl::ZeroDuration()) {
    Events sent;
    Flight::Segment segment;
    while (flight_.Next(segment)) {
      sent.push_back(absl::StrCat(segment.hand_over->ref, ".", segment.part));
      flight_.Sent(++sequence_, now);
    }
    return sent;
  }
  Events Write(absl::Duration now = absl::ZeroDuration()) {
    Events sent = SendAll(now);
    Wrote();
    return sent;
  }
  void Wrote() {
    flight_.Given(sequence_);
    flight_.Left(sequence_);
  }
  void Take(uint32_t sequence) {
    flight_.Answered(sequence, SegmentAnswer::kTaken, 0, "ok",
                     absl::StrCat("id", sequence));
  }
  void Refuse(uint32_t sequence) {
    flight_.Answered(sequence, SegmentAnswer::kRefused, 5, "fee", "");
  }
  void Throttle(uint32_t sequence) {
    flight_.Answered(sequence, SegmentAnswer::kNotTaken, 8, "flow", "");
  }

  NullLink link_;
  RecordingOwner owner_;
  Flight flight_;
  uint32_t sequence_ = 0;
};

TEST_F(FlightTest, TakenInOneSegment) {
  Add(7);
  EXPECT_EQ(flight_.held(), 1u);
  EXPECT_EQ(Write(), Events{"7.0"});
  EXPECT_EQ(owner_.TakeEvents(), Events{"written 7"});
  Take(1);
  EXPECT_EQ(owner_.TakeEvents(), Events{"taken 7 [id1]"});
  EXPECT_TRUE(flight_.empty());
  EXPECT_EQ(flight_.held(), 0u);
}

TEST_F(FlightTest, TheWindowHoldsBack) {
  for (int i = 1; i <= 6; ++i) Add(i);
  EXPECT_EQ(Write(), (Events{"1.0", "2.0", "3.0", "4.0"}));
  EXPECT_EQ(Write(), Events{});
  Take(2);
  EXPECT_EQ(Write(), Events{"5.0"});
}

TEST_F(FlightTest, LongMessageIsWrittenWhenAllOfItIs) {
  Add(1, 6);
  EXPECT_EQ(Write().size(), 4u);
  EXPECT_EQ(owner_.TakeEvents(), Events{});
  for (uint32_t s = 1; s <= 4; ++s) Take(s);
  EXPECT_EQ(Write().size(), 2u);
  EXPECT_EQ(owner_.TakeEvents(), Events{"written 1"});
  Take(6);
  EXPECT_EQ(flight_.held(), 1u);
  Take(5);
  EXPECT_EQ(owner_.TakeEvents(), Events{"taken 1 [id1,id2,id3,id4,id5,id6]"});
}

TEST_F(FlightTest, AnAnswerMayOvertakeTheCompletionOfItsWrite) {
  Add(1);
  SendAll();
  Take(1);
  EXPECT_EQ(owner_.TakeEvents(), (Events{"written 1", "taken 1 [id1]"}));
  Wrote();
  EXPECT_EQ(owner_.TakeEvents(), Events{});
}

TEST_F(FlightTest, WhatTheKernelHasIsNotWrittenYetAndNotGivenBackEither) {
  for (int i = 1; i <= 3; ++i) Add(i);
  SendAll();
  flight_.Given(3);
  EXPECT_EQ(owner_.TakeEvents(), Events{});
  flight_.Left(1);
  EXPECT_EQ(owner_.TakeEvents(), Events{"written 1"});
  // The second may still leave: it is not UNKNOWN while the connection stands.
  EXPECT_TRUE(flight_.Expire(kTimeout));
  EXPECT_EQ(owner_.TakeEvents(), Events{"unknown 1 []"});
  EXPECT_FALSE(flight_.Expire(2 * kTimeout));
  flight_.ConnectionLost(0);
  EXPECT_EQ(owner_.TakeEvents(), (Events{"unknown 2 []", "unknown 3 []"}));
}

TEST_F(FlightTest, RefusedForGood) {
  Add(1);
  Write();
  owner_.TakeEvents();
  Refuse(1);
  EXPECT_EQ(owner_.TakeEvents(), Events{"refused 1 code 5 []"});
}

TEST_F(FlightTest, ARefusedSegmentStopsTheRestAndWaitsForOpenAnswers) {
  Add(1, 6);
  Write();
  Refuse(2);
  EXPECT_EQ(Write(), Events{});
  Take(1);
  Take(3);
  EXPECT_EQ(owner_.TakeEvents(), Events{});
  Take(4);
  EXPECT_EQ(owner_.TakeEvents(), Events{"refused 1 code 5 [id1,,id3,id4,,]"});
  EXPECT_TRUE(flight_.empty());
}

TEST_F(FlightTest, FlowControlGivesAShortMessageBackToItsOwner) {
  Add(1);
  Write();
  Throttle(1);
  EXPECT_EQ(owner_.TakeEvents(),
            (Events{"written 1", "not taken 1 code 8 []"}));
  EXPECT_TRUE(flight_.empty());
}

TEST_F(FlightTest, FlowControlOnEverySegmentIsNotTaken) {
  Add(1, 2);
  Write();
  owner_.TakeEvents();
  Throttle(2);
  EXPECT_EQ(owner_.TakeEvents(), Events{});  // The other segment is open.
  Throttle(1);
  EXPECT_EQ(owner_.TakeEvents(), Events{"not taken 1 code 8 [,]"});
}

TEST_F(FlightTest, OnlyTheSegmentThatWasNotTakenIsSentAgain) {
  Add(1, 3);
  Write();
  Take(1);
  Throttle(2);
  Take(3);
  EXPECT_EQ(owner_.TakeEvents(), Events{"written 1"});
  EXPECT_EQ(flight_.held(), 1u);
  EXPECT_TRUE(flight_.retries());
  EXPECT_EQ(Write(), Events{});  // After a pause.
  flight_.Retry();
  EXPECT_EQ(Write(), Events{"1.1"});
  Take(4);
  EXPECT_EQ(owner_.TakeEvents(), Events{"taken 1 [id1,id4,id3]"});
}

TEST_F(FlightTest, ASegmentThatWaitsForItsRetryStopsNoOtherMessage) {
  Add(1, 2);
  Write();
  Take(1);
  Throttle(2);
  Add(2);
  EXPECT_EQ(Write(), Events{"2.0"});
  Add(3);
  flight_.Retry();
  EXPECT_EQ(Write(), (Events{"3.0", "1.1"}));
}

TEST_F(FlightTest, AConnectionLostBeforeTheRetryIsUnknown) {
  Add(1, 2);
  Write();
  Take(1);
  Throttle(2);
  flight_.ConnectionLost(0);
  EXPECT_EQ(owner_.TakeEvents(), (Events{"written 1", "unknown 1 [id1,]"}));
  EXPECT_FALSE(flight_.retries());
}

TEST_F(FlightTest, TellsWhenAMessageMayBeHandedOverAgain) {
  Add(1);
  Write();
  flight_.AgainAfter(absl::Seconds(3));
  Throttle(1);
  EXPECT_EQ(owner_.Look().again_after, absl::Seconds(3));
}

TEST_F(FlightTest, FlowControlHasAnEnd) {
  Add(1, 2);
  Write();
  Take(1);
  Throttle(2);
  flight_.Retry();
  Write();
  Throttle(3);
  flight_.Retry();
  Write();
  Throttle(4);
  EXPECT_EQ(owner_.TakeEvents(),
            (Events{"written 1", "refused 1 code 8 [id1,]"}));
}

TEST_F(FlightTest, NoAnswerInTimeIsUnknownAndNeverSentAgain) {
  Add(1);
  Write();
  flight_.Expire(kTimeout - absl::Seconds(1));
  EXPECT_EQ(flight_.unanswered(), 1u);
  flight_.Expire(kTimeout);
  EXPECT_EQ(owner_.TakeEvents(), (Events{"written 1", "unknown 1 []"}));
  EXPECT_EQ(Write(), Events{});
}

// A carrier that is connected and does not read: a segment in the write buffer
// may still leave, so it is neither written nor unknown.
TEST_F(FlightTest, WhatIsStillInOurBufferDoesNotExpire) {
  Add(1);
  Write();
  Add(2);
  SendAll();
  Take(1);
  owner_.TakeEvents();
  flight_.Expire(kTimeout);
  EXPECT_EQ(owner_.TakeEvents(), Events{});
  flight_.ConnectionLost(0);
  EXPECT_EQ(owner_.TakeEvents(), Events{"given back 2"});
}

TEST_F(FlightTest, ALateAnswerNamesItsSegment) {
  Add(1, 2);
  Write();
  Take(1);
  flight_.Expire(kTimeout);
  EXPECT_EQ(owner_.TakeEvents(), (Events{"written 1", "unknown 1 [id1,]"}));
  Take(2);
  EXPECT_EQ(owner_.TakeEvents(), Events{"late 1.1 id2"});
  Take(2);  // A second late answer is ignored.
  EXPECT_EQ(owner_.TakeEvents(), Events{});
}

TEST_F(FlightTest, ATimeoutInTheMiddleStopsTheRest) {
  Add(1, 6);
  Write();
  for (uint32_t s = 2; s <= 4; ++s) Take(s);
  flight_.Expire(kTimeout);
  EXPECT_EQ(owner_.TakeEvents(), Events{"unknown 1 [,id2,id3,id4,,]"});
  EXPECT_EQ(Write(), Events{});
}

TEST_F(FlightTest, LostConnectionGivesBackWhatWasNotWritten) {
  Add(1);
  Add(2);
  Write();
  Add(3);
  SendAll();  // In the write buffer.
  Add(4);
  owner_.TakeEvents();
  flight_.ConnectionLost(0);
  EXPECT_EQ(owner_.TakeEvents(), (Events{"given back 4", "given back 3",
                                         "unknown 1 []", "unknown 2 []"}));
  EXPECT_TRUE(flight_.empty());
}

TEST_F(FlightTest, OneOctetIsEnoughForDoubt) {
  Add(1);
  Add(2);
  SendAll();
  flight_.ConnectionLost(1);
  EXPECT_EQ(owner_.TakeEvents(), (Events{"given back 2", "unknown 1 []"}));
}

TEST_F(FlightTest, LostConnectionBetweenTwoSegmentsIsUnknown) {
  Add(1, 6);
  Write();
  for (uint32_t s = 1; s <= 4; ++s) Take(s);
  flight_.ConnectionLost(0);
  EXPECT_EQ(owner_.TakeEvents(), Events{"unknown 1 [id1,id2,id3,id4,,]"});
}

TEST_F(FlightTest, LostConnectionLeavesNoDoubtAboutWhatIsKnown) {
  Add(1, 3);
  Write();
  Refuse(1);
  flight_.ConnectionLost(0);
  EXPECT_EQ(owner_.TakeEvents(),
            (Events{"written 1", "refused 1 code 5 [,,]"}));
  // Refused for the moment, and its other segment never left.
  Add(2, 5);
  Write();
  for (uint32_t s = 5; s <= 7; ++s) Throttle(s);
  flight_.ConnectionLost(0);
  EXPECT_EQ(owner_.TakeEvents(), Events{"unknown 2 [,,,,]"});
}

TEST_F(FlightTest, ThrottledAndTheRestUnwrittenIsNotTaken) {
  Add(1, 2);
  Flight::Segment segment;
  ASSERT_TRUE(flight_.Next(segment));
  flight_.Sent(++sequence_, absl::ZeroDuration());
  Wrote();
  ASSERT_TRUE(flight_.Next(segment));
  flight_.Sent(++sequence_, absl::ZeroDuration());
  Throttle(1);
  flight_.ConnectionLost(0);
  EXPECT_EQ(owner_.TakeEvents(), Events{"not taken 1 code 8 [,]"});
}

TEST_F(FlightTest, StopGivesBackOnlyWhatHasNotBegun) {
  Add(1, 6);
  Add(2);
  Write();
  flight_.GiveBackWaiting();
  EXPECT_EQ(owner_.TakeEvents(), Events{"given back 2"});
  for (uint32_t s = 1; s <= 4; ++s) Take(s);
  EXPECT_EQ(Write().size(), 2u);  // A message that has begun is finished.
}

TEST_F(FlightTest, GivesBackTheMessagesOfOneAccessNumber) {
  Add(1);
  HandOver other;
  other.ref = 2;
  other.access_number = "another";
  other.text = "T";
  flight_.Add(other);
  flight_.GiveBackWaiting("another");
  EXPECT_EQ(owner_.TakeEvents(), Events{"given back 2"});
  EXPECT_EQ(Write().size(), 1u);
}

TEST_F(FlightTest, AnUnreadableAnswerIsDoubt) {
  Add(1);
  Write();
  flight_.AnsweredUnreadably(1);
  flight_.AnsweredUnreadably(99);
  EXPECT_EQ(owner_.TakeEvents(), (Events{"written 1", "unknown 1 []"}));
}

TEST_F(FlightTest, StrangeAnswersChangeNothing) {
  Add(1);
  Write();
  EXPECT_FALSE(flight_.Answered(55, SegmentAnswer::kTaken, 0, "ok", "strange"));
  EXPECT_EQ(flight_.unanswered(), 1u);
}

TEST_F(FlightTest, WhatCannotBeEncodedIsRefusedByTheLink) {
  Add(1);
  Flight::Segment segment;
  ASSERT_TRUE(flight_.Next(segment));
  flight_.NotEncodable("too long");
  EXPECT_EQ(owner_.TakeEvents(),
            Events{absl::StrCat("refused 1 code ", kNotEncodable, " []")});
  EXPECT_FALSE(flight_.Next(segment));
  EXPECT_TRUE(flight_.empty());
}

TEST_F(FlightTest, MoreThan255SegmentsAreRefusedByTheLink) {
  Add(1, 256);
  Add(2);
  EXPECT_EQ(Write(), Events{"2.0"});
  EXPECT_EQ(owner_.TakeEvents()[0],
            absl::StrCat("refused 1 code ", kNotEncodable, " []"));
}

TEST_F(FlightTest, ReferencesOfLongMessagesToOnePhoneDiffer) {
  Add(1, 2);
  Add(2, 2);
  std::map<HandOverRef, char> references;
  Flight::Segment segment;
  while (flight_.Next(segment)) {
    references[segment.hand_over->ref] = (*segment.octets)[3];
    flight_.Sent(++sequence_, absl::ZeroDuration());
  }
  EXPECT_NE(references[1], references[2]);
}

// One run of a flight with all events in random order.
class FlightRun {
 public:
  explicit FlightRun(std::mt19937_64& random)
      : random_(random), flight_(link_, owner_, Options(random)) {}

  void Step() {
    now_ += absl::Seconds(random_() % 3);
    switch (random_() % 8) {
      case 0:
      case 1:
        return Add();
      case 2:
      case 3:
        return Send();
      case 4:
        flight_.Given(in_buffer_.size());
        Touch(in_buffer_.size());
        return flight_.Left(random_() % 8);
      case 5:
      case 6:
        return Answer();
      default:
        if (random_() % 4 == 0) return void(flight_.Expire(now_));
        if (random_() % 4 == 0) return flight_.Retry();
        if (random_() % 8 == 0) return flight_.GiveBackWaiting();
        if (random_() % 8 == 0) Lose(random_() % (in_buffer_.size() + 1));
    }
  }

  // Loses the connection; then every hand-over has exactly one outcome, none
  // that was given back was written, and all unknown ones were written.
  void EndAndCheck() {
    Lose(in_buffer_.size());
    std::map<HandOverRef, int> ends;
    for (const std::string& event : owner_.Look().events) {
      if (absl::StartsWith(event, "written") ||
          absl::StartsWith(event, "late")) {
        continue;
      }
      const size_t digit = event.find_first_of("0123456789");
      const HandOverRef ref = std::stoull(event.substr(digit));
      ++ends[ref];
      if (absl::StartsWith(event, "given back")) {
        EXPECT_FALSE(written_[ref]) << event;
      }
      if (absl::StartsWith(event, "unknown")) {
        EXPECT_TRUE(written_[ref]) << event;
      }
    }
    EXPECT_EQ(ends.size(), refs_);
    for (const auto& [ref, times] : ends) EXPECT_EQ(times, 1) << ref;
  }

 private:
  using Part = std::pair<HandOverRef, uint32_t>;  // A segment of a hand-over.

  static FlightOptions Options(std::mt19937_64& random) {
    FlightOptions options;
    options.window = 1 + random() % 8;
    return options;
  }

  void Add() {
    HandOver h;
    h.ref = ++refs_;
    h.text = Long(1 + static_cast<int>(random_() % 4));
    flight_.Add(std::move(h));
  }

  // A segment is sent again only after a flow control answer.
  void Send() {
    Flight::Segment s;
    while (flight_.Next(s)) {
      const Part part = {s.hand_over->ref, s.part};
      const auto again = may_send_.find(part);
      ASSERT_TRUE(again == may_send_.end() || again->second);
      may_send_[part] = false;
      flight_.Sent(++sequences_, now_);
      open_[sequences_] = part;
      in_buffer_.push_back(s.hand_over->ref);
    }
  }

  void Answer() {
    if (open_.empty()) return;
    const auto at = std::next(open_.begin(),
                              static_cast<int64_t>(random_() % open_.size()));
    const auto [sequence, part] = *at;
    open_.erase(at);
    written_[part.first] = true;
    const auto answer = static_cast<SegmentAnswer>(random_() % 3);
    may_send_[part] = answer == SegmentAnswer::kNotTaken;
    flight_.Answered(sequence, answer, 1, "", "id");
  }

  // The socket took the first `count` segments of the buffer, at least an octet
  // of the last one; the other segments are lost.
  void Touch(size_t count) {
    for (size_t i = 0; i < count; ++i) written_[in_buffer_[i]] = true;
    in_buffer_.clear();
  }

  void Lose(size_t touched) {
    Touch(touched);
    open_.clear();
    flight_.ConnectionLost(touched);
    EXPECT_TRUE(flight_.empty());
  }

  std::mt19937_64& random_;
  NullLink link_;
  RecordingOwner owner_;
  Flight flight_;
  absl::Duration now_;
  HandOverRef refs_ = 0;
  uint32_t sequences_ = 0;
  std::map<uint32_t, Part> open_;  // Unanswered, by sequence number.
  std::map<Part, bool> may_send_;
  std::map<HandOverRef, bool> written_;  // Any octet.
  std::vector<HandOverRef> in_buffer_;
};

TEST(FlightSim, EveryHandOverEndsOnce) {
  std::mt19937_64 random(1);
  for (int run = 0; run < 300; ++run) {
    FlightRun one(random);
    for (int step = 0; step < 300; ++step) one.Step();
    one.EndAndCheck();
  }
}

}  // namespace
}  // namespace sluice::link
