#pragma once

// The framework of sluicectl's commands. A command adds its flags to the
// command line and sets an action; Main() parses, then calls the action.

#include <functional>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "rules/base/language.h"
#include "tools/lib/command_line.h"
#include "tools/lib/connection.h"
#include "tools/lib/help_text.h"
#include "tools/lib/terminal.h"
#include "tools/lib/words.h"

namespace sluice::ctl {

// The environment of a command. Streams must outlive it.
struct Context {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  tools::ConnectionOptions connection;
  bool json = false;
  // Of all that a person reads.
  Language language = Language::kChinese;
  tools::Style style;
  // Cells in a line of `out`; 0: no limit, for a table in a file.
  size_t width = 0;
  // Progress may be drawn on `err`.
  bool progress = false;

  // The action of the chosen command; returns the exit code.
  std::function<absl::StatusOr<int>()> action;

  // The text of the person's language, with the values in place of $0, $1, ...
  template <typename... Values>
  std::string Say(absl::string_view chinese, absl::string_view english,
                  const Values&... values) const {
    return sluice::Say(language, chinese, english, values...);
  }
  // The name of an enum's value in that language: 待审 or HELD.
  template <typename Enum>
  std::string Name(Enum value) const {
    return tools::NameIn(language, value);
  }
};

// Adds a command; its --help ends with the example. `act` gets the flags'
// values in `Flags`, whose members `add_flags` binds to the command line:
//   void add_flags(tools::CommandLine& command, Flags& flags);
//   absl::StatusOr<int> act(const Context& context, const Flags& flags);
template <typename Flags>
tools::CommandLine& AddCommand(
    tools::CommandLine& parent, Context& context, const std::string& name,
    const tools::HelpText& what, const tools::HelpText& example,
    void (*add_flags)(tools::CommandLine&, Flags&),
    absl::StatusOr<int> (*act)(const Context&, const Flags&)) {
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
                             const std::string& name,
                             const tools::HelpText& what,
                             const tools::HelpText& example);

// Adds --lookup-reason, which goes into the operator log, to a command that
// looks people up.
void AddLookupReason(tools::CommandLine& command, Context& context);

// Prints one line of JSON; see tools::ToJson().
void PrintJson(std::ostream& out, const google::protobuf::Message& message);

// One function for each file: gateway, officers' tools, offline tools.
void AddSubmit(tools::CommandLine& app, Context& context);
void AddCampaign(tools::CommandLine& app, Context& context);
void AddCheck(tools::CommandLine& app, Context& context);
void AddWatch(tools::CommandLine& app, Context& context);
void AddOptOut(tools::CommandLine& app, Context& context);
void AddOptOutImport(tools::CommandLine& group,
                     Context& context);  // A subcommand of optout.
void AddOptOutCorrect(tools::CommandLine& group,
                      Context& context);  // Subcommands of optout.
void AddDossier(tools::CommandLine& app, Context& context);
void AddReplies(tools::CommandLine& app, Context& context);
void AddAudit(tools::CommandLine& app, Context& context);
void AddAuditHead(tools::CommandLine& group,
                  Context& context);  // Subcommands of audit.
void AddAuditOperators(tools::CommandLine& group,
                       Context& context);  // A subcommand of audit.
void AddAuditProofs(tools::CommandLine& group,
                    Context& context);  // Subcommands of audit.
void AddAuditVerify(tools::CommandLine& group,
                    Context& context);  // As well.
void AddExport(tools::CommandLine& app, Context& context);
void AddStats(tools::CommandLine& app, Context& context);
void AddHold(tools::CommandLine& app, Context& context);
void AddRejected(tools::CommandLine& app, Context& context);
void AddRegistry(tools::CommandLine& app, Context& context);
void AddKey(tools::CommandLine& app, Context& context);
void AddKeyRecover(tools::CommandLine& group,
                   Context& context);  // A subcommand of key.
void AddRules(tools::CommandLine& app, Context& context);
void AddClock(tools::CommandLine& app, Context& context);
void AddLink(tools::CommandLine& app, Context& context);
void AddPosture(tools::CommandLine& app, Context& context);
void AddRetention(tools::CommandLine& app, Context& context);
void AddLegalHold(tools::CommandLine& app, Context& context);
void AddErasure(tools::CommandLine& app, Context& context);
void AddStore(tools::CommandLine& app, Context& context);
// Subcommands of store.
void AddStoreBackup(tools::CommandLine& group, Context& context);
void AddStoreRestore(tools::CommandLine& group, Context& context);
void AddStoreLoss(tools::CommandLine& group, Context& context);
void AddPdu(tools::CommandLine& app, Context& context);

// The whole program. `arguments` do not include the program's name. `context`
// has the streams and the abilities of the terminal. Returns the exit code: 0
// done, 1 failed or found a fault, 2 wrong command line.
int Main(std::vector<std::string> arguments, Context& context);

}  // namespace sluice::ctl
