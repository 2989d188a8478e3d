#include "store/journal/retention.h"

#include "gtest/gtest.h"
#include "rules/base/check.h"
#include "store/journal/journal_check.h"
#include "store/journal/record_reader.h"
#include "tests/fakes/failing_journal_file.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

// In these tests retention keeps the first record of each group.
bool KeepFirst(RecordRef ref, absl::string_view) { return ref.index() == 0; }
bool KeepNone(RecordRef, absl::string_view) { return false; }
bool KeepAll(RecordRef, absl::string_view) { return true; }

std::vector<std::vector<std::string>> Expected(
    const std::vector<Position>& positions, uint32_t reduced_segments,
    const KeepRecord& keep) {
  auto groups = ExpectedGroups(0, static_cast<int>(positions.size()));
  for (size_t group = 0; group < groups.size(); ++group) {
    if (positions[group].segment() >= reduced_segments) continue;
    for (uint32_t i = 0; i < groups[group].size(); ++i) {
      if (!keep(RecordRef(positions[group], i), groups[group][i])) {
        groups[group][i] = "(removed)";
      }
    }
  }
  return groups;
}

class ReduceSegmentTest : public testing::Test {
 protected:
  ReduceSegmentTest() {
    auto journal = *OpenJournal(files_);
    positions_ = AppendGroups(*journal, 0, 30);
    tail_ = journal->tail();
    SLUICE_CHECK(tail_.position.segment() >= 2);
  }

  LossyJournalFiles files_;
  std::vector<Position> positions_;
  JournalPoint tail_;
};

TEST_F(ReduceSegmentTest, RemovesBodiesAndKeepsEveryRoot) {
  const uint64_t before = files_.Bytes(SegmentName(0)).size();
  const auto reduction = ReduceSegment(files_, kIdentity, 0, KeepFirst);
  ASSERT_TRUE(reduction.ok()) << reduction.status();
  EXPECT_GT(reduction->kept, 0u);
  EXPECT_GT(reduction->removed, 0u);
  EXPECT_EQ(reduction->gone, 0u);
  EXPECT_EQ(reduction->bytes_before, before);
  EXPECT_EQ(reduction->bytes_after, files_.Bytes(SegmentName(0)).size());

  EXPECT_EQ(*ReadAll(files_, tail_.position),
            Expected(positions_, 1, KeepFirst));
  const auto report = CheckJournal(files_);
  EXPECT_EQ(report->damage_count, 0u);
  EXPECT_EQ(report->root, tail_.root);
  EXPECT_EQ(report->removed, reduction->removed);
  EXPECT_EQ(report->segments_reduced, 1u);
  // The removed text is nowhere in the file.
  EXPECT_EQ(files_.Bytes(SegmentName(0)).find("record 1"), std::string::npos);

  auto journal = OpenJournal(files_);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_EQ((*journal)->tail(), tail_);
}

TEST_F(ReduceSegmentTest, RecordsKeepTheirNames) {
  ASSERT_TRUE(ReduceSegment(files_, kIdentity, 0, KeepFirst).ok());
  RecordReader reader(files_, kIdentity);
  for (size_t group = 0; group < positions_.size(); ++group) {
    const std::vector<std::string> texts = GroupTexts(static_cast<int>(group));
    // A reader may begin at any group.
    EXPECT_EQ(ReadAll(files_, tail_.position, positions_[group])->size(),
              positions_.size() - group);
    for (uint32_t i = 0; i < texts.size(); ++i) {
      const RecordRef ref(positions_[group], i);
      if (i == 0 || positions_[group].segment() > 0) {
        EXPECT_EQ(*reader.Read(ref), texts[i]);
        EXPECT_EQ(*reader.ReadChecked(ref, tail_.position), texts[i]);
      } else {
        EXPECT_EQ(reader.Read(ref).status().code(),
                  absl::StatusCode::kFailedPrecondition);
        EXPECT_EQ(reader.ReadChecked(ref, tail_.position).status().code(),
                  absl::StatusCode::kFailedPrecondition);
      }
    }
  }
  const Position between = Position::FromValue(positions_[1].value() + 1);
  EXPECT_EQ(reader.ReadChecked({between, 0}, tail_.position).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ReduceSegmentTest, OpensFromACheckpointInside) {
  auto reader = JournalReader(files_, kIdentity);
  std::vector<JournalPoint> points;
  while (*reader.Next(tail_.position)) {
    points.push_back({reader.next_position(), reader.group().root()});
  }
  for (const uint32_t segment : {0, 1}) {
    ASSERT_TRUE(ReduceSegment(files_, kIdentity, segment, KeepNone).ok());
  }
  for (const JournalPoint& point : points) {
    auto journal = OpenJournal(files_, nullptr, SmallSegments(point));
    ASSERT_TRUE(journal.ok()) << journal.status();
    EXPECT_EQ((*journal)->tail(), tail_);
    JournalPoint other = point;
    other.root[0] ^= 1;
    EXPECT_FALSE(OpenJournal(files_, nullptr, SmallSegments(other)).ok());
  }
}

TEST_F(ReduceSegmentTest, ReducesAgain) {
  const auto first = *ReduceSegment(files_, kIdentity, 0, KeepFirst);
  const auto second = *ReduceSegment(files_, kIdentity, 0, KeepNone);
  EXPECT_EQ(second.gone, first.removed);
  EXPECT_EQ(second.removed, first.kept);
  EXPECT_EQ(second.kept, 0u);
  EXPECT_EQ(*ReadAll(files_, tail_.position),
            Expected(positions_, 1, KeepNone));
  EXPECT_EQ(CheckJournal(files_)->damage_count, 0u);
}

TEST_F(ReduceSegmentTest, LeavesAloneWhatHasNothingToRemove) {
  const std::string before = files_.Bytes(SegmentName(0));
  const auto reduction = ReduceSegment(files_, kIdentity, 0, KeepAll);
  ASSERT_TRUE(reduction.ok());
  EXPECT_EQ(reduction->removed, 0u);
  EXPECT_EQ(files_.Bytes(SegmentName(0)), before);
  EXPECT_FALSE(files_.Open(SegmentName(0) + ".tmp").ok());
}

TEST_F(ReduceSegmentTest, RefusesWhatIsNotClosedOrNotWhole) {
  const uint32_t last = tail_.position.segment();
  EXPECT_EQ(ReduceSegment(files_, kIdentity, last, KeepNone).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(
      ReduceSegment(files_, kIdentity, last + 1, KeepNone).status().code(),
      absl::StatusCode::kNotFound);
  EXPECT_EQ(ReduceSegment(files_, kIdentity, 77, KeepNone).status().code(),
            absl::StatusCode::kNotFound);
  std::string bytes = files_.Bytes(SegmentName(1));
  bytes[kSegmentHeaderSize + 30] ^= 1;
  files_.SetBytes(SegmentName(1), bytes);
  EXPECT_EQ(ReduceSegment(files_, kIdentity, 1, KeepNone).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(files_.Bytes(SegmentName(1)), bytes);
}

// Fails every call in turn and cuts the power: the old file or the new one.
TEST_F(ReduceSegmentTest, ACrashLeavesTheOldOrTheNew) {
  using Call = JournalFault::Call;
  int old_files = 0;
  int new_files = 0;
  const std::string before = files_.Bytes(SegmentName(0));
  for (const Call call : {Call::kAppend, Call::kSync, Call::kCreate,
                          Call::kReplace, Call::kTruncate, Call::kTrim}) {
    for (const auto how :
         {JournalFault::How::kNothingDone, JournalFault::How::kHalfDone}) {
      bool failed = true;
      for (int nth = 1; failed; ++nth) {
        files_.SetBytes(SegmentName(0), before);
        FailingJournalFiles failing(files_);
        failing.SetFault({.call = call, .nth = nth, .how = how});
        const auto reduction = ReduceSegment(failing, kIdentity, 0, KeepFirst);
        failed = failing.failed() > 0;
        EXPECT_EQ(reduction.ok(), !failed);
        files_.Crash();
        auto journal = OpenJournal(files_);
        ASSERT_TRUE(journal.ok()) << journal.status();
        const bool old_file = files_.Bytes(SegmentName(0)) == before;
        ++(old_file ? old_files : new_files);
        ASSERT_EQ(*ReadAll(files_, tail_.position),
                  Expected(positions_, old_file ? 0 : 1, KeepFirst));
        ASSERT_EQ(CheckJournal(files_)->damage_count, 0u);
        const std::vector<std::string> names = *files_.List();
        for (const std::string& name : names) {
          EXPECT_EQ(name.find(kTemporarySuffix.data()), std::string::npos);
        }
      }
    }
  }
  EXPECT_GT(old_files, 10);
  EXPECT_GT(new_files, 5);
}

}  // namespace
}  // namespace sluice::store
