// Backups of a store that is open and of one that was killed, with retention at
// work in the middle: what is restored passes the check and goes on.

#include "store/backup/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "store/backup/restore.h"
#include "store/journal/posix_journal_file.h"
#include "store/journal/retention.h"
#include "store/journal/segment_reader.h"
#include "store/known_ends.h"
#include "store/lasting.h"
#include "store/store_check.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint32_t kSmallSegment = 16u << 10;

class BackupTest : public StoreTest {
 protected:
  std::string at(const std::string& name) const {
    return folder_.path() + "/" + name;
  }

  std::unique_ptr<Store> OpenAt(const std::string& name) {
    StoreOptions options;
    options.path = at(name);
    options.partitions = 2;
    options.segment_bytes = kSmallSegment;
    options.signing_key = at("signing.key");
    auto store = Store::Open(options, clock_, WorldSnapshot(),
                             [](const std::string&) {});
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  // Messages to numbers of their own; keeps their ids.
  void Traffic(Store& store, int count = 60) {
    for (int i = 0; i < count; ++i) {
      const uint64_t number = 13'800'000'000 + next_++;
      const auto answers = SubmitAll(store, {{absl::StrCat(number)}});
      ASSERT_TRUE(answers.ok()) << answers.status();
      const Answer& answer = (*answers)[0];
      EXPECT_TRUE(
          ids_.insert(ToString(MessageId{answer.partition, answer.record}))
              .second);
      if (i % 4 != 0) continue;
      ASSERT_TRUE(
          OptOutOf(store, Phone{86'000'0000'0000 + number}, kShop).ok());
    }
  }

  BackupResult BackUp(const std::string& from = "data",
                      const BackupProgress& progress = {}) {
    const auto result = BackUpStore(at(from), at("backup"), {}, progress);
    EXPECT_TRUE(result.ok()) << result.status();
    if (!result.ok()) return {};
    for (const BackupDamage& one : result->manifest.damage) {
      ADD_FAILURE() << one.journal << " " << one.damage.segment << ": "
                    << one.damage.what;
    }
    return *result;
  }

  // Into a folder that is not there; checks it before and after a start.
  RestoreResult RestoreTo(const std::string& to, RestoreOptions options = {}) {
    const auto result = RestoreStore(at("backup"), at(to), options);
    EXPECT_TRUE(result.ok()) << result.status();
    EXPECT_THAT(DamageOf(to), IsEmpty());
    return result.ok() ? *result : RestoreResult();
  }

  std::vector<std::string> DamageOf(const std::string& name) const {
    std::vector<std::string> damage;
    const auto check = CheckStore(at(name));
    EXPECT_TRUE(check.ok()) << check.status();
    if (!check.ok()) return damage;
    for (const CheckedJournal& checked : check->journals) {
      for (const JournalDamage& one : checked.report.damage) {
        damage.push_back(
            absl::StrCat(checked.folder, " ", one.segment, ": ", one.what));
      }
    }
    return damage;
  }

  // Announces and makes what retention would make of a segment.
  void Reduce(Store& store, uint32_t number) {
    const auto files = *PosixJournalFiles::Open(
        at("data/partition-000/journal"), PosixJournalFiles::Access::kRead);
    const JournalIdentity identity = *ReadIdentity(*files);
    RemovedRecords announced;
    const KeepRecord keep = [](RecordRef, absl::string_view record) {
      return Lasts(record);
    };
    auto reader = *SegmentReader::Open(*files, identity, number);
    for (;;) {
      const auto item = reader->Next();
      ASSERT_TRUE(item.ok()) << item.status();
      if (item->kind != SegmentItem::Kind::kGroup) break;
      for (uint32_t i = 0; i < item->group.count(); ++i) {
        const RecordRef ref(Position(number, item->offset), i);
        if (!keep(ref, item->group.Record(i))) announced.Add(ref);
      }
    }
    v1::Record record;
    v1::RetentionRan& ran = *record.mutable_retention_ran();
    ran.set_removed(announced.count());
    v1::ReducedSegment& segment = *ran.add_segments();
    segment.set_segment(number);
    segment.set_removed(announced.count());
    segment.set_digest(std::string(AsBytes(announced.Digest())));
    ASSERT_TRUE(store.AppendControl(std::move(record)).ok());
    const auto reduced = ReduceSegment(*files, identity, number, keep);
    ASSERT_TRUE(reduced.ok()) << reduced.status();
    ASSERT_GT(reduced->removed, 0u);
  }

  uint64_t next_ = 0;
  std::set<std::string> ids_;
};

TEST_F(BackupTest, AnotherRunCopiesWhatIsNew) {
  auto store = OpenAt("data");
  Traffic(*store);
  const auto head = store->SignHead();
  ASSERT_TRUE(head.ok()) << head.status();
  const BackupResult first = BackUp();
  EXPECT_TRUE(first.manifest.running);
  EXPECT_EQ(first.manifest.head_text, head->text);
  EXPECT_EQ(first.bytes_there, 0u);
  const BackupResult same = BackUp();
  EXPECT_EQ(same.bytes_copied, 0u);
  EXPECT_EQ(same.bytes_there, first.bytes_copied);
  Traffic(*store, 12);
  const BackupResult more = BackUp();
  EXPECT_GT(more.bytes_copied, 0u);
  EXPECT_GT(more.bytes_there, first.bytes_copied / 2);
  // The last segment is copied anew; what it was is deleted.
  size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(at("backup"))) {
    files += entry.is_regular_file();
  }
  EXPECT_EQ(files, more.manifest.files.size() + 1);
}

TEST_F(BackupTest, ARestoredStoreGoesOnWithIdsOfItsOwn) {
  auto store = OpenAt("data");
  Traffic(*store);
  const auto head = store->SignHead();
  ASSERT_TRUE(head.ok()) << head.status();
  BackUp();
  Traffic(*store, 100);  // Lost.
  const auto lost_head = store->SignHead();
  store = nullptr;
  const RestoreResult restored = RestoreTo("restored");
  EXPECT_EQ(restored.manifest.head, head->head.number);
  EXPECT_EQ(restored.skipped, 16u);
  store = OpenAt("restored");
  ASSERT_NE(store, nullptr);
  Traffic(*store, 100);  // No id is one of those that were lost.
  ASSERT_TRUE(store->SignHead().ok());
  store = nullptr;
  EXPECT_THAT(DamageOf("restored"), IsEmpty());
  const auto check = CheckStore(at("restored"), {}, {Keep(*lost_head)});
  ASSERT_EQ(check->history.faults.size(), 1u);
  EXPECT_THAT(check->history.faults[0].what,
              HasSubstr("came after the backup"));
  ASSERT_EQ(check->history.restores.size(), 1u);
  EXPECT_EQ(check->history.restores[0].head, head->head.number);
}

TEST_F(BackupTest, AReducedSegmentIsCopiedAgain) {
  auto store = OpenAt("data");
  Traffic(*store);
  ASSERT_TRUE(store->SignHead().ok());
  BackUp();
  Reduce(*store, 0);
  const BackupResult again = BackUp();
  EXPECT_GT(again.bytes_copied, 0u);
  EXPECT_LT(again.bytes_copied, again.bytes_there);
  RestoreTo("restored");
}

// The control journal, up to the cut of the first look, does not say of it.
TEST_F(BackupTest, RetentionMayRunInTheMiddle) {
  auto store = OpenAt("data");
  Traffic(*store, 200);
  ASSERT_TRUE(store->SignHead().ok());
  bool done = false;
  BackUp("data", [&](uint64_t, uint64_t) {
    if (!std::exchange(done, true)) Reduce(*store, 1);
  });
  EXPECT_TRUE(done);
  RestoreTo("restored");
}

// A disk that is not mounted, or a file that somebody removed, must not take
// the last copy with it.
TEST_F(BackupTest, WhatIsMissingStaysInTheBackup) {
  auto store = OpenAt("data");
  Traffic(*store, 200);
  store = nullptr;
  BackUp();
  const std::vector<std::string> victims = {
      "data/partition-000/journal/0000000.segment",
      "data/partition-001/journal/0000001.segment", "data/partition-001"};
  for (const std::string& victim : victims) {
    fs::rename(at(victim), at("aside"));
    const auto result = BackUpStore(at("data"), at("backup"), {});
    ASSERT_TRUE(result.ok()) << victim << ": " << result.status();
    ASSERT_FALSE(result->manifest.damage.empty()) << victim;
    EXPECT_THAT(result->manifest.damage[0].damage.what,
                HasSubstr("is missing"));
    fs::remove_all(at("restored"));
    RestoreTo("restored");
    fs::rename(at("aside"), at(victim));
  }
  store = OpenAt("restored");
  EXPECT_NE(store, nullptr);
  BackUp();
  // Without an earlier copy it is lost, and a start says so.
  fs::rename(at("data/partition-001"), at("aside"));
  fs::remove_all(at("backup"));
  ASSERT_TRUE(BackUpStore(at("data"), at("backup"), {}).ok());
  ASSERT_TRUE(RestoreStore(at("backup"), at("less"), {}).ok());
  StoreOptions options;
  options.path = at("less");
  options.partitions = 2;
  const auto refused =
      Store::Open(options, clock_, WorldSnapshot(), [](const std::string&) {});
  EXPECT_TRUE(absl::IsDataLoss(refused.status())) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("is missing or empty"));
}

// Marks of another run of the system may be behind what was acknowledged; what
// is torn was not.
TEST_F(BackupTest, AStoppedStoreIsCopiedToItsEnd) {
  auto store = OpenAt("data");
  Traffic(*store);
  store = nullptr;
  BackUp();
  RestoreTo("restored", {.moved = true});
  // Nobody has opened it yet: its marks are of no run.
  const std::string journal = at("restored/partition-001/journal");
  const auto files =
      *PosixJournalFiles::Open(journal, PosixJournalFiles::Access::kRead);
  const uint32_t last = ListSegments(*files)->back();
  const auto check = CheckStore(at("restored"));
  const Position end = check->journals[2].report.end;
  ASSERT_EQ(end.segment(), last);
  {
    std::fstream segment(absl::StrCat(journal, "/", SegmentName(last)),
                         std::ios::in | std::ios::out | std::ios::binary);
    segment.seekp(end.offset());
    segment << std::string("\0\0\1\0half a group", 16);
  }
  fs::remove_all(at("backup"));
  const BackupResult again = BackUp("restored");
  EXPECT_FALSE(again.manifest.running);
  EXPECT_EQ(again.manifest.journals[1].end, end);
  RestoreTo("third", {.moved = true});
  store = OpenAt("third");
  ASSERT_NE(store, nullptr);
  Traffic(*store, 4);
}

TEST_F(BackupTest, FoldersThatAreNotForIt) {
  OpenAt("data") = nullptr;
  fs::create_directories(at("other"));
  std::ofstream(at("other/file")) << "x";
  for (const char* to : {"data", "data/backup", "other"}) {
    EXPECT_EQ(BackUpStore(at("data"), at(to), {}).status().code(),
              absl::StatusCode::kInvalidArgument)
        << to;
  }
  EXPECT_EQ(BackUpStore(at("other"), at("backup"), {}).status().code(),
            absl::StatusCode::kNotFound);
  BackUp();
  OpenAt("data2") = nullptr;
  EXPECT_EQ(BackUpStore(at("data2"), at("backup"), {}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(RestoreStore(at("backup"), at("other"), {}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(RestoreStore(at("other"), at("new"), {}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(BackupTest, AManifestDoesNotLeadElsewhere) {
  OpenAt("data") = nullptr;
  BackUp();
  const BackupManifest manifest = *ReadManifest(at("backup"));
  EXPECT_EQ(DecodeManifest(Encode(manifest))->files, manifest.files);
  EXPECT_EQ(DecodeManifest(Encode(manifest))->journals, manifest.journals);
  for (const char* path : {"../x", "/etc/x", "a//b", "a/../../x", ""}) {
    BackupManifest changed = manifest;
    changed.files[0].path = path;
    EXPECT_FALSE(DecodeManifest(Encode(changed)).ok()) << path;
    changed = manifest;
    changed.files[0].stored = path;
    EXPECT_FALSE(DecodeManifest(Encode(changed)).ok()) << path;
  }
  const std::string text = Encode(manifest);
  for (size_t size = 0; size + 1 < text.size(); size += 7) {
    EXPECT_FALSE(DecodeManifest(text.substr(0, size)).ok()) << size;
  }
}

}  // namespace
}  // namespace sluice::store
