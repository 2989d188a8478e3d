// sluicectl registry: the parties. Flags are made from the fields of the
// party's message, so that no field of the API is missing here.

#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/both_error.h"
#include "rules/base/files.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "rules/pack/yaml.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "tools/lib/party_calls.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/parties/registry_then.h"
#include "tools/sluicectl/parties_at.h"
#include "tools/sluicectl/party_fields.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/party_text.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct PartyFlags {
  std::string id;
  std::string state;
  std::string file;
  std::string reason;
  std::string as_of;
  bool accept_rule_hits = false;
  std::map<std::string, std::vector<std::string>> fields;
};

// Sets the fields of `party` from --file, then from the flags. A flag replaces
// all values of its field.
absl::Status ApplyFlags(const PartyFlags& flags, Message& party) {
  const auto& type = *party.GetDescriptor();
  if (!flags.file.empty()) {
    SLUICE_ASSIGN_OR_RETURN(const std::string content, ReadFile(flags.file));
    SLUICE_RETURN_IF_ERROR(rules::LoadYaml(flags.file, content, &party));
  }
  for (const auto& [name, values] : flags.fields) {
    if (values.empty()) continue;
    const auto& field = *type.FindFieldByName(name);
    party.GetReflection()->ClearField(&party, &field);
    for (const std::string& value : values) {
      const absl::Status set = AddFieldText(field, value, party);
      if (!set.ok()) return InFlag(FlagOf(field), set);
    }
  }
  if (flags.state.empty()) return absl::OkStatus();
  const auto state = tools::ParseEnum<admin::v1::PartyState>(flags.state);
  if (!state.ok()) return InFlag("--state", state.status());
  party.GetReflection()->SetEnumValue(&party, type.FindFieldByName("state"),
                                      *state);
  return absl::OkStatus();
}

// The fields that ApplyFlags() has set.
google::protobuf::FieldMask MaskOf(const Message& party) {
  std::vector<const FieldDescriptor*> fields;
  party.GetReflection()->ListFields(party, &fields);
  google::protobuf::FieldMask mask;
  for (const FieldDescriptor* field : fields) mask.add_paths(field->name());
  return mask;
}

// "name: 小店; content_provider_id: 小店 (shop)".
std::string Details(const Context& context, const Message& party,
                    PartyNames& parties) {
  std::vector<const FieldDescriptor*> fields;
  party.GetReflection()->ListFields(party, &fields);
  std::vector<std::string> texts;
  for (const FieldDescriptor* field : fields) {
    if (!IsPartyField(*field) && field->name() != "accepted_hits") continue;
    texts.push_back(context.Say("$0：$1", "$0: $1",
                                LabelOf(*field, context.language),
                                ValuesText(context, party, *field, parties)));
  }
  return absl::StrJoin(texts, context.Say("；", "; "));
}

tools::Table PartyTable(const Context& context) {
  return tools::Table(
      {{context.Say("编号", "id")},
       {context.Say("状态", "state")},
       {context.Say("修订", "revision"), tools::Align::kRight},
       {context.Say("修改时间", "changed")},
       {context.Say("内容", "details"), tools::Align::kLeft, true}});
}

template <typename Party>
void AddRow(const Context& context, const Party& party, PartyNames& parties,
            tools::Table& table) {
  table.AddRow(
      {party.id(), context.Name(party.state()), absl::StrCat(party.revision()),
       tools::TimeText(party.update_time()), Details(context, party, parties)});
}

template <typename Party>
void Print(const Context& context, const Party& party) {
  if (context.json) return PrintJson(context.out, party);
  tools::Table table = PartyTable(context);
  PartyNames parties(context);
  AddRow(context, party, parties, table);
  context.out << table.Text(context.width);
}

template <typename Request>
void SetHow(const PartyFlags& flags, Request& request) {
  request.set_reason(flags.reason);
  if constexpr (requires { request.set_accept_rule_hits(true); }) {
    request.set_accept_rule_hits(flags.accept_rule_hits);
  }
}

template <typename Party>
absl::StatusOr<int> Create(const Context& context, const PartyFlags& flags) {
  using Calls = tools::PartyCalls<Party>;
  typename Calls::CreateRequest request;
  Party& party = Calls::In(request);
  SLUICE_RETURN_IF_ERROR(ApplyFlags(flags, party));
  party.set_id(flags.id);
  SetHow(flags, request);
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  typename Calls::CreateResponse made;
  SLUICE_RETURN_IF_ERROR(connection.Call(*stub, Calls::kCreate, request, made));
  Print(context, Calls::In(std::as_const(made)));
  return 0;
}

// The last look before a hand-over checks all other parties of a message.
constexpr Words kTemplatesWait = {
    "由它生成、已在等待的短信不会停下。要重新判定它们："
    "`sluicectl rules publish 编号 --recheck-queued`，或用生效版本的编号"
    "（`sluicectl rules status`）：`sluicectl rules rollback 编号 "
    "--recheck-queued`。",
    "Messages made from it that already wait are not stopped. To redecide "
    "them: `sluicectl rules publish NUMBER --recheck-queued`, or, with the "
    "number of the version in force (`sluicectl rules status`), `sluicectl "
    "rules rollback NUMBER --recheck-queued`."};

// The party as it is now. Errors: kNotFound (with what to do next).
template <typename Party>
absl::StatusOr<Party> Read(const tools::Connection& connection,
                           const std::string& id) {
  using Calls = tools::PartyCalls<Party>;
  typename Calls::GetRequest request;
  request.set_id(id);
  typename Calls::GetResponse found;
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  const absl::Status read = connection.Call(*stub, Calls::kGet, request, found);
  if (absl::IsNotFound(read)) {
    return ErrorOf(
        absl::StatusCode::kNotFound,
        SayBoth("登记簿的这一类中没有“$0”；`sluicectl registry list KIND` 列出"
                "全部",
                "no party \"$0\" of this kind; `sluicectl registry list KIND` "
                "shows all",
                id));
  }
  SLUICE_RETURN_IF_ERROR(read);
  return Calls::In(std::as_const(found));
}

template <typename Party>
absl::StatusOr<int> Change(const Context& context, const PartyFlags& flags) {
  using Calls = tools::PartyCalls<Party>;
  typename Calls::UpdateRequest request;
  Party& party = Calls::In(request);
  SLUICE_RETURN_IF_ERROR(ApplyFlags(flags, party));
  *request.mutable_update_mask() = MaskOf(party);
  SetHow(flags, request);
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  SLUICE_ASSIGN_OR_RETURN(const Party now, Read<Party>(connection, flags.id));
  party.set_id(flags.id);
  party.set_revision(now.revision());
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  typename Calls::UpdateResponse response;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, Calls::kUpdate, request, response));
  const Party& changed = Calls::In(std::as_const(response));
  Print(context, changed);
  if (!context.json && std::is_same_v<Party, admin::v1::Template> &&
      changed.state() != admin::v1::PARTY_STATE_ACTIVE) {
    context.out << kTemplatesWait.in(context.language) << "\n";
  }
  return 0;
}

template <typename Party>
absl::StatusOr<int> List(const Context& context, const PartyFlags& flags) {
  using Calls = tools::PartyCalls<Party>;
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  tools::Table table = PartyTable(context);
  PartyNames parties(context);
  const auto add = [&](const Party& party) {
    if (context.json) PrintJson(context.out, party);
    AddRow(context, party, parties, table);
  };
  if (!flags.as_of.empty()) {
    TimeFlags times(context);
    SLUICE_ASSIGN_OR_RETURN(const google::protobuf::Timestamp time,
                            times.Past("--as-of", flags.as_of));
    if (!context.json) {
      SLUICE_RETURN_IF_ERROR(
          UseNamesAt(connection, *Party::descriptor(), time, parties));
    }
    SLUICE_RETURN_IF_ERROR(VisitPartiesAt(
        connection, *Party::descriptor(), time, [&](const Message& party) {
          const auto& one = static_cast<const Party&>(party);
          if (flags.id.empty() || one.id() == flags.id) add(one);
        }));
  } else if (!flags.id.empty()) {
    const absl::StatusOr<Party> one = Read<Party>(connection, flags.id);
    if (one.ok()) add(*one);
    if (!one.ok() && !absl::IsNotFound(one.status())) return one.status();
  } else {
    const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
    typename Calls::ListRequest request;
    typename Calls::ListResponse page;
    do {
      SLUICE_RETURN_IF_ERROR(
          connection.Call(*stub, Calls::kList, request, page));
      for (const Party& party : Calls::All(page)) add(party);
      request.set_page_token(page.next_page_token());
    } while (!page.next_page_token().empty());
  }
  if (!context.json) context.out << table.Text(context.width);
  return 0;
}

// What the change does to waiting messages.
template <typename Party>
Both ChangeNote() {
  if constexpr (std::is_same_v<Party, admin::v1::Template>) {
    return {
        absl::StrCat("。暂停或注销后：新的短信被拒绝。", kTemplatesWait.chinese,
                     "暂停的模板恢复有效时，由生效的规则检查"),
        absl::StrCat(". Suspended or closed: new messages are rejected. ",
                     kTemplatesWait.english,
                     " When a suspended template becomes active again, the "
                     "rules in force examine it")};
  }
  if constexpr (std::is_same_v<Party, admin::v1::Signature>) {
    return {
        "。暂停或注销后：等待中的短信也停下。去掉的链接和联系方式，在以 "
        "--recheck-queued 发布规则后才使等待中的短信停下",
        ". Suspended or closed: waiting messages are stopped too. Removed "
        "links and contacts stop them only when rules are published with "
        "--recheck-queued"};
  }
  return {"。暂停或注销后：等待中的短信也停下",
          ". Suspended or closed: waiting messages are stopped too"};
}

template <typename Party>
void AddPartyFlags(tools::CommandLine& command, PartyFlags& flags) {
  command
      .Add("ID", flags.id,
           {"小写字母、数字、“-”和“.”",
            "Lower case letters, digits, dashes and dots"})
      .Required();
  command
      .Add("--reason", flags.reason, {"原因，记入日志", "Why, for the journal"})
      .Required();
  command.Add("--state", flags.state,
              {"active、suspended 或 closed", "active, suspended or closed"});
  command
      .Add("--file", flags.file,
           {"含各字段的 YAML 或 JSON 文件；选项优先于它",
            "YAML or JSON file with the fields; flags replace them"})
      .TypeName("FILE");
  if constexpr (std::is_same_v<Party, admin::v1::Template>) {
    command.Add(
        "--accept-rule-hits", flags.accept_rule_hits,
        {"内容规则命中模板的固定文字时仍发布模板：接受报错所列的词，不接受禁"
         "止的内容",
         "Release the template although content rules hit its fixed text: "
         "accepts the words that the error named, never prohibited content"});
  }
  const auto& type = *Party::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!IsPartyField(field)) continue;
    // One value for each flag, so that no flag takes the id after it.
    command.Add(FlagOf(field), flags.fields[field.name()], HelpOf(field))
        .OneValueEach();
  }
}

// The groups `registry create`, `registry change` and `registry list`.
struct Groups {
  tools::CommandLine& create;
  tools::CommandLine& change;
  tools::CommandLine& list;
};

const char* Article(absl::string_view noun) {
  return noun.front() == 'a' ? "an " : "a ";
}

// Adds the three commands for a kind of party.
template <typename Party>
void AddKind(const Groups& groups, Context& context, const char* name,
             const Words& what, const Words& example) {
  AddCommand<PartyFlags>(
      groups.create, context, name,
      Both{absl::StrCat("新增", what.chinese),
           absl::StrCat("Creates ", Article(name), name, ": ", what.english)},
      Both{absl::StrCat("sluicectl registry create ", name, " ",
                        example.chinese),
           absl::StrCat("sluicectl registry create ", name, " ",
                        example.english)},
      AddPartyFlags<Party>, Create<Party>);
  const Both note = ChangeNote<Party>();
  AddCommand<PartyFlags>(
      groups.change, context, name,
      Both{absl::StrCat("修改", what.chinese, note.chinese),
           absl::StrCat("Changes ", Article(name), name, ": ", what.english,
                        note.english)},
      Both{absl::StrCat("sluicectl registry change ", name,
                        " shop --state suspended --reason \"案件 118\""),
           absl::StrCat("sluicectl registry change ", name,
                        " shop --state suspended --reason \"case 118\"")},
      AddPartyFlags<Party>, Change<Party>);
  AddCommand<PartyFlags>(
      groups.list, context, name,
      Both{absl::StrCat("列出全部", what.chinese),
           absl::StrCat("Lists every ", name, ": ", what.english)},
      absl::StrCat("sluicectl registry list ", name, " --json"),
      [](tools::CommandLine& command, PartyFlags& flags) {
        command.Add("--id", flags.id, {"只看这一个", "Only this one"});
        command.Add(
            "--as-of", flags.as_of,
            {"当时的登记，所涉各方也用当时的名称：时间（只有日期即当日零"
             "时），或多久以前",
             "As they were, with the names of that time: a time (a date "
             "is its first moment), or how long ago"});
      },
      List<Party>);
}

Groups AddGroups(tools::CommandLine& group) {
  return {AddGroup(group, "create", {"新增登记", "Adds a party"},
                   {"sluicectl registry create signature shop-main --name 小"
                    "店 --content-provider-id shop --reason 已报备",
                    "sluicectl registry create signature shop-main --name 小"
                    "店 --content-provider-id shop --reason filed"}),
          AddGroup(group, "change",
                   {"修改选项给出的字段，其余不变",
                    "Changes the fields that flags name and keeps the others"},
                   {"sluicectl registry change account shop --state "
                    "suspended --reason \"欠费\"",
                    "sluicectl registry change account shop --state "
                    "suspended --reason \"unpaid\""}),
          AddGroup(group, "list",
                   {"某一类的登记，按编号排列", "Parties of one kind, by id"},
                   "sluicectl registry list port --as-of 2026-01-31")};
}

}  // namespace

void AddRegistry(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "registry",
               {"持证单位、账号、内容提供者、签名、端口号、模板",
                "Licensees, accounts, content providers, signatures, ports, "
                "templates"},
               "sluicectl registry list signature");
  const Groups groups = AddGroups(group);
  AddRegistryHistory(group, context);
  // In the order in which a new installation needs them.
  AddKind<admin::v1::Licensee>(
      groups, context, "licensee",
      {"持证单位：持有电信业务经营许可证的公司",
       "the company that holds the telecom licence"},
      {"us --name \"某某通信有限公司\" --license-number B2-20260001 "
       "--license-areas all --reason 初始设置",
       "us --name \"Example Telecom\" --license-number B2-20260001 "
       "--license-areas all --reason setup"});
  AddKind<admin::v1::ContentProvider>(
      groups, context, "content-provider",
      {"内容提供者：短信所属的单位", "the legal entity whose message it is"},
      {"shop --name \"小店有限公司\" --industry 零售 --reason 合同-118",
       "shop --name \"小店有限公司\" --industry retail --reason contract-118"});
  AddKind<admin::v1::Account>(
      groups, context, "account",
      {"账号：接入并付费的客户", "the customer that connects and pays"},
      {"shop --name \"小店系统\" --licensee-id us --content-provider-ids "
       "shop --reason 初始设置",
       "shop --name \"Shop systems\" --licensee-id us --content-provider-ids "
       "shop --reason setup"});
  AddKind<admin::v1::Signature>(
      groups, context, "signature",
      {"签名：短信中的【名称】", "the 【name】 of a text"},
      {"shop-main --name 小店 --content-provider-id shop --filings mobile "
       "--filings unicom --reason 已报备",
       "shop-main --name 小店 --content-provider-id shop --filings mobile "
       "--filings unicom --reason filed"});
  AddKind<admin::v1::Port>(
      groups, context, "port",
      {"端口号：接入号的前段", "an access number prefix"},
      {"shop-ads --number 1069012 --content-provider-id shop --licensee-id "
       "us --purposes commercial --reason 已获批",
       "shop-ads --number 1069012 --content-provider-id shop --licensee-id "
       "us --purposes commercial --reason approved"});
  AddKind<admin::v1::Template>(
      groups, context, "template",
      {"模板：含变量的短信内容", "a text with variables"},
      {"otp --content-provider-id shop --message-class verification --text \""
       "您的验证码是{code}，{minutes}分钟内有效。\" --variables "
       "code:digits:4-6 --variables minutes:digits:1-2 --reason \"法务已审\"",
       "otp --content-provider-id shop --message-class verification --text \""
       "您的验证码是{code}，{minutes}分钟内有效。\" --variables "
       "code:digits:4-6 --variables minutes:digits:1-2 --reason \"approved "
       "by legal\""});
}

}  // namespace sluice::ctl
