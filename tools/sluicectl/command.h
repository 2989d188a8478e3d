#pragma once

// What every command of sluicectl is made of. A command registers its flags on
// the command line and says what to do; Main() parses, then does it.

#include <functional>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "tools/lib/connection.h"
#include "tools/lib/terminal.h"

namespace sluice::ctl {

// What a command may use. Streams outlive it.
struct Context {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  tools::ConnectionOptions connection;
  bool json = false;
  tools::Style style;
  // Cells in a line of `out`; 0: no limit, for a table in a file.
  size_t width = 0;
  // Progress may be drawn on `err`.
  bool progress = false;

  // What the chosen command does; returns the exit code.
  std::function<absl::StatusOr<int>()> action;
};

// Adds a command with an example, which its --help ends with. `act` gets the
// flags' values in `Flags`, which `add_flags` ties to the command line.
template <typename Flags>
CLI::App* AddCommand(
    CLI::App& parent, Context& context, const std::string& name,
    const std::string& what, const std::string& example,
    const std::function<void(CLI::App&, Flags&)>& add_flags,
    std::function<absl::StatusOr<int>(const Context&, const Flags&)> act) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->footer("Example:\n  " + example);
  auto flags = std::make_shared<Flags>();
  add_flags(*command, *flags);
  command->callback([&context, command, flags, act = std::move(act)] {
    // A command below it, whose callback came first, was chosen.
    if (!command->get_subcommands().empty()) return;
    context.action = [&context, flags, act] { return act(context, *flags); };
  });
  return command;
}

// A group of commands: `sluicectl optout add`.
CLI::App* AddGroup(CLI::App& parent, const std::string& name,
                   const std::string& what, const std::string& example);

// One line of protobuf's JSON, field names as in the .proto file.
void PrintJson(std::ostream& out, const google::protobuf::Message& message);
std::string ToJson(const google::protobuf::Message& message);

// One function a file: gateway, officers' tools, offline tools.
void AddSubmit(CLI::App& app, Context& context);
void AddCampaign(CLI::App& app, Context& context);
void AddCheck(CLI::App& app, Context& context);
void AddWatch(CLI::App& app, Context& context);
void AddOptOut(CLI::App& app, Context& context);
void AddOptOutImport(CLI::App& group, Context& context);  // Below optout.
void AddDossier(CLI::App& app, Context& context);
void AddAudit(CLI::App& app, Context& context);
void AddHold(CLI::App& app, Context& context);
void AddRejected(CLI::App& app, Context& context);
void AddRegistry(CLI::App& app, Context& context);
void AddKey(CLI::App& app, Context& context);
void AddRules(CLI::App& app, Context& context);
void AddClock(CLI::App& app, Context& context);
void AddPosture(CLI::App& app, Context& context);
void AddStore(CLI::App& app, Context& context);
void AddPdu(CLI::App& app, Context& context);

// The whole program. `arguments` do not include the program's name. `context`
// brings streams and what the terminal can do. Returns the exit code: 0 done,
// 1 failed or found something wrong, 2 the command line makes no sense.
int Main(std::vector<std::string> arguments, Context& context);

}  // namespace sluice::ctl
