#include "store/journal/record_cursor.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "store/journal/retention.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

// More than are read singly.
constexpr uint32_t kRecords = 40;
constexpr int kGroups = 12;

std::string TextOf(int group, uint32_t i) {
  return absl::StrCat("text ", group, " ", i, " of many");
}

// Files that count what is read.
class CountingFile final : public JournalFile {
 public:
  CountingFile(std::unique_ptr<JournalFile> file, std::atomic<int>& reads)
      : file_(std::move(file)), reads_(reads) {}

  absl::StatusOr<size_t> Read(uint64_t offset,
                              absl::Span<char> out) const override {
    ++reads_;
    return file_->Read(offset, out);
  }
  absl::StatusOr<uint64_t> Append(absl::string_view bytes) override {
    return file_->Append(bytes);
  }
  absl::Status WriteAgain(uint64_t offset, absl::string_view bytes) override {
    return file_->WriteAgain(offset, bytes);
  }
  absl::Status Sync() override { return file_->Sync(); }
  absl::Status Truncate(uint64_t end, uint64_t room) override {
    return file_->Truncate(end, room);
  }
  absl::Status Trim() override { return file_->Trim(); }
  absl::StatusOr<uint64_t> Size() const override { return file_->Size(); }

 private:
  const std::unique_ptr<JournalFile> file_;
  std::atomic<int>& reads_;
};

class CountingFiles final : public JournalFiles {
 public:
  explicit CountingFiles(LossyJournalFiles& files) : files_(files) {}

  int TakeReads() { return reads_.exchange(0); }

  absl::StatusOr<std::vector<std::string>> List() const override {
    return files_.List();
  }
  absl::StatusOr<std::unique_ptr<JournalFile>> Create(absl::string_view name,
                                                      uint64_t room) override {
    return files_.Create(name, room);
  }
  absl::StatusOr<std::unique_ptr<JournalFile>> Open(
      absl::string_view name) const override {
    auto file = files_.Open(name);
    if (!file.ok()) return file;
    return std::make_unique<CountingFile>(*std::move(file), reads_);
  }
  absl::Status Replace(absl::string_view from, absl::string_view to) override {
    return files_.Replace(from, to);
  }
  absl::Status Delete(absl::string_view name) override {
    return files_.Delete(name);
  }

 private:
  LossyJournalFiles& files_;
  mutable std::atomic<int> reads_ = 0;
};

class RecordCursorTest : public testing::Test {
 protected:
  RecordCursorTest() {
    auto journal = *OpenJournal(lossy_, nullptr, {.segment_bytes = 8192});
    GroupBuilder builder(kSeed);
    for (int group = 0; group < kGroups; ++group) {
      builder.Clear();
      for (uint32_t i = 0; i < kRecords; ++i) builder.Add(TextOf(group, i));
      positions_.push_back(*journal->Append(builder));
      EXPECT_TRUE(journal->Sync().ok());
    }
    EXPECT_GE(positions_.back().segment(), 2u);
  }

  RecordRef Ref(int group, uint32_t i) const { return {positions_[group], i}; }

  void ExpectGroup(RecordCursor& cursor, int group) const {
    for (uint32_t i = 0; i < kRecords; ++i) {
      const auto record = cursor.Read(Ref(group, i));
      ASSERT_TRUE(record.ok()) << record.status();
      ASSERT_EQ(*record, TextOf(group, i));
    }
  }

  // Another text in a record, with a checksum that fits it.
  void Forge(int group, uint32_t i) {
    const std::string name = SegmentName(positions_[group].segment());
    std::string bytes = lossy_.Bytes(name);
    const size_t at = bytes.find(TextOf(group, i));
    ASSERT_NE(at, std::string::npos);
    bytes[at] = 'T';
    const size_t frame = positions_[group].offset();
    size_t size = kFrameHeaderSize;
    for (size_t b = 0, length = 0; b < 4; ++b) {
      length = length << 8 | static_cast<uint8_t>(bytes[frame + b]);
      if (b == 3) size += length;
    }
    const uint64_t sum =
        Checksum(absl::string_view(bytes).substr(frame, size - 8), kSeed);
    for (size_t b = 0; b < 8; ++b) {
      bytes[frame + size - 8 + b] = static_cast<char>(sum >> (56 - 8 * b));
    }
    lossy_.SetBytes(name, std::move(bytes));
  }

  LossyJournalFiles lossy_;
  CountingFiles files_{lossy_};
  std::vector<Position> positions_;
  RecordReader reader_{files_, kIdentity};
};

TEST_F(RecordCursorTest, ReadsAnyRecordInAnyOrder) {
  RecordCursor in_order(reader_);
  for (int group = 0; group < kGroups; ++group) ExpectGroup(in_order, group);
  std::mt19937 random(1);
  RecordCursor anywhere(reader_);
  for (int i = 0; i < 2'000; ++i) {
    const auto group = static_cast<int>(random() % kGroups);
    const uint32_t index = random() % kRecords;
    ASSERT_EQ(*anywhere.Read(Ref(group, index)), TextOf(group, index));
  }
}

TEST_F(RecordCursorTest, AGroupIsReadOnce) {
  RecordCursor first(reader_);
  ASSERT_TRUE(first.Read(Ref(0, 0)).ok());
  files_.TakeReads();
  for (uint32_t i = 1; i < kRecords; ++i) {
    ASSERT_EQ(*first.Read(Ref(0, i)), TextOf(0, i));
  }
  EXPECT_EQ(files_.TakeReads(), 0);
  // Its leaves are known: some records are read singly, then the group is.
  RecordCursor second(reader_);
  ExpectGroup(second, 0);
  EXPECT_LE(files_.TakeReads(), 3 * 8 + 2);
}

TEST_F(RecordCursorTest, AChangeAfterTheProofIsFoundOut) {
  const std::string name = SegmentName(positions_[1].segment());
  const std::string written = lossy_.Bytes(name);
  for (const uint32_t victim : {uint32_t{2}, kRecords - 1}) {
    lossy_.SetBytes(name, written);
    RecordCursor first(reader_);
    ExpectGroup(first, 1);
    Forge(1, victim);
    // Read when the group was, it is still what was written.
    EXPECT_EQ(*first.Read(Ref(1, victim)), TextOf(1, victim));
    RecordCursor later(reader_);
    for (uint32_t i = 0; i < kRecords; ++i) {
      const auto record = later.Read(Ref(1, i));
      if (record.ok()) {
        EXPECT_EQ(*record, TextOf(1, i));
      }
      if (i == victim) {
        EXPECT_EQ(record.status().code(), absl::StatusCode::kDataLoss);
        EXPECT_NE(record.status().message().find(ToString(positions_[1])),
                  std::string::npos)
            << record.status();
      }
    }
    ExpectGroup(later, 2);
  }
}

TEST_F(RecordCursorTest, ADamagedGroupIsToldAndLeftBehind) {
  Forge(5, 7);
  RecordCursor cursor(reader_);
  for (int group = 0; group < kGroups; ++group) {
    if (group != 5) {
      ExpectGroup(cursor, group);
      continue;
    }
    for (uint32_t i = 0; i < kRecords; ++i) {
      EXPECT_EQ(cursor.Read(Ref(group, i)).status().code(),
                absl::StatusCode::kDataLoss);
    }
  }
  EXPECT_EQ(cursor.Read(Ref(0, kRecords)).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(RecordCursorTest, WhatRetentionRemovedIsNotShownAgain) {
  RecordCursor cursor(reader_);
  ExpectGroup(cursor, 0);
  const auto keep = [](RecordRef ref, absl::string_view) {
    return ref.index() % 2 == 0;
  };
  ASSERT_TRUE(ReduceSegment(lossy_, kIdentity, 0, keep).ok());
  reader_.Forget(0);
  for (uint32_t i = 0; i < kRecords; ++i) {
    const auto record = cursor.Read(Ref(0, i));
    if (i % 2 == 0) {
      EXPECT_EQ(*record, TextOf(0, i));
    } else {
      EXPECT_EQ(record.status().code(), absl::StatusCode::kFailedPrecondition);
    }
  }
  RecordCursor later(reader_);
  for (uint32_t i = 0; i < kRecords; i += 2) {
    EXPECT_EQ(*later.Read(Ref(0, i)), TextOf(0, i));
  }
}

}  // namespace
}  // namespace sluice::store
