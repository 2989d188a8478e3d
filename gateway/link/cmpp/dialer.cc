#include "gateway/link/cmpp/dialer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "asio/write.hpp"
#include "gateway/link/await.h"
#include "gateway/link/cmpp/bodies.h"
#include "rules/base/status_macros.h"

namespace sluice::cmpp {
namespace {

// DELIVERs that are kept until the login's answer comes.
constexpr size_t kEarlyOctetsMax = 64 << 10;

// Octets of a whole CONNECT_RESP in either version.
constexpr size_t kSize20 = 30;
constexpr size_t kSize30 = 33;

// Whether the Version field fits a carrier that speaks `version`. Some leave
// the field empty.
bool FieldAgrees(uint8_t field, Version version) {
  return field == 0 || (field >= 0x30) == (version == Version::k30);
}

// The version that the carrier speaks after it answered a login of `ours` in
// the layout of `layout`.
absl::StatusOr<Version> SpokenVersion(Version ours, Version layout,
                                      uint8_t field) {
  if (layout == ours || FieldAgrees(field, layout)) return layout;
  return absl::FailedPreconditionError(
      absl::StrCat("login given up: the carrier answered a login of ",
                   VersionName(ours), " in the layout of ", VersionName(layout),
                   " but with Version 0x", absl::Hex(field, absl::kZeroPad2),
                   ", so it is not clear what it speaks; set the link to ",
                   VersionName(layout), " if it speaks that"));
}

std::string SpokenNote(Version ours, Version spoken, uint8_t field) {
  std::string note =
      absl::StrCat("logged in; ", VersionName(spoken), " is spoken");
  if (spoken != ours) {
    absl::StrAppend(&note, ", as the carrier answered, instead of ",
                    VersionName(ours));
  } else if (field < 0x30 && !FieldAgrees(field, spoken)) {
    absl::StrAppend(&note, ", although the carrier's Version is 0x",
                    absl::Hex(field, absl::kZeroPad2));
  }
  return note;
}

}  // namespace

using link::kAwait;

absl::StatusOr<LoginAccepted> ReadLoginAnswer(const CmppLinkOptions& options,
                                              const Digest& source,
                                              absl::string_view body) {
  const size_t size = kHeaderSize + body.size();
  if (size != kSize20 && size != kSize30) {
    return absl::InvalidArgumentError(
        absl::StrCat("CMPP_CONNECT_RESP: ", size, " octets; CMPP 2.0 has ",
                     kSize20, " and CMPP 3.0 has ", kSize30));
  }
  ConnectResp resp;
  const absl::Status read = TakePduBody(body, options.version, resp);
  if (!read.ok()) return link::InField("CMPP_CONNECT_RESP", read);
  if (resp.status != 0) {
    return absl::UnauthenticatedError(
        absl::StrCat("login refused: status ", resp.status, ", ",
                     ConnectStatusText(resp.status)));
  }
  SLUICE_ASSIGN_OR_RETURN(
      const Version spoken,
      SpokenVersion(options.version,
                    size == kSize20 ? Version::k20 : Version::k30,
                    resp.version));
  LoginAccepted accepted = {spoken,
                            SpokenNote(options.version, spoken, resp.version)};
  if (options.authenticator_check != AuthenticatorCheck::kOff &&
      !IsmgKnowsSecret(resp, source, options.secret)) {
    if (options.authenticator_check == AuthenticatorCheck::kEnforce) {
      return absl::UnauthenticatedError("AuthenticatorISMG is wrong");
    }
    accepted.note += "; warning: AuthenticatorISMG is wrong";
  }
  return accepted;
}

Dialer::Dialer(asio::any_io_executor strand, const CmppLinkOptions& options,
               const Clock& clock, Sequence& sequence)
    : options_(options),
      clock_(clock),
      sequence_(sequence),
      resolver_(strand),
      socket_(strand),
      deadline_(strand),
      reader_(kHeaderSize, kPduSizeMax) {}

asio::awaitable<absl::StatusOr<Connection>> Dialer::Open() {
  reader_ = link::FrameReader(kHeaderSize, kPduSizeMax);
  early_.clear();
  early_octets_ = 0;
  cancelled_ = false;
  ArmDeadline(options_.connect_timeout);
  absl::Status status = co_await ConnectSocket();
  if (status.ok()) {
    ArmDeadline(options_.login_timeout);
    status = co_await Login();
  }
  deadline_.cancel();
  // The answer may have been read just before the socket was closed.
  if (status.ok() && cancelled_) status = absl::UnavailableError("cancelled");
  if (status.ok()) {
    co_return Connection{std::move(socket_), std::move(reader_),
                         std::move(accepted_), std::move(early_)};
  }
  asio::error_code ignored;
  socket_.close(ignored);
  if (timed_out_) {
    status = absl::UnavailableError(
        absl::StrCat(status.message(), ": no answer in time"));
  }
  co_return status;
}

void Dialer::Cancel() {
  cancelled_ = true;
  resolver_.cancel();
  asio::error_code ignored;
  socket_.close(ignored);
}

void Dialer::ArmDeadline(absl::Duration limit) {
  timed_out_ = false;
  deadline_.expires_after(absl::ToChronoNanoseconds(limit));
  deadline_.async_wait([self = shared_from_this()](asio::error_code error) {
    if (error) return;
    self->timed_out_ = true;
    self->Cancel();
  });
}

asio::awaitable<absl::Status> Dialer::ConnectSocket() {
  auto [error, endpoints] = co_await resolver_.async_resolve(
      options_.host, std::to_string(options_.port), kAwait);
  if (error) {
    co_return absl::UnavailableError(
        absl::StrCat("looking up the carrier's address: ", error.message()));
  }
  // A look-up that has begun succeeds all the same, and connecting would open
  // the closed socket again.
  if (cancelled_) co_return absl::UnavailableError("connecting: cancelled");
  const asio::error_code failed = co_await ConnectToOneOf(endpoints);
  if (failed) {
    co_return absl::UnavailableError(
        absl::StrCat("connecting: ", failed.message()));
  }
  asio::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  // What the kernel holds can no longer be given back.
  socket_.set_option(
      asio::socket_base::send_buffer_size(options_.send_buffer_octets),
      ignored);
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT,
               &options_.unsent_octets_max, sizeof(options_.unsent_octets_max));
  co_return absl::OkStatus();
}

asio::awaitable<asio::error_code> Dialer::ConnectToOneOf(
    asio::ip::tcp::resolver::results_type endpoints) {
  asio::error_code error = asio::error::host_not_found;
  for (const auto& entry : endpoints) {
    const asio::ip::tcp::endpoint endpoint = entry.endpoint();
    asio::error_code ignored;
    socket_.close(ignored);
    socket_.open(endpoint.protocol(), error);
    if (!error && !options_.local_address.empty()) {
      socket_.bind({asio::ip::make_address(options_.local_address), 0}, error);
    }
    if (!error) {
      std::tie(error) = co_await socket_.async_connect(endpoint, kAwait);
    }
    if (!error || cancelled_) break;
  }
  co_return error;
}

asio::awaitable<absl::Status> Dialer::Login() {
  Connect connect;
  connect.source_addr = options_.sp_id;
  connect.version = static_cast<uint8_t>(options_.version);
  connect.timestamp = LoginTimestamp(clock_.Now());
  connect.authenticator =
      AuthenticatorSource(options_.sp_id, options_.secret, connect.timestamp);
  std::string pdu;
  const absl::Status encoded =
      AppendPdu(connect, options_.version, sequence_.Next(), pdu);
  if (!encoded.ok()) co_return encoded;
  auto [error, written] =
      co_await asio::async_write(socket_, asio::buffer(pdu), kAwait);
  if (error) {
    co_return absl::UnavailableError(absl::StrCat("login: ", error.message()));
  }
  const absl::Status answer = co_await AwaitLoginAnswer(connect.authenticator);
  co_return answer;
}

// What is not kept is not answered: the carrier sends it again.
void Dialer::KeepEarly(absl::string_view deliver) {
  if (early_octets_ == 0) {
    ArmDeadline(std::min(options_.login_timeout, options_.early_timeout));
  }
  early_octets_ += deliver.size();
  if (early_octets_ <= kEarlyOctetsMax) early_.emplace_back(deliver);
}

asio::awaitable<absl::Status> Dialer::AwaitLoginAnswer(const Digest& source) {
  for (;;) {
    const absl::StatusOr<absl::string_view> pdu = reader_.Next();
    if (!pdu.ok()) co_return pdu.status();
    if (!pdu->empty()) {
      const absl::StatusOr<Header> header = DecodeHeader(*pdu);
      if (header.ok() && header->command == Command::kDeliver) KeepEarly(*pdu);
      // No other PDU has a meaning before the login.
      if (!header.ok() || header->command != Command::kConnectResp) continue;
      absl::StatusOr<LoginAccepted> accepted =
          ReadLoginAnswer(options_, source, pdu->substr(kHeaderSize));
      if (!accepted.ok()) co_return accepted.status();
      accepted_ = *std::move(accepted);
      co_return absl::OkStatus();
    }
    const absl::Span<char> room = reader_.Room();
    auto [error, size] = co_await socket_.async_read_some(
        asio::buffer(room.data(), room.size()), kAwait);
    if (error) {
      co_return absl::UnavailableError(absl::StrCat(
          "login: ", early_octets_ == 0
                         ? error.message()
                         : "the carrier sends messages and does not answer"));
    }
    reader_.Filled(size);
  }
}

}  // namespace sluice::cmpp
