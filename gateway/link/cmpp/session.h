#pragma once

// Serves one connection that is logged in: reads, writes and watches it until
// it closes.
//
// Three loops run on the strand. The reader handles each PDU as it comes; the
// writer sends all that is ready in one write; the watcher looks at time-outs.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "asio/awaitable.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/steady_timer.hpp"
#include "gateway/link/cmpp/deliveries.h"
#include "gateway/link/cmpp/dialer.h"
#include "gateway/link/cmpp/header.h"
#include "gateway/link/cmpp/inbox.h"
#include "gateway/link/cmpp/link_context.h"
#include "gateway/link/cmpp/sequence.h"
#include "gateway/link/cmpp/submit_window.h"
#include "gateway/link/frame_reader.h"
#include "gateway/link/keepalive.h"
#include "gateway/link/shutdown.h"

namespace sluice::cmpp {

// One strand, that of the connection's socket.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // What the sessions of a link share; outlives Serve().
  struct Shared {
    Sequence& sequence;
    SubmitWindow& submits;
    link::Shutdown& shutdown;
    const Inbox& inbox;
  };

  Session(const LinkContext& context, const Shared& shared,
          Connection connection, Deliveries deliveries);

  // Tells the owner that the link is up, and returns when the connection is
  // closed, all three loops have ended and every hand-over has its outcome.
  // Once, at once after construction.
  asio::awaitable<void> Serve();

  // False from the moment on that the connection is closed.
  bool open() const { return open_; }
  // One sentence for the log. Valid when not open().
  const std::string& closed_why() const { return closed_why_; }

  // Whether the connection was of use: the carrier answered a SUBMIT, or there
  // was none and the connection held long enough.
  bool served() const;

  // The carrier ends the session: nothing more can be sent.
  bool ending() const { return goodbye_.has_value(); }

  // Answers the DELIVER if it is one of this session. Open sessions only.
  void Settle(const Acknowledged& acknowledged);

  // Takes the step of the link's shutdown that is due.
  void LookAtShutdown();

  // Lets the writer look for something to write.
  void Kick() { kick_.cancel(); }

 private:
  void Spawn(asio::awaitable<void> (Session::*loop)());
  asio::awaitable<void> ReadLoop();
  asio::awaitable<void> WriteLoop();
  asio::awaitable<void> WriteOut();
  asio::awaitable<void> WatchLoop();
  void LookAtKeepalive(absl::Duration now);
  void Compose();
  void EndRun();
  void LookAtKernel();
  void Offer();
  void Close(absl::string_view why);

  void HandleWhatCame();
  void Handle(absl::string_view pdu);
  void TakeGoodbye(uint32_t sequence);
  void LookAtGoodbye();
  template <class Body>
  void QueueControl(const Body& body, uint32_t sequence);

  const LinkContext context_;
  const Shared shared_;
  const LoginAccepted login_;
  Deliveries deliveries_;
  std::vector<std::string> early_;  // As in Connection, until Serve().
  link::FrameReader reader_;
  link::Keepalive keepalive_;

  const absl::Duration began_;

  asio::ip::tcp::socket socket_;
  asio::steady_timer kick_;   // The writer waits here for something to write.
  asio::steady_timer watch_;  // The watcher waits here for its next look.
  asio::steady_timer ended_;  // Serve() waits here for the three loops.
  int loops_open_ = 0;

  std::string control_;  // Responses and small requests to write next.
  std::string out_;      // Being written.
  std::optional<absl::Duration> writing_since_;  // No write: none.
  bool open_ = true;                             // The loops should go on.
  std::optional<uint32_t> goodbye_;  // The sequence of the carrier's TERMINATE.
  absl::Duration goodbye_until_;     // Then it is answered at the latest.
  bool close_when_written_ = false;
  std::string closed_why_;
};

}  // namespace sluice::cmpp
