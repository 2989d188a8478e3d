#pragma once

// The whole server: builds its parts in order and destroys them in reverse
// order. sluiced is this class with a command line; tests run it in process.

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
  // Opens or creates the store, replays it, connects the links and serves.
  // `config` comes from LoadConfig(). `clock` must outlive the server. `note`
  // gets one line for each fact that an operator should know: the rule pack in
  // force, what was replayed, where the admin key is. Errors: kInvalidArgument
  // (the rule pack, with all its faults); kDataLoss and kUnavailable, as
  // Store::Open; kUnavailable (an address).
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const config::v1::Config& config, Clock& clock,
      std::function<void(const std::string&)> note);

  // Reads the files that `config` names, the rule pack and the ported numbers,
  // as Start() would. Errors: kInvalidArgument (their faults); kUnavailable.
  static absl::Status CheckFiles(const config::v1::Config& config);

  // Calls Stop() if nobody has.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The ports that the server listens on. 0: no HTTP service.
  const std::string& host() const;
  int port() const;
  int http_port() const;

  // Reads certificate, ported numbers and rule pack again: see reloader.h. Not
  // while Stop() runs.
  void Reload(const std::string& why);

  // Does once, at the clock's time, the work that the server does every second:
  // hands over due messages, watches the clock, rolls rules back automatically,
  // saves counts, and publishes planned versions. Returns when all of it is
  // done. Any thread. Tests call it instead of waiting.
  void Tick();

  // Accepts no new calls, ends look-ups with UNAVAILABLE, answers the other
  // calls in progress, waits for the carriers' answers to messages handed over,
  // closes the links, and saves the store.
  void Stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sluice::gateway
