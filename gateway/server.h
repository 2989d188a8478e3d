#pragma once

// The whole server, put together in order and taken apart in the reverse one.
// The program sluiced is this and a command line; tests run it in process.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/clock.h"
#include "sluice/config/v1/config.pb.h"

namespace sluice::gateway {

class Server {
 public:
  // Opens or makes the store, replays it, connects the links and serves.
  // `config` has been checked (LoadConfig). `clock` must outlive the server.
  // `note` gets one line for each thing worth telling an operator: the rule
  // pack in force, what was replayed, where the admin key is. Errors:
  // kInvalidArgument (the rule pack, with all its faults), kDataLoss,
  // kUnavailable, as of Store::Open; kUnavailable (an address).
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const config::v1::Config& config, Clock& clock,
      std::function<void(const std::string&)> note);

  // Reads the files that `config` names, the rule pack and the numbers, as
  // Start() would. Errors: kInvalidArgument, with their faults; kUnavailable.
  static absl::Status CheckFiles(const config::v1::Config& config);

  // Stops, if Stop() has not been called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it listens. The HTTP port is 0 when there is none.
  const std::string& host() const;
  int port() const;
  int http_port() const;

  // Reads the rule pack again; see RulesService.ReloadRules. Any thread.
  absl::Status ReloadRules(const std::string& reason);

  // Does once, at the clock's time, what the server does by itself every
  // second: asks for due messages, watches the clock, looks for rules to roll
  // back, saves counts that are due, and publishes planned versions. Returns
  // when all of it is done. Any thread. Tests call it instead of waiting.
  void Tick();

  // Takes no new calls, answers those it has, takes no more work, lets carriers
  // answer what they have, says goodbye to them, and saves the store.
  void Stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sluice::gateway
