#pragma once

// sluice.yaml: read, checked and completed before anything starts, so that a
// wrong setting is a line with its place and never half a server.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sluice/config/v1/config.pb.h"

namespace sluice::gateway {

// The least that the rule packs ask for: five months (Order 31 of 2015,
// articles 10 and 11), whichever five they are.
inline constexpr uint32_t kRetentionDaysMin = 155;

// The configuration without a file: a store in ./sluice-data, the pack cn-2015,
// loopback only, and one sandbox link to a simulator on this machine.
config::v1::Config DefaultConfig();

// Reads the file at `path`. Every setting that is absent has its default, and
// every secret_file has been read into its secret.
// Errors: kInvalidArgument, one line for each fault: `file:line:column: what is
// wrong, what is allowed`, or a folder; kNotFound (no such file). No secret is
// ever in them.
absl::StatusOr<config::v1::Config> LoadConfig(const std::string& path);

// The same from the file's content.
absl::StatusOr<config::v1::Config> ParseConfig(const std::string& file,
                                               absl::string_view content);

// "127.0.0.1:7430", "[::1]:0", "localhost:7430".
struct HostPort {
  std::string host;  // Without brackets.
  uint16_t port = 0;
  bool loopback = false;
};
// Errors: kInvalidArgument.
absl::StatusOr<HostPort> ParseHostPort(absl::string_view address);

}  // namespace sluice::gateway
