#pragma once

// Keeps a CmppLink connected: dials, serves the session, pauses and dials again
// until the link is stopped.
//
// Apart from CmppLink because the handlers that wait on the strand share it: an
// acknowledgement or a timer that comes after the link is gone still finds it.

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "asio/any_io_executor.hpp"
#include "asio/awaitable.hpp"
#include "asio/steady_timer.hpp"
#include "asio/strand.hpp"
#include "gateway/link/backoff.h"
#include "gateway/link/cmpp/dialer.h"
#include "gateway/link/cmpp/inbox.h"
#include "gateway/link/cmpp/link_context.h"
#include "gateway/link/cmpp/options.h"
#include "gateway/link/cmpp/sequence.h"
#include "gateway/link/cmpp/session.h"
#include "gateway/link/cmpp/submit_window.h"
#include "gateway/link/link.h"
#include "gateway/link/shutdown.h"
#include "rules/base/clock.h"

namespace sluice::cmpp {

// All members but the notes, the inbox and started_ are touched on the strand
// only.
class LinkCore : public std::enable_shared_from_this<LinkCore> {
 public:
  LinkCore(link::Link& link, asio::any_io_executor executor,
           CmppLinkOptions options, link::LinkOwner& owner, const Clock& clock);

  const CmppLinkOptions& options() const { return options_; }
  link::LinkFacts Facts() const { return notes_.Read(); }  // Any thread.

  // Any thread; as in link::Link.
  void Start();
  void Send(std::vector<link::HandOver> hand_overs);
  void GiveBackWaiting(absl::string_view access_number);
  void Stop(absl::Duration drain);

 private:
  asio::awaitable<void> Run();
  void BeginSession(Connection connection);
  bool open() const { return session_ != nullptr && session_->open(); }
  void BeginStop(absl::Duration drain);
  void TellStopped();

  void PostDrain();
  void DrainInbox();
  void TakeHandOver(link::HandOver hand_over);

  const CmppLinkOptions options_;
  LinkNotes notes_;
  const LinkContext context_;
  const asio::strand<asio::any_io_executor> strand_;
  std::minstd_rand random_;
  Sequence sequence_;
  SubmitWindow submits_;
  link::Shutdown shutdown_;
  link::Backoff backoff_;
  asio::steady_timer backoff_timer_;
  const std::shared_ptr<Dialer> dialer_;
  Inbox inbox_;

  uint64_t sessions_ = 0;             // So far; numbers them.
  std::shared_ptr<Session> session_;  // Null between connections.
  std::atomic<bool> started_ = false;
  bool stopped_ = false;  // The owner was told so and gets no more calls.
};

}  // namespace sluice::cmpp
