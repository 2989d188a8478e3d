// The index by number compared with a plain list: pages of every length, from
// memory and from flushed files.

#include "store/views/number_index.h"
#include "tests/fakes/temporary_folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace sluice::store {
namespace {

constexpr uint64_t kNumbers = 7;

class NumberIndexTest : public testing::Test {
 protected:
  void SetUp() override {
    auto views = Views::Open(folder_.path());
    ASSERT_TRUE(views.ok()) << views.status();
    views_ = *std::move(views);
  }

  // A group of records about random numbers, after the earlier groups.
  std::vector<NumberIndex::Entry> Group() {
    std::vector<NumberIndex::Entry> entries;
    const Position position(0, offset_ += 1000);
    const uint32_t size = 1 + random_() % 40;
    for (uint32_t i = 0; i < size; ++i) {
      entries.push_back(
          {1 + random_() % kNumbers, RecordRef(position, i).value()});
    }
    return entries;
  }

  // All records about a number, newest first, by pages of `page`.
  static std::vector<uint64_t> Pages(const NumberIndex& index, uint64_t number,
                                     size_t page) {
    std::vector<uint64_t> all;
    RecordRef before;
    for (;;) {
      const auto found = index.Find(Phone{number}, before, page);
      EXPECT_TRUE(found.ok()) << found.status();
      if (!found.ok() || found->empty()) return all;
      EXPECT_LE(found->size(), page);
      for (const RecordRef ref : *found) all.push_back(ref.value());
      before = found->back();
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<Views> views_;
  std::mt19937_64 random_{1};
  uint32_t offset_ = 0;
};

TEST_F(NumberIndexTest, FindsWhatAListFinds) {
  NumberIndex index(*views_);
  std::vector<std::vector<uint64_t>> list(kNumbers + 1);
  for (int round = 0; round < 12; ++round) {
    for (int group = 0; group < 20; ++group) {
      const std::vector<NumberIndex::Entry> entries = Group();
      index.Add(entries);
      for (const auto& entry : entries) {
        list[entry.recipient].push_back(entry.record);
      }
    }
    if (round % 4 == 3) continue;  // Two rounds in one flush.
    ASSERT_TRUE(index.Flush(/*all=*/true).ok());
    EXPECT_GT(index.flushed_to()->value(), 0u);
  }
  for (uint64_t number = 1; number <= kNumbers; ++number) {
    ASSERT_GT(list[number].size(), 64u);  // More than one key can hold.
    std::reverse(list[number].begin(), list[number].end());
    for (const size_t page : {1, 3, 64, 1000}) {
      EXPECT_EQ(Pages(index, number, page), list[number]) << page;
    }
  }
  EXPECT_TRUE(Pages(index, kNumbers + 1, 10).empty());
}

}  // namespace
}  // namespace sluice::store
