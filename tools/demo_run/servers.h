#pragma once

// The two programs of the demo, as real processes on free ports: the carrier's
// simulator, and sluiced with three links to it.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/demo_run/compare.h"
#include "tools/lib/connection.h"
#include "tools/lib/process.h"

namespace sluice::demo {

struct ServerOptions {
  std::string folder;          // For everything they write.
  std::string program_folder;  // Where sluiced and carrier-sim are.
  // RFC 3339; the sandbox clock starts here.
  std::string clock;
  std::string pack = "cn-2015";
};

// Ended by their process ids when this is destroyed, sluiced first.
class Servers {
 public:
  // Starts both and waits until they listen.
  // Errors: kUnavailable with the end of the log of the one that did not.
  static absl::StatusOr<Servers> Start(const ServerOptions& options);

  const std::string& address() const { return address_; }
  const std::string& admin_key_file() const { return admin_key_file_; }

  // Stops sluiced, then the simulator. Errors: kInternal when sluiced did not
  // stop cleanly, with the end of its log.
  absl::Status Stop();

  // Everything whole that the simulator got, once it has stopped.
  // Errors: kDataLoss (its log does not parse).
  absl::StatusOr<std::vector<Arrived>> Arrivals() const;
  // The counts that it printed last, one line of JSON.
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
