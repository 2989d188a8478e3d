#pragma once

// sluice.yaml: read, checked and completed before anything starts. A wrong
// setting is reported with its line and column and starts no part of the
// server.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/host_port.h"
#include "sluice/config/v1/config.pb.h"

namespace sluice::gateway {

// The shortest retention that any rule pack allows: the longest five months
// (Order 31 of 2015, articles 10 and 11).
inline constexpr uint32_t kRetentionDaysMin = 155;

// The configuration when there is no file: a store in ./sluice-data, the pack
// cn-2015, loopback only, and one sandbox link to a simulator on this machine.
config::v1::Config DefaultConfig();

// Reads the file at `path`. Absent settings get their defaults, and each
// secret_file is read into its secret. A relative path that the file gives
// counts from the file's folder; the default of store.path from the folder that
// the server runs in.
// Errors, which never hold a secret: kInvalidArgument (one line for each fault,
// `file:line:column: what is wrong, what is allowed`; the file has no setting;
// or `path` is a folder);
// kNotFound (no such file).
absl::StatusOr<config::v1::Config> LoadConfig(const std::string& path);

// As LoadConfig(), from the content of a file.
absl::StatusOr<config::v1::Config> ParseConfig(const std::string& file,
                                               absl::string_view content);

}  // namespace sluice::gateway
