#include "gateway/link/cmpp/link_core.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "asio/co_spawn.hpp"
#include "asio/connect.hpp"
#include "asio/experimental/as_tuple.hpp"
#include "asio/post.hpp"
#include "asio/use_awaitable.hpp"
#include "asio/write.hpp"
#include "gateway/link/cmpp/bodies.h"
#include "gateway/link/cmpp/login.h"

namespace sluice::cmpp {
namespace {

// Asio reports errors as values here: nothing of ours throws.
constexpr auto kAwait = asio::experimental::as_tuple(asio::use_awaitable);

constexpr size_t kWriteOctetsMax = 256 * 1024;
constexpr absl::Duration kFarAway = absl::Hours(1);

std::chrono::nanoseconds Chrono(absl::Duration d) {
  return absl::ToChronoNanoseconds(d);
}

link::FlightOptions FlightOptionsOf(const CmppLinkOptions& options,
                                    uint16_t reference_seed) {
  link::FlightOptions flight;
  flight.window = options.window;
  flight.answer_timeout = options.answer_timeout;
  flight.segment_tries_max = options.segment_tries_max;
  flight.traits = options.traits;
  flight.reference_seed = reference_seed;
  return flight;
}

// What may wait beside the window: as much again, so that the writer never runs
// dry, but no more than a quarter of a second's worth, because an opt-out waits
// until it has been written.
uint32_t SegmentsMax(const CmppLinkOptions& options) {
  const double rate = options.pace.segments_per_second;
  if (rate == 0) return 2 * options.window;
  return options.window +
         std::clamp(static_cast<uint32_t>(std::min(rate / 4, 65'536.0)), 1u,
                    options.window);
}

// Often enough that no timer is late by more than a quarter.
absl::Duration WatchPeriod(const CmppLinkOptions& o) {
  const absl::Duration shortest =
      std::min({o.answer_timeout, o.keepalive.idle, o.keepalive.timeout,
                o.terminate_timeout});
  return std::clamp(shortest / 4, absl::Milliseconds(2), absl::Seconds(1));
}

}  // namespace

LinkCore::LinkCore(link::Link& link, asio::any_io_executor executor,
                   CmppLinkOptions options, link::LinkOwner& owner,
                   const Clock& clock)
    : link_(link),
      owner_(owner),
      clock_(clock),
      options_(std::move(options)),
      segments_max_(SegmentsMax(options_)),
      strand_(asio::make_strand(executor)),
      resolver_(strand_),
      socket_(strand_),
      deadline_(strand_),
      backoff_timer_(strand_),
      kick_(strand_),
      watch_(strand_),
      ended_(strand_),
      random_(std::random_device()()),
      flight_(link, owner,
              FlightOptionsOf(options_, static_cast<uint16_t>(random_()))),
      pace_(options_.pace, clock.Monotonic()),
      keepalive_(options_.keepalive, clock.Monotonic()),
      backoff_(options_.backoff),
      submit_writer_(options_),
      reader_(kHeaderSize, kPduSizeMax),
      version_(options_.version),
      sequence_(static_cast<uint32_t>(random_())) {}

void LinkCore::Start() {
  started_ = true;
  asio::co_spawn(
      strand_, [this] { return Run(); },
      [self = shared_from_this()](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
      });
}

void LinkCore::Spawn(asio::awaitable<void> (LinkCore::*loop)()) {
  ++loops_open_;
  asio::co_spawn(
      strand_, [this, loop] { return (this->*loop)(); },
      [self = shared_from_this()](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
        if (--self->loops_open_ == 0) self->ended_.cancel();
      });
}

asio::awaitable<void> LinkCore::Sleep(asio::steady_timer& timer,
                                      absl::Duration pause) {
  timer.expires_after(Chrono(pause));
  co_await timer.async_wait(kAwait);
}

asio::awaitable<void> LinkCore::Run() {
  while (!stopping_) {
    const absl::Status opened = co_await Open();
    if (opened.ok() && !stopping_) {
      backoff_.Reset();
      co_await Serve();
    } else {
      closed_why_ = std::string(opened.message());
      if (absl::IsUnauthenticated(opened)) backoff_.Worst();
    }
    asio::error_code ignored;
    socket_.close(ignored);
    if (stopping_) break;
    owner_.StateChanged(link_, link::LinkState::kDown, closed_why_);
    owner_.EndOfRun(link_);
    const double chance = std::uniform_real_distribution<double>(0, 1)(random_);
    co_await Sleep(backoff_timer_, backoff_.Next(chance));
  }
  TellStopped();
}

void LinkCore::TellStopped() {
  DrainInbox();
  owner_.EndOfRun(link_);
  stopped_ = true;
  owner_.StateChanged(link_, link::LinkState::kStopped, "stopped");
}

void LinkCore::ArmDeadline(absl::Duration limit) {
  timed_out_ = false;
  deadline_.expires_after(Chrono(limit));
  deadline_.async_wait([self = shared_from_this()](asio::error_code error) {
    if (error) return;
    self->timed_out_ = true;
    self->resolver_.cancel();
    asio::error_code ignored;
    self->socket_.close(ignored);
  });
}

void LinkCore::DisarmDeadline() { deadline_.cancel(); }

asio::awaitable<absl::Status> LinkCore::Open() {
  ++session_;
  version_ = options_.version;
  reader_ = link::FrameReader(kHeaderSize, kPduSizeMax);
  ArmDeadline(options_.connect_timeout);
  absl::Status status = co_await ConnectSocket();
  if (status.ok()) {
    ArmDeadline(options_.login_timeout);
    status = co_await Login();
  }
  DisarmDeadline();
  if (!status.ok() && timed_out_) {
    status = absl::UnavailableError(
        absl::StrCat(status.message(), ": no answer in time"));
  }
  co_return status;
}

asio::awaitable<absl::Status> LinkCore::ConnectSocket() {
  auto [error, endpoints] = co_await resolver_.async_resolve(
      options_.host, std::to_string(options_.port), kAwait);
  if (error) {
    co_return absl::UnavailableError(
        absl::StrCat("looking up the carrier's address: ", error.message()));
  }
  auto [failed, endpoint] =
      co_await asio::async_connect(socket_, endpoints, kAwait);
  if (failed) {
    co_return absl::UnavailableError(
        absl::StrCat("connecting: ", failed.message()));
  }
  asio::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  co_return absl::OkStatus();
}

asio::awaitable<absl::Status> LinkCore::Login() {
  Connect connect;
  connect.source_addr = options_.sp_id;
  connect.version = static_cast<uint8_t>(options_.version);
  connect.timestamp = LoginTimestamp(clock_.Now());
  connect.authenticator =
      AuthenticatorSource(options_.sp_id, options_.secret, connect.timestamp);
  out_.clear();
  const absl::Status encoded =
      AppendPdu(connect, options_.version, NextSequence(), out_);
  if (!encoded.ok()) co_return encoded;
  auto [error, written] =
      co_await asio::async_write(socket_, asio::buffer(out_), kAwait);
  if (error) {
    co_return absl::UnavailableError(absl::StrCat("login: ", error.message()));
  }
  const absl::Status answer = co_await AwaitLoginAnswer(connect.authenticator);
  co_return answer;
}

asio::awaitable<absl::Status> LinkCore::AwaitLoginAnswer(const Digest& source) {
  for (;;) {
    const absl::StatusOr<absl::string_view> pdu = reader_.Next();
    if (!pdu.ok()) co_return pdu.status();
    if (!pdu->empty()) {
      const absl::StatusOr<Header> header = DecodeHeader(*pdu);
      if (header.ok() && header->command == Command::kConnectResp) {
        co_return CheckLoginAnswer(pdu->substr(kHeaderSize), source);
      }
      continue;  // Nothing else has a meaning before the login.
    }
    const absl::Span<char> room = reader_.Room();
    auto [error, size] = co_await socket_.async_read_some(
        asio::buffer(room.data(), room.size()), kAwait);
    if (error) {
      co_return absl::UnavailableError(
          absl::StrCat("login: ", error.message()));
    }
    reader_.Filled(size);
  }
}

absl::Status LinkCore::CheckLoginAnswer(absl::string_view body,
                                        const Digest& source) {
  ConnectResp resp;
  const absl::Status read = TakePduBody(body, options_.version, resp);
  if (!read.ok()) return link::InField("CMPP_CONNECT_RESP", read);
  if (resp.status != 0) {
    return absl::UnauthenticatedError(
        absl::StrCat("login refused: status ", resp.status, ", ",
                     ConnectStatusText(resp.status)));
  }
  login_note_ = "logged in";
  if (LayoutOf(Command::kConnectResp, body.size(), options_.version) ==
          Version::k20 &&
      options_.version == Version::k30) {
    version_ = Version::k20;
    login_note_ += "; the carrier speaks only CMPP 2.0";
  }
  if (options_.authenticator_check != AuthenticatorCheck::kOff &&
      !IsmgKnowsSecret(resp, source, options_.secret)) {
    if (options_.authenticator_check == AuthenticatorCheck::kEnforce) {
      return absl::UnauthenticatedError("AuthenticatorISMG is wrong");
    }
    login_note_ += "; warning: AuthenticatorISMG is wrong";
  }
  return absl::OkStatus();
}

asio::awaitable<void> LinkCore::Serve() {
  const absl::Duration now = clock_.Monotonic();
  keepalive_.Heard(now);
  control_.clear();
  out_.clear();
  segment_begins_.clear();
  touched_ = 0;
  deliveries_open_ = 0;
  close_when_written_ = false;
  up_ = open_ = true;
  owner_.StateChanged(link_, link::LinkState::kUp, login_note_);
  HandleWhatCame();  // PDUs that came right behind the login's answer.
  EndRun();
  Spawn(&LinkCore::ReadLoop);
  Spawn(&LinkCore::WriteLoop);
  Spawn(&LinkCore::WatchLoop);
  while (loops_open_ > 0) co_await Sleep(ended_, kFarAway);
  up_ = false;
  flight_.ConnectionLost(touched_);
  owner_.EndOfRun(link_);
}

void LinkCore::Close(absl::string_view why) {
  if (!open_) return;
  open_ = false;
  closed_why_ = std::string(why);
  asio::error_code ignored;
  socket_.close(ignored);
  kick_.cancel();
  watch_.cancel();
}

asio::awaitable<void> LinkCore::ReadLoop() {
  while (open_) {
    const absl::Span<char> room = reader_.Room();
    auto [error, size] = co_await socket_.async_read_some(
        asio::buffer(room.data(), room.size()), kAwait);
    if (error) {
      Close(error == asio::error::eof
                ? std::string("the carrier closed the connection")
                : absl::StrCat("reading: ", error.message()));
      co_return;
    }
    reader_.Filled(size);
    HandleWhatCame();
    LookAtStop(clock_.Monotonic());
    EndRun();
    Kick();
  }
}

asio::awaitable<void> LinkCore::WriteLoop() {
  while (open_) {
    Compose();
    if (out_.empty()) {
      if (close_when_written_) Close("the carrier ended the session");
      if (!open_) co_return;
      co_await Sleep(kick_, NextWake(clock_.Monotonic()));
      Offer();
      continue;
    }
    writing_since_ = clock_.Monotonic();
    auto [error, written] =
        co_await asio::async_write(socket_, asio::buffer(out_), kAwait);
    writing_since_.reset();
    if (error) {
      touched_ = SegmentsTouched(written);
      Close(absl::StrCat("writing: ", error.message()));
      co_return;
    }
    flight_.Wrote();
    EndRun();
  }
}

void LinkCore::Compose() {
  out_.clear();
  out_.swap(control_);
  segment_begins_.clear();
  const absl::Duration now = clock_.Monotonic();
  // After a goodbye, ours or the carrier's, nothing new is sent.
  const bool closing = terminating_ || close_when_written_;
  const uint32_t allowed = closing ? 0 : pace_.Allowed(now);
  uint32_t composed = 0;
  link::Flight::Segment segment;
  while (composed < allowed && out_.size() < kWriteOctetsMax &&
         flight_.Next(segment)) {
    const size_t begin = out_.size();
    const uint32_t sequence = NextSequence();
    if (!submit_writer_.Append(segment, version_, sequence, out_).ok()) {
      flight_.NotEncodable("a field is too long for CMPP_SUBMIT");
      continue;
    }
    flight_.Sent(sequence, now);
    segment_begins_.push_back(begin);
    ++composed;
  }
  pace_.Spend(composed);
}

// A segment is touched when its first octet has left.
size_t LinkCore::SegmentsTouched(size_t octets_written) const {
  return std::lower_bound(segment_begins_.begin(), segment_begins_.end(),
                          octets_written) -
         segment_begins_.begin();
}

absl::Duration LinkCore::NextWake(absl::Duration now) {
  const bool waiting = flight_.held() > flight_.unanswered() &&
                       flight_.unanswered() < options_.window;
  if ((waiting || pace_.paused(now)) && pace_.Allowed(now) == 0) {
    return pace_.NextAt(now) - now;
  }
  return kFarAway;
}

asio::awaitable<void> LinkCore::WatchLoop() {
  const absl::Duration period = WatchPeriod(options_);
  while (open_) {
    co_await Sleep(watch_, period);
    if (!open_) co_return;
    const absl::Duration now = clock_.Monotonic();
    flight_.Expire(now);
    // What waits in our buffer may still leave, so nothing of it can be given
    // up or back while the connection stands.
    if (writing_since_ && now - *writing_since_ >= options_.answer_timeout) {
      Close("the carrier does not read from the connection");
    }
    switch (keepalive_.Look(now)) {
      case link::Keepalive::Due::kNothing:
        break;
      case link::Keepalive::Due::kTest:
        QueueControl(ActiveTest(), NextSequence());
        break;
      case link::Keepalive::Due::kGiveUp:
        Close("the carrier does not answer active tests");
        break;
    }
    LookAtStop(now);
    EndRun();
    Kick();
  }
}

void LinkCore::EndRun() {
  owner_.EndOfRun(link_);
  Offer();
}

void LinkCore::Offer() {
  if (!open_ || stopping_ || close_when_written_) return;
  if (pace_.paused(clock_.Monotonic())) return;
  const uint32_t taken = flight_.held() + segments_coming_.load();
  if (taken >= segments_max_) return;
  const uint32_t free = segments_max_ - taken;
  // Little by little would make many small hand-overs.
  if (free < segments_max_ / 4 && taken > 0) return;
  owner_.FreeWindow(link_, free);
}

void LinkCore::Stop(absl::Duration drain) {
  asio::post(strand_,
             [self = shared_from_this(), drain] { self->BeginStop(drain); });
}

void LinkCore::BeginStop(absl::Duration drain) {
  if (stopping_) return;
  stopping_ = true;
  if (!started_) return TellStopped();
  if (!open_) {  // Connecting, or pausing between attempts.
    backoff_timer_.cancel();
    resolver_.cancel();
    asio::error_code ignored;
    socket_.close(ignored);
    return;
  }
  DrainInbox();
  flight_.GiveBackWaiting();
  drain_until_ = clock_.Monotonic() + drain;
  LookAtStop(clock_.Monotonic());
  owner_.EndOfRun(link_);
  Kick();
}

void LinkCore::LookAtStop(absl::Duration now) {
  if (!stopping_ || !open_) return;
  if (terminating_) {
    if (now >= terminate_until_) Close("stopped");
    return;
  }
  if (!flight_.empty() && now < drain_until_) return;
  terminating_ = true;
  terminate_until_ = now + options_.terminate_timeout;
  QueueControl(Terminate(), NextSequence());
}

}  // namespace sluice::cmpp
