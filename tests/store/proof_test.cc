#include "store/journal/proof.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

// A file in which everything from `end` on is written just after its first
// read.
class BeingWritten final : public JournalFile {
 public:
  BeingWritten(std::string bytes, uint64_t end)
      : bytes_(std::move(bytes)), end_(end) {}

  absl::StatusOr<size_t> Read(uint64_t offset,
                              absl::Span<char> out) const override {
    const size_t from = std::min<uint64_t>(offset, bytes_.size());
    const size_t size = std::min(out.size(), bytes_.size() - from);
    std::copy_n(bytes_.begin() + static_cast<int64_t>(from), size, out.begin());
    // The head of the frame is there before its end.
    const uint64_t unwritten = end_ + kFrameHeaderSize + 4;
    if (offset + size > unwritten && !std::exchange(written_, true)) {
      for (size_t i = 0; i < size; ++i) {
        if (offset + i >= unwritten) out[i] = '\0';
      }
    }
    return size;
  }

  absl::StatusOr<uint64_t> Append(absl::string_view) override { return 0; }
  absl::Status WriteAgain(uint64_t, absl::string_view) override { return {}; }
  absl::Status Sync() override { return {}; }
  absl::Status Truncate(uint64_t, uint64_t) override { return {}; }
  absl::Status Trim() override { return {}; }
  absl::StatusOr<uint64_t> Size() const override { return bytes_.size(); }

 private:
  const std::string bytes_;
  const uint64_t end_;
  mutable bool written_ = false;
};

// A reader may look at the next frame in the moment in which it is written.
TEST(Proof, TheNextFrameMayBeWrittenMeanwhile) {
  LossyJournalFiles files;
  std::vector<Position> at;
  {
    auto journal = *OpenJournal(files);
    at = AppendGroups(*journal, 0, 2);
  }
  const BeingWritten file(files.Bytes(SegmentName(0)), at[1].offset());
  ProvenGroup group;
  const absl::Status proven =
      ReadProven(file, at[0].offset(), false, kSeed, group);
  EXPECT_TRUE(proven.ok()) << proven;
}

}  // namespace
}  // namespace sluice::store
