#include "gateway/link/cmpp/session.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "asio/co_spawn.hpp"
#include "gateway/link/await.h"
#include "gateway/link/cmpp/control.h"

namespace sluice::cmpp {
namespace {

using link::kAwait;

constexpr absl::Duration kFarAway = absl::Hours(1);
constexpr absl::string_view kCarrierEnded = "the carrier ended the session";

// Often enough that no timer is late by more than a quarter.
absl::Duration WatchPeriod(const CmppLinkOptions& o) {
  const absl::Duration shortest =
      std::min({o.answer_timeout, o.keepalive.idle, o.keepalive.timeout,
                o.terminate_timeout, o.goodbye_timeout});
  return std::clamp(shortest / 4, absl::Milliseconds(2),
                    absl::Milliseconds(100));
}

}  // namespace

Session::Session(const LinkContext& context, const Shared& shared,
                 Connection connection, Deliveries deliveries)
    : context_(context),
      shared_(shared),
      login_(std::move(connection.login)),
      deliveries_(std::move(deliveries)),
      early_(std::move(connection.early)),
      reader_(std::move(connection.reader)),
      keepalive_(context.options.keepalive, context.clock.Monotonic()),
      began_(context.clock.Monotonic()),
      socket_(std::move(connection.socket)),
      kick_(socket_.get_executor()),
      watch_(socket_.get_executor()),
      ended_(socket_.get_executor()) {
  context_.notes.version = VersionName(login_.version);
  shared_.submits.Begin(login_.version);
}

void Session::Spawn(asio::awaitable<void> (Session::*loop)()) {
  ++loops_open_;
  asio::co_spawn(
      socket_.get_executor(), [this, loop] { return (this->*loop)(); },
      [self = shared_from_this()](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
        if (--self->loops_open_ == 0) self->ended_.cancel();
      });
}

asio::awaitable<void> Session::Serve() {
  context_.owner.StateChanged(context_.link, link::LinkState::kUp, login_.note);
  for (const std::string& pdu : std::exchange(early_, {})) Handle(pdu);
  HandleWhatCame();  // PDUs that followed the CONNECT_RESP.
  LookAtGoodbye();
  EndRun();
  Spawn(&Session::ReadLoop);
  Spawn(&Session::WriteLoop);
  Spawn(&Session::WatchLoop);
  while (loops_open_ > 0) co_await link::Sleep(ended_, kFarAway);
  shared_.submits.ConnectionLost();
  context_.owner.EndOfRun(context_.link);
}

bool Session::served() const {
  const absl::Duration held = context_.clock.Monotonic() - began_;
  return shared_.submits.answered() ||
         (!shared_.submits.composed() && held >= context_.options.backoff.held);
}

void Session::Close(absl::string_view why) {
  if (!open_) return;
  LookAtKernel();
  open_ = false;
  closed_why_ = std::string(why);
  asio::error_code ignored;
  if (shared_.submits.leaving()) {
    // A reset: what the kernel still has must not go out after its messages
    // have ended as kUnknown.
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  }
  socket_.close(ignored);
  kick_.cancel();
  watch_.cancel();
}

asio::awaitable<void> Session::ReadLoop() {
  while (open_) {
    const absl::Span<char> room = reader_.Room();
    auto [error, size] = co_await socket_.async_read_some(
        asio::buffer(room.data(), room.size()), kAwait);
    if (error) {
      Close(ending() ? std::string(kCarrierEnded)
            : error == asio::error::eof
                ? std::string("the carrier closed the connection")
                : absl::StrCat("reading: ", error.message()));
      co_return;
    }
    reader_.Filled(size);
    HandleWhatCame();
    LookAtGoodbye();
    LookAtShutdown();
    EndRun();
    Kick();
  }
}

asio::awaitable<void> Session::WriteLoop() {
  while (open_) {
    Compose();
    if (out_.empty()) {
      if (close_when_written_) Close(kCarrierEnded);
      if (!open_) co_return;
      co_await link::Sleep(kick_,
                           std::min(shared_.submits.NextCompose(), kFarAway));
      Offer();
      continue;
    }
    co_await WriteOut();
    EndRun();
  }
}

asio::awaitable<void> Session::WriteOut() {
  writing_since_ = context_.clock.Monotonic();
  size_t done = 0;
  while (open_ && done < out_.size()) {
    auto [error, written] =
        co_await socket_.async_write_some(asio::buffer(out_) + done, kAwait);
    done += written;
    if (error) {
      Close(absl::StrCat("writing: ", error.message()));
      break;
    }
    shared_.submits.Wrote(done, done == out_.size());
    LookAtKernel();
  }
  if (done < out_.size()) shared_.submits.WriteFailed(done);
  writing_since_.reset();
}

void Session::Compose() {
  out_.clear();
  out_.swap(control_);
  // After a TERMINATE, ours or the carrier's, nothing new is sent.
  if (shared_.shutdown.terminating() || ending()) return;
  if (shared_.inbox.gives_back()) return;  // Kick() follows.
  shared_.submits.Compose(out_);
}

asio::awaitable<void> Session::WatchLoop() {
  const absl::Duration period = WatchPeriod(context_.options);
  while (open_) {
    co_await link::Sleep(watch_, period);
    if (!open_) co_return;
    LookAtKernel();
    shared_.submits.Expire();
    const absl::Duration now = context_.clock.Monotonic();
    // Segments in the write buffer and in the kernel may still leave, so none
    // of them can be given back or end as kUnknown while the connection stands.
    const bool writes_too_long =
        writing_since_ &&
        now - *writing_since_ >= context_.options.answer_timeout;
    if (writes_too_long || shared_.submits.stuck()) {
      Close("the carrier does not read from the connection");
    }
    LookAtKeepalive(now);
    LookAtGoodbye();
    LookAtShutdown();
    EndRun();
    Kick();
  }
}

// Octets that the carrier's host has confirmed can no longer be sent from here.
void Session::LookAtKernel() {
  if (!open_ || !shared_.submits.leaving()) return;
  int queued = 0;
  if (::ioctl(socket_.native_handle(), SIOCOUTQ, &queued) != 0) queued = 0;
  shared_.submits.Left(static_cast<size_t>(queued));
}

void Session::LookAtKeepalive(absl::Duration now) {
  switch (keepalive_.Look(now)) {
    case link::Keepalive::Due::kNothing:
      return;
    case link::Keepalive::Due::kTest:
      return QueueControl(ActiveTest(), shared_.sequence.Next());
    case link::Keepalive::Due::kGiveUp:
      return Close("the carrier does not answer active tests");
  }
}

void Session::LookAtShutdown() {
  if (!open_) return;
  switch (shared_.shutdown.Look(context_.clock.Monotonic(),
                                shared_.submits.empty())) {
    case link::Shutdown::Due::kNothing:
      return;
    case link::Shutdown::Due::kTerminate:
      return QueueControl(Terminate(), shared_.sequence.Next());
    case link::Shutdown::Due::kClose:
      return Close("stopped");
  }
}

void Session::EndRun() {
  context_.owner.EndOfRun(context_.link);
  Offer();
}

void Session::Offer() {
  if (!open_ || shared_.shutdown.begun() || ending()) return;
  const uint32_t free = shared_.submits.Room(shared_.inbox.segments());
  if (free > 0) context_.owner.FreeWindow(context_.link, free);
}

void Session::HandleWhatCame() {
  bool any = false;
  while (open_) {
    const absl::StatusOr<absl::string_view> pdu = reader_.Next();
    if (!pdu.ok()) {
      Close(pdu.status().message());
      return;
    }
    if (pdu->empty()) break;
    any = true;
    Handle(*pdu);
  }
  if (any) keepalive_.Heard(context_.clock.Monotonic());
}

void Session::Handle(absl::string_view pdu) {
  const absl::StatusOr<Header> header = DecodeHeader(pdu);
  if (!header.ok()) return Close(header.status().message());
  const absl::string_view body = pdu.substr(kHeaderSize);
  switch (header->command) {
    case Command::kSubmitResp:
      return shared_.submits.Answered(header->sequence, body);
    case Command::kDeliver:
      if (const auto resp = deliveries_.Take(header->sequence, body)) {
        QueueControl(*resp, header->sequence);
      }
      return;
    case Command::kActiveTest:
      return QueueControl(ActiveTestResp(), header->sequence);
    case Command::kTerminate:
      return TakeGoodbye(header->sequence);
    case Command::kTerminateResp:
      if (shared_.shutdown.terminating()) Close("stopped");
      return;
    default:
      // ACTIVE_TEST_RESP needs no handling: any PDU shows that the carrier
      // lives. CMPP has no response to an unknown command.
      return;
  }
}

// The answers that are still open would be lost with the connection, and their
// messages be UNKNOWN: the goodbye waits for them.
void Session::TakeGoodbye(uint32_t sequence) {
  if (ending()) return;
  goodbye_ = sequence;
  goodbye_until_ =
      context_.clock.Monotonic() + std::min(context_.options.answer_timeout,
                                            context_.options.goodbye_timeout);
  shared_.submits.GiveBackWaiting();
  context_.owner.FreeWindow(context_.link, 0);
}

void Session::LookAtGoodbye() {
  if (!open_ || !ending() || close_when_written_) return;
  if (shared_.submits.unanswered() > 0 &&
      context_.clock.Monotonic() < goodbye_until_) {
    return;
  }
  QueueControl(TerminateResp(), *goodbye_);
  close_when_written_ = true;
}

void Session::Settle(const Acknowledged& acknowledged) {
  if (const auto resp = deliveries_.Settle(acknowledged)) {
    QueueControl(*resp, acknowledged.sequence);
  }
}

template <class Body>
void Session::QueueControl(const Body& body, uint32_t sequence) {
  // No body queued here has a field that can be too long.
  AppendPdu(body, login_.version, sequence, control_).IgnoreError();
  if (control_.size() > context_.options.control_octets_max) {
    Close("the carrier does not read our answers");
  }
}

}  // namespace sluice::cmpp
