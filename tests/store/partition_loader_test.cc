#include "store/partition/partition_loader.h"

#include <string>
#include <vector>

#include "tests/store/context_fixture.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

class PartitionLoaderTest : public ContextTest {
 protected:
  absl::StatusOr<LoadedPartition> Load() {
    return PartitionLoader(
               {.identity = kIdentity,
                .journal = SmallSegments(),
                .files = files_,
                .views = *views_,
                .index = index_,
                .recall = context_.recall,
                .clock = partition_clock_,
                .snapshot = [] { return WorldSnapshot(); },
                .note = [this](const std::string& note) { notes_ += note; }})
        .Load();
  }

  static std::string OptOutRecord(Phone recipient, int64_t at_ms) {
    store::v1::Record record;
    record.set_recipient(recipient.e164);
    record.set_at_ms(at_ms);
    record.mutable_opt_out_added()->set_content_provider(kShop);
    return record.SerializeAsString();
  }

  // Appends one group; returns its position.
  static Position Append(Journal& journal,
                         const std::vector<std::string>& records) {
    GroupBuilder builder(kSeed);
    for (const std::string& record : records) builder.Add(record);
    const auto position = journal.Append(builder);
    EXPECT_TRUE(position.ok()) << position.status();
    EXPECT_TRUE(journal.Sync().ok());
    return position.value_or(Position());
  }

  LossyJournalFiles files_;
  RecordIndex index_{*views_};
  FakeClock clock_;
  PartitionClock partition_clock_{clock_};
  std::string notes_;
};

TEST_F(PartitionLoaderTest, NothingIsAnEmptyState) {
  const auto loaded = Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->replayed, 0u);
  EXPECT_EQ(loaded->state->recipients.recipients(), 0u);
  EXPECT_EQ(notes_, "");
}

TEST_F(PartitionLoaderTest, TheJournalIsReplayedIntoStateIndexAndClock) {
  const int64_t later_ms = absl::ToUnixMillis(clock_.Now()) + 5'000;
  Position position;
  {
    auto journal = *OpenJournal(files_);
    Append(*journal, {OptOutRecord(kAnna, 1)});
    position = Append(*journal, {OptOutRecord(kBert, later_ms)});
  }
  const auto loaded = Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->replayed, 2u);
  EXPECT_EQ(loaded->state->recipients.Find(kAnna).facts.size(), 1u);
  EXPECT_EQ(loaded->state->recipients.Find(kBert).facts.size(), 1u);
  EXPECT_GE(partition_clock_.NowMs(), later_ms);
  const auto found = index_.numbers().Find(kBert, {}, 10);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(*found, std::vector<RecordRef>{RecordRef(position, 0)});
  EXPECT_NE(notes_.find("replayed 2 records"), std::string::npos) << notes_;
}

TEST_F(PartitionLoaderTest, WhatABucketWasSavedWithIsNotReplayed) {
  {
    auto journal = *OpenJournal(files_);
    Append(*journal, {OptOutRecord(kAnna, 1)});
    // As if Anna's empty bucket had been saved here.
    const JournalPoint saved = journal->tail();
    const std::vector<Views::Change> changes = {
        {View::kMeta, BucketPointKey(BucketOf(kAnna)), EncodePoint(saved)}};
    ASSERT_TRUE(views_->Write(changes).ok());
    Append(*journal, {OptOutRecord(kAnna, 2), OptOutRecord(kBert, 2)});
  }
  const auto loaded = Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->state->recipients.Find(kAnna).facts.size(), 1u);
  EXPECT_EQ(loaded->state->recipients.Find(kBert).facts.size(), 1u);
  EXPECT_NE(loaded->bucket_behind, BucketOf(kAnna));
}

TEST_F(PartitionLoaderTest, ARecordThatDoesNotParseIsNamed) {
  {
    auto journal = *OpenJournal(files_);
    Append(*journal, {OptOutRecord(kAnna, 1), "\xff"});
  }
  const absl::Status status = Load().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("record 1 does not parse"), std::string::npos)
      << status;
}

// All of the journal is indexed anew, also what no bucket needs.
TEST_F(PartitionLoaderTest, AnIndexOfAnEarlierFormIsBuiltAnew) {
  Position first;
  {
    auto journal = *OpenJournal(files_);
    first = Append(*journal, {OptOutRecord(kAnna, 1)});
    Append(*journal, {OptOutRecord(kBert, 2)});
    std::vector<Views::Change> changes;
    for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
      changes.push_back(
          {View::kMeta, BucketPointKey(bucket), EncodePoint(journal->tail())});
    }
    ASSERT_TRUE(views_->Write(changes).ok());
  }
  index_.Add({.numbers = {{kAnna.e164, RecordRef(first, 5).value(), 1}}});
  ASSERT_TRUE(index_.Flush(/*all=*/true).ok());
  ASSERT_TRUE(views_
                  ->Write({{View::kMeta, "by_number.flushed_to", "8 octets"},
                           {View::kMeta, "index.form", std::nullopt}})
                  .ok());
  const auto loaded = Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(*index_.numbers().Find(kAnna, {}, 10),
            std::vector<RecordRef>{RecordRef(first, 0)});
  EXPECT_EQ(index_.numbers().Find(kBert, {}, 10)->size(), 1u);
}

TEST_F(PartitionLoaderTest, AnIndexAheadOfTheJournalIsNotBelieved) {
  ASSERT_TRUE(index_.DropEarlierForm().ok());
  index_.Add({.numbers = {{kAnna.e164,
                           RecordRef(Position(0, 1'000'000), 0).value(), 1}}});
  ASSERT_TRUE(index_.Flush(/*all=*/true).ok());
  const absl::Status status = Load().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("was durable up to segment 0 offset 1000001"),
            std::string::npos)
      << status;
}

}  // namespace
}  // namespace sluice::store
