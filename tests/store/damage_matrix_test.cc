// The damage matrix: each kind of file of a small store is deleted, cut off,
// changed, swapped or replaced by an older copy, after a kill, after a kill and
// a restart of the machine, and after a clean stop. Whatever a start then does,
// nothing that was acknowledged is gone without a word: either the store
// refuses to start, or everything is there. `sluicectl store check` says the
// same. SLUICE_DAMAGE=all runs every case; otherwise every third of the changed
// octets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "store/accept_loss.h"
#include "store/journal/segment_reader.h"
#include "store/known_ends.h"
#include "store/store_check.h"
#include "tests/fakes/effort.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr int kPartitions = 2;
constexpr uint32_t kDamagedSegmentBytes = 24u << 10;
constexpr int kHalf = 120;            // Messages in each half of the traffic.
constexpr int kOptedOut = 1'000'000;  // The first number that opts out.

std::string Slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Spill(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// In memory where the system has room: the stores are opened and closed
// hundreds of times, and each time waits for its disk.
fs::path ParentOfDisk() {
  const fs::path memory = "/dev/shm";
  std::error_code error;
  const fs::space_info space = fs::space(memory, error);
  const bool room = !error && space.available > uint64_t{1} << 30;
  return room ? memory : fs::temp_directory_path();
}

// What callers were told.
struct Acknowledged {
  std::map<std::string, std::pair<Outgoing, RecordRef>> keys;
  std::vector<std::string> opted_out;
  int control_records = 0;
};

enum class Ending { kKilled, kRebooted, kStopped };

class DamageMatrixTest : public StoreTest {
 protected:
  StoreOptions OptionsAt(const fs::path& path) const {
    StoreOptions options;
    options.path = path.string();
    options.partitions = kPartitions;
    options.segment_bytes = kDamagedSegmentBytes;
    options.checkpoint_cycle_bytes = 60'000;
    return options;
  }

  absl::StatusOr<std::unique_ptr<Store>> OpenAt(const fs::path& path) {
    return Store::Open(OptionsAt(path), clock_, WorldSnapshot(),
                       [this](const std::string& note) {
                         MutexLock lock(mutex_);
                         notes_.push_back(note);
                       });
  }

  static std::string NumberOf(int i) { return std::to_string(13800138000 + i); }

  // Submits, opts out and writes control records; remembers what it was told.
  void Traffic(Store& store, int from, int to) {
    for (int i = from; i < to; i += 4) {
      std::vector<Outgoing> outgoing;
      for (int k = i; k < i + 4; ++k) {
        outgoing.push_back(
            {.recipient = NumberOf(k), .key = absl::StrCat("key-", k)});
      }
      const auto answers = SubmitAll(store, outgoing);
      ASSERT_TRUE(answers.ok()) << answers.status();
      for (int k = 0; k < 4; ++k) {
        told_.keys[outgoing[k].key] = {outgoing[k], (*answers)[k].record};
      }
      const Phone phone{86'13800138000 + kOptedOut + static_cast<uint64_t>(i)};
      ASSERT_TRUE(OptOutOf(store, phone, kShop).ok());
      v1::Record record;
      record.mutable_operator_action()->set_method(absl::StrCat("test ", i));
      record.mutable_operator_action()->set_reason(std::string(200, 'x'));
      ASSERT_TRUE(store.AppendControl(std::move(record)).ok());
    }
  }

  // Makes the store as the ending leaves it, and an older copy of it. Another
  // process does it, so that a kill is one.
  void Make(Ending ending) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      WriteStore(ending);
      _exit(HasFatalFailure() ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (ending == Ending::kStopped) {
      ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    } else {
      ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    }
    ReadTold();
    if (ending != Ending::kRebooted) return;
    const auto root = *PosixJournalFiles::Open(whole().string());
    const auto marks = *DurableMarks::Open(
        *root, *KnownEnds::Read(whole().string()).identity());
    ASSERT_TRUE(marks->Begin(/*exact=*/false).ok());
  }

  void WriteStore(Ending ending) {
    {
      auto store = OpenAt(whole());
      ASSERT_TRUE(store.ok()) << store.status();
      Traffic(**store, 0, kHalf);
    }
    fs::copy(whole(), older(), fs::copy_options::recursive);
    auto store = OpenAt(whole());
    ASSERT_TRUE(store.ok()) << store.status();
    Traffic(**store, kHalf, 2 * kHalf);
    std::ofstream told(told_file());
    for (const auto& [key, of] : told_.keys) {
      told << key << " " << of.first.recipient << " " << of.second.value()
           << "\n";
    }
    told.close();
    if (ending != Ending::kStopped) kill(getpid(), SIGKILL);
    store->reset();
  }

  void ReadTold() {
    std::ifstream in(told_file());
    std::string key;
    std::string recipient;
    uint64_t record = 0;
    while (in >> key >> recipient >> record) {
      told_.keys[key] = {{.recipient = recipient, .key = key},
                         RecordRef::FromValue(record)};
    }
    ASSERT_EQ(told_.keys.size(), size_t{2 * kHalf});
    for (int i = 0; i < 2 * kHalf; i += 4) {
      told_.opted_out.push_back(NumberOf(kOptedOut + i));
      ++told_.control_records;
    }
  }

  fs::path told_file() const { return fs::path(disk_.path()) / "told"; }
  fs::path older() const { return fs::path(disk_.path()) / "older"; }
  fs::path whole() const { return fs::path(disk_.path()) / "whole"; }
  fs::path damaged() const { return fs::path(disk_.path()) / "damaged"; }

  // What of the acknowledged is not there; empty: nothing is missing.
  std::string Missing(Store& store) {
    for (const auto& [key, told] : told_.keys) {
      const auto again = SubmitAll(store, {told.first});
      if (!again.ok())
        return absl::StrCat(key, ": ", again.status().ToString());
      if (!(*again)[0].same_key || (*again)[0].record != told.second) {
        return key;
      }
    }
    for (const std::string& number : told_.opted_out) {
      const auto answers = SubmitAll(store, {{.recipient = number}},
                                     /*check_only=*/true);
      if (!answers.ok() ||
          (*answers)[0].decision != sluice::v1::DECISION_REJECTED) {
        return "the opt-out of " + number;
      }
    }
    int control_records = 0;
    const absl::Status read = store.ReadControl([&](const v1::Record& record) {
      control_records += record.has_operator_action();
    });
    if (!read.ok()) return read.ToString();
    return control_records == told_.control_records ? "" : "control records";
  }

  uint64_t DamageSeenByCheck() {
    const auto check = CheckStore(damaged().string());
    if (!check.ok()) return 1;
    uint64_t damage = check->unchecked.size();
    for (const CheckedJournal& journal : check->journals) {
      damage += journal.report.damage_count;
    }
    return damage;
  }

  void Try(const std::string& name, const std::function<void()>& damage) {
    SCOPED_TRACE(name);
    fs::remove_all(damaged());
    fs::copy(whole(), damaged(), fs::copy_options::recursive);
    damage();
    ++tried_;
    const uint64_t seen = DamageSeenByCheck();
    auto store = OpenAt(damaged());
    if (!store.ok()) {
      ++refused_;
      const std::string message(store.status().message());
      EXPECT_TRUE(absl::StrContains(message, damaged().string())) << message;
      EXPECT_TRUE(absl::StrContains(message, "estore")) << message;
      EXPECT_GT(seen, 0u) << "the check is silent, the start says: " << message;
      return;
    }
    EXPECT_EQ(Missing(**store), "")
        << "lost in silence; the check saw " << seen;
    // What a start need not read, the check reads.
    opened_with_damage_ += seen > 0;
  }

  // The files of a journal's folder.
  static std::vector<std::string> SegmentsOf(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (SegmentOfName(name)) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // Where the frames of a segment begin, and where the last one ends.
  static std::vector<uint64_t> FramesOf(const fs::path& folder,
                                        const std::string& segment) {
    std::vector<uint64_t> begins;
    const auto files = *PosixJournalFiles::Open(
        folder.string(), PosixJournalFiles::Access::kRead);
    const auto reader = *SegmentReader::Open(*files, *ReadIdentity(*files),
                                             *SegmentOfName(segment));
    for (;;) {
      begins.push_back(reader->at());
      const auto item = reader->Next();
      if (!item.ok() || item->kind != SegmentItem::Kind::kGroup) return begins;
    }
  }

  void DamageFile(const fs::path& file) {
    const fs::path there = damaged() / file;
    Try(absl::StrCat("delete ", file.string()), [&] { fs::remove(there); });
    Try(absl::StrCat("empty ", file.string()), [&] { Spill(there, ""); });
    Try(absl::StrCat("halve ", file.string()),
        [&] { fs::resize_file(there, fs::file_size(there) / 2); });
    Try(absl::StrCat("zeros in ", file.string()),
        [&] { Spill(there, std::string(fs::file_size(there), '\0')); });
    if (fs::exists(older() / file)) {
      Try(absl::StrCat("older ", file.string()), [&] {
        fs::copy_file(older() / file, there,
                      fs::copy_options::overwrite_existing);
      });
    }
  }

  void FlipAt(const fs::path& file, uint64_t at) {
    if (!all_ && ++flips_ % 3 != 0) return;
    Try(absl::StrCat("flip ", file.string(), " at ", at), [&] {
      std::string bytes = Slurp(damaged() / file);
      ASSERT_LT(at, bytes.size());
      bytes[at] = static_cast<char>(bytes[at] ^ 0x20);
      Spill(damaged() / file, bytes);
    });
  }

  void DamageSegment(const fs::path& folder, const std::string& name) {
    const fs::path file = folder / name;
    DamageFile(file);
    const std::vector<uint64_t> frames = FramesOf(whole() / folder, name);
    ASSERT_GT(frames.size(), 3u);
    const uint64_t end = frames.back();
    for (const uint64_t cut : {frames[1], frames[frames.size() - 2],
                               frames[frames.size() - 2] + 30, end}) {
      Try(absl::StrCat("cut off ", file.string(), " at ", cut),
          [&] { fs::resize_file(damaged() / file, cut); });
      Try(absl::StrCat("zeros from ", cut, " in ", file.string()), [&] {
        std::string bytes = Slurp(damaged() / file);
        std::fill(bytes.begin() + static_cast<int64_t>(cut), bytes.end(), '\0');
        Spill(damaged() / file, bytes);
      });
    }
    FlipAt(file, 13);  // The header.
    FlipAt(file, 45);
    std::vector<size_t> flipped = {frames.size() / 2, 0, frames.size() - 2};
    if (kSanitizerShare > 1) flipped.resize(1);
    for (const size_t frame : flipped) {
      const uint64_t begin = frames[frame];
      const uint64_t next = frames[frame + 1];
      // Length, unsynced, version, count, a record, roots, checksum.
      for (const uint64_t at :
           {begin + 1, begin + 3, begin + 7, begin + 9, begin + 15,
            (begin + next) / 2, next - 60, next - 20, next - 1}) {
        FlipAt(file, at);
      }
    }
  }

  const bool all_ = std::getenv("SLUICE_DAMAGE") != nullptr;
  TemporaryFolder disk_{ParentOfDisk()};
  Acknowledged told_;
  int tried_ = 0;
  int refused_ = 0;
  int opened_with_damage_ = 0;
  int flips_ = 0;
};

class EveryEnding : public DamageMatrixTest,
                    public testing::WithParamInterface<Ending> {
 protected:
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(Make(GetParam())); }
  void TearDown() override {
    RecordProperty("tried", tried_);
    RecordProperty("refused", refused_);
    EXPECT_GT(refused_, 0) << "the damage did nothing";
  }

  void DamageJournal(const fs::path& folder) {
    Try(absl::StrCat("no folder ", folder.string()),
        [&] { fs::remove_all(damaged() / folder); });
    Try(absl::StrCat("empty folder ", folder.string()), [&] {
      fs::remove_all(damaged() / folder);
      fs::create_directories(damaged() / folder);
    });
    Try(absl::StrCat("older folder ", folder.string()), [&] {
      fs::remove_all(damaged() / folder);
      fs::copy(older() / folder, damaged() / folder,
               fs::copy_options::recursive);
    });
    DamageFile(folder / std::string(kIdentityName));
    const std::vector<std::string> segments = SegmentsOf(whole() / folder);
    ASSERT_GE(segments.size(), 2u) << folder;
    Try(absl::StrCat("swap the last segments of ", folder.string()), [&] {
      const fs::path last = damaged() / folder / segments.back();
      const fs::path other = damaged() / folder / segments[segments.size() - 2];
      const std::string bytes = Slurp(last);
      fs::rename(other, last);
      Spill(other, bytes);
    });
    DamageSegment(folder, segments.back());
    // The end is what an ending changes.
    if (GetParam() != Ending::kKilled && !all_) return;
    DamageFile(folder / segments[segments.size() - 2]);
    DamageFile(folder / segments.front());
  }
};

TEST_P(EveryEnding, OfTheControlJournal) { DamageJournal("control"); }

TEST_P(EveryEnding, OfAPartition) { DamageJournal("partition-001/journal"); }

TEST_P(EveryEnding, OfOtherFiles) {
  DamageFile(std::string(kMarksName));
  FlipAt(std::string(kMarksName), 20);
  for (const std::string folder : {"partition-001", "partition-000/views"}) {
    Try("no " + folder, [&] { fs::remove_all(damaged() / folder); });
    Try("older " + folder, [&] {
      fs::remove_all(damaged() / folder);
      fs::copy(older() / folder, damaged() / folder,
               fs::copy_options::recursive);
    });
  }
  Try("partitions swapped", [&] {
    fs::rename(damaged() / "partition-000", damaged() / "aside");
    fs::rename(damaged() / "partition-001", damaged() / "partition-000");
    fs::rename(damaged() / "aside", damaged() / "partition-001");
  });
  Try("older store but for the marks", [&] {
    fs::copy_file(damaged() / std::string(kMarksName),
                  fs::path(disk_.path()) / "newest-marks",
                  fs::copy_options::overwrite_existing);
    fs::remove_all(damaged());
    fs::copy(older(), damaged(), fs::copy_options::recursive);
    fs::copy_file(fs::path(disk_.path()) / "newest-marks",
                  damaged() / std::string(kMarksName),
                  fs::copy_options::overwrite_existing);
  });
}

std::string NameOf(const testing::TestParamInfo<Ending>& info) {
  switch (info.param) {
    case Ending::kKilled:
      return "Killed";
    case Ending::kRebooted:
      return "Rebooted";
    case Ending::kStopped:
      return "Stopped";
  }
  return "";
}

INSTANTIATE_TEST_SUITE_P(DamageMatrixTest, EveryEnding,
                         testing::Values(Ending::kKilled, Ending::kRebooted,
                                         Ending::kStopped),
                         NameOf);

// A spare is no journal: whatever it holds, the store starts.
TEST_F(DamageMatrixTest, ASpareIsNotRead) {
  ASSERT_NO_FATAL_FAILURE(Make(Ending::kKilled));
  fs::copy(whole(), damaged(), fs::copy_options::recursive);
  const fs::path journal = damaged() / "partition-000/journal";
  int spares = 0;
  for (const auto& entry : fs::directory_iterator(journal)) {
    if (entry.path().extension() != std::string(kSpareSuffix)) continue;
    Spill(entry.path(), "no zeros");
    ++spares;
  }
  EXPECT_EQ(spares, 1);
  auto store = OpenAt(damaged());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(Missing(**store), "");
}

// A person may go on without what was lost; the rest is there.
TEST_F(DamageMatrixTest, ALossIsAccepted) {
  ASSERT_NO_FATAL_FAILURE(Make(Ending::kKilled));
  fs::copy(whole(), damaged(), fs::copy_options::recursive);
  const std::string path = damaged().string();
  const fs::path folder = damaged() / "partition-001/journal";
  const std::string last = SegmentsOf(folder).back();
  const std::vector<uint64_t> frames = FramesOf(folder, last);
  std::string bytes = Slurp(folder / last);
  bytes[frames.back() - 12] ^= 1;  // In the last group's root.
  Spill(folder / last, bytes);

  const absl::Status refused = OpenAt(damaged()).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss) << refused;
  EXPECT_TRUE(absl::StrContains(refused.message(), "accept-loss")) << refused;

  EXPECT_EQ(AcceptLoss(path, "partition-007", "x", true).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(AcceptLoss(path, "partition-000", "x", true).status().code(),
            absl::StatusCode::kFailedPrecondition);
  const auto shown = AcceptLoss(path, "partition-001", "disk", true);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(shown->end.offset(), frames[frames.size() - 2]);
  EXPECT_EQ(Slurp(folder / last), bytes) << "a dry run changed it";

  const auto accepted = AcceptLoss(path, "partition-001", "disk", false);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  const std::string aside = Slurp(damaged() / accepted->aside);
  EXPECT_EQ(aside, bytes.substr(frames[frames.size() - 2], aside.size()));
  EXPECT_EQ(DamageSeenByCheck(), 0u);
  auto store = OpenAt(damaged());
  ASSERT_TRUE(store.ok()) << store.status();
  int losses = 0;
  ASSERT_TRUE((*store)
                  ->ReadControl([&](const v1::Record& record) {
                    losses += record.has_loss_accepted() &&
                              record.loss_accepted().partition() == 1 &&
                              record.loss_accepted().reason() == "disk";
                  })
                  .ok());
  EXPECT_EQ(losses, 1);
  // What waited may have been handed over in what is lost: it is not sent
  // again, here or after another start.
  EXPECT_TRUE(TakeAllWork(**store, 1)->empty());
  EXPECT_FALSE(TakeAllWork(**store, 0)->empty());
  store->reset();
  store = OpenAt(damaged());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(TakeAllWork(**store, 1)->empty());
}

// Views stand in for old segments, so that a start could do without them.
TEST_F(DamageMatrixTest, MissingOldSegmentsStopAStartUntilAPersonAcceptsThem) {
  ASSERT_NO_FATAL_FAILURE(Make(Ending::kStopped));
  fs::copy(whole(), damaged(), fs::copy_options::recursive);
  const std::string path = damaged().string();
  const fs::path folder = damaged() / "partition-000/journal";
  ASSERT_GE(SegmentsOf(folder).size(), 3u);
  fs::remove(folder / SegmentName(0));

  const absl::Status refused = OpenAt(damaged()).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss) << refused;
  EXPECT_THAT(std::string(refused.message()),
              testing::AllOf(
                  testing::HasSubstr("partition-000/journal: journal damaged"),
                  testing::HasSubstr("the segment is missing"),
                  testing::HasSubstr("accept-loss")));
  EXPECT_EQ(AcceptLoss(path, "partition-001", "x", true).status().code(),
            absl::StatusCode::kFailedPrecondition);
  const auto shown = AcceptLoss(path, "partition-000", "disk", true);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(shown->missing, (std::vector<SegmentRange>{{0, 1}}));
  EXPECT_FALSE(OpenAt(damaged()).ok()) << "a dry run accepted it";

  ASSERT_TRUE(AcceptLoss(path, "partition-000", "disk", false).ok());
  {
    auto store = OpenAt(damaged());
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ(Missing(**store), "");
  }
  EXPECT_GT(DamageSeenByCheck(), 0u) << "what is lost stays lost";

  // One more is another loss, and without views the state would be lost.
  fs::remove(folder / SegmentName(1));
  EXPECT_THAT(std::string(OpenAt(damaged()).status().message()),
              testing::HasSubstr("segments 0 to 1 are missing"));
  fs::remove_all(damaged() / "partition-000/views");
  const absl::Status only_a_copy =
      AcceptLoss(path, "partition-000", "disk", false).status();
  EXPECT_EQ(only_a_copy.code(), absl::StatusCode::kDataLoss) << only_a_copy;
  EXPECT_THAT(std::string(only_a_copy.message()),
              testing::HasSubstr("views do not stand in for them"));
}

// A copy that has grown otherwise, and is longer, hides what is missing.
TEST_F(DamageMatrixTest, AnotherBranchIsNotTaken) {
  ASSERT_NO_FATAL_FAILURE(Make(Ending::kStopped));
  {
    auto branch = OpenAt(older());
    ASSERT_TRUE(branch.ok()) << branch.status();
    Traffic(**branch, 10 * kHalf, 13 * kHalf);
  }
  for (const bool views : {true, false}) {
    fs::remove_all(damaged());
    fs::copy(whole(), damaged(), fs::copy_options::recursive);
    const fs::path folder = views ? "partition-001" : "partition-001/journal";
    fs::remove_all(damaged() / folder);
    fs::copy(older() / folder, damaged() / folder, fs::copy_options::recursive);
    EXPECT_GT(DamageSeenByCheck(), 0u);
    EXPECT_EQ(OpenAt(damaged()).status().code(), absl::StatusCode::kDataLoss);
  }
}

// Older marks prove nothing about groups that came after them.
TEST_F(DamageMatrixTest, OlderMarksAreSeenToBeOlder) {
  ASSERT_NO_FATAL_FAILURE(Make(Ending::kKilled));
  fs::copy(whole(), damaged(), fs::copy_options::recursive);
  fs::copy_file(older() / std::string(kMarksName),
                damaged() / std::string(kMarksName),
                fs::copy_options::overwrite_existing);
  const fs::path folder = damaged() / "partition-001/journal";
  const std::string last = SegmentsOf(folder).back();
  std::string bytes = Slurp(folder / last);
  bytes[FramesOf(folder, last).back() - 12] ^= 1;
  Spill(folder / last, bytes);
  EXPECT_GT(DamageSeenByCheck(), 0u);
  EXPECT_EQ(OpenAt(damaged()).status().code(), absl::StatusCode::kDataLoss);
}

// A kill in the very first start leaves a store that can be started.
TEST_F(DamageMatrixTest, AFirstStartMayBeCutShort) {
  ASSERT_NO_FATAL_FAILURE(Make(Ending::kStopped));
  const std::string marks(kMarksName);
  fs::create_directories(damaged() / "control");
  fs::copy_file(whole() / "control" / std::string(kIdentityName),
                damaged() / "control" / std::string(kIdentityName));
  Spill(damaged() / marks,
        Slurp(whole() / marks).substr(0, 64) +
            std::string(fs::file_size(whole() / marks) - 64, '\0'));
  EXPECT_EQ(DamageSeenByCheck(), 0u);
  const auto store = OpenAt(damaged());
  EXPECT_TRUE(store.ok()) << store.status();
}

TEST_F(DamageMatrixTest, APartOfAnotherStoreIsNamed) {
  ASSERT_NO_FATAL_FAILURE(Make(Ending::kStopped));
  fs::copy(whole(), damaged(), fs::copy_options::recursive);
  const fs::path other = fs::path(disk_.path()) / "other";
  { ASSERT_TRUE(OpenAt(other).ok()); }
  fs::remove_all(damaged() / "control");
  fs::copy(other / "control", damaged() / "control",
           fs::copy_options::recursive);
  EXPECT_FALSE(OpenAt(damaged()).ok());
  const auto check = CheckStore(damaged().string());
  ASSERT_TRUE(check.ok()) << check.status();
  EXPECT_TRUE(std::any_of(check->journals.begin(), check->journals.end(),
                          [](const CheckedJournal& journal) {
                            return absl::EndsWith(journal.folder, "/control") &&
                                   journal.report.damage_count > 0;
                          }));
  EXPECT_EQ(AcceptLoss(damaged().string(), kMarksAsJournal, "x", false)
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace sluice::store
