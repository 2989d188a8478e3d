#pragma once

// The carrier's side of CMPP 2.0 and 3.0, for tests, the demo and benchmarks.
//
// It answers, reports, brings MO and misbehaves as it is told. Whatever it
// takes stays taken when its answer is lost, as with a real carrier: that is
// how a client that sends twice is found.

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

// A DELIVER for the client, kept until it is answered.
struct Delivery {
  absl::Time due;
  uint32_t tries = 0;
  bool is_report = false;
  // Of a report.
  uint64_t msg_id = 0;
  bool failed = false;
  std::string submit_time;  // YYMMDDhhmm
  // Both: the phone, and the access number.
  std::string phone;
  std::string access_number;
  // Of an MO.
  uint8_t msg_fmt = 0;
  uint8_t tp_udhi = 0;
  std::string content;
};

// An SP's account; its deliveries outlive its connections.
struct SimAccount {
  std::string secret;
  std::deque<Delivery> deliveries;
};

// Runs on `context`, which one thread runs. Stop() first, then let the context
// run dry, then destroy.
class Simulator {
 public:
  Simulator(asio::io_context& context, SimOptions options);
  ~Simulator();

  // Listens; returns the port. Errors: kUnavailable (port or log file).
  absl::StatusOr<uint16_t> Start();

  // Any thread, here and below.

  // A text from a phone to an access number, in as many segments as it needs.
  void SendMo(std::string from, std::string to, std::string text);
  // The same with content as it is.
  void SendRawMo(std::string from, std::string to, uint8_t msg_fmt,
                 uint8_t tp_udhi, std::string content);
  // Closes every connection.
  void Drop();
  // Takes and does not say a word, until told otherwise.
  void Silence(bool silent);
  // Takes no more connections and closes those there are.
  void Stop();

  // Not from the context's thread: waits for it.
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

  asio::io_context& context_;
  const SimOptions options_;
  SimStats stats_;
  MessageLog log_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer tick_;
  std::map<std::string, SimAccount> accounts_;
  // By access number; kept only where there are several accounts.
  std::map<std::string, SimAccount*> owners_;
  std::vector<std::shared_ptr<SimSession>> sessions_;
  std::mt19937 random_{1};  // Runs repeat.
  uint32_t msg_ids_ = 0;
  int64_t second_ = 0;  // Of the rate, and of msg_id_time_.
  uint32_t segments_this_second_ = 0;
  int64_t msg_id_second_ = -1;
  uint64_t msg_id_time_ = 0;
  bool silent_ = false;
  bool stopped_ = false;
};

}  // namespace sluice::sim
