#pragma once

// What every command of sluicectl is made of. A command registers its flags on
// the command line and says what to do; Main() parses, then does it.

#include <functional>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "tools/lib/command_line.h"
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
// flags' values in `Flags`, which `add_flags` ties to the command line:
//   void add_flags(tools::CommandLine& command, Flags& flags);
//   absl::StatusOr<int> act(const Context& context, const Flags& flags);
template <typename Flags, typename AddFlags, typename Act>
tools::CommandLine& AddCommand(tools::CommandLine& parent, Context& context,
                               const std::string& name, const std::string& what,
                               const std::string& example, AddFlags add_flags,
                               Act act) {
  tools::CommandLine& command = parent.AddCommand(name, what, example);
  auto flags = std::make_shared<Flags>();
  add_flags(command, *flags);
  command.OnChosen([&context, flags, act] {
    context.action = [&context, flags, act] { return act(context, *flags); };
  });
  return command;
}

// A group of commands: `sluicectl optout add`.
tools::CommandLine& AddGroup(tools::CommandLine& parent,
                             const std::string& name, const std::string& what,
                             const std::string& example);

// One line of JSON; see tools::ToJson.
void PrintJson(std::ostream& out, const google::protobuf::Message& message);

// One function a file: gateway, officers' tools, offline tools.
void AddSubmit(tools::CommandLine& app, Context& context);
void AddCampaign(tools::CommandLine& app, Context& context);
void AddCheck(tools::CommandLine& app, Context& context);
void AddWatch(tools::CommandLine& app, Context& context);
void AddOptOut(tools::CommandLine& app, Context& context);
void AddOptOutImport(tools::CommandLine& group,
                     Context& context);  // Below optout.
void AddDossier(tools::CommandLine& app, Context& context);
void AddAudit(tools::CommandLine& app, Context& context);
void AddHold(tools::CommandLine& app, Context& context);
void AddRejected(tools::CommandLine& app, Context& context);
void AddRegistry(tools::CommandLine& app, Context& context);
void AddKey(tools::CommandLine& app, Context& context);
void AddRules(tools::CommandLine& app, Context& context);
void AddClock(tools::CommandLine& app, Context& context);
void AddPosture(tools::CommandLine& app, Context& context);
void AddStore(tools::CommandLine& app, Context& context);
void AddPdu(tools::CommandLine& app, Context& context);

// The whole program. `arguments` do not include the program's name. `context`
// brings streams and what the terminal can do. Returns the exit code: 0 done,
// 1 failed or found something wrong, 2 the command line makes no sense.
int Main(std::vector<std::string> arguments, Context& context);

}  // namespace sluice::ctl
