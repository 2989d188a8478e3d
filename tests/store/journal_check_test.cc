#include "store/journal/journal_check.h"

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "rules/base/bytes.h"
#include "store/journal/retention.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

constexpr int kGroups = 14;  // Three segments.

class JournalCheckTest : public testing::Test {
 protected:
  JournalCheckTest() {
    auto journal = *OpenJournal(files_);
    positions_ = AppendGroups(*journal, 0, kGroups);
    tail_ = journal->tail();
  }

  JournalCheckReport Check() {
    const auto report = CheckJournal(files_);
    EXPECT_TRUE(report.ok()) << report.status();
    return *report;
  }

  // Damages every byte of a file in turn; each must be seen.
  void FlipEveryByte(const std::string& name) {
    const std::string bytes = files_.Bytes(name);
    for (size_t at = 0; at < bytes.size(); ++at) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
      files_.SetBytes(name, damaged);
      const auto report = CheckJournal(files_);
      ASSERT_TRUE(report.ok()) << report.status();
      ASSERT_TRUE(report->damage_count > 0 || report->bytes_torn > 0)
          << name << " " << at;
      // Damage counts as torn only at the tail.
      if (name != SegmentName(tail_.position.segment()) &&
          name != SegmentName(tail_.position.segment() + 1)) {
        ASSERT_GT(report->damage_count, 0u) << name << " " << at;
      }
    }
    files_.SetBytes(name, bytes);
    EXPECT_EQ(Check().damage_count, 0u);
  }

  LossyJournalFiles files_;
  std::vector<Position> positions_;
  JournalPoint tail_;
};

TEST_F(JournalCheckTest, CountsASoundJournal) {
  uint64_t told = 0;
  uint64_t all = 0;
  const auto report = CheckJournal(files_, [&](uint64_t done, uint64_t total) {
    told = done;
    all = total;
  });
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->identity, kIdentity);
  EXPECT_EQ(report->segments, tail_.position.segment() + 1);
  EXPECT_EQ(report->groups, kGroups);
  uint64_t records = 0;
  for (const auto& group : ExpectedGroups(0, kGroups)) records += group.size();
  EXPECT_EQ(report->records, records);
  EXPECT_EQ(report->root, tail_.root);
  EXPECT_EQ(report->end, tail_.position);
  EXPECT_EQ(report->damage_count, 0u);
  EXPECT_EQ(report->bytes_torn, 0u);
  EXPECT_GT(told, 0u);
  EXPECT_EQ(told, all);
}

TEST_F(JournalCheckTest, AJournalBeginsWithItsFirstSegment) {
  ASSERT_TRUE(files_.Delete(SegmentName(0)).ok());
  ASSERT_EQ(Check().damage_count, 1u);
  EXPECT_EQ(Check().damage[0].what, "segments 0 to 0 are missing");
  const std::vector<std::string> names = *files_.List();
  for (const std::string& name : names) {
    if (!SegmentOfName(name)) continue;
    ASSERT_TRUE(files_.Delete(name).ok());
  }
  ASSERT_EQ(Check().damage_count, 1u);
  EXPECT_EQ(Check().damage[0].what, "the segment is missing");
}

TEST_F(JournalCheckTest, EveryDamagedByteIsFound) {
  const std::vector<std::string> names = *files_.List();
  for (const std::string& name : names) {
    if (!absl::EndsWith(name, kSpareSuffix)) FlipEveryByte(name);
  }
}

TEST_F(JournalCheckTest, EveryDamagedByteOfAReducedSegmentIsFound) {
  ASSERT_TRUE(
      ReduceSegment(files_, kIdentity, 1, [](RecordRef ref, absl::string_view) {
        return ref.index() == 0;
      }).ok());
  FlipEveryByte(SegmentName(1));
}

// A whole index of another file would make records unreadable.
TEST_F(JournalCheckTest, AWrongIndexIsFound) {
  ASSERT_TRUE(
      ReduceSegment(files_, kIdentity, 0, [](RecordRef, absl::string_view) {
        return false;
      }).ok());
  std::vector<ReducedFrame> index = *ReadIndex(**files_.Open(SegmentName(0)));
  std::string bytes = files_.Bytes(SegmentName(0));
  const size_t at = bytes.size() - EncodeIndex(index).size();
  ++index[1].at;
  files_.SetBytes(SegmentName(0), bytes.substr(0, at) + EncodeIndex(index));
  const JournalCheckReport report = Check();
  ASSERT_EQ(report.damage_count, 1u);
  EXPECT_EQ(report.damage[0].offset, at);
  EXPECT_EQ(report.damage[0].what, "the index is not that of the groups");
}

TEST_F(JournalCheckTest, GoesOnAfterDamageAndSaysWhere) {
  std::string bytes = files_.Bytes(SegmentName(0));
  const uint32_t first = positions_[1].offset();
  const uint32_t second = positions_[4].offset();
  bytes[first + 9] ^= 1;
  bytes[second + 30] ^= 1;
  files_.SetBytes(SegmentName(0), bytes);
  const JournalCheckReport report = Check();
  ASSERT_EQ(report.damage_count, 2u);
  EXPECT_EQ(report.damage[0].segment, 0u);
  EXPECT_EQ(report.damage[0].offset, first);
  EXPECT_EQ(report.damage[1].offset, second);
  EXPECT_EQ(report.damage[1].what, "checksum differs");
  EXPECT_EQ(report.groups, kGroups - 2);
  EXPECT_EQ(report.root, tail_.root);
}

TEST_F(JournalCheckTest, ALostSegmentIsFound) {
  ASSERT_TRUE(files_.Delete(SegmentName(1)).ok());
  const JournalCheckReport report = Check();
  ASSERT_EQ(report.damage_count, 1u);
  EXPECT_EQ(report.damage[0].segment, 1u);
  EXPECT_EQ(report.damage[0].what, "segments 1 to 1 are missing");
}

// An attacker who can write the files and knows the store id can forge
// checksums; the roots still show it.
TEST_F(JournalCheckTest, AForgedRecordIsFound) {
  std::string bytes = files_.Bytes(SegmentName(0));
  const size_t text = bytes.find("group 2 record 1");
  ASSERT_NE(text, std::string::npos);
  bytes[text] = 'G';
  const size_t begin = positions_[2].offset();
  const size_t summed = positions_[3].offset() - 8;
  std::string frame = bytes.substr(begin, summed - begin);
  AppendBigEndian(Checksum(frame, kSeed), frame);
  files_.SetBytes(SegmentName(0), bytes.replace(begin, frame.size(), frame));
  const JournalCheckReport report = Check();
  ASSERT_EQ(report.damage_count, 1u);
  EXPECT_EQ(report.damage[0].offset, begin);
  EXPECT_EQ(report.damage[0].what, "the root is not that of the records");
}

TEST_F(JournalCheckTest, ATornTailIsNoDamage) {
  auto journal = *OpenJournal(files_);
  GroupBuilder builder(kSeed);
  Fill(kGroups, builder);
  ASSERT_TRUE(journal->Append(builder).ok());
  const Position tail = journal->tail().position;
  const std::string name = SegmentName(tail.segment());
  std::string bytes = files_.Bytes(name);
  // The group is all in one sector, which was written; then it was not.
  bytes[tail.offset() - 1] ^= 1;
  files_.SetBytes(name, bytes);
  JournalCheckReport report = Check();
  ASSERT_EQ(report.damage_count, 1u);
  EXPECT_EQ(report.damage[0].offset, tail.offset() - builder.Size());
  EXPECT_NE(report.damage[0].what.find("it may have been acknowledged"),
            std::string::npos);
  const auto begin = bytes.begin() + tail.offset();
  std::fill(begin - static_cast<int64_t>(builder.Size()), begin - 1, '\0');
  files_.SetBytes(name, bytes);
  report = Check();
  EXPECT_EQ(report.damage_count, 0u);
  EXPECT_EQ(report.bytes_torn, builder.Size());
  EXPECT_EQ(report.groups, kGroups);
}

TEST(JournalCheck, AJournalWithoutGroupsEndsBehindItsHeader) {
  LossyJournalFiles files;
  const JournalPoint tail = (*OpenJournal(files))->tail();
  const auto report = CheckJournal(files, {}, {.durable = tail});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->damage_count, 0u);
  EXPECT_EQ(report->end, tail.position);
}

TEST(JournalCheck, ComparesTheEndWithWhatWasDurable) {
  LossyJournalFiles files;
  JournalPoint beyond;
  {
    auto journal = *OpenJournal(files);
    AppendGroups(*journal, 0, 2);
    beyond = journal->tail();
  }
  EXPECT_EQ(CheckJournal(files, {}, {.durable = beyond})->damage_count, 0u);
  beyond.position = Position(0, beyond.position.offset() + 1);
  const auto report = CheckJournal(files, {}, {.durable = beyond});
  ASSERT_EQ(report->damage_count, 1u);
  EXPECT_NE(report->damage[0].what.find("was durable up to"),
            std::string::npos);
}

TEST(JournalCheck, SaysThatThereIsNoJournal) {
  LossyJournalFiles files;
  EXPECT_EQ(CheckJournal(files).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sluice::store
