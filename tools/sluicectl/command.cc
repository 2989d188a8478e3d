#include "tools/sluicectl/command.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "filter/sentence.h"
#include "tools/lib/json_line.h"
#include "tools/sluicectl/flag_names.h"
#include "tools/sluicectl/prose.h"

namespace sluice::ctl {
namespace {

void AddGlobalFlags(tools::CommandLine& app, Context& context,
                    double& timeout) {
  tools::ConnectionOptions& connection = context.connection;
  app.Add("--server", connection.server,
          {"sluiced 的地址", "Address of sluiced"})
      .TypeName("HOST:PORT")
      .ShowDefault();
  app.Add("--key", connection.key,
          {"API 密钥。宜用 --key-file：进程列表会把它显示给其他用户",
           "API key. Prefer --key-file: the process list shows this one to "
           "other users"});
  app.Add("--key-file", connection.key_file,
          {"存放 API 密钥的文件。默认依次为变量 SLUICE_KEY、"
           "./sluice-data/admin.key",
           "File with the API key. Default: the variable SLUICE_KEY, then "
           "./sluice-data/admin.key"})
      .TypeName("FILE");
  app.Add("--ca", connection.ca_file,
          {"签发服务器证书的 CA 的 PEM 文件；启用 TLS",
           "PEM file of the certificate authority that signed the server's "
           "certificate; turns TLS on"})
      .TypeName("FILE");
  app.Add("--plaintext", connection.plaintext,
          {"允许不用 TLS 连接另一台机器上的服务器",
           "Allow a connection without TLS to a server on another machine"});
  app.Add(
         "--language", connection.language,
         {"供人阅读的语言：zh 或 en", "Language of what people read: zh or en"})
      .OneOf({"zh", "en"})
      .OrVariable("SLUICE_LANGUAGE")
      .ShowDefault();
  app.Add("--timeout", timeout,
          {"一次调用的时限，单位为秒", "Time limit of a call in seconds"})
      .Between(0.001, 86400.0, {"秒", "seconds"})
      .ShowDefault();
  app.Add("--json", context.json,
          {"输出 JSON，每行一个对象，供程序使用",
           "Print JSON, one object a line, for programs"});
}

}  // namespace

tools::CommandLine& AddGroup(tools::CommandLine& parent,
                             const std::string& name,
                             const tools::HelpText& what,
                             const tools::HelpText& example) {
  tools::CommandLine& group = parent.AddCommand(name, what, example);
  group.RequireCommand();
  return group;
}

void AddLookupReason(tools::CommandLine& command, Context& context) {
  command.Add("--lookup-reason", context.connection.lookup_reason,
              {"为什么查询，记入操作记录（`audit operators`）",
               "Why, for the operator log (`audit operators`)"});
}

void PrintJson(std::ostream& out, const google::protobuf::Message& message) {
  out << tools::ToJson(message) << "\n" << std::flush;
}

namespace {

Language LanguageNamed(absl::string_view name) {
  return filter::ChooseLanguage(std::string(name)) == filter::Language::kEnglish
             ? Language::kEnglish
             : Language::kChinese;
}

// The language of --help and of the faults of a command line, which are said
// before it is parsed.
Language LanguageOf(const std::vector<std::string>& arguments) {
  const char* const variable = std::getenv("SLUICE_LANGUAGE");
  std::string name = variable == nullptr ? "" : variable;
  for (size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view argument = arguments[i];
    if (argument == "--language" && i + 1 < arguments.size()) {
      name = arguments[i + 1];
    } else if (absl::ConsumePrefix(&argument, "--language=")) {
      name = std::string(argument);
    }
  }
  return LanguageNamed(name);
}

}  // namespace

int Main(std::vector<std::string> arguments, Context& context) {
  tools::CommandLine line(
      "sluicectl",
      {"sluiced 的客户端：提交和检查短信，管理退订、规则和登记簿，搜索日志，"
       "解读 PDU。",
       "The client of sluiced: submits and checks messages, manages "
       "opt-outs, rules and parties, searches the journal, explains PDUs."},
      LanguageOf(arguments));
  line.Footer(
      {"示例：\n"
       "  sluicectl check \"【阿里云】您的验证码为1234\" --to 13800138000 "
       "--class verification\n"
       "每个命令的 --help 都有示例。",
       "Example:\n"
       "  sluicectl check \"【阿里云】您的验证码为1234\" --to 13800138000 "
       "--class verification\n"
       "Every command has its own --help with an example."});
  line.AddVersion();
  line.RequireCommand();
  double timeout = 30;
  AddGlobalFlags(line, context, timeout);
  for (const auto add :
       {AddSubmit,  AddCheck,    AddCampaign, AddWatch,     AddOptOut,
        AddReplies, AddDossier,  AddAudit,    AddExport,    AddStats,
        AddHold,    AddRejected, AddRegistry, AddKey,       AddRules,
        AddLink,    AddPosture,  AddClock,    AddRetention, AddLegalHold,
        AddErasure, AddStore,    AddPdu}) {
    add(line, context);
  }
  if (const auto code =
          line.Parse(std::move(arguments), context.out, context.err)) {
    return *code;
  }
  context.connection.timeout = absl::Seconds(timeout);
  context.connection.notes = &context.err;
  context.language = LanguageNamed(context.connection.language);
  const absl::StatusOr<int> result = context.action();
  if (result.ok()) return *result;
  context.err << Prose(
      context, absl::StrCat("sluicectl: ", ErrorText(result.status(), line,
                                                     context.language)));
  return 1;
}

}  // namespace sluice::ctl
