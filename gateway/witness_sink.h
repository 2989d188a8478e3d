#pragma once

// Where signed heads go: a file, or a server by HTTP.
//
// A seam because there are two of it, and a third in tests.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sluice/config/v1/config.pb.h"
#include "store/proofs/head.h"

namespace sluice::gateway {

// One thread, Stop() apart.
class WitnessSink {
 public:
  virtual ~WitnessSink() = default;

  // The number of the last head that it was given; nullopt: none. Errors:
  // kUnavailable.
  virtual absl::StatusOr<std::optional<uint64_t>> Last() = 0;
  // Gives it a head, in the order of their numbers; it has it on return.
  // Errors: kUnavailable, without a secret: try again later.
  virtual absl::Status Give(const store::SignedHead& head) = 0;
  // Ends a Give() that waits for the network, and those to come; one that is
  // about to connect may need another Stop(). Does not wait. Any thread.
  virtual void Stop() {}
};

// The file or server that `config` names. `state` is a folder for what must be
// remembered.
std::unique_ptr<WitnessSink> MakeWitnessSink(
    const config::v1::WitnessConfig& config, const std::string& state);

// A URL of WitnessConfig.
struct WitnessUrl {
  std::string server;  // https://host:port
  std::string path;    // From the slash on.
};
// Errors: kInvalidArgument.
absl::StatusOr<WitnessUrl> ReadWitnessUrl(absl::string_view url);

}  // namespace sluice::gateway
