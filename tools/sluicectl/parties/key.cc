// sluicectl key: API keys.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {
namespace {

struct KeyFlags {
  std::string id;
  std::string account;
  std::vector<std::string> roles;
  std::string person;
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
    return absl::UnavailableError(
        absl::StrCat(path, ": ", std::strerror(errno)));
  }
  const std::string line = secret + "\n";
  const bool written = write(file, line.data(), line.size()) ==
                       static_cast<ssize_t>(line.size());
  const bool closed = close(file) == 0;
  if (written && closed) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
}

std::string RolesText(const admin::v1::ApiKey& key) {
  std::vector<std::string> names;
  for (const int role : key.roles()) {
    names.push_back(tools::ShortName(static_cast<admin::v1::Role>(role)));
  }
  return absl::StrJoin(names, ", ");
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
    if (!role.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--role ", role.status().message()));
    }
    request.add_roles(*role);
  }
  if (!flags.expires.empty()) {
    SLUICE_ASSIGN_OR_RETURN(const absl::Time expires,
                            tools::ParseTimeToCome(flags.expires, absl::Now()));
    if (expires <= absl::Now()) {
      return absl::InvalidArgumentError(
          "--expires is in the past: the key would never be valid. Give a "
          "future time, such as 2030-01-31");
    }
    *request.mutable_expire_time() = tools::ToTimestamp(expires);
  }
  return request;
}

absl::StatusOr<int> Create(const Context& context, const KeyFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const admin::v1::CreateKeyRequest request,
                          CreateRequestOf(flags));
  if (!flags.out_file.empty() && access(flags.out_file.c_str(), F_OK) == 0) {
    return absl::AlreadyExistsError(absl::StrCat(
        flags.out_file, ": the file exists; name a new file with --out"));
  }
  // Check this before the key is made: a secret that cannot be written is lost.
  std::filesystem::path folder =
      std::filesystem::path(flags.out_file).parent_path();
  if (folder.empty()) folder = ".";
  if (!flags.out_file.empty() && access(folder.c_str(), W_OK | X_OK) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(flags.out_file, ": ", std::strerror(errno)));
  }
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  admin::v1::CreateKeyResponse response;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::RegistryService::Stub::CreateKey, request, response));
  if (!flags.out_file.empty()) {
    const absl::Status written = WriteSecret(flags.out_file, response.secret());
    if (!written.ok()) {
      return absl::Status(
          written.code(),
          absl::StrCat(
              written.message(),
              "\n  The key was created, but its secret could not be saved. "
              "Revoke it and create another: `sluicectl key revoke ",
              response.key().id(), " --reason lost`."));
    }
    response.clear_secret();
  }
  if (context.json) {
    PrintJson(context.out, response);
    return 0;
  }
  context.out << "Key " << response.key().id() << " for "
              << (flags.account.empty() ? "no account" : flags.account) << " ("
              << RolesText(response.key()) << ")\n";
  if (flags.out_file.empty()) {
    context.out << "\n  " << response.secret()
                << "\n\nThe secret is shown only this once. Callers send it as "
                   "`authorization: Bearer ...`.\n";
  } else {
    context.out << "Its secret is in " << flags.out_file << ".\n";
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
    context.out << "Key " << key.id() << " ended at "
                << tools::TimeText(key.revoke_time()) << ".\n";
  }
  return 0;
}

absl::StatusOr<int> List(const Context& context, const KeyFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  tools::Table table({{"key"},
                      {"account"},
                      {"roles"},
                      {"person"},
                      {"created"},
                      {"expires"},
                      {"revoked"},
                      {"note", tools::Align::kLeft, true}});
  admin::v1::ListKeysRequest request;
  request.set_account_id(flags.account);
  admin::v1::ListKeysResponse page;
  do {
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::RegistryService::Stub::ListKeys, request, page));
    for (const admin::v1::ApiKey& key : page.keys()) {
      if (context.json) PrintJson(context.out, key);
      table.AddRow({key.id(), key.account_id(), RolesText(key), key.person(),
                    tools::TimeText(key.create_time()),
                    tools::TimeText(key.expire_time()),
                    tools::TimeText(key.revoke_time()), key.note()});
    }
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  if (!context.json) context.out << table.Text(context.width);
  return 0;
}

}  // namespace

void AddKey(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group = AddGroup(
      app, "key", "API keys: who may call, and what", "sluicectl key list");
  AddCommand<KeyFlags>(
      group, context, "create", "Creates a key. Its secret is shown once.",
      "sluicectl key create --account shop --role submit --note \"order "
      "system\" --out shop.key\n"
      "  sluicectl key create --role officer --person 王敏 --out wang.key",
      [](tools::CommandLine& command, KeyFlags& flags) {
        command
            .Add("--role", flags.roles,
                 "submit, officer, complaints, audit or admin; may "
                 "be repeated")
            .Required()
            .OneValueEach();
        command.Add("--account", flags.account,
                    "The account; needed with the role submit");
        command
            .Add("--person", flags.person,
                 "Name of the person who holds the key; needed with every role "
                 "but submit")
            .TypeName("NAME");
        command.Add("--note", flags.note, "What the key is for");
        command.Add(
            "--expires", flags.expires,
            "When the key expires: a time, or after how long, such as 90d");
        command.Add("--reason", flags.reason, "Why, for the journal");
        command
            .Add("--out", flags.out_file,
                 "Writes the secret to this new file, mode 0600")
            .TypeName("FILE");
      },
      Create);
  AddCommand<KeyFlags>(
      group, context, "revoke", "Revokes a key at once.",
      "sluicectl key revoke 7QX2 --reason \"left the company\"",
      [](tools::CommandLine& command, KeyFlags& flags) {
        command.Add("ID", flags.id, "The key's id, as `key list` shows it")
            .Required();
        command.Add("--reason", flags.reason, "Why, for the journal")
            .Required();
      },
      Revoke);
  AddCommand<KeyFlags>(
      group, context, "list",
      "All keys, including revoked and expired ones, without secrets.",
      "sluicectl key list --account shop",
      [](tools::CommandLine& command, KeyFlags& flags) {
        command.Add("--account", flags.account, "Only keys of this account");
      },
      List);
  AddKeyRecover(group, context);
}

}  // namespace sluice::ctl
