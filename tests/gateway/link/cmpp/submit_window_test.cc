// What the window adds to link::Flight: offers, pace, the write buffer and the
// body of the answers. What becomes of a hand-over is in flight_test.cc.

#include "gateway/link/cmpp/submit_window.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/link/frame_reader.h"
#include "tests/gateway/link/body_octets.h"
#include "tests/gateway/link/cmpp/link_parts.h"

namespace sluice::cmpp {
namespace {

using Events = std::vector<std::string>;

class SubmitWindowTest : public LinkPartTest {
 protected:
  SubmitWindowTest() { window_.Begin(Version::k20); }

  void Add(link::HandOverRef ref) {
    link::HandOver h;
    h.ref = ref;
    h.access_number = "106900001";
    h.recipient = "13800138000";
    h.text = "T";
    window_.Add(std::move(h));
  }
  // Writes all that may be written; returns the number of SUBMITs.
  int WriteAll() {
    std::string out;
    window_.Compose(out);
    if (!out.empty()) Wrote(out.size());
    return static_cast<int>(out.size() / SubmitSize());
  }
  // The kernel has taken it and sent it.
  void Wrote(size_t octets) {
    window_.Wrote(octets, true);
    window_.Left(0);
  }
  void Answer(uint32_t sequence, const SubmitResp& resp) {
    window_.Answered(sequence, link::BodyOctets(resp, Version::k20));
  }
  // Octets of one SUBMIT of this test.
  static size_t SubmitSize() {
    return EncodePdu(Submit{.dest_terminal_id = {""}, .content = "T"},
                     Version::k20, 1)
        ->size();
  }

  int Serve(absl::Duration length, uint32_t result);

  link::HandOverRef ref_ = 0;
  uint32_t answered_ = 0;  // Sequence numbers answered.
  Sequence sequence_{0};
  SubmitWindow window_{context_, sequence_, 0};
};

TEST(Sequence, WrapsAround) {
  Sequence sequence(0xfffffffe);
  EXPECT_EQ(sequence.Next(), 0xffffffff);
  EXPECT_EQ(sequence.Next(), 0u);
}

TEST_F(SubmitWindowTest, OffersTheWindowAndAsMuchAhead) {
  EXPECT_EQ(window_.Room(0), 8u);
  EXPECT_EQ(window_.Room(6), 2u);
  EXPECT_EQ(window_.Room(7), 0u);  // Less than a quarter.
  EXPECT_EQ(window_.Room(8), 0u);
  Add(1);
  EXPECT_EQ(window_.Room(0), 7u);
}

TEST_F(SubmitWindowTest, ANewConnectionBeginsWithOneSegment) {
  options_.window_first = 1;
  SubmitWindow window(context_, sequence_, 0);
  const auto write = [&] {
    std::string out;
    window.Compose(out);
    if (!out.empty()) window.Wrote(out.size(), true);
    window.Left(0);
    return static_cast<int>(out.size() / SubmitSize());
  };
  const auto add = [&](uint32_t n) {
    for (; n > 0; --n) {
      link::HandOver h;
      h.ref = ++ref_;
      h.recipient = "13800138000";
      h.text = "T";
      window.Add(std::move(h));
    }
  };
  window.Begin(Version::k20);
  EXPECT_FALSE(window.composed());
  EXPECT_EQ(window.Room(0), 2u);
  add(16);
  EXPECT_EQ(write(), 1);
  EXPECT_EQ(notes_.Read().window, 1u);
  EXPECT_TRUE(window.composed());
  EXPECT_FALSE(window.answered());
  const auto answer = [&](uint32_t n) {
    for (; n > 0; --n) {
      window.Answered(++answered_,
                      link::BodyOctets(SubmitResp(), Version::k20));
    }
  };
  answer(1);
  EXPECT_TRUE(window.answered());
  EXPECT_EQ(write(), 2);
  answer(2);
  EXPECT_EQ(write(), 4);
  answer(4);
  EXPECT_EQ(write(), 4);
  // The carrier falls silent: one segment after the other.
  clock_.Advance(options_.answer_timeout);
  window.Expire();
  EXPECT_EQ(write(), 1);
  EXPECT_EQ(owner_.Look().unknown, 4);
  answered_ += 4;
  answer(1);
  EXPECT_EQ(write(), 2);
  window.ConnectionLost();
  window.Begin(Version::k20);
  EXPECT_FALSE(window.answered());
  add(16);
  EXPECT_EQ(write(), 1);
}

TEST_F(SubmitWindowTest, WritesTheWindowAndGoesOnAfterAnAnswer) {
  for (int i = 1; i <= 6; ++i) Add(i);
  EXPECT_EQ(WriteAll(), 4);
  EXPECT_EQ(WriteAll(), 0);
  EXPECT_EQ(window_.NextCompose(), absl::InfiniteDuration());
  owner_.TakeEvents();
  Answer(1, {.msg_id = 7});
  EXPECT_EQ(owner_.TakeEvents(), Events({"taken 1 [0000000000000007]"}));
  EXPECT_EQ(WriteAll(), 1);
}

TEST_F(SubmitWindowTest, GivesBackBeyondTwiceItsRoom) {
  for (int i = 1; i <= 16; ++i) Add(i);
  EXPECT_EQ(owner_.TakeEvents(), Events());
  Add(17);
  EXPECT_EQ(owner_.TakeEvents(), Events({"given back 17"}));
  window_.GiveBackWaiting();
  EXPECT_EQ(owner_.TakeEvents().size(), 16u);
  EXPECT_TRUE(window_.empty());
}

TEST_F(SubmitWindowTest, ALoneFlowControlStopsNothing) {
  Add(1);
  Add(2);
  EXPECT_EQ(WriteAll(), 2);
  owner_.TakeEvents();
  Answer(1, {.result = 8});
  EXPECT_EQ(owner_.TakeEvents(), Events({"not taken 1 code 8 []"}));
  EXPECT_EQ(owner_.Look().again_after, absl::ZeroDuration());
  EXPECT_EQ(window_.Room(0), 7u);
  Add(3);
  EXPECT_EQ(WriteAll(), 1);
}

// Hands over whatever is offered and answers it with `result`, for `length`;
// returns how many SUBMITs were written.
int SubmitWindowTest::Serve(absl::Duration length, uint32_t result) {
  int written = 0;
  const absl::Duration end = clock_.Monotonic() + length;
  while (clock_.Monotonic() < end) {
    for (uint32_t room = window_.Room(0); room > 0; --room) Add(++ref_);
    const int n = WriteAll();
    for (int i = 0; i < n; ++i) Answer(++answered_, {.result = result});
    written += n;
    clock_.Advance(absl::Milliseconds(1));
  }
  return written;
}

TEST_F(SubmitWindowTest, ACarrierThatTakesNothingGetsSingleSegments) {
  Serve(absl::Seconds(3), 8);
  EXPECT_GT(owner_.Look().again_after, absl::ZeroDuration());
  // Nothing waits here through a pause: another link may send it.
  EXPECT_EQ(owner_.Look().offered, 0u);
  EXPECT_TRUE(window_.empty());
  const absl::Duration next = window_.NextCompose();
  EXPECT_GT(next, absl::ZeroDuration());
  EXPECT_LE(next, 2 * options_.pace.pause);
  // A hand-over that was on its way when the pause began.
  owner_.TakeEvents();
  Add(++ref_);
  EXPECT_EQ(owner_.TakeEvents(), Events({absl::StrCat("given back ", ref_)}));
  EXPECT_LE(Serve(absl::Seconds(60), 8), 14);
  EXPECT_GT(Serve(absl::Seconds(10), 0), 1'000);
}

TEST_F(SubmitWindowTest, AHeldPartIsTriedAgainAfterAPause) {
  link::HandOver h;
  h.ref = 1;
  h.access_number = "106900001";
  h.recipient = "13800138000";
  for (int i = 0; i < 67 * 2; ++i) h.text += "验";
  window_.Add(h);
  std::string out;
  window_.Compose(out);
  Wrote(out.size());
  Answer(1, {.msg_id = 7});
  Answer(2, {.result = 8});
  EXPECT_EQ(WriteAll(), 0);
  EXPECT_EQ(window_.NextCompose(), options_.pace.pause);
  clock_.Advance(options_.pace.pause);
  EXPECT_GE(WriteAll(), 1);
}

TEST_F(SubmitWindowTest, ASegmentIsWrittenWhenTheKernelHasSentIt) {
  for (int i = 1; i <= 3; ++i) Add(i);
  std::string out = "an answer before the SUBMITs";
  window_.Compose(out);
  EXPECT_TRUE(window_.leaving());
  // All but the last octet.
  window_.Wrote(out.size() - 1, false);
  window_.Left(3 * SubmitSize());
  EXPECT_EQ(owner_.TakeEvents(), Events());
  window_.Wrote(out.size(), true);
  window_.Left(2 * SubmitSize() - 1);
  EXPECT_EQ(owner_.TakeEvents(), Events({"written 1"}));
  clock_.Advance(options_.unsent_timeout - absl::Milliseconds(1));
  EXPECT_FALSE(window_.stuck());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(window_.stuck());
  window_.Left(0);
  EXPECT_EQ(owner_.TakeEvents(), Events({"written 2", "written 3"}));
  EXPECT_FALSE(window_.stuck());
  EXPECT_FALSE(window_.leaving());
}

TEST_F(SubmitWindowTest, AFailedWriteGivesBackWhatDidNotLeave) {
  for (int i = 1; i <= 3; ++i) Add(i);
  std::string out = "an answer before the SUBMITs";
  const size_t begin = out.size();
  window_.Compose(out);
  // An octet of the second SUBMIT has left.
  window_.WriteFailed(begin + SubmitSize() + 1);
  window_.ConnectionLost();
  EXPECT_EQ(owner_.TakeEvents(),
            Events({"given back 3", "unknown 1 []", "unknown 2 []"}));
  EXPECT_TRUE(window_.empty());
}

TEST_F(SubmitWindowTest, ALaterPartOfAWriteMayFail) {
  for (int i = 1; i <= 4; ++i) Add(i);
  std::string out;
  window_.Compose(out);
  window_.Wrote(SubmitSize() + 1, false);
  window_.WriteFailed(2 * SubmitSize() + 1);
  window_.ConnectionLost();
  EXPECT_EQ(owner_.TakeEvents(), Events({"given back 4", "unknown 1 []",
                                         "unknown 2 []", "unknown 3 []"}));
}

// An opt-out waits for what has been handed over and is not written.
TEST_F(SubmitWindowTest, BehindASilentCarrierNothingWaits) {
  for (int i = 1; i <= 6; ++i) Add(i);
  EXPECT_EQ(WriteAll(), 4);
  owner_.TakeEvents();
  clock_.Advance(absl::Milliseconds(499));
  window_.Expire();
  EXPECT_EQ(owner_.TakeEvents(), Events());
  clock_.Advance(absl::Milliseconds(1));
  window_.Expire();
  EXPECT_EQ(owner_.TakeEvents(), Events({"given back 5", "given back 6"}));
  EXPECT_EQ(owner_.Look().offered, 0u);
  EXPECT_EQ(window_.Room(0), 0u);
  // The carrier answers again: no more than the window, for a while.
  Answer(1, {.msg_id = 7});
  Answer(2, {.msg_id = 8});
  EXPECT_EQ(window_.Room(0), 2u);
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(window_.Room(0), 6u);
}

TEST_F(SubmitWindowTest, AnOverdueAnswerIsUnknownAndThenLate) {
  Add(1);
  WriteAll();
  clock_.Advance(options_.answer_timeout - absl::Seconds(1));
  window_.Expire();
  EXPECT_EQ(owner_.TakeEvents(), Events({"written 1"}));
  clock_.Advance(absl::Seconds(1));
  window_.Expire();
  EXPECT_EQ(owner_.TakeEvents(), Events({"unknown 1 []"}));
  Answer(1, {.msg_id = 7});
  EXPECT_EQ(owner_.TakeEvents(), Events({"late 1.0 0000000000000007"}));
}

// What was offered before was room in a larger window.
TEST_F(SubmitWindowTest, AMissingAnswerTakesBackTheOffer) {
  owner_.FreeWindow(link_, window_.Room(0));
  Add(1);
  WriteAll();
  clock_.Advance(options_.answer_timeout);
  window_.Expire();
  EXPECT_EQ(owner_.Look().offered, 0u);
}

TEST_F(SubmitWindowTest, AnUnreadableAnswerIsUnknown) {
  Add(1);
  WriteAll();
  owner_.TakeEvents();
  window_.Answered(1, "short");
  EXPECT_EQ(owner_.TakeEvents(), Events({"unknown 1 []"}));
}

TEST_F(SubmitWindowTest, AFieldThatIsTooLongIsRefusedHere) {
  link::HandOver h;
  h.ref = 1;
  h.access_number = std::string(22, '1');
  h.text = "T";
  window_.Add(h);
  EXPECT_EQ(WriteAll(), 0);
  EXPECT_EQ(owner_.TakeEvents(), Events({"refused 1 code 4294967295 []"}));
}

}  // namespace
}  // namespace sluice::cmpp
