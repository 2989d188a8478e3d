#pragma once

// The inside of CmppLink: what runs on its strand. It is apart from CmppLink
// because it is shared with the handlers that still wait there, so that an
// acknowledgement or a timer that comes after the link is gone finds something.
//
// link_core.cc has the life of a connection, link_core_pdus.cc what to do with
// each PDU. All members are touched on the strand only, but those of the inbox.

#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "asio/any_io_executor.hpp"
#include "asio/awaitable.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/steady_timer.hpp"
#include "asio/strand.hpp"
#include "gateway/link/cmpp/deliver.h"
#include "gateway/link/cmpp/header.h"
#include "gateway/link/cmpp/options.h"
#include "gateway/link/cmpp/submit_writer.h"
#include "gateway/link/flight.h"
#include "gateway/link/frame_reader.h"
#include "gateway/link/link.h"
#include "rules/base/clock.h"
#include "rules/base/mutex.h"

namespace sluice::cmpp {

class LinkCore : public std::enable_shared_from_this<LinkCore> {
 public:
  LinkCore(link::Link& link, asio::any_io_executor executor,
           CmppLinkOptions options, link::LinkOwner& owner, const Clock& clock);

  const CmppLinkOptions& options() const { return options_; }

  // Any thread.
  void Start();
  void Send(std::vector<link::HandOver> hand_overs);
  void Stop(absl::Duration drain);

 private:
  class DeliverTicket;

  // What the owner says to one DELIVER; `answer` is false when it let it go.
  struct Acknowledged {
    uint64_t session;
    uint32_t sequence;
    uint64_t msg_id;
    bool answer;
  };

  // The life of a connection; link_core.cc.
  asio::awaitable<void> Run();
  asio::awaitable<absl::Status> Open();
  asio::awaitable<absl::Status> ConnectSocket();
  asio::awaitable<absl::Status> Login();
  asio::awaitable<absl::Status> AwaitLoginAnswer(const Digest& source);
  absl::Status CheckLoginAnswer(absl::string_view body, const Digest& source);
  asio::awaitable<void> Serve();
  asio::awaitable<void> ReadLoop();
  asio::awaitable<void> WriteLoop();
  asio::awaitable<void> WatchLoop();
  asio::awaitable<void> Sleep(asio::steady_timer& timer, absl::Duration pause);
  void Spawn(asio::awaitable<void> (LinkCore::*loop)());
  void ArmDeadline(absl::Duration limit);
  void DisarmDeadline();
  void Close(absl::string_view why);
  void TellStopped();
  void BeginStop(absl::Duration drain);
  void LookAtStop(absl::Duration now);

  // Writing.
  void Compose();
  absl::Duration NextWake(absl::Duration now);
  size_t SegmentsTouched(size_t octets_written) const;
  void Kick() { kick_.cancel(); }
  void EndRun();
  void Offer();
  uint32_t NextSequence() { return ++sequence_; }

  // PDUs; link_core_pdus.cc.
  void HandleWhatCame();
  void Handle(absl::string_view pdu);
  void OnSubmitResp(const Header& header, absl::string_view body);
  void OnDeliver(const Header& header, absl::string_view body);
  void AnswerDeliver(uint32_t sequence, uint64_t msg_id, uint32_t result);
  template <class Body>
  void QueueControl(const Body& body, uint32_t sequence);

  // The inbox.
  void Put(const Acknowledged& acknowledged);
  void PostDrain();
  void DrainInbox();
  void TakeHandOver(link::HandOver hand_over);

  link::Link& link_;
  link::LinkOwner& owner_;
  const Clock& clock_;
  const CmppLinkOptions options_;
  const uint32_t segments_max_;  // Held at most: the window and some ahead.

  asio::strand<asio::any_io_executor> strand_;
  asio::ip::tcp::resolver resolver_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer deadline_;  // Of connecting and of the login.
  asio::steady_timer backoff_timer_;
  asio::steady_timer kick_;   // The writer waits here for something to write.
  asio::steady_timer watch_;  // The watcher waits here for its next look.
  asio::steady_timer ended_;  // Serve() waits here for the three loops.

  std::minstd_rand random_;
  link::Flight flight_;
  link::Pace pace_;
  link::Keepalive keepalive_;
  link::Backoff backoff_;
  SubmitWriter submit_writer_;
  link::FrameReader reader_;
  Deliver deliver_;  // Its memory is used again.

  Version version_;        // What this session speaks.
  uint64_t session_ = 0;   // Counts connections.
  uint32_t sequence_ = 0;  // Goes on over connections.
  std::string control_;    // Answers and tests, to be written next.
  std::string out_;        // Being written.
  std::vector<size_t> segment_begins_;           // In out_.
  std::optional<absl::Duration> writing_since_;  // No write: none.
  size_t touched_ = 0;  // Segments of out_ of which octets may have left.
  uint32_t deliveries_open_ = 0;
  int loops_open_ = 0;
  bool up_ = false;         // Logged in, the loops run.
  bool open_ = false;       // The loops should go on.
  bool timed_out_ = false;  // deadline_ has closed the socket.
  bool close_when_written_ = false;
  std::string login_note_;
  std::string closed_why_;

  std::atomic<bool> started_ = false;
  bool stopping_ = false;
  bool stopped_ = false;  // The owner has heard so and is not called any more.
  bool terminating_ = false;
  absl::Duration drain_until_;
  absl::Duration terminate_until_;

  // Segments in the inbox, counted so that an offer does not sell them twice.
  std::atomic<uint32_t> segments_coming_ = 0;
  Mutex inbox_mutex_;
  bool drain_posted_ SLUICE_GUARDED_BY(inbox_mutex_) = false;
  std::vector<link::HandOver> hand_overs_ SLUICE_GUARDED_BY(inbox_mutex_);
  std::vector<Acknowledged> acknowledged_ SLUICE_GUARDED_BY(inbox_mutex_);
};

template <class Body>
void LinkCore::QueueControl(const Body& body, uint32_t sequence) {
  // None of these bodies has a field that could be too long.
  AppendPdu(body, version_, sequence, control_).IgnoreError();
  if (control_.size() > options_.control_octets_max) {
    Close("the carrier does not read our answers");
  }
}

}  // namespace sluice::cmpp
