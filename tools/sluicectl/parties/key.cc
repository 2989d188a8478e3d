// sluicectl key: API keys.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/parties/near_names.h"
#include "tools/sluicectl/party_names.h"

namespace sluice::ctl {
namespace {

struct KeyFlags {
  std::string id;
  std::string account;
  std::vector<std::string> roles;
  std::string person;
  bool yes = false;
  std::string note;
  std::string expires;
  std::string reason;
  std::string out_file;
};

// Writes a new file that only its owner can read. Errors: kUnavailable.
absl::Status WriteSecret(const std::string& path, const std::string& secret) {
  const int file =
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return ErrorOf(
        absl::StatusCode::kUnavailable,
        SayBoth("$0：无法创建：$1", "$0: $1", path, std::strerror(errno)));
  }
  const std::string line = secret + "\n";
  const bool written = write(file, line.data(), line.size()) ==
                       static_cast<ssize_t>(line.size());
  const bool closed = close(file) == 0;
  if (written && closed) return absl::OkStatus();
  return ErrorOf(absl::StatusCode::kUnavailable,
                 SayBoth("$0：无法写入", "$0: cannot be written", path));
}

std::string RolesText(const Context& context, const admin::v1::ApiKey& key) {
  std::vector<std::string> names;
  for (const int role : key.roles()) {
    names.push_back(context.Name(static_cast<admin::v1::Role>(role)));
  }
  return absl::StrJoin(names, context.Say("、", ", "));
}

absl::StatusOr<admin::v1::CreateKeyRequest> CreateRequestOf(
    const KeyFlags& flags) {
  admin::v1::CreateKeyRequest request;
  request.set_account_id(flags.account);
  request.set_person(flags.person);
  request.set_note(flags.note);
  request.set_reason(flags.reason);
  for (const std::string& name : flags.roles) {
    const auto role = tools::ParseEnum<admin::v1::Role>(name);
    if (!role.ok()) return InFlag("--role", role.status());
    request.add_roles(*role);
  }
  if (!flags.expires.empty()) {
    SLUICE_ASSIGN_OR_RETURN(const absl::Time expires,
                            tools::ParseTimeToCome(flags.expires, absl::Now()));
    if (expires <= absl::Now()) {
      return ErrorOf(
          absl::StatusCode::kInvalidArgument,
          SayBoth("--expires 已经过去：密钥永远不会有效。请给出将来的时间，如 "
                  "2030-01-31",
                  "--expires is in the past: the key would never be valid. "
                  "Give a future time, such as 2030-01-31"));
    }
    *request.mutable_expire_time() = tools::ToTimestamp(expires);
  }
  return request;
}

// Every person who holds or held a key; none if the server does not say: the
// key's creation will tell why.
std::set<std::string> Persons(const tools::Connection& connection) {
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  std::set<std::string> persons;
  admin::v1::ListKeysRequest request;
  admin::v1::ListKeysResponse page;
  do {
    if (!connection
             .Call(*stub, &admin::v1::RegistryService::Stub::ListKeys, request,
                   page)
             .ok()) {
      return {};
    }
    for (const admin::v1::ApiKey& key : page.keys()) {
      if (!key.person().empty()) persons.insert(key.person());
    }
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  return persons;
}

// One person with two names could approve their own drafts. Names that are
// hardly ever another person's need --yes; of others that are like one the
// command only tells.
absl::Status CheckName(const Context& context, const KeyFlags& flags,
                       const tools::Connection& connection) {
  if (flags.person.empty() || flags.yes) return absl::OkStatus();
  const std::set<std::string> persons = Persons(connection);
  if (persons.contains(flags.person)) return absl::OkStatus();
  const auto told = [](const std::string& other) {
    return SayBoth("与 $0 相近；若是同一人，须用同一姓名",
                   "this is like $0: if it is the same person, use the same "
                   "name",
                   other);
  };
  for (const std::string& other : persons) {
    if (NearnessOf(flags.person, other) == Nearness::kVeryNear) {
      return WithNext(
          ErrorOf(absl::StatusCode::kFailedPrecondition, "person", told(other)),
          SayBoth("确是另一个人：加上 --yes。",
                  "If it is another person: add --yes."));
    }
  }
  for (const std::string& other : persons) {
    if (NearnessOf(flags.person, other) != Nearness::kNear) continue;
    context.err << context.style.Bad(context.Say("警告", "warning")) << " "
                << flags.person << context.Say("：", ": ")
                << told(other).in(context.language) << "\n";
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Create(const Context& context, const KeyFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const admin::v1::CreateKeyRequest request,
                          CreateRequestOf(flags));
  if (!flags.out_file.empty() && access(flags.out_file.c_str(), F_OK) == 0) {
    return ErrorOf(absl::StatusCode::kAlreadyExists,
                   SayBoth("$0：文件已存在；请用 --out 给出新文件",
                           "$0: the file exists; name a new file with --out",
                           flags.out_file));
  }
  // Check this before the key is made: a secret that cannot be written is lost.
  std::filesystem::path folder =
      std::filesystem::path(flags.out_file).parent_path();
  if (folder.empty()) folder = ".";
  if (!flags.out_file.empty() && access(folder.c_str(), W_OK | X_OK) != 0) {
    return ErrorOf(absl::StatusCode::kInvalidArgument,
                   SayBoth("$0：无法写入：$1", "$0: $1", flags.out_file,
                           std::strerror(errno)));
  }
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  SLUICE_RETURN_IF_ERROR(CheckName(context, flags, connection));
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  admin::v1::CreateKeyResponse response;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::RegistryService::Stub::CreateKey, request, response));
  if (!flags.out_file.empty()) {
    const absl::Status written = WriteSecret(flags.out_file, response.secret());
    if (!written.ok()) {
      return WithNext(
          written,
          SayBoth("密钥已创建，但未能保存其内容。请吊销它并另行创建："
                  "`sluicectl key revoke $0 --reason lost`。",
                  "The key was created, but its secret could not be saved. "
                  "Revoke it and create another: `sluicectl key revoke $0 "
                  "--reason lost`.",
                  response.key().id()));
    }
    response.clear_secret();
  }
  if (context.json) {
    PrintJson(context.out, response);
    return 0;
  }
  context.out << context.Say(
      "密钥 $0，$1（角色：$2）\n", "Key $0 for $1 ($2)\n", response.key().id(),
      flags.account.empty() ? context.Say("不属于任何账号", "no account")
                            : context.Say("属于账号 $0", "$0", flags.account),
      RolesText(context, response.key()));
  if (flags.out_file.empty()) {
    context.out << "\n  " << response.secret()
                << context.Say(
                       "\n\n密钥内容只显示这一次。调用方以 `authorization: "
                       "Bearer ...` 发送。\n",
                       "\n\nThe secret is shown only this once. Callers send "
                       "it as `authorization: Bearer ...`.\n");
  } else {
    context.out << context.Say("密钥内容已写入 $0。\n",
                               "Its secret is in $0.\n", flags.out_file);
  }
  return 0;
}

absl::StatusOr<int> Revoke(const Context& context, const KeyFlags& flags) {
  admin::v1::RevokeKeyRequest request;
  request.set_id(flags.id);
  request.set_reason(flags.reason);
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  admin::v1::RevokeKeyResponse response;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::RegistryService::Stub::RevokeKey, request, response));
  const admin::v1::ApiKey& key = response.key();
  if (context.json) {
    PrintJson(context.out, key);
  } else {
    context.out << context.Say("密钥 $0 已吊销，$1。\n",
                               "Key $0 ended at $1.\n", key.id(),
                               tools::TimeText(key.revoke_time()));
  }
  return 0;
}

absl::StatusOr<int> List(const Context& context, const KeyFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  tools::Table table(
      {{context.Say("密钥", "key")},
       {context.Say("账号", "account")},
       {context.Say("角色", "roles")},
       {context.Say("持有人", "person")},
       {context.Say("创建时间", "created")},
       {context.Say("到期", "expires")},
       {context.Say("吊销时间", "revoked")},
       {context.Say("备注", "note"), tools::Align::kLeft, true}});
  PartyNames parties(context);
  admin::v1::ListKeysRequest request;
  request.set_account_id(flags.account);
  admin::v1::ListKeysResponse page;
  do {
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::RegistryService::Stub::ListKeys, request, page));
    for (const admin::v1::ApiKey& key : page.keys()) {
      if (context.json) PrintJson(context.out, key);
      table.AddRow(
          {key.id(), parties.Account(key.account_id()), RolesText(context, key),
           key.person(), tools::TimeText(key.create_time()),
           tools::TimeText(key.expire_time()),
           tools::TimeText(key.revoke_time()), NoteText(context, key.note())});
    }
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  if (!context.json) context.out << table.Text(context.width);
  return 0;
}

void AddKeyCreateFlags(tools::CommandLine& command, KeyFlags& flags) {
  command
      .Add("--role", flags.roles,
           {"submit、officer、complaints、audit 或 admin；可重复",
            "submit, officer, complaints, audit or admin; may be repeated"})
      .Required()
      .OneValueEach();
  command.Add("--account", flags.account,
              {"账号；角色为 submit 时必填",
               "The account; needed with the role submit"});
  command
      .Add("--person", flags.person,
           {"持有密钥的人的姓名；角色不只是 submit 时必填",
            "Name of the person who holds the key; needed with every role "
            "but submit"})
      .TypeName("NAME");
  command.Add("--yes", flags.yes,
              {"姓名与他人相近，但确是另一个人",
               "It is another person, though the name is like somebody's"});
  command.Add("--note", flags.note, {"密钥的用途", "What the key is for"});
  command.Add("--expires", flags.expires,
              {"密钥何时到期：时间，或多久以后，如 90d",
               "When the key expires: a time, or after how long, such as 90d"});
  command.Add("--reason", flags.reason,
              {"原因，记入日志", "Why, for the journal"});
  command
      .Add("--out", flags.out_file,
           {"把密钥内容写入这个新文件，权限为 0600",
            "Writes the secret to this new file, mode 0600"})
      .TypeName("FILE");
}

}  // namespace

void AddKey(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group = AddGroup(app, "key",
                                       {"API 密钥：谁可以调用，可以调用什么",
                                        "API keys: who may call, and what"},
                                       "sluicectl key list");
  AddCommand<KeyFlags>(
      group, context, "create",
      {"创建密钥。密钥内容只显示一次。",
       "Creates a key. Its secret is shown once."},
      {"sluicectl key create --account shop --role submit --note \"订单系统"
       "\" --out shop.key\n"
       "  sluicectl key create --role officer --person 王敏 --out wang.key",
       "sluicectl key create --account shop --role submit --note \"order "
       "system\" --out shop.key\n"
       "  sluicectl key create --role officer --person 王敏 --out wang.key"},
      AddKeyCreateFlags, Create);
  AddCommand<KeyFlags>(
      group, context, "revoke", {"立即吊销密钥。", "Revokes a key at once."},
      {"sluicectl key revoke 7QX2 --reason \"已离职\"",
       "sluicectl key revoke 7QX2 --reason \"left the company\""},
      [](tools::CommandLine& command, KeyFlags& flags) {
        command
            .Add("ID", flags.id,
                 {"密钥的编号，由 `key list` 显示",
                  "The key's id, as `key list` shows it"})
            .Required();
        command
            .Add("--reason", flags.reason,
                 {"原因，记入日志", "Why, for the journal"})
            .Required();
      },
      Revoke);
  AddCommand<KeyFlags>(
      group, context, "list",
      {"全部密钥，已吊销和已到期的也在内；不含密钥内容。",
       "All keys, including revoked and expired ones, without secrets."},
      "sluicectl key list --account shop",
      [](tools::CommandLine& command, KeyFlags& flags) {
        command.Add("--account", flags.account,
                    {"只看这个账号的密钥", "Only keys of this account"});
      },
      List);
  AddKeyRecover(group, context);
}

}  // namespace sluice::ctl
