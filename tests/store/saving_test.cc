// What processes leave behind when they are killed, or when the disk is full.
// This process starts no threads, because it forks those processes.

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <vector>

#include "absl/strings/match.h"
#include "store/partition/checkpoint.h"
#include "store/views/views.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

using SavingTest = StoreTest;

// Runs `body` in a separate process, which ends without saving. Returns its
// exit code; -1: a signal ended it.
int InAnotherProcess(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The position of the newest save of the store in `folder`.
Position NewestSave(const std::string& folder) {
  const auto views = Views::OpenToRead(folder + "/partition-000/views");
  return views.ok() ? NewestPoint(**views).value_or(Position()) : Position();
}

// Records opt-outs of numbers from `next` on, one group at a time, until a save
// has been written. Each group starts a save of at most 64 buckets, unless the
// previous save is under way. Returns false when no save comes.
bool RecordUntilSaved(Store& store, const std::string& folder, uint64_t& next) {
  constexpr int kGroupsMax = 1000;
  constexpr int kGroupsALook = 8;  // To look takes longer than to record.
  const Position before = NewestSave(folder);
  for (int group = 0; group < kGroupsMax; ++group) {
    std::vector<OptOutEntry> entries;
    for (int i = 0; i < 100; ++i) {
      entries.push_back(OptOutEntryOf(Phone{next++}, 0));
    }
    if (!OptOutAll(store, std::move(entries)).ok()) return false;
    if (group % kGroupsALook == 0 && NewestSave(folder) != before) return true;
  }
  return false;
}

// Each process lives too short to save every bucket. Saving must continue where
// the previous process stopped, or replays would grow with every kill.
TEST_F(SavingTest, ShortLivesSaveEveryBucketInTurn) {
  constexpr int kLives = 16;
  StoreOptions options;
  options.path = folder_.path() + "/data";
  options.checkpoint_cycle_bytes = 1u << 20;
  const SnapshotPtr world = WorldSnapshot();  // Made once for all processes.
  for (uint64_t life = 0; life < kLives; ++life) {
    const int code = InAnotherProcess([&] {
      auto opened =
          Store::Open(options, clock_, world, [](const std::string&) {});
      if (!opened.ok()) return 1;
      Store* const store = opened->release();  // A clean stop would save all.
      uint64_t next = 8613900000000 + life * 1'000'000;
      for (int save = 0; save < 3; ++save) {
        if (!RecordUntilSaved(*store, options.path, next)) return 2;
      }
      return 0;
    });
    ASSERT_EQ(code, 0) << life;
  }
  const int never = InAnotherProcess([&] {
    const auto views =
        Views::OpenToRead(folder_.path() + "/data/partition-000/views");
    if (!views.ok()) return 1;
    for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
      const auto point = (*views)->Get(View::kMeta, BucketPointKey(bucket));
      if (!point.ok() || !point->has_value()) return 2;
    }
    return 0;
  });
  EXPECT_EQ(never, 0);
}

// Debian's RocksDB ends the process when a write finds no room, so no write
// begins when there is little room.
TEST(Views, AreNotWrittenOnANearlyFullDisk) {
  constexpr int kNotAllowed = 77;
  TemporaryFolder folder;
  const int code = InAnotherProcess([&folder] {
    const char* const path = folder.path().c_str();
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) !=
            0 ||
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("tmpfs", path, "tmpfs", 0, "size=128m") != 0) {
      return kNotAllowed;
    }
    auto views = Views::Open(folder.path() + "/views");
    if (!views.ok()) return 1;
    const std::vector<Views::Change> changes = {{View::kMeta, "key", "value"}};
    const absl::Status full = (*views)->Write(changes);
    if (full.code() != absl::StatusCode::kUnavailable) return 2;
    if (!absl::StrContains(full.message(), "MiB free on the disk")) return 3;
    // Views are written again as soon as there is room.
    if (mount("tmpfs", path, "tmpfs", MS_REMOUNT, "size=1g") != 0) return 4;
    if (!(*views)->Write(changes).ok()) return 5;
    return (*views)->Get(View::kMeta, "key")->value_or("") == "value" ? 0 : 6;
  });
  if (code == kNotAllowed) GTEST_SKIP() << "not allowed to mount a tmpfs here";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace sluice::store
