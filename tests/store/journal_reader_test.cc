#include "store/journal/journal_reader.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "gtest/gtest.h"
#include "store/journal/posix_journal_file.h"
#include "store/journal/record_reader.h"
#include "store/journal/retention.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

TEST(JournalReader, StopsAtTheEndGivenAndGoesOn) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  const std::vector<Position> positions = AppendGroups(*journal, 0, 30);
  JournalReader reader(files, kIdentity);
  for (size_t group = 0; group < positions.size(); ++group) {
    EXPECT_FALSE(*reader.Next(positions[group])) << group;
    const bool last = group + 1 == positions.size();
    ASSERT_TRUE(
        *reader.Next(last ? journal->durable_end() : positions[group + 1]));
    EXPECT_EQ(reader.position(), positions[group]);
    EXPECT_EQ(reader.group().Record(0), GroupTexts(group)[0]);
    // Another reader continues from here.
    EXPECT_EQ(*ReadAll(files, journal->durable_end(), reader.next_position()),
              ExpectedGroups(group + 1, 30));
  }
  EXPECT_FALSE(*reader.Next(journal->durable_end()));
  AppendGroups(*journal, 30, 31);
  EXPECT_TRUE(*reader.Next(journal->durable_end()));
}

TEST(JournalReader, NeverReadsWhatIsNotDurable) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  AppendGroups(*journal, 0, 2);
  GroupBuilder builder(kSeed);
  Fill(2, builder);
  ASSERT_TRUE(journal->Append(builder).ok());
  JournalReader reader(files, kIdentity);
  EXPECT_TRUE(*reader.Next(journal->durable_end()));
  EXPECT_TRUE(*reader.Next(journal->durable_end()));
  EXPECT_FALSE(*reader.Next(journal->durable_end()));
  ASSERT_TRUE(journal->Sync().ok());
  EXPECT_TRUE(*reader.Next(journal->durable_end()));
}

TEST(JournalReader, SaysWhereDamageIs) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  const std::vector<Position> positions = AppendGroups(*journal, 0, 4);
  std::string bytes = files.Bytes(SegmentName(0));
  bytes[positions[2].offset() + 20] ^= 1;
  files.SetBytes(SegmentName(0), bytes);
  JournalReader reader(files, kIdentity);
  EXPECT_TRUE(*reader.Next(journal->durable_end()));
  EXPECT_TRUE(*reader.Next(journal->durable_end()));
  for (int again = 0; again < 2; ++again) {
    const auto next = reader.Next(journal->durable_end());
    EXPECT_EQ(next.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(
        next.status().message(),
        absl::StrCat("journal of partition 3 damaged at segment 0 offset ",
                     positions[2].offset(),
                     ": checksum differs; stop sluiced and restore "
                     "0000000.segment from a copy; `sluicectl store check` "
                     "lists all damage"));
  }
}

TEST(JournalReader, SaysWhenItsSegmentIsGone) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  const std::vector<Position> positions = AppendGroups(*journal, 0, 30);
  ASSERT_GT(positions[15].segment(), 0u);
  ASSERT_TRUE(files.Delete(SegmentName(0)).ok());
  EXPECT_EQ(
      ReadAll(files, journal->durable_end(), positions[1]).status().code(),
      absl::StatusCode::kOutOfRange);
  // The default position is that of the oldest group left.
  int first = 0;
  while (positions[first].segment() == 0) ++first;
  EXPECT_EQ(*ReadAll(files, journal->durable_end()), ExpectedGroups(first, 30));
}

// Readers follow the writer on a real disk, over many segments, while retention
// rewrites the closed ones.
TEST(JournalReader, ReadsBesideTheWriter) {
  constexpr int kGroups = 3000;
  std::string directory = absl::StrCat(testing::TempDir(), "/readers_XXXXXX");
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  const auto files = *PosixJournalFiles::Open(directory);
  JournalOptions options;
  options.segment_bytes = 64 << 10;
  auto journal = *Journal::Open(*files, kIdentity, options, nullptr);
  std::atomic<int> last_group = -1;

  const auto follow = [&] {
    JournalReader reader(*files, kIdentity);
    int group = 0;
    while (group < kGroups) {
      const auto more = reader.Next(journal->durable_end());
      ASSERT_TRUE(more.ok()) << more.status();
      if (!*more) {
        std::this_thread::yield();
        continue;
      }
      const std::vector<std::string> texts = GroupTexts(group);
      ASSERT_EQ(reader.group().count(), texts.size());
      for (uint32_t i = 0; i < texts.size(); ++i) {
        if (!reader.group().Removed(i)) {
          ASSERT_EQ(reader.group().Record(i), texts[i]);
        }
      }
      ++group;
    }
  };
  const auto reduce = [&] {
    for (uint32_t segment = 0; last_group.load() < kGroups - 1;) {
      const auto reduced = ReduceSegment(
          *files, kIdentity, segment,
          [](RecordRef ref, absl::string_view) { return ref.index() == 0; });
      if (reduced.ok()) ++segment;
      std::this_thread::yield();
    }
  };
  std::thread reader_a(follow);
  std::thread reader_b(follow);
  std::thread reducer(reduce);
  GroupBuilder builder(kSeed);
  for (int group = 0; group < kGroups; ++group) {
    Fill(group, builder);
    ASSERT_TRUE(journal->ReserveSpace(builder.Size()).ok());
    ASSERT_TRUE(journal->Append(builder).ok());
    if (group % 4 == 3) {
      ASSERT_TRUE(journal->Sync().ok());
    }
    last_group = group;
  }
  reader_a.join();
  reader_b.join();
  reducer.join();
  EXPECT_GT(journal->tail().position.segment(), 3u);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace sluice::store
