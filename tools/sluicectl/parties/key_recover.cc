// sluicectl key recover: an admin key for whoever owns the store's files and
// has lost all keys. See gateway/control/key_recovery.h.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/control/key_recovery.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/shell_word.h"
#include "rules/base/status_macros.h"
#include "tools/lib/json_line.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {
namespace {

// A running sluiced looks once a second.
constexpr absl::Duration kWait = absl::Seconds(5);
constexpr absl::Duration kStep = absl::Milliseconds(50);

struct RecoverFlags {
  std::string store;
  std::string reason;
};

// Which file has the path now; {0, 0}: none.
std::pair<ino_t, int64_t> FileAt(const std::string& path) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) return {0, 0};
  return {file.st_ino,
          int64_t{file.st_mtim.tv_sec} * 1'000'000'000 + file.st_mtim.tv_nsec};
}

absl::Status CheckOwner(const std::string& folder) {
  std::error_code none;
  if (!std::filesystem::is_directory(folder + "/control", none)) {
    return ErrorOf(
        absl::StatusCode::kNotFound,
        SayBoth("$0：其中没有数据存储；请给出 store.path 指定的文件夹",
                "$0: has no store; give the folder that store.path names",
                folder));
  }
  struct stat owner = {};
  if (stat(folder.c_str(), &owner) != 0) {
    return absl::UnavailableError(
        absl::StrCat(folder, ": ", std::strerror(errno)));
  }
  if (geteuid() == 0 || geteuid() == owner.st_uid) return absl::OkStatus();
  return ErrorOf(
      absl::StatusCode::kPermissionDenied,
      SayBoth("$0：属于用户 $1，只有该用户可以找回密钥",
              "$0: belongs to user $1, and only that user may recover its key",
              folder, owner.st_uid));
}

absl::Status Ask(const std::string& path, const std::string& reason) {
  const int file =
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
           S_IRUSR | S_IWUSR);
  if (file < 0 && errno == EEXIST) {
    return ErrorOf(
        absl::StatusCode::kAlreadyExists,
        SayBoth("$0：已有一项申请；sluiced 启动时会创建密钥",
                "$0: a key is asked for already; sluiced makes it at its start",
                path));
  }
  if (file < 0) {
    return absl::UnavailableError(
        absl::StrCat(path, ": ", std::strerror(errno)));
  }
  const std::string line = reason + "\n";
  const bool written = write(file, line.data(), line.size()) ==
                       static_cast<ssize_t>(line.size());
  close(file);
  if (written) return absl::OkStatus();
  unlink(path.c_str());
  return ErrorOf(absl::StatusCode::kUnavailable,
                 SayBoth("$0：无法写入", "$0: cannot be written", path));
}

absl::StatusOr<int> Recover(const Context& context, const RecoverFlags& flags) {
  SLUICE_RETURN_IF_ERROR(CheckOwner(flags.store));
  const std::string request =
      absl::StrCat(flags.store, "/", gateway::kRecoveryRequest);
  const std::string key =
      absl::StrCat(flags.store, "/", gateway::kRecoveredKey);
  const auto before = FileAt(key);
  SLUICE_RETURN_IF_ERROR(Ask(request, flags.reason));
  const absl::Time until = absl::Now() + kWait;
  while (FileAt(key) == before || FileAt(key).first == 0) {
    if (absl::Now() < until) {
      absl::SleepFor(kStep);
      continue;
    }
    if (FileAt(request).first == 0) {
      return ErrorOf(absl::StatusCode::kFailedPrecondition,
                     SayBoth("sluiced 没有创建密钥；原因见其日志",
                             "sluiced made no key; its log says why"));
    }
    context.err << context.Say(
        "sluicectl：没有使用这一数据存储的 sluiced "
        "在运行（或其版本较旧）：它下次"
        "启动时创建密钥，并写入 $0\n",
        "sluicectl: no sluiced runs with this store (or an older one): it "
        "makes the key at its next start and writes it to $0\n",
        key);
    return 1;
  }
  if (context.json) {
    context.out << tools::JsonLine().Text("key_file", key).End() << "\n";
  } else {
    context.out << context.Say(
        "新的管理员密钥在 $0。日志记录了申请人和原因。\n"
        "请吊销丢失的密钥：`sluicectl key list --key-file $1`。\n",
        "A new admin key is in $0. The journal has who asked for it, and "
        "why.\nRevoke the keys that are lost: `sluicectl key list --key-file "
        "$1`.\n",
        key, ShellWord(key));
  }
  return 0;
}

}  // namespace

void AddKeyRecover(tools::CommandLine& group, Context& context) {
  AddCommand<RecoverFlags>(
      group, context, "recover",
      {"管理员密钥全部丢失时创建一把：供数据存储的属主在服务器所在的机器上使"
       "用。运行中的 sluiced 立即创建，否则在下次启动时创建。记入日志。密钥尚"
       "未创建时退出码为 1。",
       "Makes an admin key when all are lost: for the owner of the store's "
       "files, on the server's machine. A running sluiced makes it at once, "
       "else its next start does. It is journaled. Exits 1 when the key is "
       "not there yet."},
      {"sluicectl key recover --store ./sluice-data --reason \"存有密钥的电脑"
       "被盗\"",
       "sluicectl key recover --store ./sluice-data --reason \"the laptop "
       "with the key was stolen\""},
      [](tools::CommandLine& command, RecoverFlags& flags) {
        command
            .Add("--store", flags.store,
                 {"数据存储的文件夹：sluice.yaml 中的 store.path",
                  "The store's folder: store.path of sluice.yaml"})
            .TypeName("FOLDER")
            .Required();
        command
            .Add("--reason", flags.reason,
                 {"原因，记入日志", "Why, for the journal"})
            .Required();
      },
      Recover);
}

}  // namespace sluice::ctl
