#pragma once

// An export from the server to a file: what all kinds of records share.

#include <string>

#include "absl/status/statusor.h"
#include "tools/lib/command_line.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/exports/export_source.h"

namespace sluice::ctl {

// The flags' values as given.
struct OutFlags {
  std::string out;
  std::string encoding = "utf-8";
};

void AddOutFlags(tools::CommandLine& command, OutFlags& flags);

// Reads what `source` has, or what an earlier run had not read, writes the file
// and its cover, and says what was written. Returns the exit code. Errors,
// which name the flag: kInvalidArgument, kAlreadyExists; those of the calls and
// of files.
absl::StatusOr<int> Export(const Context& context, const OutFlags& flags,
                           ExportSource& source);

}  // namespace sluice::ctl
