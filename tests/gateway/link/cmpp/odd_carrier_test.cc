// The link against a carrier that breaks the rules, octet by octet; and the
// encoder of SUBMIT and the decoder of DELIVER by themselves.

#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <variant>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "asio/executor_work_guard.hpp"
#include "gateway/link/cmpp/bodies.h"
#include "gateway/link/cmpp/cmpp_link.h"
#include "gateway/link/cmpp/deliver_reader.h"
#include "gateway/link/cmpp/report.h"
#include "gateway/link/cmpp/submit_writer.h"
#include "gtest/gtest.h"
#include "rules/base/clock.h"
#include "tests/gateway/link/body_octets.h"
#include "tests/gateway/link/cmpp/raw_peer.h"
#include "tests/gateway/link/recording_owner.h"

namespace sluice::cmpp {
namespace {

using Told = link::RecordingOwner::Told;

CmppLinkOptions Options() {
  CmppLinkOptions o;
  o.name = "odd";
  o.host = "127.0.0.1";
  o.port = 7890;
  o.sp_id = "900001";
  o.secret = "secret88";
  o.authenticator_check = AuthenticatorCheck::kOff;
  o.backoff = {absl::Seconds(100), absl::Seconds(100)};
  o.terminate_timeout = absl::Milliseconds(20);
  return o;
}

class OddCarrierTest : public testing::Test {
 protected:
  explicit OddCarrierTest(CmppLinkOptions options = Options())
      : work_(context_.get_executor()) {
    peer_.TakeLittle();
    options.port = peer_.port();
    link_ = std::make_unique<CmppLink>(context_.get_executor(), options, owner_,
                                       clock_);
    thread_ = std::thread([this] { context_.run(); });
    link_->Start();
    peer_.Accept();
    const RawPdu connect = peer_.Read();
    EXPECT_EQ(connect.header.command, Command::kConnect);
    peer_.Write(
        *EncodePdu(ConnectResp(), Version::k20, connect.header.sequence));
    EXPECT_TRUE(owner_.WaitFor([](const Told& t) { return t.offered > 0; }));
  }
  ~OddCarrierTest() override {
    link_->Stop(absl::ZeroDuration());
    EXPECT_TRUE(owner_.WaitFor([](const Told& t) { return t.stopped; }));
    work_.reset();
    thread_.join();
  }
  bool ComesDown(absl::string_view why) {
    return owner_.WaitFor([&](const Told& t) {
      return absl::c_linear_search(t.states, absl::StrCat("down: ", why));
    });
  }
  RawPdu SendOne() {
    link::HandOver h;
    h.ref = 1;
    h.recipient = "13800138000";
    h.text = "T";
    link_->Send({h});
    return peer_.Read();
  }

  SystemClock clock_;
  link::RecordingOwner owner_;
  RawPeer peer_;
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::unique_ptr<CmppLink> link_;
  std::thread thread_;
};

// A connected carrier that sends and never reads.
class DeafCarrierTest : public OddCarrierTest {
 protected:
  static constexpr uint32_t kWindow = 40'000;  // More than sockets buffer.
  static CmppLinkOptions DeafOptions() {
    CmppLinkOptions options = Options();
    options.window = options.window_first = kWindow;
    options.answer_timeout = absl::Milliseconds(200);
    return options;
  }
  DeafCarrierTest() : OddCarrierTest(DeafOptions()) {}
};

// A hand-over in the write buffer is neither written nor UNKNOWN, because it
// may still leave. The link closes the connection and gives back all hand-overs
// of which no octet has left.
TEST_F(DeafCarrierTest, WhatItDoesNotReadIsGivenBack) {
  std::vector<link::HandOver> hand_overs(kWindow);
  for (uint32_t i = 0; i < kWindow; ++i) {
    hand_overs[i].ref = i + 1;
    hand_overs[i].recipient = "13800138000";
    hand_overs[i].text = std::string(140, 'T');
  }
  link_->Send(std::move(hand_overs));
  // The carrier lives, as far as active tests show.
  for (int i = 0; i < 10; ++i) {
    peer_.Write(*EncodePdu(ActiveTest(), Version::k20, 1000 + i));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(ComesDown("the carrier does not read from the connection"));
  const Told told = owner_.Look();
  EXPECT_GT(told.given_back, 1000);
  EXPECT_EQ(told.given_back + told.unknown, static_cast<int>(kWindow));
  // Only unknown hand-overs were told as written.
  EXPECT_LE(told.written, told.unknown);
}

// A carrier that stops reading, with more messages at the link than its socket
// takes.
class StoppedCarrierTest : public OddCarrierTest {
 protected:
  static constexpr int kMessages = 2'000;
  static CmppLinkOptions StoppedOptions() {
    CmppLinkOptions options = Options();
    options.window = options.window_first = kMessages;
    options.unsent_timeout = absl::Milliseconds(500);
    return options;
  }
  StoppedCarrierTest() : OddCarrierTest(StoppedOptions()) {}
};

// An opt-out waits until the messages before it are written: what our kernel
// still has may reach the carrier a minute later, and is not written.
TEST_F(StoppedCarrierTest, NothingReachesItLaterFromABufferOfOurs) {
  std::vector<link::HandOver> hand_overs(kMessages);
  for (int i = 0; i < kMessages; ++i) {
    hand_overs[i].ref = i + 1;
    hand_overs[i].recipient = "13800138000";
    hand_overs[i].text = std::string(140, 'T');
  }
  link_->Send(std::move(hand_overs));
  const size_t size = peer_.Read().octets.size();
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.written >= 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_TRUE(owner_.Look().states.size() == 1) << "still up";
  EXPECT_LE((owner_.Look().written - 1) * size, peer_.available());
  EXPECT_TRUE(ComesDown("the carrier does not read from the connection"));
  const size_t has = peer_.available();
  const size_t drained = peer_.Drain();
  EXPECT_LE(drained, has);
  const Told told = owner_.Look();
  SCOPED_TRACE(absl::StrCat("written ", told.written, " unknown ", told.unknown,
                            " has ", has, " drained ", drained));
  EXPECT_EQ(told.given_back + told.unknown, kMessages);
  // What our kernel held is bounded, and so is the doubt.
  EXPECT_LE(told.unknown * size, has + size + (256u << 10));
}

TEST_F(OddCarrierTest, ALengthOutOfBoundsClosesTheConnection) {
  SendOne();
  peer_.Write(std::string(12, '\xff'));
  EXPECT_TRUE(ComesDown("PDU length 4294967295, allowed are 12 to 65536"));
  EXPECT_EQ(owner_.Look().unknown, 1);
}

TEST_F(OddCarrierTest, TheCarriersGoodbyeIsAnswered) {
  peer_.Write(*EncodePdu(Terminate(), Version::k20, 77));
  const RawPdu answer = peer_.Read();
  EXPECT_EQ(answer.header.command, Command::kTerminateResp);
  EXPECT_EQ(answer.header.sequence, 77u);
  EXPECT_TRUE(ComesDown("the carrier ended the session"));
}

class GoodbyeTest : public OddCarrierTest {
 protected:
  static CmppLinkOptions GoodbyeOptions() {
    CmppLinkOptions options = Options();
    options.window_first = 2;
    options.goodbye_timeout = absl::Milliseconds(50);
    return options;
  }
  explicit GoodbyeTest(CmppLinkOptions options = GoodbyeOptions())
      : OddCarrierTest(std::move(options)) {}

  // Hands over `count` messages; the carrier reads those that the window lets
  // through.
  std::vector<uint32_t> SendAndRead(int count) {
    std::vector<link::HandOver> hand_overs(count);
    for (int i = 0; i < count; ++i) {
      hand_overs[i].ref = i + 1;
      hand_overs[i].recipient = "13800138000";
      hand_overs[i].text = "T";
    }
    link_->Send(std::move(hand_overs));
    return {peer_.Read().header.sequence, peer_.Read().header.sequence};
  }
};

class LongGoodbyeTest : public GoodbyeTest {
 protected:
  static CmppLinkOptions LongOptions() {
    CmppLinkOptions options = GoodbyeOptions();
    options.goodbye_timeout = absl::Seconds(100);
    return options;
  }
  LongGoodbyeTest() : GoodbyeTest(LongOptions()) {}
};

TEST_F(LongGoodbyeTest, TheCarriersGoodbyeWaitsForOpenAnswers) {
  const std::vector<uint32_t> open = SendAndRead(4);
  peer_.Write(*EncodePdu(Terminate(), Version::k20, 77));
  EXPECT_TRUE(owner_.WaitFor(
      [](const Told& t) { return t.given_back == 2 && t.offered == 0; }));
  // What comes late is given back, too.
  link::HandOver late;
  late.ref = 9;
  link_->Send({late});
  EXPECT_TRUE(owner_.WaitFor([](const Told& t) { return t.given_back == 3; }));
  EXPECT_EQ(peer_.available(), 0u);
  for (const uint32_t sequence : open) {
    peer_.Write(*EncodePdu(SubmitResp{.msg_id = 5}, Version::k20, sequence));
  }
  const RawPdu answer = peer_.Read();
  EXPECT_EQ(answer.header.command, Command::kTerminateResp);
  EXPECT_EQ(answer.header.sequence, 77u);
  EXPECT_TRUE(ComesDown("the carrier ended the session"));
  EXPECT_EQ(owner_.Look().taken, 2);
  EXPECT_EQ(owner_.Look().unknown, 0);
}

TEST_F(GoodbyeTest, TheCarriersGoodbyeDoesNotWaitForever) {
  SendAndRead(2);
  peer_.Write(*EncodePdu(Terminate(), Version::k20, 77));
  EXPECT_EQ(peer_.Read().header.command, Command::kTerminateResp);
  EXPECT_TRUE(ComesDown("the carrier ended the session"));
  EXPECT_EQ(owner_.Look().unknown, 2);
}

TEST_F(OddCarrierTest, AnUnreadableDeliverIsAStructureError) {
  std::string pdu = *EncodePdu(Deliver{.msg_id = 5}, Version::k20, 9);
  pdu.resize(pdu.size() - 1);
  PatchLength(0, pdu);
  peer_.Write(pdu);
  const RawPdu answer = peer_.Read();
  EXPECT_EQ(answer.header.command, Command::kDeliverResp);
  EXPECT_EQ(answer.header.sequence, 9u);
  EXPECT_EQ(*link::DecodeBody<DeliverResp>(answer.body(), Version::k20),
            (DeliverResp{5, 1}));
  // A DELIVER that is marked as a report but has no report body.
  peer_.Write(*EncodePdu(
      Deliver{.msg_id = 6, .registered_delivery = 1, .content = "short"},
      Version::k20, 10));
  EXPECT_EQ(*link::DecodeBody<DeliverResp>(peer_.Read().body(), Version::k20),
            (DeliverResp{6, 1}));
}

TEST_F(OddCarrierTest, AnUnreadableAnswerIsDoubt) {
  const RawPdu submit = SendOne();
  std::string pdu =
      *EncodePdu(SubmitResp(), Version::k20, submit.header.sequence);
  pdu.resize(pdu.size() - 3);
  PatchLength(0, pdu);
  peer_.Write(pdu);
  EXPECT_TRUE(owner_.WaitFor([](const Told& t) { return t.unknown == 1; }));
}

TEST_F(OddCarrierTest, ShortActiveTestAnswersAndUnknownCommandsDoNoHarm) {
  std::string pdus;
  AppendHeader(Command::kActiveTestResp, 1, pdus);
  AppendHeader(static_cast<Command>(0x99), 2, pdus);
  AppendHeader(Command::kActiveTest, 3, pdus);
  peer_.Write(pdus);
  const RawPdu answer = peer_.Read();
  EXPECT_EQ(answer.header.command, Command::kActiveTestResp);
  EXPECT_EQ(answer.header.sequence, 3u);
  EXPECT_EQ(answer.octets.size(), 13u);
}

TEST_F(OddCarrierTest, TheSubmitHasWhatTheSpecificationWants) {
  const RawPdu pdu = SendOne();
  const auto submit = *link::DecodeBody<Submit>(pdu.body(), Version::k20);
  EXPECT_EQ(submit.msg_src, "900001");
  EXPECT_EQ(submit.fee_type, "01");
  EXPECT_EQ(submit.fee_user_type, 2);
  EXPECT_EQ(submit.registered_delivery, 1);
  EXPECT_EQ(submit.msg_id, 0u);
  EXPECT_EQ(submit.content, "T");
}

// origin: ../shared/vectors, CMPP2-27: the SUBMIT of SMSGate for the same
// segment, except for its made-up Msg_Id, its Msg_level and our sequence.
TEST(SubmitWriter, WritesASegmentAsSmsgateDoes) {
  CmppLinkOptions options = Options();
  options.service_id = "SVC1";
  options.msg_level = 9;
  SubmitWriter writer(options);
  link::HandOver h;
  h.access_number = "106900001";
  h.recipient = "13800138000";
  const std::string octets = std::string("\x05\x00\x03\x93\x02\x02", 6) + "xy";
  std::string out;
  ASSERT_TRUE(writer
                  .Append({&h, &octets, filter::DataCoding::kUcs2, true, 1, 2},
                          Version::k20, 7, out)
                  .ok());
  const Submit expected = {.pk_total = 2,
                           .pk_number = 2,
                           .registered_delivery = 1,
                           .msg_level = 9,
                           .service_id = "SVC1",
                           .fee_user_type = 2,
                           .tp_udhi = 1,
                           .msg_fmt = 8,
                           .msg_src = "900001",
                           .fee_type = "01",
                           .fee_code = "000000",
                           .src_id = "106900001",
                           .dest_terminal_id = {"13800138000"},
                           .content = octets};
  EXPECT_EQ(*link::DecodeBody<Submit>(
                absl::string_view(out).substr(kHeaderSize), Version::k20),
            expected);
}

TEST(SubmitWriter, WritesTheFeeOfTheOptions) {
  CmppLinkOptions options = Options();
  options.msg_src = "900009";
  options.fee_user_type = 3;
  options.fee_terminal_id = "106900001";
  options.fee_type = "02";
  options.fee_code = "10";
  SubmitWriter writer(options);
  const link::HandOver h;
  const std::string octets = "T";
  std::string out;
  ASSERT_TRUE(
      writer
          .Append({&h, &octets, filter::DataCoding::kAscii, false, 0, 1},
                  Version::k30, 7, out)
          .ok());
  const auto submit = *link::DecodeBody<Submit>(
      absl::string_view(out).substr(kHeaderSize), Version::k30);
  EXPECT_EQ(submit.msg_src, "900009");
  EXPECT_EQ(submit.fee_user_type, 3);
  EXPECT_EQ(submit.fee_terminal_id, "106900001");
  EXPECT_EQ(submit.fee_type, "02");
  EXPECT_EQ(submit.fee_code, "10");
}

TEST(SubmitWriter, ValidTimeIsAbsoluteInTheCarriersZone) {
  EXPECT_EQ(ValidTime(absl::FromCivil(absl::CivilSecond(2026, 11, 22, 7, 0, 24),
                                      absl::FixedTimeZone(8 * 3600))),
            "261122070024032+");
  EXPECT_EQ(ValidTime(absl::InfiniteFuture()), "");
}

TEST(DeliverReader, TellsReportsFromReplies) {
  ReportBody body = {.msg_id = 7, .stat = "MK:0012", .dest_terminal_id = ""};
  const Deliver report = {.src_terminal_id = "8613800138000",
                          .registered_delivery = 1,
                          .content = link::BodyOctets(body, 21)};
  const auto read = ReadDeliver(report);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(std::get<link::Report>(*read).delivery, link::Delivery::kFailed);
  EXPECT_EQ(std::get<link::Report>(*read).recipient, "8613800138000");
  EXPECT_EQ(std::get<link::Report>(*read).done_at, absl::InfinitePast());
  EXPECT_TRUE(
      std::holds_alternative<link::Mo>(*ReadDeliver(Deliver{.content = "TD"})));
}

TEST(DeliverReader, KeepsTheOctetsOfAReply) {
  const std::string content = absl::HexStringToBytes("050003930201cdcbb6a9");
  const auto read =
      ReadDeliver(Deliver{.tp_udhi = 1, .msg_fmt = 25, .content = content});
  ASSERT_TRUE(read.ok());
  const auto& mo = std::get<link::Mo>(*read);
  EXPECT_EQ(mo.text, "退订");
  EXPECT_EQ(mo.raw, content);
  EXPECT_EQ(mo.coding, 25u);
  EXPECT_TRUE(mo.readable);
  EXPECT_EQ(mo.parts, 2u);
  EXPECT_FALSE(std::get<link::Mo>(
                   *ReadDeliver(Deliver{.msg_fmt = 15, .content = "\xd1"}))
                   .readable);
}

TEST(CmppLinkOptions, ErrorsNameTheOption) {
  const struct {
    std::function<void(CmppLinkOptions&)> damage;
    absl::string_view error;
  } cases[] = {
      {[](auto& o) { o.sp_id = "90001"; }, "sp_id: needs exactly 6 characters"},
      {[](auto& o) { o.host = ""; }, "host: is empty"},
      {[](auto& o) { o.port = 0; }, "port: is 0"},
      {[](auto& o) { o.secret = ""; }, "secret: is empty"},
      {[](auto& o) { o.window = 0; }, "window: is not within 1 to 65536"},
      {[](auto& o) { o.service_id = "12345678901"; },
       "service_id: has more than 10 characters"},
      {[](auto& o) { o.service_id = "a b"; },
       "service_id: has a character that is not printable ASCII"},
      {[](auto& o) { o.msg_src = "1234567"; },
       "msg_src: has more than 6 characters"},
      {[](auto& o) { o.msg_level = 10; }, "msg_level: is above 9"},
      {[](auto& o) { o.fee_user_type = 0; },
       "fee_user_type: is not within 1 to 3"},
      {[](auto& o) { o.fee_user_type = 3; },
       "fee_terminal_id: is empty, and fee_user_type is 3"},
      {[](auto& o) { o.fee_terminal_id = std::string(22, '1'); },
       "fee_terminal_id: has more than 21 characters"},
      {[](auto& o) { o.fee_type = "001"; },
       "fee_type: has more than 2 characters"},
      {[](auto& o) { o.fee_code = "0000000"; },
       "fee_code: has more than 6 characters"},
      {[](auto& o) { o.local_address = "localhost"; },
       "local_address: is not an IP address"},
      {[](auto& o) { o.pace.segments_per_second = -0.1; },
       "segments_per_second: is negative"},
      {[](auto& o) { o.pace.segments_per_second = std::nan(""); },
       "segments_per_second: is negative"},
      {[](auto& o) { o.window_first = 0; }, "window_first: is 0"},
      {[](auto& o) { o.keepalive.tries = 0; }, "active_test_tries: is below 1"},
      {[](auto& o) { o.backoff.max = absl::Seconds(1); },
       "backoff_max: is below backoff_first"},
      {[](auto& o) { o.login_timeout = absl::ZeroDuration(); },
       "timers: must be above 0"},
      {[](auto& o) { o.traits.reference_bits = 7; },
       "reference_bits: is neither 8 nor 16"},
      {[](auto& o) { o.answer_timeout = absl::ZeroDuration(); },
       "timers: must be above 0"},
  };
  EXPECT_TRUE(Validate(Options()).ok());
  for (const auto& c : cases) {
    CmppLinkOptions options = Options();
    c.damage(options);
    EXPECT_EQ(Validate(options), absl::InvalidArgumentError(c.error));
  }
}

}  // namespace
}  // namespace sluice::cmpp
