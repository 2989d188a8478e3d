#include "store/journal/durable_marks.h"

#include "gtest/gtest.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

constexpr size_t kSlot = 64;

JournalPoint PointAt(uint32_t segment, uint32_t offset) {
  JournalPoint point = {.position = Position(segment, offset)};
  point.root[0] = static_cast<uint8_t>(offset);
  return point;
}

class DurableMarksTest : public testing::Test {
 protected:
  std::unique_ptr<DurableMarks> Open() {
    auto marks = DurableMarks::Open(files_, kIdentity);
    EXPECT_TRUE(marks.ok()) << marks.status();
    return marks.ok() ? *std::move(marks) : nullptr;
  }
  void Change(size_t at) {
    std::string bytes = files_.Bytes(kMarksName);
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    files_.SetBytes(kMarksName, bytes);
  }

  LossyJournalFiles files_;
};

TEST_F(DurableMarksTest, TheNewestMarkOfEachJournalIsRead) {
  EXPECT_EQ(DurableMarks::Open(files_, kIdentity).status().code(),
            absl::StatusCode::kNotFound);
  auto marks = *DurableMarks::Create(files_, kIdentity);
  EXPECT_EQ(marks->Of(3), std::nullopt);
  for (uint32_t i = 1; i <= 5; ++i) {
    ASSERT_TRUE(marks->Set(3, PointAt(0, i)).ok());
    ASSERT_TRUE(marks->Set(kControlPartition, PointAt(9, i)).ok());
    EXPECT_EQ(Open()->Of(3), PointAt(0, i));
    EXPECT_EQ(Open()->Of(kControlPartition), PointAt(9, i));
  }
  EXPECT_EQ(Open()->Of(2), std::nullopt);
  // Header, four partitions and the control journal.
  EXPECT_EQ(files_.Bytes(kMarksName).size(), kSlot * (1 + 2 * 5));
}

TEST_F(DurableMarksTest, AreExactOnlyForTheSameRunOfTheSystem) {
  auto marks = *DurableMarks::Create(files_, kIdentity);
  EXPECT_FALSE(Open()->exact());
  ASSERT_TRUE(marks->Begin(/*exact=*/true).ok());
  EXPECT_TRUE(marks->exact());
  EXPECT_TRUE(Open()->exact());
  ASSERT_TRUE(marks->Begin(/*exact=*/false).ok());
  EXPECT_FALSE(Open()->exact());
}

TEST_F(DurableMarksTest, ATornSlotLeavesTheOneBefore) {
  auto marks = *DurableMarks::Create(files_, kIdentity);
  ASSERT_TRUE(marks->Begin(/*exact=*/true).ok());
  ASSERT_TRUE(marks->Set(0, PointAt(0, 1)).ok());
  ASSERT_TRUE(marks->Set(0, PointAt(0, 2)).ok());
  Change(kSlot + 20);  // The slot of even turns.
  EXPECT_EQ(Open()->Of(0), PointAt(0, 1));
  EXPECT_FALSE(Open()->exact());
  Change(2 * kSlot + 20);
  EXPECT_EQ(DurableMarks::Open(files_, kIdentity).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(DurableMarksTest, EveryChangedOctetOfTheHeaderIsSeen) {
  (*DurableMarks::Create(files_, kIdentity)).reset();
  for (size_t at = 0; at < kSlot; ++at) {
    Change(at);
    EXPECT_EQ(DurableMarks::Open(files_, kIdentity).status().code(),
              absl::StatusCode::kDataLoss)
        << at;
    Change(at);
  }
  JournalIdentity other = kIdentity;
  other.store_id[0] ^= 1;
  EXPECT_EQ(DurableMarks::Open(files_, other).status().code(),
            absl::StatusCode::kFailedPrecondition);
  files_.SetBytes(kMarksName, files_.Bytes(kMarksName).substr(0, 100));
  EXPECT_EQ(DurableMarks::Open(files_, kIdentity).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace sluice::store
