// sluicectl registry: the parties. Flags are made from the fields of the
// party's message, so that a field of the API is never missing here.

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "filter/registry/registry.h"
#include "rules/base/status_macros.h"
#include "rules/pack/yaml.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/parties/party_fields.h"

namespace sluice::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Kinds as the command line calls them, in the order of setting a world up.
struct Kind {
  const char* name;
  store::v1::PartyKind kind;
  const char* what;
  const char* example;
};
// Sluice writes it.
constexpr absl::string_view kAcceptedHits =
    "sluice.store.v1.Template.accepted_hits";

constexpr Kind kKinds[] = {
    {"licensee", store::v1::PARTY_KIND_LICENSEE, "holds the telecom licence",
     "us --name \"Example Telecom\" --license-number B2-20260001 "
     "--license-areas all --reason setup"},
    {"content-provider", store::v1::PARTY_KIND_CONTENT_PROVIDER,
     "the legal entity whose message it is",
     "shop --name \"小店有限公司\" --industry retail --reason contract-118"},
    {"account", store::v1::PARTY_KIND_ACCOUNT, "connects and pays",
     "shop --name \"Shop systems\" --licensee-id us --content-provider-ids "
     "shop --reason setup"},
    {"signature", store::v1::PARTY_KIND_SIGNATURE, "the 【name】 of a text",
     "shop-main --name 小店 --content-provider-id shop --filings mobile "
     "--filings unicom --reason filed"},
    {"port", store::v1::PARTY_KIND_PORT, "an access number prefix",
     "shop-ads --number 1069012 --content-provider-id shop --licensee-id us "
     "--purposes commercial --reason approved"},
    {"template", store::v1::PARTY_KIND_TEMPLATE, "a text with variables",
     "otp --content-provider-id shop --message-class verification --text "
     "\"您的验证码是{code}，{minutes}分钟内有效。\" --variables "
     "code:digits:4-6 "
     "--variables minutes:digits:1-2 --reason \"approved by legal\""},
};

struct PartyFlags {
  store::v1::PartyKind kind = store::v1::PARTY_KIND_UNSPECIFIED;
  std::string id;
  std::string state;
  std::string file;
  std::string reason;
  bool accept_rule_hits = false;
  std::map<std::string, std::vector<std::string>> fields;
};

// The part of a party that belongs to `kind`, made when it is not there.
Message* PartOf(store::v1::PartyKind kind, store::v1::Party& party) {
  switch (kind) {
    case store::v1::PARTY_KIND_LICENSEE:
      return party.mutable_licensee();
    case store::v1::PARTY_KIND_ACCOUNT:
      return party.mutable_account();
    case store::v1::PARTY_KIND_CONTENT_PROVIDER:
      return party.mutable_content_provider();
    case store::v1::PARTY_KIND_SIGNATURE:
      return party.mutable_signature();
    case store::v1::PARTY_KIND_PORT:
      return party.mutable_port();
    case store::v1::PARTY_KIND_TEMPLATE:
      return party.mutable_template_();
    default:
      std::abort();  // kKinds has no other.
  }
}

// Applies --file, then the flags. A flag replaces all values of its field.
absl::Status ApplyFlags(const PartyFlags& flags, store::v1::Party& party) {
  Message& part = *PartOf(flags.kind, party);
  if (!flags.file.empty()) {
    std::ifstream file(flags.file, std::ios::binary);
    if (!file) {
      return absl::NotFoundError(absl::StrCat(flags.file, ": cannot be read"));
    }
    const std::string content(std::istreambuf_iterator<char>(file), {});
    SLUICE_RETURN_IF_ERROR(rules::LoadYaml(flags.file, content, &part));
  }
  for (const auto& [name, values] : flags.fields) {
    if (values.empty()) continue;
    const auto& field = *part.GetDescriptor()->FindFieldByName(name);
    part.GetReflection()->ClearField(&part, &field);
    for (const std::string& value : values) {
      const absl::Status set = AddFieldText(field, value, part);
      if (!set.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat(FlagOf(field), " ", set.message()));
      }
    }
  }
  if (flags.state.empty()) return absl::OkStatus();
  const auto state = tools::ParseEnum<store::v1::PartyState>(flags.state);
  if (!state.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--state ", state.status().message()));
  }
  party.set_state(*state);
  return absl::OkStatus();
}

// "name: 小店; content_provider_id: shop".
std::string Details(const store::v1::Party& party) {
  // Of a newer server.
  if (filter::KindOf(party) == store::v1::PARTY_KIND_UNSPECIFIED) return "";
  store::v1::Party copy = party;
  const Message& part = *PartOf(filter::KindOf(party), copy);
  std::vector<const FieldDescriptor*> fields;
  part.GetReflection()->ListFields(part, &fields);
  std::vector<std::string> texts;
  for (const FieldDescriptor* field : fields) {
    std::vector<std::string> values;
    const int count =
        field->is_repeated() ? part.GetReflection()->FieldSize(part, field) : 1;
    for (int i = 0; i < count; ++i)
      values.push_back(FieldText(part, *field, i));
    texts.push_back(
        absl::StrCat(field->name(), ": ", absl::StrJoin(values, ", ")));
  }
  return absl::StrJoin(texts, "; ");
}

tools::Table PartyTable() {
  return tools::Table({{"id"},
                       {"state"},
                       {"revision", tools::Align::kRight},
                       {"changed"},
                       {"details", tools::Align::kLeft, true}});
}

void Print(const Context& context, const store::v1::Party& party) {
  if (context.json) return PrintJson(context.out, party);
  tools::Table table = PartyTable();
  table.AddRow({party.id(), tools::ShortName(party.state()),
                absl::StrCat(party.revision()),
                tools::TimeText(party.changed()), Details(party)});
  context.out << table.Text(context.width);
}

absl::StatusOr<int> Create(const Context& context, const PartyFlags& flags) {
  admin::v1::CreatePartyRequest request;
  store::v1::Party& party = *request.mutable_party();
  party.set_id(flags.id);
  party.set_state(store::v1::PARTY_STATE_ACTIVE);
  SLUICE_RETURN_IF_ERROR(ApplyFlags(flags, party));
  request.set_reason(flags.reason);
  request.set_accept_rule_hits(flags.accept_rule_hits);
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  store::v1::Party made;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::RegistryService::Stub::Create, request, made));
  Print(context, made);
  return 0;
}

// The last look before a hand-over asks for every other party of a message.
constexpr char kTemplatesWait[] =
    "Messages made from it that already wait are not stopped. To redecide "
    "them: `sluicectl rules publish NUMBER --recheck-queued`, or, with the "
    "number of the version in force (`sluicectl rules status`), `sluicectl "
    "rules rollback NUMBER --recheck-queued`.";

absl::StatusOr<int> Change(const Context& context, const PartyFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  admin::v1::ListPartiesRequest list;
  list.set_kind(flags.kind);
  list.set_id(flags.id);
  admin::v1::ListPartiesResponse found;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::RegistryService::Stub::List, list, found));
  if (found.parties_size() != 1) {
    return absl::NotFoundError(absl::StrCat(
        "no party \"", flags.id,
        "\" of this kind; `sluicectl registry list KIND` shows all"));
  }
  admin::v1::ChangePartyRequest request;
  *request.mutable_party() = found.parties(0);
  SLUICE_RETURN_IF_ERROR(ApplyFlags(flags, *request.mutable_party()));
  request.set_reason(flags.reason);
  request.set_accept_rule_hits(flags.accept_rule_hits);
  store::v1::Party changed;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::RegistryService::Stub::Change, request, changed));
  Print(context, changed);
  if (!context.json && changed.has_template_() &&
      changed.state() != store::v1::PARTY_STATE_ACTIVE) {
    context.out << kTemplatesWait << "\n";
  }
  return 0;
}

absl::StatusOr<int> List(const Context& context, const PartyFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  admin::v1::ListPartiesRequest request;
  request.set_kind(flags.kind);
  request.set_id(flags.id);
  admin::v1::ListPartiesResponse page;
  tools::Table table = PartyTable();
  do {
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::RegistryService::Stub::List, request, page));
    for (const store::v1::Party& party : page.parties()) {
      if (context.json) PrintJson(context.out, party);
      table.AddRow({party.id(), tools::ShortName(party.state()),
                    absl::StrCat(party.revision()),
                    tools::TimeText(party.changed()), Details(party)});
    }
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  if (!context.json) context.out << table.Text(context.width);
  return 0;
}

// What becomes of messages that wait.
std::string ChangeNote(store::v1::PartyKind kind) {
  switch (kind) {
    case store::v1::PARTY_KIND_TEMPLATE:
      return absl::StrCat(". Suspended or closed: new messages are rejected. ",
                          kTemplatesWait,
                          " When a suspended template becomes active again, "
                          "the rules in force examine it");
    case store::v1::PARTY_KIND_SIGNATURE:
      return ". Suspended or closed: waiting messages are stopped too. Removed "
             "links and contacts stop them only when rules are published with "
             "--recheck-queued";
    default:
      return ". Suspended or closed: waiting messages are stopped too";
  }
}

void AddPartyFlags(const Kind& kind, tools::CommandLine& command,
                   PartyFlags& flags) {
  flags.kind = kind.kind;
  command.Add("ID", flags.id, "Lower case letters, digits, dashes and dots")
      .Required();
  command.Add("--reason", flags.reason, "Why, for the journal").Required();
  command.Add("--state", flags.state, "active, suspended or closed");
  command
      .Add("--file", flags.file,
           "YAML or JSON file with the fields; flags replace them")
      .TypeName("FILE");
  store::v1::Party party;
  const auto& type = *PartOf(kind.kind, party)->GetDescriptor();
  if (kind.kind == store::v1::PARTY_KIND_TEMPLATE) {
    command.Add(
        "--accept-rule-hits", flags.accept_rule_hits,
        "Release the template although content rules hit its fixed text: "
        "accepts the words that the error named, never prohibited content");
  }
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.full_name() == kAcceptedHits) continue;
    // One value a flag, so that none swallows the id behind it.
    command.Add(FlagOf(field), flags.fields[field.name()], HelpOf(field))
        .OneValueEach();
  }
}

}  // namespace

void AddRegistry(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "registry",
               "Licensees, accounts, content providers, signatures, ports, "
               "templates",
               "sluicectl registry list signature");
  tools::CommandLine& create =
      AddGroup(group, "create", "Adds a party",
               "sluicectl registry create signature shop-main "
               "--name 小店 --content-provider-id shop --reason "
               "filed");
  tools::CommandLine& change =
      AddGroup(group, "change",
               "Changes the fields that flags name and keeps the others",
               "sluicectl registry change account shop --state "
               "suspended --reason \"unpaid\"");
  tools::CommandLine& list =
      AddGroup(group, "list", "Parties of one kind, by id",
               "sluicectl registry list port");
  for (const Kind& kind : kKinds) {
    AddCommand<PartyFlags>(
        create, context, kind.name, absl::StrCat("Adds one: ", kind.what),
        absl::StrCat("sluicectl registry create ", kind.name, " ",
                     kind.example),
        [&kind](tools::CommandLine& command, PartyFlags& flags) {
          AddPartyFlags(kind, command, flags);
        },
        Create);
    AddCommand<PartyFlags>(
        change, context, kind.name,
        absl::StrCat("Changes one: ", kind.what, ChangeNote(kind.kind)),
        absl::StrCat("sluicectl registry change ", kind.name,
                     " shop --state suspended --reason \"case 118\""),
        [&kind](tools::CommandLine& command, PartyFlags& flags) {
          AddPartyFlags(kind, command, flags);
        },
        Change);
    AddCommand<PartyFlags>(
        list, context, kind.name, absl::StrCat("Lists: ", kind.what),
        absl::StrCat("sluicectl registry list ", kind.name, " --json"),
        [&kind](tools::CommandLine& command, PartyFlags& flags) {
          flags.kind = kind.kind;
          command.Add("--id", flags.id, "Only this one");
        },
        List);
  }
}

}  // namespace sluice::ctl
