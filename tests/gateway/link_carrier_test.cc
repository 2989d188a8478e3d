// The dispatcher and a real link, on a real store, against a carrier that the
// test plays over a socket: what reaches the carrier when the link is paused,
// in which order replies and reports are recorded, and that every hand-over
// ends once, whatever the carrier does.
//
// Only the test moves the clock: no time-out runs by itself.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "asio/executor_work_guard.hpp"
#include "asio/io_context.hpp"
#include "gateway/link/cmpp/bodies.h"
#include "gateway/link/cmpp/cmpp_link.h"
#include "gateway/link/cmpp/report.h"
#include "tests/gateway/dispatcher_fixture.h"
#include "tests/gateway/link/cmpp/raw_peer.h"
#include "tests/store/all_records_of.h"

namespace sluice::gateway {
namespace {

using cmpp::Command;
using cmpp::RawPdu;
using cmpp::Version;
using store::v1::Record;

constexpr Version kVersion = Version::k20;

template <class Body>
std::string Pdu(const Body& body, uint32_t sequence) {
  return *cmpp::EncodePdu(body, kVersion, sequence);
}

template <class Body>
Body Read(const RawPdu& pdu) {
  return *link::DecodeBody<Body>(pdu.body(), kVersion);
}

class LinkCarrierTest : public DispatcherTest {
 protected:
  void SetUp() override {
    options_.name = "real";
    options_.host = "127.0.0.1";
    options_.port = peer_.port();
    options_.sp_id = "900001";
    options_.secret = "secret88";
    options_.authenticator_check = cmpp::AuthenticatorCheck::kOff;
    options_.window = options_.window_first = 4;
    options_.backoff = {absl::Milliseconds(1), absl::Milliseconds(1)};
    options_.terminate_timeout = absl::ZeroDuration();
    partitions_ = 1;
    DispatcherTest::SetUp();
  }
  std::unique_ptr<link::Link> MakeLink() override {
    return std::make_unique<cmpp::CmppLink>(io_.get_executor(), options_,
                                            *dispatcher_, clock_);
  }
  void TearDown() override {
    // A link that stops waits for time to pass.
    std::atomic<bool> stopped = false;
    std::thread time([&] {
      while (!stopped) {
        clock_.Advance(absl::Seconds(1));
        std::this_thread::yield();
      }
    });
    dispatcher_->Stop(absl::ZeroDuration());
    stopped = true;
    time.join();
    work_.reset();
    thread_.join();
    DispatcherTest::TearDown();
  }

  void LogIn() {
    peer_.Accept();
    const RawPdu connect = peer_.Read();
    ASSERT_EQ(connect.header.command, Command::kConnect);
    peer_.Write(Pdu(cmpp::ConnectResp(), connect.header.sequence));
  }

  store::PartitionStats Stats() const { return store_->Stats(0); }

  cmpp::RawPeer peer_;
  cmpp::CmppLinkOptions options_;
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{
      io_.get_executor()};
  std::thread thread_{[this] { io_.run(); }};
};

// The link holds its window and as much again when the carrier's sixteenth
// refusal pauses it.
TEST_F(LinkCarrierTest, AfterAPauseNothingNewReachesTheCarrier) {
  constexpr size_t kMessages = 40;
  constexpr size_t kRefusals = 16;
  for (size_t i = 0; i < kMessages; ++i) Submit(static_cast<int>(i));
  LogIn();
  std::vector<uint32_t> came;  // Sequence numbers.
  auto refuse = [&, answered = size_t{0}]() mutable {
    peer_.Write(Pdu(cmpp::SubmitResp{0, 10}, came[answered++]));
  };
  for (size_t refused = 0; refused < kRefusals; ++refused) {
    while (came.size() < refused + 4) {
      came.push_back(peer_.Read().header.sequence);
    }
    // Less than a quarter of its room is not worth an offer.
    ASSERT_TRUE(
        WaitFor("the link is full", [&] { return Stats().handed_over >= 7; }));
    refuse();
  }
  ASSERT_TRUE(WaitFor("the link gives back what it has not begun",
                      [&] { return Stats().handed_over == 3; }));
  EXPECT_EQ(dispatcher_->Status()[0].condition, LinkCondition::kPaused);
  for (int i = 0; i < 3; ++i) refuse();
  ASSERT_TRUE(WaitFor("the written ones are answered",
                      [&] { return Stats().handed_over == 0; }));
  EXPECT_EQ(Stats().queued, kMessages - kRefusals - 3);
  EXPECT_EQ(peer_.available(), 0u);
}

// Reports, readable or not, about messages of ours or of nobody, and parts of
// long replies, before and after an opt-out.
class Flood {
 public:
  static constexpr int kRounds = 1'000;
  static constexpr int kOptOutRound = kRounds / 2;
  // Of replies: the phones of the flood, and who opts out.
  static constexpr uint64_t kPhones = 13'700'000'000;
  static constexpr uint64_t kOptOutPhone = 13'600'000'000;

  // Message i of `phones` was taken with the id i + 1.
  explicit Flood(const std::vector<std::string>& phones) {
    const int apart = kRounds / static_cast<int>(phones.size());
    for (int round = 0; round < kRounds; ++round) {
      if (round == kOptOutRound) AddReply(kOptOutPhone, "TD");
      const size_t i = static_cast<size_t>(round / apart);
      AddReport(i + 1, phones[i]);  // The first one counts.
      AddReport(1'000'000 + i, phones[i]);
      AddUnreadable();
      AddPart(kPhones + static_cast<uint64_t>(round));
    }
  }

  const std::string& octets() const { return octets_; }
  uint32_t count() const { return count_; }
  uint32_t unreadable() const { return kRounds; }

 private:
  void Add(const cmpp::Deliver& deliver) { octets_ += Pdu(deliver, ++count_); }
  void AddReport(uint64_t id, const std::string& phone) {
    const cmpp::ReportBody body = {
        .msg_id = id, .stat = "DELIVRD", .dest_terminal_id = phone};
    cmpp::Deliver deliver = {.msg_id = count_,
                             .dest_id = "10690011",
                             .src_terminal_id = phone,
                             .registered_delivery = 1};
    EXPECT_TRUE(
        link::AppendBody(body, deliver.content, cmpp::NumberWidth(kVersion))
            .ok());
    Add(deliver);
  }
  void AddReply(uint64_t phone, const std::string& content, bool part = false) {
    Add({.msg_id = count_,
         .dest_id = "10690012",
         .tp_udhi = static_cast<uint8_t>(part),
         .src_terminal_id = absl::StrCat(phone),
         .content = content});
  }
  // Part 1 of 3, and the others never come.
  void AddPart(uint64_t phone) {
    AddReply(phone, std::string("\x05\x00\x03\x07\x03\x01", 6) + "TD", true);
  }
  void AddUnreadable() {
    std::string pdu = Pdu(cmpp::Deliver(), ++count_);
    pdu.resize(cmpp::kHeaderSize + 40);
    pdu[2] = 0;
    pdu[3] = static_cast<char>(pdu.size());
    octets_ += pdu;
  }

  std::string octets_;
  uint32_t count_ = 0;
};

// An opt-out waits for nothing that came after it.
TEST_F(LinkCarrierTest, NoFloodOvertakesAnOptOut) {
  constexpr int kMessages = 100;
  for (int i = 0; i < kMessages; ++i) Submit(i);
  LogIn();
  std::vector<std::string> phones;
  for (uint64_t id = 1; id <= kMessages; ++id) {
    const RawPdu pdu = peer_.Read();
    phones.push_back(Read<cmpp::Submit>(pdu).dest_terminal_id.at(0));
    peer_.Write(Pdu(cmpp::SubmitResp{id, 0}, pdu.header.sequence));
  }
  ASSERT_TRUE(WaitFor("all are taken", [&] {
    return Stats().handed_over == 0 && Stats().queued == 0;
  }));
  const Flood flood(phones);
  peer_.Write(flood.octets());
  // The link answers each of them, once.
  std::map<uint32_t, uint32_t> results;
  uint32_t unreadable = 0;
  while (results.size() < flood.count()) {
    const RawPdu pdu = peer_.Read();
    ASSERT_EQ(pdu.header.command, Command::kDeliverResp);
    const uint32_t result = Read<cmpp::DeliverResp>(pdu).result;
    EXPECT_TRUE(results.emplace(pdu.header.sequence, result).second);
    unreadable += result == 1;
    EXPECT_LE(result, 1u);
  }
  EXPECT_EQ(unreadable, flood.unreadable());

  const auto first = [&](uint64_t number, Record::BodyCase kind) {
    store::RecordRef at;
    const auto found = store::AllRecordsOf(*store_, Phone{number});
    EXPECT_TRUE(found.ok());
    for (const store::FoundRecord& one : *found) {
      Record record;
      EXPECT_TRUE(record.ParseFromString(one.bytes));
      if (record.body_case() == kind) at = one.ref;
    }
    return at.value();
  };
  constexpr uint64_t kCountry = 8'600'000'000'000;
  const uint64_t opted_out =
      first(kCountry + Flood::kOptOutPhone, Record::kOptOutAdded);
  ASSERT_NE(opted_out, 0u);
  for (int round = Flood::kOptOutRound; round < Flood::kRounds; ++round) {
    EXPECT_GT(first(kCountry + Flood::kPhones + static_cast<uint64_t>(round),
                    Record::kReply),
              opted_out);
  }
  for (size_t i = kMessages / 2; i < kMessages; ++i) {
    EXPECT_GT(first(kCountry + std::stoull(phones[i]), Record::kReported),
              opted_out);
  }
}

// A carrier that does anything, for a while.
class LinkChaosTest : public LinkCarrierTest {
 protected:
  // A run ends with the first of them.
  static constexpr int kStepsMax = 10'000;
  static constexpr uint64_t kSubmits = 200;
  // So many SUBMITs come before the carrier may be silent, or refuse all.
  static constexpr uint64_t kCalm = 60;

  void SetUp() override {
    const char* const seed = std::getenv("SLUICE_SEED");
    seed_ = seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10);
    random_.seed(seed_);
    LinkCarrierTest::SetUp();
  }

  bool OneIn(uint32_t n) { return random_() % n == 0; }

  void Pass(absl::Duration time) {
    clock_.Advance(time);
    passed_ += time;
    for (; passed_ >= absl::Seconds(1); passed_ -= absl::Seconds(1)) {
      dispatcher_->Tick();
    }
    Stats();  // The store has seen it.
  }

  // Everything that the link sent or asks for is handled.
  void Serve(bool behaves) {
    if (!connected_ && peer_.HasCaller()) {
      peer_.Accept();
      connected_ = true;
      late_.clear();
    }
    while (connected_ && peer_.HasInput()) {
      const RawPdu pdu = peer_.Read();
      if (pdu.octets.empty()) return HangUp();
      Handle(pdu, behaves);
    }
  }
  void Handle(const RawPdu& pdu, bool behaves) {
    const uint32_t sequence = pdu.header.sequence;
    switch (pdu.header.command) {
      case Command::kConnect:
        return Say(cmpp::ConnectResp(), sequence);
      case Command::kActiveTest:
        return Say(cmpp::ActiveTestResp(), sequence);
      case Command::kSubmit:
        return Take(Read<cmpp::Submit>(pdu), sequence, behaves);
      case Command::kTerminate:
        Say(cmpp::TerminateResp(), sequence);
        return HangUp();
      case Command::kTerminateResp:
        return HangUp();
      default:
        return;
    }
  }
  void Take(const cmpp::Submit& submit, uint32_t sequence, bool behaves) {
    const auto part =
        std::pair(submit.dest_terminal_id.at(0), submit.pk_number);
    // P5: only "later" lets a segment come again.
    const auto again = may_come_again_.find(part);
    ASSERT_TRUE(again == may_come_again_.end() || again->second)
        << part.first << " part " << int{part.second} << " came again";
    may_come_again_[part] = false;
    const uint32_t mood = behaves ? 0 : mood_;
    // Something odd of each kind in turn, so that none is left out by chance.
    ++submits_;
    if (mood == 1 || (!behaves && submits_ % 4 == 0)) {
      switch (mood == 1 ? 2 : submits_ / 4 % 6) {
        case 0:
          may_come_again_[part] = true;
          return Say(cmpp::SubmitResp{0, 8}, sequence);
        case 1:
          return Say(cmpp::SubmitResp{0, 9}, sequence);
        case 2:
          return;  // Never.
        case 3:
          late_.push_back(sequence);
          return;
        case 4:
          return HangUp();
        default:
          return Say(cmpp::Terminate(), 1);
      }
    }
    if (mood == 2) return Say(cmpp::SubmitResp{0, 10}, sequence);
    Say(cmpp::SubmitResp{++ids_, 0}, sequence);
  }
  void AnswerLate() {
    for (const uint32_t sequence : std::exchange(late_, {})) {
      Say(cmpp::SubmitResp{++ids_, 0}, sequence);
    }
  }
  template <class Body>
  void Say(const Body& body, uint32_t sequence) {
    if (connected_ && !peer_.TryWrite(Pdu(body, sequence))) HangUp();
  }
  void HangUp() {
    if (connected_) peer_.Close();
    connected_ = false;
  }

  // Every hand-over of the nth number's message ended once, and nothing is
  // open. Returns the last state.
  v1::MessageState CheckEnds(int n) {
    int open = 0;
    v1::MessageState state = v1::MESSAGE_STATE_QUEUED;
    const auto found = store::AllRecordsOf(
        *store_, Phone{8'613'800'000'000 + static_cast<uint64_t>(n)});
    EXPECT_TRUE(found.ok());
    for (auto one = found->rbegin(); one != found->rend(); ++one) {
      Record record;
      EXPECT_TRUE(record.ParseFromString(one->bytes));
      if (record.has_handed_over()) EXPECT_EQ(open++, 0) << n;
      if (record.has_given_back()) {
        EXPECT_EQ(--open, 0) << n;
        ++given_back_;
      }
      if (!record.has_answered()) continue;
      const bool late = state == v1::MESSAGE_STATE_UNKNOWN;
      state = record.answered().state();
      if (late) {
        EXPECT_EQ(state, v1::MESSAGE_STATE_UNKNOWN) << n;
      } else {
        EXPECT_EQ(--open, 0) << n;
      }
    }
    EXPECT_EQ(open, 0) << n;
    return state;
  }

  uint64_t seed_ = 1;
  std::mt19937_64 random_;
  absl::Duration passed_;  // Since the last Tick().
  bool connected_ = false;
  uint32_t mood_ = 0;  // 0 takes, 1 never answers, 2 refuses what it answers.
  uint64_t submits_ = 0;
  uint64_t ids_ = 0;
  std::vector<uint32_t> late_;  // Sequence numbers to answer later.
  std::map<std::pair<std::string, uint8_t>, bool> may_come_again_;
  int given_back_ = 0;
};

TEST_F(LinkChaosTest, EveryHandOverEndsOnceAndTheLinkRecovers) {
  SCOPED_TRACE(testing::Message() << "SLUICE_SEED=" << seed_);
  std::string more;
  for (int i = 0; i < 100; ++i) more += "好";
  int messages = 0;
  for (int step = 0; step < kStepsMax && submits_ < kSubmits; ++step) {
    ASSERT_FALSE(HasFatalFailure());
    if (OneIn(8)) Submit(messages++, OneIn(4) ? more : "");
    if (submits_ > kCalm && OneIn(200)) {
      mood_ = OneIn(2) ? 0 : 1 + OneIn(2);
    }
    if (OneIn(20)) AnswerLate();
    Serve(/*behaves=*/false);
    // A missing answer costs a minute, and a pause minutes.
    Pass(OneIn(20) ? absl::Seconds(random_() % 90)
                   : absl::Milliseconds(random_() % 200));
  }
  ASSERT_TRUE(WaitFor("all messages have an end",
                      [&] {
                        Serve(/*behaves=*/true);
                        Pass(absl::Milliseconds(300));
                        return Stats().queued == 0 && Stats().handed_over == 0;
                      }))
      << Stats().queued << " wait, " << Stats().handed_over
      << " are at the link";
  for (int n = 0; n < messages; ++n) Await(n, Record::kAnswered);
  std::map<v1::MessageState, int> ends;
  for (int n = 0; n < messages; ++n) ++ends[CheckEnds(n)];
  // The test has tested something.
  EXPECT_GT(ends[v1::MESSAGE_STATE_TAKEN], 0);
  EXPECT_GT(ends[v1::MESSAGE_STATE_REFUSED], 0);
  EXPECT_GT(ends[v1::MESSAGE_STATE_UNKNOWN], 0);
  EXPECT_EQ(ends[v1::MESSAGE_STATE_QUEUED], 0);
  EXPECT_GT(given_back_, 0);
}

}  // namespace
}  // namespace sluice::gateway
