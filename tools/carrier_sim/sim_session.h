#pragma once

// One connection of a client to the simulated carrier.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "asio/awaitable.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/steady_timer.hpp"
#include "gateway/link/cmpp/header.h"
#include "gateway/link/cmpp/submit.h"
#include "gateway/link/frame_reader.h"
#include "tools/carrier_sim/simulator.h"

namespace sluice::sim {

// Runs on the simulator's thread. Shared by the simulator and its loops.
class SimSession : public std::enable_shared_from_this<SimSession> {
 public:
  SimSession(Simulator& simulator, asio::ip::tcp::socket socket);

  void Start();
  // Closes the connection; unwritten bytes are lost.
  void Close();
  bool open() const { return open_; }
  SimAccount* account() const { return account_; }  // Null before the login.

  // Sends due deliveries and delayed answers, and takes back deliveries whose
  // time has run out.
  void Pump(absl::Time now);

  size_t deliveries_open() const { return open_deliveries_.size(); }

 private:
  asio::awaitable<void> ReadLoop();
  asio::awaitable<void> WriteLoop();
  void HandleWhatCame();
  void Handle(absl::string_view pdu);
  void OnConnect(uint32_t sequence, absl::string_view body);
  void OnSubmit(uint32_t sequence, absl::string_view body);
  void OnDeliverResp(uint32_t sequence, absl::string_view body);
  uint32_t ResultFor();
  uint64_t MsgIdOfSegment();
  void TakeSegment(uint64_t msg_id);
  void AddReport(const std::string& phone, uint64_t msg_id);
  void Deliver(Delivery delivery);
  void Lie(size_t begin);
  void DeliverCut(const cmpp::Deliver& deliver);
  void GiveUpOverdue(absl::Time now);
  void Repeat(Delivery delivery);
  void PutBack();
  void FinishRun();
  void Kick() { kick_.cancel(); }
  // Appends a PDU to `out`, unless the carrier is silent.
  template <class Body>
  void Say(const Body& body, uint32_t sequence, std::string& out);
  std::string& Answers();

  Simulator& sim_;
  const uint64_t number_;  // Of the simulator's connections, from 1.
  asio::ip::tcp::socket socket_;
  asio::steady_timer kick_;
  link::FrameReader reader_;
  cmpp::Version version_ = cmpp::Version::k20;
  SimAccount* account_ = nullptr;  // Null before the login.
  cmpp::Submit submit_;            // Reused for its memory.
  std::string out_;                // The next bytes to write.
  std::string writing_;
  std::string answers_;  // Of this run, if reports go first.
  std::deque<std::pair<absl::Time, std::string>> delayed_answers_;
  absl::flat_hash_map<uint32_t, Delivery> open_deliveries_;
  std::deque<std::pair<absl::Time, uint32_t>> deadlines_;
  // Msg_Ids of messages whose last segment is missing, with --one-id.
  absl::flat_hash_map<std::string, uint64_t> one_ids_;
  uint32_t sequence_ = 0;
  uint64_t segments_ = 0;
  absl::Time now_;           // Start of this run.
  std::string submit_time_;  // YYMMDDhhmm of submit_minute_.
  int64_t submit_minute_ = -1;
  bool open_ = true;
  bool close_when_written_ = false;
};

}  // namespace sluice::sim
