#include "tools/sluicectl/command.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "tools/lib/command_line.h"

namespace sluice::ctl {
namespace {

void AddGlobalFlags(CLI::App& app, Context& context, double& timeout) {
  tools::ConnectionOptions& connection = context.connection;
  app.add_option("--server", connection.server, "Address of sluiced")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app.add_option("--key", connection.key,
                 "API key; --key-file keeps it out of the process list");
  app.add_option("--key-file", connection.key_file,
                 "File with the API key. Without it the variable SLUICE_KEY, "
                 "then ./sluice-data/admin.key")
      ->type_name("FILE");
  app.add_option("--ca", connection.ca_file,
                 "PEM file of the authority that signed the server's "
                 "certificate; turns TLS on")
      ->type_name("FILE");
  app.add_option("--language", connection.language,
                 "Language of the reasons' sentences: zh or en")
      ->check(CLI::IsMember({"zh", "en"}))
      ->capture_default_str();
  app.add_option("--timeout", timeout, "Seconds that a call may take")
      ->check(CLI::Range(0.001, 86400.0))
      ->capture_default_str();
  app.add_flag("--json", context.json,
               "Print JSON, one object a line, for programs");
}

// The commands below the last one that was named: "add, remove"; may be none.
std::string CommandsHere(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  std::string names;
  for (const CLI::App* command :
       at->get_subcommands([](const CLI::App*) { return true; })) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", command->get_name());
  }
  return names;
}

// What stands where a command should and is none; may be empty.
std::string NoCommand(const CLI::App& app) {
  if (CommandsHere(app).empty()) return "";
  for (const std::string& word : app.remaining(true)) {
    if (!word.empty() && word[0] != '-') return word;
  }
  return "";
}

// Which commands there are where none was named, or one that is not there.
void TellCommands(const CLI::App& app, std::ostream& err) {
  const std::string names = CommandsHere(app);
  if (names.empty()) return;
  const std::string word = NoCommand(app);
  if (!word.empty()) err << "There is no command \"" << word << "\" here. ";
  err << "Commands: " << names << "\n";
}

}  // namespace

CLI::App* AddGroup(CLI::App& parent, const std::string& name,
                   const std::string& what, const std::string& example) {
  CLI::App* group = parent.add_subcommand(name, what);
  group->footer("Example:\n  " + example);
  group->require_subcommand(1);
  return group;
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  // Fails only for an Any of an unknown type, which the API has none of.
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  return json;
}

void PrintJson(std::ostream& out, const google::protobuf::Message& message) {
  out << ToJson(message) << "\n" << std::flush;
}

int Main(std::vector<std::string> arguments, Context& context) {
  CLI::App app("Works with a running sluiced, its journal and its protocols.",
               "sluicectl");
  app.footer(
      "Example:\n"
      "  sluicectl check \"【阿里云】您的验证码为1234\" --to 13800138000 "
      "--class verification\n"
      "Every command has its own --help with an example.");
  app.set_version_flag("--version", tools::VersionText(app.get_name()));
  app.require_subcommand(1);
  // So that --json and --server may stand before or after the command.
  app.fallthrough();
  double timeout = 30;
  AddGlobalFlags(app, context, timeout);
  for (const auto add :
       {AddSubmit, AddCheck, AddCampaign, AddWatch, AddOptOut, AddDossier,
        AddAudit, AddHold, AddRejected, AddRegistry, AddKey, AddRules,
        AddPosture, AddClock, AddStore, AddPdu}) {
    add(app, context);
  }
  try {
    // CLI11 takes them last first.
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    // The help of something else is no answer to --help.
    if (NoCommand(app).empty()) {
      if (app.exit(error, context.out, context.err) == 0) return 0;
    }
    TellCommands(app, context.err);
    return 2;
  }
  context.connection.timeout = absl::Seconds(timeout);
  context.connection.notes = &context.err;
  const absl::StatusOr<int> result = context.action();
  if (result.ok()) return *result;
  context.err << "sluicectl: " << result.status().message() << "\n";
  return 1;
}

}  // namespace sluice::ctl
