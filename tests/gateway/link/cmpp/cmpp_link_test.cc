// The client against the simulated carrier, over real sockets on loopback, with
// timers of milliseconds. flight_test.cc has the outcome of hand-overs in every
// order of events; here the link must cause the right events.

#include "gateway/link/cmpp/cmpp_link.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "asio/executor_work_guard.hpp"
#include "asio/io_context.hpp"
#include "gtest/gtest.h"
#include "rules/base/clock.h"
#include "tests/fakes/wait.h"
#include "tests/gateway/link/recording_owner.h"
#include "tools/carrier_sim/simulator.h"

namespace sluice::cmpp {
namespace {

using link::HandOver;
using Told = link::RecordingOwner::Told;

// An io_context with threads of its own.
class Runner {
 public:
  explicit Runner(int threads) : work_(context_.get_executor()) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { context_.run(); });
    }
  }
  ~Runner() { Join(); }
  // Returns when all work is done.
  void Join() {
    work_.reset();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  asio::io_context& context() { return context_; }

 private:
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::vector<std::thread> threads_;
};

CmppLinkOptions Quick() {
  CmppLinkOptions o;
  o.name = "test";
  o.host = "127.0.0.1";
  o.sp_id = "900001";
  o.secret = "secret88";
  o.service_id = "SVC1";
  o.connect_timeout = o.login_timeout = absl::Seconds(2);
  o.answer_timeout = absl::Seconds(5);
  o.terminate_timeout = absl::Milliseconds(500);
  o.backoff = {absl::Milliseconds(2), absl::Milliseconds(10)};
  o.pace.pause = absl::Milliseconds(10);
  o.pace.pause_max = absl::Milliseconds(40);
  return o;
}

class CmppLinkTest : public testing::TestWithParam<Version> {
 protected:
  void TearDown() override {
    if (link_) {
      link_->Stop(absl::ZeroDuration());
      EXPECT_TRUE(owner_.WaitFor([](const Told& t) { return t.stopped; }));
    }
    if (sim_) sim_->Stop();
    link_runner_.Join();
    sim_runner_.Join();
  }

  void StartSim(sim::SimOptions options) {
    sim_.emplace(sim_runner_.context(), std::move(options));
    const absl::StatusOr<uint16_t> port = sim_->Start();
    ASSERT_TRUE(port.ok()) << port.status();
    options_.port = *port;
  }
  // Starts both; with `up`, waits for the login.
  void StartBoth(sim::SimOptions sim, bool up = true) {
    StartSim(std::move(sim));
    options_.version = GetParam();
    ASSERT_TRUE(Validate(options_).ok()) << Validate(options_);
    link_ = std::make_unique<CmppLink>(link_runner_.context().get_executor(),
                                       options_, owner_, clock_);
    link_->Start();
    if (!up) return;
    ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.offered > 0; }))
        << States();
  }

  static std::string LoggedIn() {
    return absl::StrCat("up: logged in; ", VersionName(GetParam()),
                        " is spoken");
  }
  std::string States() { return absl::StrJoin(owner_.Look().states, "; "); }
  static HandOver Message(link::HandOverRef ref, std::string text = "T",
                          uint32_t parts = 1) {
    HandOver h;
    h.ref = ref;
    h.access_number = "106900001";
    h.recipient = absl::StrCat(13800138000 + ref);
    h.text = std::move(text);
    h.parts = parts;
    return h;
  }
  void Send(link::HandOverRef ref, std::string text = "T", uint32_t parts = 1) {
    link_->Send({Message(ref, std::move(text), parts)});
  }
  // Hands over messages 1 to `count` whenever the link offers room.
  void Feed(uint32_t count) {
    auto next = std::make_shared<uint32_t>(1);
    owner_.on_free = [next, count](link::Link& link, uint32_t free) {
      std::vector<HandOver> run;
      while (free-- > 0 && *next <= count) run.push_back(Message((*next)++));
      link.Send(std::move(run));
    };
  }
  template <class Condition>
  testing::AssertionResult SimReaches(Condition condition) {
    return WaitFor("what the simulator has counted",
                   [&] { return condition(sim_->Stats()); })
           << " " << sim::ToJson(sim_->Stats());
  }

  SystemClock clock_;
  link::RecordingOwner owner_;
  CmppLinkOptions options_ = Quick();
  Runner sim_runner_{1};
  Runner link_runner_{2};
  std::optional<sim::Simulator> sim_;
  std::unique_ptr<CmppLink> link_;
};

INSTANTIATE_TEST_SUITE_P(Versions, CmppLinkTest,
                         testing::Values(Version::k20, Version::k30),
                         [](const auto& info) {
                           return info.param == Version::k20 ? "v20" : "v30";
                         });

TEST_P(CmppLinkTest, TakenAndReported) {
  StartBoth({});
  EXPECT_EQ(owner_.Look().states[0], LoggedIn());
  EXPECT_EQ(owner_.Look().offered, 2u);  // One segment, and one ahead.
  Send(1);
  ASSERT_TRUE(owner_.WaitFor(
      [](const Told& t) { return t.taken == 1 && t.reports.size() == 1; }));
  const Told told = owner_.Look();
  EXPECT_EQ(told.events[0], "written 1");
  EXPECT_EQ(told.events[1],
            absl::StrCat("taken 1 [", told.reports[0].message_id, "]"));
  EXPECT_EQ(told.reports[0].delivery, link::Delivery::kDelivered);
  EXPECT_EQ(told.reports[0].stat, "DELIVRD");
  EXPECT_EQ(told.reports[0].recipient, "13800138001");
  EXPECT_GT(told.reports[0].done_at, absl::Now() - absl::Minutes(2));
  EXPECT_TRUE(
      SimReaches([](const auto& s) { return s.reports_delivered == 1; }));
}

TEST_P(CmppLinkTest, TellsItsFactsOnAnyThread) {
  sim::SimOptions sim;
  sim.silence_after = 3;
  options_.pace.segments_per_second = 500;
  {
    const CmppLink idle(link_runner_.context().get_executor(), options_, owner_,
                        clock_);
    EXPECT_EQ(idle.Facts().version, "");
    EXPECT_EQ(idle.Facts().segments_per_second, 500);
  }
  StartBoth(sim);
  for (int i = 1; i <= 3; ++i) Send(i);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.taken == 3; }));
  Send(4);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.written == 4; }));
  link::LinkFacts facts = link_->Facts();
  EXPECT_EQ(facts.version,
            GetParam() == Version::k20 ? "CMPP 2.0" : "CMPP 3.0");
  EXPECT_EQ(facts.window_used, 1u);
  EXPECT_GE(facts.window, 1u);
  EXPECT_EQ(facts.segments_per_second, 500);
  sim_->Silence(false);
  sim_->Drop();
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.ups == 2; }));
  facts = link_->Facts();
  EXPECT_EQ(facts.connections_lost, 1u);
  EXPECT_EQ(facts.window_used, 0u);
}

TEST_P(CmppLinkTest, AllOfAFewThousandAreTakenOnceAndReported) {
  Feed(5'000);
  StartBoth({});
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) {
    return t.taken == 5'000 && t.reports.size() == 5'000;
  }));
  EXPECT_EQ(owner_.Look().written, 5'000);
  EXPECT_TRUE(
      SimReaches([](const auto& s) { return s.reports_delivered == 5'000; }));
  const sim::SimStats stats = sim_->Stats();
  EXPECT_EQ(stats.messages, 5'000u);
  EXPECT_EQ(stats.messages_repeated, 0u);
  std::set<std::string> ids;
  for (const auto& report : owner_.Look().reports) {
    ids.insert(report.message_id);
  }
  EXPECT_EQ(ids.size(), 5'000u);
}

TEST_P(CmppLinkTest, LongTextsArriveWhole) {
  sim::SimOptions sim;
  sim.log_file = testing::TempDir() +
                 absl::StrCat("cmpp_link_", static_cast<int>(GetParam()));
  std::string text = "【签名】";
  for (int i = 0; i < 60; ++i) text += "验证码😀";
  const uint32_t parts = filter::CountSegments(text, filter::CarrierTraits());
  ASSERT_EQ(parts, 5u);
  StartBoth(sim);
  Send(1, text, parts);
  Send(2, "plain");
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.taken == 2; }));
  sim_->FlushLog();
  std::ifstream log(sim.log_file);
  std::string line;
  ASSERT_TRUE(std::getline(log, line));
  EXPECT_TRUE(absl::StrContains(line, absl::StrCat("\"text\":\"", text, "\"")))
      << line;
  EXPECT_TRUE(absl::StrContains(line, "\"src\":\"106900001\""));
  EXPECT_TRUE(absl::StrContains(line, "\"dest\":\"13800138001\""));
  EXPECT_TRUE(absl::EndsWith(line, "\"copy\":1}")) << line;
  ASSERT_TRUE(std::getline(log, line));
  EXPECT_TRUE(absl::StrContains(line, "\"text\":\"plain\""));
}

TEST_P(CmppLinkTest, OneIdForAllSegmentsIsToldForEach) {
  sim::SimOptions sim;
  sim.one_id = true;
  StartBoth(sim);
  std::string text;
  for (int i = 0; i < 67 * 3; ++i) text += "验";
  Send(1, text, 3);
  Send(2, text, 3);
  ASSERT_TRUE(owner_.WaitFor(
      [](const Told& t) { return t.taken == 2 && t.reports.size() == 2; }));
  const Told told = owner_.Look();
  const std::string& id = told.reports[0].message_id;
  EXPECT_NE(id, told.reports[1].message_id);
  EXPECT_TRUE(absl::c_linear_search(
      told.events, absl::StrCat("taken 1 [", id, ",", id, ",", id, "]")));
}

TEST_P(CmppLinkTest, ReportsMayComeBeforeAnswers) {
  sim::SimOptions sim;
  sim.reports_before_answers = true;
  StartBoth(sim);
  Send(1);
  ASSERT_TRUE(owner_.WaitFor(
      [](const Told& t) { return t.taken == 1 && t.reports.size() == 1; }));
  const Told told = owner_.Look();
  EXPECT_TRUE(
      absl::StrContains(told.events.back(), told.reports[0].message_id));
}

TEST_P(CmppLinkTest, LostAnswersAreUnknownAndNothingIsSentTwice) {
  sim::SimOptions sim;
  sim.drop_after = 40;
  Feed(200);
  StartBoth(sim);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) {
    return t.taken + t.unknown + t.given_back == 200;
  })) << States();
  const Told told = owner_.Look();
  EXPECT_GE(told.unknown, 1);
  EXPECT_GE(told.ups, 2);
  EXPECT_EQ(told.refused + told.not_taken, 0);
  const sim::SimStats stats = sim_->Stats();
  EXPECT_EQ(stats.drops, 1u);
  EXPECT_EQ(stats.messages_repeated, 0u);
  // The carrier has the taken messages and at most the unknown ones.
  EXPECT_GE(stats.messages, static_cast<uint64_t>(told.taken));
  EXPECT_LE(stats.messages, static_cast<uint64_t>(told.taken + told.unknown));
  // Reports of unknown messages come over the next connection.
  ASSERT_TRUE(owner_.WaitFor([&](const Told& t) {
    std::set<std::string> ids;
    for (const auto& report : t.reports) ids.insert(report.message_id);
    return ids.size() == stats.messages;
  }));
}

// A carrier that accepts every login and breaks the connection at the first
// SUBMIT costs one message each time, at growing pauses.
TEST_P(CmppLinkTest, ACarrierThatBreaksAtEverySubmitCostsOneMessageEach) {
  constexpr uint64_t kBreaks = 6;
  sim::SimOptions sim;
  sim.drop_after = 1;
  sim.drop_times = 0;
  options_.backoff = {absl::Milliseconds(20), absl::Seconds(10)};
  Feed(1'000);
  const auto begin = std::chrono::steady_clock::now();
  StartBoth(sim, false);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) {
    return t.unknown >= static_cast<int>(kBreaks);
  })) << States();
  // The pauses between six breaks, each at its shortest.
  EXPECT_GE(std::chrono::steady_clock::now() - begin,
            std::chrono::milliseconds(10 + 20 + 40 + 80 + 160));
  const sim::SimStats stats = sim_->Stats();
  EXPECT_EQ(stats.segments, stats.sessions);
  EXPECT_EQ(owner_.Look().taken, 0);
}

TEST_P(CmppLinkTest, TheBackoffBeginsAnewAfterAnAnswer) {
  sim::SimOptions sim;
  sim.drop_after = 2;  // The first answer gets through.
  sim.drop_times = 0;
  options_.backoff = {absl::Milliseconds(20), absl::Seconds(100)};
  Feed(1'000);
  StartBoth(sim, false);
  // With pauses that grow, the tenth would take 10 s.
  EXPECT_TRUE(owner_.WaitFor([](const Told& t) { return t.ups >= 12; }))
      << States();
}

TEST_P(CmppLinkTest, SilenceIsUnknownAfterTheAnswerTimeout) {
  sim::SimOptions sim;
  sim.silence_after = 3;
  options_.answer_timeout = absl::Milliseconds(40);
  StartBoth(sim);
  for (int i = 1; i <= 3; ++i) Send(i);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.taken == 3; }));
  for (int i = 4; i <= 9; ++i) Send(i);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.unknown == 6; }));
  EXPECT_EQ(sim_->Stats().segments, 9u);
  EXPECT_EQ(owner_.Look().ups, 1);
}

TEST_P(CmppLinkTest, ALateAnswerIsUnderstood) {
  sim::SimOptions sim;
  sim.answer_delay = absl::Milliseconds(60);
  sim.report_delay = absl::Seconds(100);
  options_.answer_timeout = absl::Milliseconds(12);
  StartBoth(sim);
  Send(1);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) {
    return t.unknown == 1 && absl::StartsWith(t.events.back(), "late 1.0 ");
  }));
}

TEST_P(CmppLinkTest, ADeadCarrierIsLeftAfterNActiveTests) {
  sim::SimOptions sim;
  options_.keepalive = {absl::Milliseconds(20), absl::Milliseconds(10), 3};
  StartBoth(sim);
  ASSERT_TRUE(SimReaches([](const auto& s) { return s.active_tests >= 2; }));
  EXPECT_EQ(owner_.Look().ups, 1);  // The tests are answered.
  sim_->Silence(true);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) {
    return absl::c_linear_search(
        t.states, "down: the carrier does not answer active tests");
  })) << States();
}

TEST_P(CmppLinkTest, ATestAnsweredWithATestDoesNotLoop) {
  sim::SimOptions sim;
  sim.test_with_test = true;
  options_.keepalive = {absl::Milliseconds(20), absl::Milliseconds(10), 3};
  StartBoth(sim);
  ASSERT_TRUE(SimReaches([](const auto& s) { return s.active_tests >= 3; }));
  EXPECT_LT(sim_->Stats().active_tests, 20u);
  EXPECT_EQ(owner_.Look().ups, 1);
}

TEST_P(CmppLinkTest, FlowControlSlowsTheLinkAndLosesNothing) {
  sim::SimOptions sim;
  sim.segments_per_second = 500;  // Fifty in each tenth of a second.
  Feed(120);
  StartBoth(sim);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) {
    return t.taken + t.not_taken >= 120 && t.not_taken > 0;
  })) << sim::ToJson(sim_->Stats());
  const sim::SimStats stats = sim_->Stats();
  EXPECT_GT(stats.flow_controlled, 0u);
  EXPECT_EQ(owner_.Look().unknown + owner_.Look().refused, 0);
}

TEST_P(CmppLinkTest, ASegmentOfALongMessageIsTriedAgain) {
  sim::SimOptions sim;
  sim.result_code = 87;  // A vendor's "busy".
  sim.result_every = 3;
  options_.retry_codes = {87, 88};
  StartBoth(sim);
  std::string text;
  for (int i = 0; i < 67 * 5; ++i) text += "验";
  Send(1, text, 5);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.taken == 1; }));
  // Five segments; the third is refused and sent again as the sixth, refused
  // again and sent as the seventh.
  EXPECT_EQ(sim_->Stats().segments, 7u);
  EXPECT_EQ(sim_->Stats().messages, 1u);
  EXPECT_EQ(sim_->Stats().segments_repeated, 0u);
}

TEST_P(CmppLinkTest, OtherResultsRefuse) {
  sim::SimOptions sim;
  sim.result_code = 10;
  sim.result_every = 2;
  StartBoth(sim);
  Send(1);
  Send(2);
  ASSERT_TRUE(owner_.WaitFor(
      [](const Told& t) { return t.taken == 1 && t.refused == 1; }));
  EXPECT_TRUE(
      absl::c_linear_search(owner_.Look().events, "refused 2 code 10 []"));
}

// From the call on, also when the link could write at once.
TEST_P(CmppLinkTest, GivesBackWhatItHasNotBegun) {
  sim::SimOptions sim;
  sim.result_code = 9;
  sim.result_every = 1;
  options_.window = options_.window_first = 4;
  owner_.on_answered = [first = true](link::Link& link) mutable {
    if (!std::exchange(first, false)) return;
    link.GiveBackWaiting("");
    link.Send({Message(9)});
  };
  StartBoth(sim);
  std::vector<HandOver> run;
  for (int i = 1; i <= 8; ++i) run.push_back(Message(i));
  link_->Send(std::move(run));
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) {
    return t.refused == 5 && t.given_back == 4;
  })) << absl::StrJoin(owner_.Look().events, "; ");
  for (int i = 5; i <= 8; ++i) {
    EXPECT_TRUE(absl::c_linear_search(owner_.Look().events,
                                      absl::StrCat("given back ", i)));
  }
  EXPECT_EQ(sim_->Stats().segments, 5u);
}

TEST_P(CmppLinkTest, WhatDoesNotFitIsRefusedHere) {
  StartBoth({});
  HandOver h = Message(1);
  h.access_number = std::string(22, '1');
  link_->Send({h});
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.refused == 1; }));
  EXPECT_EQ(sim_->Stats().segments, 0u);
}

TEST_P(CmppLinkTest, AWrongDigestIsAWarningByDefault) {
  sim::SimOptions sim;
  sim.wrong_digest = true;
  StartBoth(sim);
  EXPECT_EQ(owner_.Look().states[0],
            LoggedIn() + "; warning: AuthenticatorISMG is wrong");
}

TEST_P(CmppLinkTest, AWrongDigestIsNoMatterWhenOff) {
  sim::SimOptions sim;
  sim.wrong_digest = true;
  options_.authenticator_check = AuthenticatorCheck::kOff;
  StartBoth(sim);
  EXPECT_EQ(owner_.Look().states[0], LoggedIn());
}

TEST_P(CmppLinkTest, AWrongDigestKeepsTheLinkDownWhenEnforced) {
  sim::SimOptions sim;
  sim.wrong_digest = true;
  options_.authenticator_check = AuthenticatorCheck::kEnforce;
  StartBoth(sim, false);
  ASSERT_TRUE(
      owner_.WaitFor([](const Told& t) { return t.states.size() >= 2; }));
  EXPECT_EQ(owner_.Look().states[0], "down: AuthenticatorISMG is wrong");
  EXPECT_EQ(owner_.Look().ups, 0);
  Send(1);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.given_back == 1; }));
}

TEST_P(CmppLinkTest, AWrongSecretIsRefused) {
  options_.secret = "secret89";
  StartBoth({}, false);
  ASSERT_TRUE(
      owner_.WaitFor([](const Told& t) { return t.states.size() >= 2; }));
  EXPECT_EQ(owner_.Look().states[0],
            "down: login refused: status 3, authentication failed");
  EXPECT_GE(link_->Facts().logins_failed, 1u);
}

TEST_P(CmppLinkTest, AGatewayOf20IsSpokenToIn20) {
  sim::SimOptions sim;
  sim.only_20 = true;
  options_.authenticator_check = AuthenticatorCheck::kEnforce;
  StartBoth(sim);
  Send(1);
  ASSERT_TRUE(owner_.WaitFor(
      [](const Told& t) { return t.taken == 1 && t.reports.size() == 1; }));
  EXPECT_TRUE(absl::StrContains(owner_.Look().states[0], "CMPP 2.0 is spoken"));
  EXPECT_EQ(link_->Facts().version, "CMPP 2.0");
  EXPECT_EQ(sim_->Stats().protocol_errors, 0u);
}

// A link of 2.0 once spoke 2.0 to such a gateway: its SUBMITs were taken and
// lost, and opt-outs were answered with an error.
TEST_P(CmppLinkTest, AGatewayOf30IsSpokenToIn30) {
  sim::SimOptions sim;
  sim.only_30 = true;
  options_.authenticator_check = AuthenticatorCheck::kEnforce;
  StartBoth(sim);
  Send(1);
  sim_->SendMo("13800138000", "106900001", "退订");
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) {
    return t.taken == 1 && t.reports.size() == 1 && t.mos.size() == 1;
  }));
  EXPECT_EQ(owner_.Look().mos[0].text, "退订");
  EXPECT_EQ(owner_.Look().mos[0].sender, "13800138000");
  EXPECT_TRUE(absl::StrContains(owner_.Look().states[0], "CMPP 3.0 is spoken"));
  EXPECT_EQ(link_->Facts().version, "CMPP 3.0");
  EXPECT_TRUE(SimReaches([](const auto& s) { return s.mo_answered == 1; }));
  EXPECT_EQ(sim_->Stats().protocol_errors, 0u);
  EXPECT_EQ(sim_->Stats().messages, 1u);
}

TEST_P(CmppLinkTest, AGatewayThatContradictsItselfIsNotSpokenTo) {
  const bool v20 = GetParam() == Version::k20;
  sim::SimOptions sim;
  sim.only_20 = !v20;
  sim.only_30 = v20;
  sim.login_version = v20 ? 0x20 : 0x30;
  StartBoth(sim, false);
  ASSERT_TRUE(
      owner_.WaitFor([](const Told& t) { return t.states.size() >= 2; }));
  EXPECT_TRUE(absl::StartsWith(owner_.Look().states[0],
                               "down: login given up: the carrier answered"))
      << States();
  EXPECT_EQ(owner_.Look().ups, 0);
  EXPECT_GE(link_->Facts().logins_failed, 1u);
}

TEST_P(CmppLinkTest, MoInEveryCoding) {
  StartBoth({});
  sim_->SendMo("13800138000", "106900001", "TD");
  sim_->SendMo("13800138000", "106900001", "退订");
  // origin: ../shared/vectors, the Msg_Content of CMPP2-20
  sim_->SendRawMo("13800138000", "106900001", 15, 0,
                  absl::HexStringToBytes("d1e9d6a4c2eb313233343536"));
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.mos.size() == 3; }));
  const Told told = owner_.Look();
  EXPECT_EQ(told.mos[0].text, "TD");
  EXPECT_EQ(told.mos[1].text, "退订");
  EXPECT_EQ(told.mos[2].text, "验证码123456");
  EXPECT_EQ(told.mos[0].sender, "13800138000");
  EXPECT_EQ(told.mos[0].access_number, "106900001");
  EXPECT_EQ(told.mos[0].parts, 1u);
  EXPECT_NE(told.mos[0].message_id, told.mos[1].message_id);
  EXPECT_TRUE(SimReaches([](const auto& s) { return s.mo_answered == 3; }));
}

TEST_P(CmppLinkTest, AWrongMsgLengthLosesNothing) {
  sim::SimOptions sim;
  sim.msg_length = GetParam() == Version::k20 ? 0 : 60;
  StartBoth(sim);
  Send(1);
  sim_->SendMo("13800138000", "106900001", "拒收");
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) {
    return t.mos.size() == 1 && t.reports.size() == 1;
  }));
  EXPECT_EQ(owner_.Look().mos[0].text, "拒收");
  EXPECT_EQ(owner_.Look().reports[0].stat, "DELIVRD");
  EXPECT_TRUE(SimReaches([](const auto& s) {
    return s.mo_answered == 1 && s.reports_delivered == 1;
  }));
  EXPECT_EQ(sim_->Stats().deliveries_repeated, 0u);
  EXPECT_EQ(link_->Facts().unreadable_delivers, 0u);
}

TEST_P(CmppLinkTest, ALongMoComesInItsParts) {
  StartBoth({});
  std::string text;
  for (int i = 0; i < 80; ++i) text += "订";
  sim_->SendMo("13800138000", "106900001", text);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.mos.size() == 2; }));
  const Told told = owner_.Look();
  EXPECT_EQ(told.mos[0].text + told.mos[1].text, text);
  EXPECT_EQ(told.mos[1].part, 2u);
  EXPECT_EQ(told.mos[1].parts, 2u);
  EXPECT_EQ(told.mos[0].reference, told.mos[1].reference);
}

TEST_P(CmppLinkTest, WhatIsNotAcknowledgedComesAgain) {
  sim::SimOptions sim;
  sim.deliver_timeout = absl::Milliseconds(20);
  owner_.acknowledges = false;
  StartBoth(sim);
  sim_->SendMo("13800138000", "106900001", "T");
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.mos.size() == 2; }));
  Told told = owner_.Look();
  EXPECT_EQ(told.mos[0].message_id, told.mos[1].message_id);
  EXPECT_EQ(sim_->Stats().mo_answered, 0u);
  told.kept[1]();
  told.kept[1]();  // A second call does nothing.
  EXPECT_TRUE(SimReaches([](const auto& s) { return s.mo_answered == 1; }));
}

// The carrier regards the link as logged in, gives up a DELIVER after three
// tries, and has lost its answer to the login.
TEST_P(CmppLinkTest, AnMoOutlivesALoginWithoutAnAnswer) {
  sim::SimOptions sim;
  sim.deliver_timeout = absl::Seconds(2);
  options_.early_timeout = absl::Milliseconds(10);
  options_.login_timeout = absl::Seconds(30);
  StartBoth(sim);
  sim_->Silence(true);
  sim_->Drop();
  ASSERT_TRUE(SimReaches([](const auto& s) { return s.logins == 2; }));
  sim_->SendMo("13800138000", "106900001", "TD");
  sim_->Silence(false);
  EXPECT_TRUE(owner_.WaitFor([](const Told& t) { return !t.mos.empty(); }));
  EXPECT_TRUE(SimReaches([](const auto& s) { return s.mo_answered == 1; }));
  EXPECT_EQ(sim_->Stats().deliveries_given_up, 0u);
}

TEST_P(CmppLinkTest, TooManyOpenDeliveriesAreAskedToComeAgain) {
  sim::SimOptions sim;
  sim.deliver_timeout = absl::Milliseconds(20);
  sim.deliver_tries = 1'000;
  options_.deliveries_open_max = 2;
  owner_.acknowledges = false;
  StartBoth(sim);
  for (int i = 0; i < 5; ++i) sim_->SendMo("13800138000", "106900001", "T");
  ASSERT_TRUE(
      SimReaches([](const auto& s) { return s.deliveries_repeated >= 3; }));
  EXPECT_EQ(owner_.Look().mos.size(), 2u);
}

TEST_P(CmppLinkTest, AcknowledgingAfterTheConnectionIsGoneDoesNothing) {
  owner_.acknowledges = false;
  StartBoth({});
  sim_->SendMo("13800138000", "106900001", "T");
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.mos.size() == 1; }));
  sim_->Drop();
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.mos.size() == 2; }));
  owner_.Look().kept[0]();  // Of the lost connection.
  EXPECT_EQ(sim_->Stats().mo_answered, 0u);
  owner_.Look().kept[1]();
  EXPECT_TRUE(SimReaches([](const auto& s) { return s.mo_answered == 1; }));
}

TEST_P(CmppLinkTest, StopSaysGoodbyeAfterTheLastAnswer) {
  sim::SimOptions sim;
  sim.answer_delay = absl::Milliseconds(20);
  StartBoth(sim);
  Send(1);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.written == 1; }));
  link_->Stop(absl::Seconds(5));
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.stopped; }));
  EXPECT_EQ(owner_.Look().taken, 1);
  EXPECT_EQ(owner_.Look().states.back(), "stopped: stopped");
  // The owner gets no call after kStopped.
  const size_t events = owner_.Look().events.size();
  Send(2);
  link_.reset();
  EXPECT_EQ(owner_.Look().events.size(), events);
}

TEST_P(CmppLinkTest, StopDoesNotWaitForeverForAnswers) {
  sim::SimOptions sim;
  sim.silence_after = 1;
  options_.terminate_timeout = absl::Milliseconds(20);
  options_.window_first = options_.window;
  StartBoth(sim);
  for (int i = 1; i <= 40; ++i) Send(i);
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.written >= 16; }));
  link_->Stop(absl::Milliseconds(20));
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.stopped; }));
  const Told told = owner_.Look();
  EXPECT_EQ(told.taken + told.unknown + told.given_back, 40);
  EXPECT_GE(told.given_back, 20);
}

TEST_P(CmppLinkTest, StopWhileItCannotConnect) {
  options_.backoff = {absl::Seconds(100), absl::Seconds(100)};
  StartSim({});
  sim_->Stop();
  sim_runner_.Join();
  sim_.reset();
  link_ = std::make_unique<CmppLink>(link_runner_.context().get_executor(),
                                     options_, owner_, clock_);
  link_->Start();
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return !t.states.empty(); }));
  EXPECT_EQ(owner_.Look().states[0], "down: connecting: Connection refused");
}

TEST_P(CmppLinkTest, TheRateHolds) {
  options_.pace.segments_per_second = 200;
  Feed(60);
  StartBoth({});
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.taken == 60; }));
  // Twenty segments at once, then one every five milliseconds.
  EXPECT_GT(std::chrono::steady_clock::now() - begin,
            std::chrono::milliseconds(150));
}

}  // namespace
}  // namespace sluice::cmpp
