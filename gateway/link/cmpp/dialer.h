#pragma once

// Opens a connection to the carrier: looks up the address, connects and logs
// in, each within its time-out.
//
// A carrier that sends DELIVERs regards the link as logged in. When its answer
// to the login does not follow soon, it was lost, and the connection is given
// up: the carrier sends them again on the next one, but not for ever, and an
// opt-out may be among them.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "asio/any_io_executor.hpp"
#include "asio/awaitable.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/steady_timer.hpp"
#include "gateway/link/cmpp/header.h"
#include "gateway/link/cmpp/login.h"
#include "gateway/link/cmpp/options.h"
#include "gateway/link/cmpp/sequence.h"
#include "gateway/link/frame_reader.h"
#include "rules/base/clock.h"

namespace sluice::cmpp {

// What an accepted login says.
struct LoginAccepted {
  Version version = Version::k20;  // The one to speak from now on.
  std::string note;                // One sentence for the log.
};

// Reads the body of the CONNECT_RESP to a login that sent `source`.
//
// The carrier speaks the version in whose layout it answers. When that is not
// the version of the login, its Version field must agree: if it does not, a
// SUBMIT might be misread, and the login is refused.
// Errors: kUnauthenticated (refused, or AuthenticatorISMG is wrong and checked
// strictly); kFailedPrecondition (it is not clear what the carrier speaks);
// kInvalidArgument (of neither layout's length).
absl::StatusOr<LoginAccepted> ReadLoginAnswer(const CmppLinkOptions& options,
                                              const Digest& source,
                                              absl::string_view body);

// A connection that is logged in.
struct Connection {
  asio::ip::tcp::socket socket;
  link::FrameReader reader;  // May hold PDUs that followed the login's answer.
  LoginAccepted login;
  // DELIVERs that came before the login's answer: whole PDUs, in order.
  std::vector<std::string> early = {};
};

// One strand. Shared with its timer's handler, which may run after the link has
// dropped it.
class Dialer : public std::enable_shared_from_this<Dialer> {
 public:
  // Borrows `options`, `clock` and `sequence`, which outlive every Open().
  Dialer(asio::any_io_executor strand, const CmppLinkOptions& options,
         const Clock& clock, Sequence& sequence);

  // One attempt; one at a time.
  // Errors: kUnavailable (no connection, no answer in time, or cancelled);
  // those of ReadLoginAnswer, FrameReader and AppendPdu.
  asio::awaitable<absl::StatusOr<Connection>> Open();

  // Makes an Open() under way fail soon; one that looks up the address fails
  // when the look-up ends, which cannot be interrupted.
  void Cancel();

 private:
  asio::awaitable<absl::Status> ConnectSocket();
  asio::awaitable<asio::error_code> ConnectToOneOf(
      asio::ip::tcp::resolver::results_type endpoints);
  asio::awaitable<absl::Status> Login();
  asio::awaitable<absl::Status> AwaitLoginAnswer(const Digest& source);
  void KeepEarly(absl::string_view deliver);
  void ArmDeadline(absl::Duration limit);

  const CmppLinkOptions& options_;
  const Clock& clock_;
  Sequence& sequence_;
  asio::ip::tcp::resolver resolver_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer deadline_;
  bool cancelled_ = false;  // Open() must fail, whatever it has achieved.
  bool timed_out_ = false;  // deadline_ has cancelled it.
  link::FrameReader reader_;
  LoginAccepted accepted_;
  std::vector<std::string> early_;
  size_t early_octets_ = 0;  // Of all that came, kept or not.
};

}  // namespace sluice::cmpp
