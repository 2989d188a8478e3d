#include "tools/sluicectl/command.h"

#include <utility>

#include "filter/sentence.h"
#include "tools/lib/json_line.h"
#include "tools/sluicectl/flag_names.h"

namespace sluice::ctl {
namespace {

void AddGlobalFlags(tools::CommandLine& app, Context& context,
                    double& timeout) {
  tools::ConnectionOptions& connection = context.connection;
  app.Add("--server", connection.server, "Address of sluiced")
      .TypeName("HOST:PORT")
      .ShowDefault();
  app.Add("--key", connection.key,
          "API key. Prefer --key-file: the process list shows this one to "
          "other users");
  app.Add("--key-file", connection.key_file,
          "File with the API key. Default: the variable SLUICE_KEY, then "
          "./sluice-data/admin.key")
      .TypeName("FILE");
  app.Add("--ca", connection.ca_file,
          "PEM file of the certificate authority that signed the server's "
          "certificate; turns TLS on")
      .TypeName("FILE");
  app.Add("--plaintext", connection.plaintext,
          "Allow a connection without TLS to a server on another machine");
  app.Add("--language", connection.language,
          "Language of what people read: zh or en")
      .OneOf({"zh", "en"})
      .OrVariable("SLUICE_LANGUAGE")
      .ShowDefault();
  app.Add("--timeout", timeout, "Time limit of a call in seconds")
      .Between(0.001, 86400.0, "seconds")
      .ShowDefault();
  app.Add("--json", context.json,
          "Print JSON, one object a line, for programs");
}

}  // namespace

tools::CommandLine& AddGroup(tools::CommandLine& parent,
                             const std::string& name, const std::string& what,
                             const std::string& example) {
  tools::CommandLine& group = parent.AddCommand(name, what, example);
  group.RequireCommand();
  return group;
}

void PrintJson(std::ostream& out, const google::protobuf::Message& message) {
  out << tools::ToJson(message) << "\n" << std::flush;
}

int Main(std::vector<std::string> arguments, Context& context) {
  tools::CommandLine line(
      "sluicectl",
      "The client of sluiced: submits and checks messages, manages opt-outs, "
      "rules and parties, searches the journal, explains PDUs.");
  line.Footer(
      "Example:\n"
      "  sluicectl check \"【阿里云】您的验证码为1234\" --to 13800138000 "
      "--class verification\n"
      "Every command has its own --help with an example.");
  line.AddVersion();
  line.RequireCommand();
  double timeout = 30;
  AddGlobalFlags(line, context, timeout);
  for (const auto add : {AddSubmit, AddCheck, AddCampaign, AddWatch, AddOptOut,
                         AddReplies, AddDossier, AddAudit, AddHold, AddRejected,
                         AddRegistry, AddKey, AddRules, AddLink, AddPosture,
                         AddClock, AddRetention, AddStore, AddPdu}) {
    add(line, context);
  }
  if (const auto code =
          line.Parse(std::move(arguments), context.out, context.err)) {
    return *code;
  }
  context.connection.timeout = absl::Seconds(timeout);
  context.connection.notes = &context.err;
  context.language = filter::ChooseLanguage(context.connection.language) ==
                             filter::Language::kEnglish
                         ? Language::kEnglish
                         : Language::kChinese;
  const absl::StatusOr<int> result = context.action();
  if (result.ok()) return *result;
  context.err << "sluicectl: "
              << ErrorText(result.status(), line, context.language) << "\n";
  return 1;
}

}  // namespace sluice::ctl
