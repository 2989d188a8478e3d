// One session against a carrier that the test plays. What a link does over
// several sessions is in cmpp_link_test.cc and odd_carrier_test.cc.

#include "gateway/link/cmpp/session.h"

#include <cstring>
#include <memory>
#include <string>
#include <thread>

#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "asio/io_context.hpp"
#include "asio/post.hpp"
#include "asio/strand.hpp"
#include "gateway/link/cmpp/bodies.h"
#include "tests/gateway/link/cmpp/link_parts.h"
#include "tests/gateway/link/cmpp/raw_peer.h"

namespace sluice::cmpp {
namespace {

using Told = link::RecordingOwner::Told;

class SessionTest : public LinkPartTest {
 protected:
  // Serves a connection whose reader already holds `octets`.
  void Serve(absl::string_view octets = "") {
    asio::ip::tcp::socket socket(strand_);
    socket.connect({asio::ip::address_v4::loopback(), peer_.port()});
    peer_.Accept();
    link::FrameReader reader(kHeaderSize, kPduSizeMax);
    std::memcpy(reader.Room().data(), octets.data(), octets.size());
    reader.Filled(octets.size());
    session_ = std::make_shared<Session>(
        context_, Session::Shared{sequence_, submits_, shutdown_, *inbox_},
        Connection{std::move(socket),
                   std::move(reader),
                   {Version::k20, "logged in"},
                   early_},
        Deliveries(context_, Version::k20, 1, inbox_));
    asio::co_spawn(strand_, session_->Serve(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  // Waits until the session has ended; returns why.
  std::string Ended() {
    thread_.join();
    EXPECT_FALSE(session_->open());
    return session_->closed_why();
  }
  template <class Call>
  void OnStrand(Call call) {
    asio::post(strand_, call);
  }

  std::vector<std::string> early_;  // Of the connection.
  RawPeer peer_;
  asio::io_context io_;
  const asio::any_io_executor strand_ = asio::make_strand(io_);
  Sequence sequence_{0};
  SubmitWindow submits_{context_, sequence_, 0};
  link::Shutdown shutdown_{options_.terminate_timeout};
  const std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>([] {});
  std::shared_ptr<Session> session_;
  std::thread thread_;
};

TEST_F(SessionTest, AnswersActiveTestsUntilTheCarrierCloses) {
  Serve(*EncodePdu(ActiveTest(), Version::k20, 3));
  EXPECT_EQ(peer_.Read().header.sequence, 3u);
  peer_.Write(*EncodePdu(ActiveTest(), Version::k20, 4));
  const RawPdu answer = peer_.Read();
  EXPECT_EQ(answer.header.command, Command::kActiveTestResp);
  EXPECT_EQ(answer.header.sequence, 4u);
  peer_.Close();
  EXPECT_EQ(Ended(), "the carrier closed the connection");
  EXPECT_EQ(owner_.Look().states, std::vector<std::string>{"up: logged in"});
}

TEST_F(SessionTest, WritesWhatItIsGivenAndLeavesNothingWithoutAnOutcome) {
  Serve();
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.offered == 8; }));
  OnStrand([this] {
    link::HandOver h;
    h.ref = 1;
    h.text = "T";
    submits_.Add(h);
    session_->Kick();
  });
  EXPECT_EQ(peer_.Read().header.command, Command::kSubmit);
  peer_.Close();
  Ended();
  EXPECT_EQ(owner_.Look().unknown, 1);
  EXPECT_TRUE(submits_.empty());
}

TEST_F(SessionTest, TakesTheDeliversThatPrecededTheLoginsAnswer) {
  early_ = {*EncodePdu(Deliver{.msg_id = 7, .content = "TD"}, Version::k20, 9)};
  Serve();
  EXPECT_TRUE(owner_.WaitFor([](const Told& t) { return t.mos.size() == 1; }));
  peer_.Close();
  Ended();
}

TEST_F(SessionTest, AnswersADeliverWhenItIsSettled) {
  Serve();
  peer_.Write(
      *EncodePdu(Deliver{.msg_id = 7, .content = "TD"}, Version::k20, 9));
  ASSERT_TRUE(owner_.WaitFor([](const Told& t) { return t.mos.size() == 1; }));
  OnStrand([this] {
    for (const Acknowledged& a : inbox_->Take().acknowledged) {
      session_->Settle(a);
    }
    session_->Kick();
  });
  const RawPdu answer = peer_.Read();
  EXPECT_EQ(answer.header.command, Command::kDeliverResp);
  EXPECT_EQ(answer.header.sequence, 9u);
  peer_.Close();
  Ended();
}

TEST_F(SessionTest, AShutdownSaysGoodbyeAndEndsWithTheAnswer) {
  Serve();
  OnStrand([this] {
    shutdown_.Begin(clock_.Monotonic(), absl::Seconds(5));
    session_->LookAtShutdown();
    session_->Kick();
  });
  const RawPdu goodbye = peer_.Read();
  EXPECT_EQ(goodbye.header.command, Command::kTerminate);
  peer_.Write(
      *EncodePdu(TerminateResp(), Version::k20, goodbye.header.sequence));
  EXPECT_EQ(Ended(), "stopped");
}

}  // namespace
}  // namespace sluice::cmpp
