#pragma once

// The command line of every program but sluicectl, which has commands.

#include <optional>
#include <string>

#include "CLI/CLI.hpp"

namespace sluice::tools {

// Parses, with --version. Returns the exit code when there is nothing to do
// but leave: 0 after --help and --version, 2 where the line makes no sense.
std::optional<int> ParseCommandLine(CLI::App& app, int argc, char** argv);

// "loadgen 1.0.0".
std::string VersionText(const std::string& program);

}  // namespace sluice::tools
