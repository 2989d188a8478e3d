#pragma once

// The carrier's side of CMPP 2.0 and 3.0, for tests, the demo and benchmarks.
//
// It answers, reports and sends MO, with faults on demand. A message that it
// takes stays taken when its answer is lost, as with a real carrier: so a
// client that sends twice is found.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "asio/awaitable.hpp"
#include "asio/io_context.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/steady_timer.hpp"
#include "gateway/link/cmpp/deliver.h"
#include "tools/carrier_sim/message_log.h"
#include "tools/carrier_sim/sim_options.h"

namespace sluice::sim {

class SimSession;

// A DELIVER for the client, kept until the client answers.
struct Delivery {
  absl::Time due;
  uint32_t tries = 0;
  bool is_report = false;
  // Reports only.
  uint64_t msg_id = 0;
  bool failed = false;
  std::string submit_time;  // YYMMDDhhmm
  // Reports and MO: the phone, and the access number.
  std::string phone;
  std::string access_number;
  // MO only.
  uint8_t msg_fmt = 0;
  uint8_t tp_udhi = 0;
  std::string content;
};

// An SP's account; its deliveries outlive its connections.
struct SimAccount {
  std::string secret;
  std::deque<Delivery> deliveries;
};

// Runs on `context`, which one thread runs. Call Stop() first, let the context
// run out of work, then destroy the simulator.
class Simulator {
 public:
  Simulator(asio::io_context& context, SimOptions options);
  ~Simulator();

  // Starts to listen; returns the port. Errors: kUnavailable (port or log
  // file).
  absl::StatusOr<uint16_t> Start();

  // The methods from here on may be called on any thread.

  // Sends a text from a phone to an access number, in as many segments as
  // needed.
  void SendMo(std::string from, std::string to, std::string text);
  // SendMo() with raw content.
  void SendRawMo(std::string from, std::string to, uint8_t msg_fmt,
                 uint8_t tp_udhi, std::string content);
  // Closes every connection.
  void Drop();
  // Takes segments and sends nothing, until called with false.
  void Silence(bool silent);
  // Segments a second above which it answers flow control; 0: no limit.
  void SetRate(double segments_per_second);
  // The share of segments that it answers with flow control at random, 0 to 1.
  void SetFlowShare(double share);
  // Accepts no more connections and closes the open ones.
  void Stop();

  // Waits for the context's thread: do not call it there.
  SimStats Stats();
  void FlushLog();

 private:
  friend class SimSession;

  // On the context's thread.
  asio::awaitable<void> Accept();
  asio::awaitable<void> Tick();
  void Add(Delivery delivery, SimAccount& account);
  SimAccount* AccountFor(const std::string& access_number);
  SimStats CountStats();
  uint64_t NextMsgId(absl::Time now);
  bool WithinRate(absl::Time now);
  bool Chance(double share);
  bool IsSilent(absl::Time now) const { return silent_ || now < silent_until_; }

  asio::io_context& context_;
  const SimOptions options_;
  SimStats stats_;
  MessageLog log_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer tick_;
  std::map<std::string, SimAccount> accounts_;
  // By access number; used only with several accounts.
  std::map<std::string, SimAccount*> owners_;
  std::vector<std::shared_ptr<SimSession>> sessions_;
  std::mt19937 random_;
  uint32_t msg_ids_ = 0;
  double rate_;  // Segments a second; 0: no limit.
  double flow_share_;
  double segments_left_ = 1;  // Within the rate, at `counted_at_`.
  absl::Time counted_at_ = absl::InfinitePast();
  int64_t msg_id_second_ = -1;
  uint64_t msg_id_time_ = 0;
  bool silent_ = false;
  absl::Time silent_until_ = absl::InfinitePast();
  bool stopped_ = false;
};

}  // namespace sluice::sim
