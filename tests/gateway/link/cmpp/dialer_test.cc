// The dialer against a carrier that the test plays, octet by octet.

#include "gateway/link/cmpp/dialer.h"

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "asio/io_context.hpp"
#include "asio/post.hpp"
#include "gateway/link/cmpp/control.h"
#include "gateway/link/cmpp/deliver.h"
#include "tests/gateway/link/body_octets.h"
#include "tests/gateway/link/cmpp/link_parts.h"
#include "tests/gateway/link/cmpp/raw_peer.h"

namespace sluice::cmpp {
namespace {

const Digest kSource = {1, 2, 3};
const std::string kLoggedIn = "logged in; CMPP 2.0 is spoken";
const std::string kWarning = "; warning: AuthenticatorISMG is wrong";

class ReadLoginAnswerTest : public LinkPartTest {
 protected:
  // The answer of a gateway that knows the secret, in the layout of `version`.
  std::string Answer(Version version, uint8_t field) {
    ConnectResp resp;
    resp.version = field;
    resp.authenticator = AuthenticatorIsmg(0, 1, kSource, options_.secret);
    return link::BodyOctets(resp, version);
  }
  absl::StatusOr<LoginAccepted> Read(absl::string_view body) {
    return ReadLoginAnswer(options_, kSource, body);
  }
};

// Every mix of our version, the length of the answer and its Version field.
TEST_F(ReadLoginAnswerTest, TheAnswerDecidesTheVersion) {
  constexpr auto k20 = Version::k20;
  constexpr auto k30 = Version::k30;
  const struct {
    Version ours;
    Version layout;
    uint8_t field;
    absl::string_view note;  // Empty: the login is given up.
  } cases[] = {
      {k20, k20, 0x20, "logged in; CMPP 2.0 is spoken"},
      {k20, k20, 0x00, "logged in; CMPP 2.0 is spoken"},
      // The field is the highest version that the carrier can speak.
      {k20, k20, 0x30, "logged in; CMPP 2.0 is spoken"},
      {k20, k30, 0x30,
       "logged in; CMPP 3.0 is spoken, as the carrier answered, instead of "
       "CMPP 2.0"},
      {k20, k30, 0x00,
       "logged in; CMPP 3.0 is spoken, as the carrier answered, instead of "
       "CMPP 2.0"},
      {k20, k30, 0x20, ""},
      {k30, k30, 0x30, "logged in; CMPP 3.0 is spoken"},
      {k30, k30, 0x00, "logged in; CMPP 3.0 is spoken"},
      {k30, k30, 0x20,
       "logged in; CMPP 3.0 is spoken, although the carrier's Version is "
       "0x20"},
      {k30, k20, 0x20,
       "logged in; CMPP 2.0 is spoken, as the carrier answered, instead of "
       "CMPP 3.0"},
      {k30, k20, 0x12,
       "logged in; CMPP 2.0 is spoken, as the carrier answered, instead of "
       "CMPP 3.0"},
      {k30, k20, 0x30, ""},
  };
  for (const auto& c : cases) {
    options_.version = c.ours;
    const absl::StatusOr<LoginAccepted> accepted =
        Read(Answer(c.layout, c.field));
    SCOPED_TRACE(absl::StrCat(VersionName(c.ours), " ", VersionName(c.layout),
                              " ", +c.field));
    if (c.note.empty()) {
      EXPECT_TRUE(absl::IsFailedPrecondition(accepted.status()))
          << accepted.status();
      continue;
    }
    ASSERT_TRUE(accepted.ok()) << accepted.status();
    EXPECT_EQ(accepted->version, c.layout);
    EXPECT_EQ(accepted->note, c.note);
  }
}

TEST_F(ReadLoginAnswerTest, ALoginThatIsGivenUpSaysWhatToDo) {
  EXPECT_EQ(Read(Answer(Version::k30, 0x20)).status().message(),
            "login given up: the carrier answered a login of CMPP 2.0 in the "
            "layout of CMPP 3.0 but with Version 0x20, so it is not clear what "
            "it speaks; set the link to CMPP 3.0 if it speaks that");
}

TEST_F(ReadLoginAnswerTest, AWrongDigestIsHandledAsTheOptionSays) {
  const std::string body = link::BodyOctets(ConnectResp(), Version::k20);
  options_.authenticator_check = AuthenticatorCheck::kOff;
  EXPECT_EQ(Read(body)->note, kLoggedIn);
  options_.authenticator_check = AuthenticatorCheck::kWarn;
  EXPECT_EQ(Read(body)->note, kLoggedIn + kWarning);
  options_.authenticator_check = AuthenticatorCheck::kEnforce;
  EXPECT_EQ(Read(body).status(),
            absl::UnauthenticatedError("AuthenticatorISMG is wrong"));
}

TEST_F(ReadLoginAnswerTest, ErrorsAreTyped) {
  const std::string refused =
      link::BodyOctets(ConnectResp{.status = 3}, Version::k20);
  EXPECT_TRUE(absl::IsUnauthenticated(Read(refused).status()));
  const absl::Status unreadable = Read("short").status();
  EXPECT_EQ(unreadable,
            absl::InvalidArgumentError("CMPP_CONNECT_RESP: 17 octets; CMPP 2.0 "
                                       "has 30 and CMPP 3.0 has 33"));
}

// Runs one Open() on a thread of its own.
class DialerTest : public LinkPartTest {
 protected:
  void Open() {
    options_.port = peer_.port();
    options_.authenticator_check = AuthenticatorCheck::kOff;
    asio::co_spawn(context_of_thread_, KeepResult(), asio::detached);
    thread_ = std::thread([this] { context_of_thread_.run(); });
  }
  const absl::StatusOr<Connection>& Result() {
    thread_.join();
    return *result_;
  }
  RawPdu AcceptConnect() {
    peer_.Accept();
    const RawPdu connect = peer_.Read();
    EXPECT_EQ(connect.header.command, Command::kConnect);
    return connect;
  }

  RawPeer peer_;
  asio::io_context context_of_thread_;
  Sequence sequence_{41};
  const std::shared_ptr<Dialer> dialer_ = std::make_shared<Dialer>(
      context_of_thread_.get_executor(), options_, clock_, sequence_);
  std::thread thread_;
  std::optional<absl::StatusOr<Connection>> result_;

 private:
  asio::awaitable<void> KeepResult() {
    result_.emplace(co_await dialer_->Open());
  }
};

TEST_F(DialerTest, KeepsThePdusThatFollowTheLoginsAnswer) {
  Open();
  const RawPdu connect = AcceptConnect();
  EXPECT_EQ(connect.header.sequence, 42u);
  // A PDU before the answer has no meaning.
  peer_.Write(*EncodePdu(ActiveTest(), Version::k20, 6) +
              *EncodePdu(ConnectResp(), Version::k20, 42) +
              *EncodePdu(ActiveTest(), Version::k20, 7));
  const absl::StatusOr<Connection>& connection = Result();
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_TRUE(connection->socket.is_open());
  EXPECT_EQ(connection->login.note, kLoggedIn);
  link::FrameReader reader = connection->reader;
  const absl::StatusOr<absl::string_view> pdu = reader.Next();
  ASSERT_TRUE(pdu.ok());
  ASSERT_FALSE(pdu->empty());
  EXPECT_EQ(DecodeHeader(*pdu)->sequence, 7u);
}

std::string EarlyDeliver(uint32_t sequence) {
  return *EncodePdu(Deliver{.msg_id = 7, .content = "TD"}, Version::k20,
                    sequence);
}

TEST_F(DialerTest, KeepsTheDeliversThatPrecedeTheLoginsAnswer) {
  options_.early_timeout = absl::Seconds(20);
  Open();
  AcceptConnect();
  peer_.Write(EarlyDeliver(6) + EarlyDeliver(7) +
              *EncodePdu(ConnectResp(), Version::k20, 42));
  const absl::StatusOr<Connection>& connection = Result();
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_EQ(connection->early,
            std::vector<std::string>({EarlyDeliver(6), EarlyDeliver(7)}));
}

// Its answer was lost: nobody would take what it sends.
TEST_F(DialerTest, LeavesACarrierThatSendsDeliversAndDoesNotAnswer) {
  options_.early_timeout = absl::Milliseconds(10);
  Open();
  AcceptConnect();
  peer_.Write(EarlyDeliver(6));
  EXPECT_TRUE(peer_.Read().octets.empty());
  EXPECT_EQ(Result().status(),
            absl::UnavailableError("login: the carrier sends messages and does "
                                   "not answer: no answer in time"));
}

TEST_F(DialerTest, ConnectsFromTheLocalAddress) {
  options_.local_address = "127.0.0.2";
  Open();
  AcceptConnect();
  EXPECT_EQ(peer_.remote_address().to_string(), "127.0.0.2");
  peer_.Write(*EncodePdu(ConnectResp(), Version::k20, 42));
  EXPECT_TRUE(Result().ok());
}

TEST_F(DialerTest, ALocalAddressThatThisHostLacksIsAnError) {
  options_.local_address = "192.0.2.1";
  Open();
  const absl::Status status = Result().status();
  EXPECT_EQ(status, absl::UnavailableError(
                        "connecting: Cannot assign requested address"));
}

TEST_F(DialerTest, ARefusedLoginClosesTheConnection) {
  Open();
  AcceptConnect();
  peer_.Write(*EncodePdu(ConnectResp{.status = 3}, Version::k20, 42));
  EXPECT_TRUE(peer_.Read().octets.empty());
  EXPECT_TRUE(absl::IsUnauthenticated(Result().status()));
}

TEST_F(DialerTest, ASilentCarrierIsLeftAfterTheTimeOut) {
  options_.login_timeout = absl::Milliseconds(10);
  Open();
  AcceptConnect();
  const absl::Status status = Result().status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_TRUE(absl::EndsWith(status.message(), ": no answer in time"))
      << status;
}

TEST_F(DialerTest, CancelDuringTheLookUpMakesNoConnection) {
  options_.login_timeout = absl::Seconds(1);
  // Runs after Open() has begun its look-up, on the same thread.
  asio::post(context_of_thread_, [this] {
    asio::post(context_of_thread_, [this] { dialer_->Cancel(); });
  });
  Open();
  const absl::Status status = Result().status();
  // Of the look-up, where it had not begun, or of connecting.
  EXPECT_TRUE(status.message() == "connecting: cancelled" ||
              absl::StartsWith(status.message(), "looking up"))
      << status;
}

TEST_F(DialerTest, CancelEndsAnAttempt) {
  Open();
  AcceptConnect();
  asio::post(context_of_thread_, [this] { dialer_->Cancel(); });
  const absl::Status status = Result().status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_FALSE(absl::StrContains(status.message(), "in time")) << status;
}

}  // namespace
}  // namespace sluice::cmpp
