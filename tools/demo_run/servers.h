#pragma once

// The two programs of the demo, as real processes on free ports: carrier-sim,
// and sluiced with three links to it.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/demo_run/compare.h"
#include "tools/lib/connection.h"
#include "tools/lib/process.h"

namespace sluice::demo {

struct ServerOptions {
  std::string folder;          // For all their files.
  std::string program_folder;  // Where sluiced and carrier-sim are.
  // RFC 3339; the sandbox clock starts here.
  std::string clock;
  std::string pack = "cn-2015";
};

// Owns both processes and ends them in its destructor, sluiced first.
class Servers {
 public:
  // Starts both and waits until they listen.
  // Errors: kUnavailable with the end of the log of the program that failed.
  static absl::StatusOr<Servers> Start(const ServerOptions& options);

  const std::string& address() const { return address_; }
  const std::string& admin_key_file() const { return admin_key_file_; }

  // Stops sluiced, then the simulator. Errors: kInternal when sluiced did not
  // stop cleanly, with the end of its log.
  absl::Status Stop();

  // All whole messages that the simulator received; call it after Stop().
  // Errors: kDataLoss (the simulator's log does not parse).
  absl::StatusOr<std::vector<Arrived>> Arrivals() const;
  // The simulator's last counts, one line of JSON.
  absl::StatusOr<std::string> SimulatorCounts() const;

 private:
  Servers() = default;

  tools::ChildProcess simulator_;
  tools::ChildProcess sluiced_;
  std::string address_;
  std::string admin_key_file_;
  std::string simulator_log_;
};

}  // namespace sluice::demo
