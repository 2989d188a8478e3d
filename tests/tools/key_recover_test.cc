// `sluicectl key recover` against a whole server, running and stopped.

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/control/key_recovery.h"
#include "tests/gateway/server_fixture.h"
#include "tests/tools/run_ctl.h"

namespace sluice::ctl {
namespace {

class KeyRecover : public gateway::ServerTest {
 protected:
  std::string Store() const { return folder_.path() + "/store"; }
  std::string KeyFile() const { return Store() + "/recovered.key"; }
  Output Recover() {
    return RunCtl(
        {"key", "recover", "--store", Store(), "--reason", "the safe burnt"});
  }
  // What the recovered key may see.
  Output List() {
    return RunCtl({"key", "list", "--server",
                   absl::StrCat("127.0.0.1:", server_->port()), "--key-file",
                   KeyFile()});
  }
};

TEST_F(KeyRecover, ARunningServerMakesItAtOnce) {
  Start();
  const Output output = Recover();
  ASSERT_EQ(output.code, 0) << output.err;
  struct stat file = {};
  ASSERT_EQ(stat(KeyFile().c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  ASSERT_TRUE(WaitFor("the key is in force", [&] { return List().code == 0; }));
  EXPECT_TRUE(absl::StrContains(List().out,
                                absl::StrCat("recovered by user ", geteuid())))
      << List().out;
  // Another one takes its place; the request is gone.
  ASSERT_EQ(Recover().code, 0);
  EXPECT_FALSE(std::filesystem::exists(Store() + "/recover-admin-key"));
}

TEST_F(KeyRecover, AStoppedServerMakesItAtItsStart) {
  Start();
  channel_ = nullptr;
  server_ = nullptr;
  const Output output = Recover();
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "at its next start")) << output.err;
  EXPECT_TRUE(absl::StrContains(Recover().err, "asked for already"));
  Start();
  EXPECT_EQ(List().code, 0) << List().err;
}

TEST_F(KeyRecover, IsForTheOwnerOfAStore) {
  const Output none =
      RunCtl({"key", "recover", "--store", folder_.path(), "--reason", "x"});
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(absl::StrContains(none.err, "has no store")) << none.err;

  const std::string path = folder_.path() + "/recover-admin-key";
  const auto refused = [&] {
    return gateway::ReadRecoveryRequest(folder_.path()).status().code();
  };
  std::ofstream(folder_.path() + "/reason") << "x\n";
  std::filesystem::create_symlink(folder_.path() + "/reason", path);
  EXPECT_EQ(refused(), absl::StatusCode::kPermissionDenied);
  std::filesystem::remove(path);
  std::ofstream(path) << "x\n";
  std::filesystem::permissions(path, std::filesystem::perms::all);
  EXPECT_EQ(refused(), absl::StatusCode::kPermissionDenied);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  EXPECT_EQ(refused(), absl::StatusCode::kOk);
  std::ofstream(path) << "two\x1b[31m\n";
  EXPECT_EQ(refused(), absl::StatusCode::kInvalidArgument);
  std::ofstream(path, std::ios::trunc) << std::string(1001, 'x');
  EXPECT_EQ(refused(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sluice::ctl
