// The state of a start, read through a checkpoint of the control journal,
// compared with the state of the whole journal.
//
// SLUICE_CONTROL_RECORDS=559000 prints the times of a large journal.

#include "store/standing_records.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rules/base/files.h"
#include "store/journal/control_journal.h"
#include "tests/fakes/lossy_journal_file.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

using store::v1::Record;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr JournalIdentity kControl = {
    .store_id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
    .partition = kControlPartition,
    .partition_count = 4};

Record PartyRecord(int id, int change) {
  Record record;
  store::v1::Party& party = *record.mutable_party_changed()->mutable_party();
  party.set_id(absl::StrCat("shop-", id));
  party.mutable_content_provider()->set_name(absl::StrCat("name ", change));
  return record;
}

Record KeyRecord(int id, int change) {
  Record record;
  record.mutable_key_changed()->mutable_key()->set_id(absl::StrCat("key-", id));
  record.mutable_key_changed()->mutable_key()->set_note(
      absl::StrCat("note ", change));
  return record;
}

Record CorrectionRecord(int id, uint64_t removed) {
  Record record;
  admin::v1::OptOutCorrection& correction =
      *record.mutable_opt_out_correction_changed()->mutable_correction();
  correction.set_id(absl::StrCat("c", id));
  correction.set_removed(removed);
  return record;
}

Record Action(int change) {
  Record record;
  record.mutable_operator_action()->set_method(
      absl::StrCat("Method", change % 7));
  return record;
}

// What the books of the gateway make of the records: the newest record of each
// party, key and correction, and every other record in its order.
struct State {
  std::map<std::string, std::string> newest;
  std::vector<std::string> others;
  bool operator==(const State&) const = default;

  void Apply(const Record& record) {
    const std::string bytes = record.SerializeAsString();
    if (record.has_party_changed()) {
      newest["party " + record.party_changed().party().id()] = bytes;
    } else if (record.has_key_changed()) {
      newest["key " + record.key_changed().key().id()] = bytes;
    } else if (record.has_opt_out_correction_changed()) {
      const auto& changed = record.opt_out_correction_changed();
      newest["correction " + changed.correction().id()] = bytes;
    } else if (record.has_journal_heads()) {
      newest["heads"] = bytes;
    } else if (!record.has_operator_action() && !record.has_failed_logins()) {
      others.push_back(bytes);
    }
  }
};

class StandingRecordsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = folder_of_test_.path();
    OpenJournal(disk_);
    ASSERT_TRUE(Start().ok());
  }

  void OpenJournal(LossyJournalFiles& disk) {
    standing_ = nullptr;
    journal_ = nullptr;
    files_ = &disk;
    auto journal = ControlJournal::Open(
        disk, kControl, {.segment_bytes = segment_bytes_}, nullptr);
    ASSERT_TRUE(journal.ok()) << journal.status();
    journal_ = *std::move(journal);
  }

  absl::Status Start() {
    notes_.clear();
    standing_ = std::make_unique<StandingRecords>(
        *files_, kControl, *journal_, path(),
        [this](const std::string& note) { notes_.push_back(note); });
    return standing_->Open();
  }

  std::string path() const { return folder_ + "/control.checkpoint"; }

  void Append(Record record) {
    const absl::Status status = journal_->Append(std::move(record));
    ASSERT_TRUE(status.ok()) << status;
    standing_->Appended(1);
  }

  State Full() {
    State state;
    const absl::Status status =
        journal_->Read([&](const Record& record) { state.Apply(record); });
    EXPECT_TRUE(status.ok()) << status;
    return state;
  }

  State Standing() {
    State state;
    visited_ = 0;
    const absl::Status status = standing_->Read([&](const Record& record) {
      state.Apply(record);
      ++visited_;
    });
    EXPECT_TRUE(status.ok()) << status;
    return state;
  }

  void ExpectSame(const std::string& what) {
    EXPECT_TRUE(Standing() == Full()) << what;
  }

  TemporaryFolder folder_of_test_;
  std::string folder_;
  // Small segments, so that the references are in many.
  uint32_t segment_bytes_ = 64 << 10;
  LossyJournalFiles disk_;
  LossyJournalFiles other_disk_;
  LossyJournalFiles* files_ = nullptr;  // The one in use.
  std::unique_ptr<ControlJournal> journal_;
  std::unique_ptr<StandingRecords> standing_;
  std::vector<std::string> notes_;
  size_t visited_ = 0;
};

std::string Content(const std::string& path) {
  return ReadFile(path).value_or("");
}

void Put(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

TEST_F(StandingRecordsTest, KeepsTheNewestOfEachPartyKeyAndCorrection) {
  Append(PartyRecord(1, 1));
  Append(KeyRecord(1, 1));
  Append(PartyRecord(1, 2));
  Append(PartyRecord(2, 1));
  Append(Action(1));
  Append(KeyRecord(1, 2));
  for (int i = 0; i < 3; ++i) Append(CorrectionRecord(1, i));
  Append(CorrectionRecord(2, 0));
  ExpectSame("without a checkpoint");
  EXPECT_EQ(visited_, 5u);
  standing_->Save();
  ASSERT_TRUE(Start().ok());
  ExpectSame("with one");
  EXPECT_EQ(visited_, 5u);
  Append(PartyRecord(2, 2));
  Append(CorrectionRecord(2, 7));
  ExpectSame("with a newer state behind it");
  EXPECT_EQ(visited_, 5u);
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(StandingRecordsTest, ARecordOfAnyOtherKindStands) {
  Record rollback;
  rollback.mutable_rule_rolled_back();
  Record loss;
  loss.mutable_loss_accepted();
  for (int i = 0; i < 2; ++i) {
    Append(rollback);
    Append(loss);
  }
  standing_->Save();
  ASSERT_TRUE(Start().ok());
  ExpectSame("repeated kinds");
  EXPECT_EQ(visited_, 4u);
}

TEST_F(StandingRecordsTest, AnEmptyJournalHasNoCheckpoint) {
  ExpectSame("empty");
  standing_->Save();
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(StandingRecordsTest, AnOlderCheckpointIsContinued) {
  for (int i = 0; i < 500; ++i) Append(PartyRecord(i % 20, i));
  standing_->Save();
  const std::string old = Content(path());
  for (int i = 500; i < 3'000; ++i) Append(i % 3 ? Action(i) : KeyRecord(i, i));
  standing_->Save();
  EXPECT_NE(Content(path()), old);
  Put(path(), old);
  ASSERT_TRUE(Start().ok());
  ExpectSame("older");
  EXPECT_THAT(notes_, IsEmpty());
}

// Each octet flipped, each length: the state is the same, and a note tells.
TEST_F(StandingRecordsTest, ADamagedCheckpointIsIgnoredWithANote) {
  for (int i = 0; i < 6; ++i) Append(i % 2 ? Action(i) : PartyRecord(i, i));
  standing_->Save();
  const std::string good = Content(path());
  ASSERT_GT(good.size(), 80u);
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x40);
    Put(path(), bad);
    ASSERT_TRUE(Start().ok());
    ExpectSame(absl::StrCat("octet ", i));
    ASSERT_EQ(notes_.size(), 1u) << i;
    Put(path(), good.substr(0, i));
    ASSERT_TRUE(Start().ok());
    ExpectSame(absl::StrCat("length ", i));
    ASSERT_EQ(notes_.size(), 1u) << i;
  }
  EXPECT_THAT(notes_[0], HasSubstr("read as a whole"));
}

// Whole, but of a journal with other records.
TEST_F(StandingRecordsTest, ACheckpointOfAnotherJournalIsIgnoredWithANote) {
  for (int i = 0; i < 10; ++i) Append(PartyRecord(i, i));
  standing_->Save();
  OpenJournal(other_disk_);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(journal_->Append(KeyRecord(i, i)).ok());
  }
  ASSERT_TRUE(Start().ok());
  ExpectSame("another journal");
  EXPECT_EQ(visited_, 20u);
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_THAT(notes_[0], HasSubstr("does not fit the control journal"));
}

TEST_F(StandingRecordsTest, ACheckpointAheadOfTheJournalIsRefused) {
  for (int i = 0; i < 5; ++i) Append(PartyRecord(i, i));
  const std::vector<std::string> names = *disk_.List();
  for (const std::string& name : names) {
    ASSERT_TRUE(other_disk_.Create(name, 0).ok());
    other_disk_.SetBytes(name, disk_.Bytes(name));
  }
  Append(PartyRecord(6, 6));
  standing_->Save();
  OpenJournal(other_disk_);
  const absl::Status status = Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("are missing"));
  EXPECT_THAT(std::string(status.message()), HasSubstr(path()));
  // The operator's choice.
  std::filesystem::remove(path());
  EXPECT_TRUE(Start().ok());
  ExpectSame("what is left");
}

TEST_F(StandingRecordsTest, ManyRecordsAreCoveredWithoutAStop) {
  segment_bytes_ = 8 << 20;
  OpenJournal(other_disk_);
  ASSERT_TRUE(Start().ok());
  std::vector<Record> records;
  for (uint64_t i = 0; i < StandingRecords::kUnsavedMax; ++i) {
    records.push_back(Action(static_cast<int>(i)));
  }
  size_t durable = 0;
  ASSERT_TRUE(journal_->Append(std::move(records), durable).ok());
  standing_->Appended(durable - 1);
  EXPECT_FALSE(std::filesystem::exists(path()));
  standing_->Appended(1);
  EXPECT_TRUE(std::filesystem::exists(path()));
}

TEST_F(StandingRecordsTest, AFileThatCannotBeWrittenIsNoted) {
  std::filesystem::create_directory(path() + ".new");
  Append(PartyRecord(1, 1));
  standing_->Save();
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_THAT(notes_[0], HasSubstr(path()));
  ExpectSame("no file");
}

Record AnyRecord(std::mt19937_64& random, int change) {
  switch (random() % 12) {
    case 0:
    case 1:
      return PartyRecord(static_cast<int>(random() % 30), change);
    case 2:
    case 3:
      return KeyRecord(static_cast<int>(random() % 30), change);
    case 4: {
      Record record;
      record.mutable_exemption_changed()->mutable_exemption()->set_number(
          static_cast<uint32_t>(random() % 10));
      return record;
    }
    case 5: {
      Record record;
      record.mutable_rule_version_changed()->mutable_version()->set_number(
          static_cast<uint32_t>(random() % 10));
      return record;
    }
    case 6: {
      Record record;
      record.mutable_campaign_decided()->set_campaign(random() % 10);
      return record;
    }
    case 7: {
      Record record;
      record.set_at_ms(change);
      record.mutable_journal_heads();
      return record;
    }
    case 8: {
      Record record;
      record.mutable_failed_logins()->set_denied(1);
      return record;
    }
    default:
      return Action(change);
  }
}

// Histories of records, starts, saves, and checkpoints that are old, damaged or
// gone.
TEST_F(StandingRecordsTest, EqualsTheWholeJournalAfterAnyHistory) {
  const uint64_t seed = FromEnvironment("SLUICE_SEED", 1);
  SCOPED_TRACE(testing::Message() << "SLUICE_SEED=" << seed);
  std::mt19937_64 random(seed);
  std::string old;
  int ignored = 0;
  int starts = 0;
  for (int step = 0; step < 400; ++step) {
    std::vector<Record> records;
    for (uint64_t n = random() % 40; n > 0; --n) {
      records.push_back(AnyRecord(random, 1000 * step + static_cast<int>(n)));
    }
    size_t durable = 0;
    ASSERT_TRUE(journal_->Append(std::move(records), durable).ok());
    standing_->Appended(durable);
    if (random() % 4 == 0) standing_->Save();
    if (random() % 3 != 0) continue;
    std::string content = Content(path());
    switch (random() % 5) {
      case 0:
        std::filesystem::remove(path());
        break;
      case 1:
        if (!old.empty()) Put(path(), old);
        break;
      case 2:
        if (content.empty()) break;
        content[random() % content.size()] ^= 1;
        Put(path(), content);
        break;
      default:
        if (!content.empty()) old = content;
    }
    ++starts;
    OpenJournal(disk_);
    const absl::Status started = Start();
    ASSERT_TRUE(started.ok()) << started;
    ASSERT_TRUE(Standing() == Full()) << "step " << step;
    ignored += !notes_.empty();
  }
  EXPECT_GT(starts, 80);
  EXPECT_GT(ignored, 5);
}

// Prints; asserts no time.
TEST_F(StandingRecordsTest, ALargeJournal) {
  const auto actions =
      static_cast<int>(FromEnvironment("SLUICE_CONTROL_RECORDS", 5'000));
  segment_bytes_ = 8 << 20;
  OpenJournal(other_disk_);
  ASSERT_TRUE(Start().ok());
  for (int i = 0; i < 2'000; ++i) {
    Append(PartyRecord(i, i));
    Append(KeyRecord(i, i));
  }
  // One group each, as the gateway writes them.
  for (int i = 0; i < actions; ++i) Append(Action(i));
  const auto time = [](const char* what, auto&& run) {
    const auto began = std::chrono::steady_clock::now();
    run();
    std::printf("  %-34s %6.1f ms\n", what,
                std::chrono::duration<double, std::milli>(
                    std::chrono::steady_clock::now() - began)
                    .count());
  };
  const auto three = [this] {
    for (int i = 0; i < 3; ++i) Standing();
  };
  std::filesystem::remove(path());
  time("three times the whole journal", [this] {
    for (int i = 0; i < 3; ++i) Full();
  });
  ASSERT_TRUE(Start().ok());
  time("a start without a checkpoint", three);
  standing_->Save();
  ASSERT_TRUE(Start().ok());
  time("a start with one", three);
  EXPECT_EQ(visited_, 4'000u);
}

}  // namespace
}  // namespace sluice::store
