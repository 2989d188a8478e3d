#include "store/folders.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/error_reason.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

// A user whom permissions bind: root reads and writes everything. Effective
// for all threads of the program.
class Unprivileged {
 public:
  explicit Unprivileged(const std::string& folder) : root_(geteuid() == 0) {
    if (!root_) return;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      EXPECT_EQ(chown(entry.path().c_str(), kNobody, kNobody), 0);
    }
    EXPECT_EQ(chown(folder.c_str(), kNobody, kNobody), 0);
    EXPECT_EQ(seteuid(kNobody), 0);
  }
  ~Unprivileged() {
    if (root_) {
      EXPECT_EQ(seteuid(0), 0);
    }
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;

 private:
  const bool root_;
};

void WriteFile(const std::string& path) { std::ofstream(path) << "x"; }

class FoldersTest : public StoreTest {
 protected:
  std::string Path(const std::string& below = "") const {
    return folder_.path() + "/data" + below;
  }

  absl::Status TryOpen() {
    StoreOptions options;
    options.path = Path();
    options.segment_bytes = 4u << 20;
    return Store::Open(options, clock_, WorldSnapshot(),
                       [](const std::string&) {})
        .status();
  }

  void Expect(const absl::Status& status, absl::StatusCode code,
              const std::string& path, const std::string& to_do) {
    EXPECT_EQ(status.code(), code) << status;
    const std::string message(status.message());
    EXPECT_NE(message.find(path + ": "), message.npos) << message;
    EXPECT_NE(message.find(to_do), message.npos) << message;
  }
};

constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

TEST_F(FoldersTest, AFileWhereAFolderMustBe) {
  WriteFile(Path());
  Expect(TryOpen(), kPrecondition, Path(), "move it away");
  fs::remove(Path());
  Open().reset();
  for (const std::string below :
       {"/control", "/partition-000", "/partition-000/journal",
        "/partition-000/views"}) {
    fs::rename(Path(below), Path() + ".away");
    WriteFile(Path(below));
    Expect(TryOpen(), kPrecondition, Path(below), "move it away");
    fs::remove(Path(below));
    fs::rename(Path() + ".away", Path(below));
  }
  EXPECT_TRUE(TryOpen().ok());
}

TEST_F(FoldersTest, AFolderWithoutPermission) {
  Open().reset();
  const Unprivileged user(folder_.path());
  for (const std::string below :
       {"", "/control", "/partition-000", "/partition-000/journal",
        "/partition-000/views"}) {
    for (const mode_t mode : {0000, 0300, 0500}) {
      // The root folder is set to 0700 at each start by its owner.
      if (below.empty() && mode != 0000) continue;
      ASSERT_EQ(chmod(Path(below).c_str(), mode), 0);
      const absl::Status status = TryOpen();
      ASSERT_EQ(chmod(Path(below).c_str(), 0700), 0);
      if (below.empty()) continue;
      Expect(status, kPrecondition, Path(below), "change its owner or mode");
    }
  }
  EXPECT_TRUE(TryOpen().ok());
}

TEST_F(FoldersTest, AFileWithoutPermission) {
  Open().reset();
  const Unprivileged user(folder_.path());
  for (const std::string below :
       {"/control/identity", "/control/0000000.segment",
        "/partition-000/journal/0000000.segment",
        "/partition-000/views/CURRENT"}) {
    for (const mode_t mode : {0000, 0400, 0200}) {
      ASSERT_EQ(chmod(Path(below).c_str(), mode), 0);
      const absl::Status status = TryOpen();
      ASSERT_EQ(chmod(Path(below).c_str(), 0600), 0);
      Expect(status, kPrecondition, Path(below), "change its owner or mode");
    }
  }
  EXPECT_TRUE(TryOpen().ok());
}

TEST_F(FoldersTest, TreesAreReadable) {
  EXPECT_TRUE(CheckTree(Path("/rules")).ok());
  fs::create_directories(Path("/rules/statistics"));
  WriteFile(Path("/rules/in_force"));
  EXPECT_TRUE(CheckTree(Path("/rules")).ok());
  const Unprivileged user(folder_.path());
  ASSERT_EQ(chmod(Path("/rules/in_force").c_str(), 0200), 0);
  Expect(CheckTree(Path("/rules")), kPrecondition, Path("/rules/in_force"),
         "change its owner or mode");
  ASSERT_EQ(chmod(Path("/rules/in_force").c_str(), 0400), 0);
  EXPECT_TRUE(CheckTree(Path("/rules")).ok());
  ASSERT_EQ(chmod(Path("/rules/statistics").c_str(), 0000), 0);
  Expect(CheckTree(Path("/rules")), kPrecondition, Path("/rules/statistics"),
         "change its owner or mode");
  ASSERT_EQ(chmod(Path("/rules/statistics").c_str(), 0700), 0);
}

// Runs `test` where a file system of `bytes` is mounted on `path`, in a process
// of its own. Returns what it writes; "skipped" where mounting is not allowed.
std::string OnSmallDisk(const std::string& path, uint64_t bytes,
                        const std::function<std::string()>& test,
                        unsigned long flags = 0) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    std::string said = "skipped";
    if (unshare(CLONE_NEWNS) == 0 &&
        mount("", "/", "", MS_REC | MS_PRIVATE, nullptr) == 0 &&
        mount("tmpfs", path.c_str(), "tmpfs", flags,
              absl::StrCat("size=", bytes).c_str()) == 0) {
      said = test();
    }
    if (write(ends[1], said.data(), said.size()) < 0) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  std::string said(4096, '\0');
  size_t size = 0;
  for (ssize_t got = 1; got > 0 && size < said.size();
       size += static_cast<size_t>(got)) {
    got = read(ends[0], said.data() + size, said.size() - size);
    if (got <= 0) break;
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
      << "the process ended with " << status;
  said.resize(size);
  return said;
}

TEST_F(FoldersTest, AFullDiskIsToldAtTheStart) {
  fs::create_directories(Path());
  for (const uint64_t mib : {1, 20, 100, 190}) {
    const std::string said = OnSmallDisk(Path(), mib << 20, [this] {
      const absl::Status status = TryOpen();
      return absl::StrCat(
          HasReason(status, ErrorReason::kDiskFull) ? "full: " : "other: ",
          std::string(status.message()));
    });
    if (said == "skipped") GTEST_SKIP() << "mounting is not allowed here";
    // The views, a control segment and a partition's segment.
    EXPECT_EQ(said, absl::StrCat("full: no room: 232 MiB needed on ", Path(),
                                 ", ", mib, " MiB free"));
  }
}

// An older store starts with less room than a new one, but not with none.
TEST_F(FoldersTest, AFullDiskIsToldAtALaterStart) {
  fs::create_directories(Path());
  const auto open_with_left = [this](uint64_t left) {
    return OnSmallDisk(Path(), 260u << 20, [this, left] {
      const absl::Status first = TryOpen();
      if (!first.ok()) return absl::StrCat("first: ", first.ToString());
      const int fill = open(Path("/fill").c_str(), O_CREAT | O_WRONLY, 0600);
      const auto size = fs::space(Path()).available - left;
      if (posix_fallocate(fill, 0, static_cast<off_t>(size)) != 0) {
        return std::string("cannot be filled");
      }
      return std::string(TryOpen().message());
    });
  };
  const std::string full = open_with_left(0);
  if (full == "skipped") GTEST_SKIP() << "mounting is not allowed here";
  EXPECT_TRUE(absl::StartsWith(full, "no room: 3")) << full;
  EXPECT_NE(full.find("MiB needed on " + Path() + ", 0 MiB free"), full.npos)
      << full;
  EXPECT_EQ(open_with_left(60u << 20), "");
}

TEST_F(FoldersTest, AReadOnlyDisk) {
  fs::create_directories(Path());
  const std::string said = OnSmallDisk(
      Path(), 240u << 20, [this] { return std::string(TryOpen().message()); },
      MS_RDONLY);
  if (said == "skipped") GTEST_SKIP() << "mounting is not allowed here";
  EXPECT_NE(said.find("Read-only file system"), said.npos) << said;
  EXPECT_NE(said.find("mount it writable"), said.npos) << said;
}

}  // namespace
}  // namespace sluice::store
