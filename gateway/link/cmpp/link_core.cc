#include "gateway/link/cmpp/link_core.h"

#include <exception>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "asio/co_spawn.hpp"
#include "asio/post.hpp"
#include "gateway/link/await.h"
#include "gateway/link/cmpp/deliveries.h"

namespace sluice::cmpp {
namespace {

// A refused login stays refused until somebody changes the configuration here
// or at the carrier.
bool WillFailAgain(const absl::Status& login) {
  return absl::IsUnauthenticated(login) || absl::IsFailedPrecondition(login);
}

}  // namespace

LinkCore::LinkCore(link::Link& link, asio::any_io_executor executor,
                   CmppLinkOptions options, link::LinkOwner& owner,
                   const Clock& clock)
    : options_(std::move(options)),
      context_{link, owner, options_, clock, notes_},
      strand_(asio::make_strand(executor)),
      random_(std::random_device()()),
      sequence_(static_cast<uint32_t>(random_())),
      submits_(context_, sequence_, static_cast<uint16_t>(random_())),
      shutdown_(options_.terminate_timeout),
      backoff_(options_.backoff),
      backoff_timer_(strand_),
      dialer_(std::make_shared<Dialer>(strand_, options_, clock, sequence_)),
      inbox_([this] { PostDrain(); }) {}

void LinkCore::Start() {
  started_ = true;
  asio::co_spawn(
      strand_, [this] { return Run(); },
      [self = shared_from_this()](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
      });
}

asio::awaitable<void> LinkCore::Run() {
  while (!shutdown_.begun()) {
    absl::StatusOr<Connection> connection = co_await dialer_->Open();
    std::string why(connection.status().message());
    if (connection.ok() && !shutdown_.begun()) {
      BeginSession(*std::move(connection));
      co_await session_->Serve();
      why = session_->closed_why();
      if (session_->served()) backoff_.Reset();
      session_.reset();
      if (!shutdown_.begun()) ++notes_.connections_lost;
    } else if (!shutdown_.begun()) {
      ++notes_.logins_failed;
      if (WillFailAgain(connection.status())) backoff_.Worst();
    }
    if (shutdown_.begun()) break;
    context_.owner.StateChanged(context_.link, link::LinkState::kDown, why);
    context_.owner.EndOfRun(context_.link);
    const double chance = std::uniform_real_distribution<double>(0, 1)(random_);
    co_await link::Sleep(backoff_timer_, backoff_.Next(chance));
  }
  TellStopped();
}

void LinkCore::BeginSession(Connection connection) {
  // Shares the reference count of this object, so that a ticket that locks its
  // weak pointer keeps this object alive until the post to the strand.
  const std::shared_ptr<Inbox> inbox(shared_from_this(), &inbox_);
  Deliveries deliveries(context_, connection.login.version, ++sessions_, inbox);
  session_ = std::make_shared<Session>(
      context_, Session::Shared{sequence_, submits_, shutdown_, inbox_},
      std::move(connection), std::move(deliveries));
}

void LinkCore::Stop(absl::Duration drain) {
  asio::post(strand_,
             [self = shared_from_this(), drain] { self->BeginStop(drain); });
}

void LinkCore::BeginStop(absl::Duration drain) {
  if (shutdown_.begun()) return;
  shutdown_.Begin(context_.clock.Monotonic(), drain);
  if (!started_) return TellStopped();
  if (!open()) {  // Connecting, or pausing between attempts.
    backoff_timer_.cancel();
    dialer_->Cancel();
    return;
  }
  DrainInbox();
  submits_.GiveBackWaiting();
  session_->LookAtShutdown();
  context_.owner.EndOfRun(context_.link);
  session_->Kick();
}

void LinkCore::TellStopped() {
  DrainInbox();
  context_.owner.EndOfRun(context_.link);
  stopped_ = true;
  context_.owner.StateChanged(context_.link, link::LinkState::kStopped,
                              "stopped");
}

void LinkCore::Send(std::vector<link::HandOver> hand_overs) {
  inbox_.Put(std::move(hand_overs));
}

void LinkCore::GiveBackWaiting(absl::string_view access_number) {
  inbox_.PutGiveBack(access_number);
}

void LinkCore::PostDrain() {
  asio::post(strand_, [self = shared_from_this()] {
    self->DrainInbox();
    if (self->session_ != nullptr) self->session_->Kick();
  });
}

void LinkCore::DrainInbox() {
  Inbox::Content content = inbox_.Take();
  for (const Acknowledged& acknowledged : content.acknowledged) {
    if (open()) session_->Settle(acknowledged);
  }
  size_t next = 0;
  for (const auto& [access_number, hand_overs] : content.give_backs) {
    while (next < hand_overs) {
      TakeHandOver(std::move(content.hand_overs[next++]));
    }
    submits_.GiveBackWaiting(access_number);
  }
  while (next < content.hand_overs.size()) {
    TakeHandOver(std::move(content.hand_overs[next++]));
  }
}

void LinkCore::TakeHandOver(link::HandOver hand_over) {
  if (stopped_) return;
  if (!open() || session_->ending() || shutdown_.begun()) {
    context_.owner.GivenBack(context_.link, hand_over.ref);
    return;
  }
  submits_.Add(std::move(hand_over));
}

}  // namespace sluice::cmpp
