// The index by number compared with a plain list: pages of every length, from
// memory and from flushed files, and while it is written.

#include "store/views/number_index.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/fakes/temporary_folder.h"

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
      entries.push_back({1 + random_() % kNumbers,
                         RecordRef(position, i).value(), 1 + random_() % 3});
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

  // The records of these kinds from `from` on, oldest first, by pages.
  static std::vector<uint64_t> PagesFrom(const NumberIndex& index,
                                         uint64_t number, uint64_t from,
                                         size_t page, KindMask kinds) {
    std::vector<uint64_t> all;
    for (;;) {
      const auto found = index.FindFrom(
          Phone{number}, RecordRef::FromValue(from), page, kinds);
      EXPECT_TRUE(found.ok()) << found.status();
      if (!found.ok() || found->empty()) return all;
      EXPECT_LE(found->size(), page);
      for (const RecordRef ref : *found) all.push_back(ref.value());
      from = all.back() + 1;
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
        list[entry.number].push_back(entry.record);
      }
    }
    if (round % 4 == 3) continue;  // Two rounds in one flush.
    const auto newest = index.Flush();
    ASSERT_TRUE(newest.ok()) << newest.status();
    EXPECT_GT(newest->value(), 0u);
    EXPECT_EQ(index.fresh(), 0u);
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

// In both directions, from every place.
TEST_F(NumberIndexTest, FindsTheRecordsOfSomeKinds) {
  NumberIndex index(*views_);
  std::vector<NumberIndex::Entry> list;
  for (int round = 0; round < 9; ++round) {
    for (int group = 0; group < 10; ++group) {
      const std::vector<NumberIndex::Entry> entries = Group();
      index.Add(entries);
      list.insert(list.end(), entries.begin(), entries.end());
    }
    if (round % 3 == 2) continue;
    ASSERT_TRUE(index.Flush().ok());
  }
  for (KindMask kinds = 2; kinds <= kAllKinds; kinds += 2) {
    const uint64_t number = 1 + kinds % kNumbers;
    const uint64_t from = list[random_() % list.size()].record;
    std::vector<uint64_t> wanted;
    for (const NumberIndex::Entry& entry : list) {
      const bool is_wanted = (kinds >> entry.kind & 1) != 0;
      if (entry.number == number && entry.record >= from && is_wanted) {
        wanted.push_back(entry.record);
      }
    }
    for (const size_t page : {1, 5, 64, 1000}) {
      EXPECT_EQ(PagesFrom(index, number, from, page, kinds), wanted);
    }
    const auto newest = index.Find(Phone{number}, {}, wanted.size(), kinds);
    ASSERT_TRUE(newest.ok());
    std::vector<uint64_t> backwards;
    for (const RecordRef ref : *newest) backwards.push_back(ref.value());
    std::reverse(backwards.begin(), backwards.end());
    EXPECT_EQ(backwards, wanted);
  }
}

// Readers find all that was added before, while entries move to the views.
TEST_F(NumberIndexTest, ReadersMissNothingWhileItIsFlushed) {
  constexpr size_t kRecords = 60'000;
  NumberIndex index(*views_);
  std::atomic<size_t> added = 0;
  std::atomic<bool> flushing = true;
  std::thread writer([&] {
    std::vector<NumberIndex::Entry> group(20);
    for (size_t n = 0; n < kRecords; n += group.size()) {
      const Position position(0, offset_ += 100);
      for (uint32_t i = 0; i < group.size(); ++i) {
        group[i] = {1 + i % 2, RecordRef(position, i).value(), 1 + i % 3};
      }
      index.Add(group);
      added = n + group.size();
    }
  });
  std::thread flusher([&] {
    for (size_t round = 0; added < kRecords; ++round) {
      index.Sort();
      if (round % 20 == 0) EXPECT_TRUE(index.Flush().ok());
    }
    flushing = false;
  });
  while (flushing) {
    const size_t before = added / 2;  // Half are about each number.
    EXPECT_GE(Pages(index, 1, 1000).size(), before);
    EXPECT_GE(PagesFrom(index, 2, 0, 1000, kAllKinds).size(), before);
  }
  writer.join();
  flusher.join();
  EXPECT_EQ(Pages(index, 1, 1000).size(), kRecords / 2);
  EXPECT_EQ(PagesFrom(index, 2, 0, 64, kAllKinds).size(), kRecords / 2);
}

// Events of many messages are found together, from memory and from files.
TEST_F(NumberIndexTest, FindsTheEventsOfMessages) {
  NumberIndex index(*views_);
  std::map<uint64_t, std::vector<uint64_t>> events;  // By message.
  for (int round = 0; round < 9; ++round) {
    for (int group = 0; group < 40; ++group) {
      std::vector<NumberIndex::Entry> entries = Group();
      for (NumberIndex::Entry& entry : entries) {
        if (random_() % 2 == 0) continue;
        const uint64_t message = random_() % 200;
        entry.number = NumberOfMessage(message);
        events[message].push_back(entry.record);
      }
      index.Add(entries);
    }
    if (round % 3 == 2) continue;
    ASSERT_TRUE(index.Flush().ok());
  }
  for (int i = 0; i < 50; ++i) {
    std::vector<RecordRef> messages;
    std::vector<std::pair<uint64_t, uint64_t>> wanted;
    for (uint64_t message = 0; message < 210; ++message) {
      if (random_() % 50 > static_cast<uint64_t>(i)) continue;
      messages.push_back(RecordRef::FromValue(message));
      for (const uint64_t event : events[message]) {
        wanted.emplace_back(message, event);
      }
    }
    const auto found = index.FindEvents(messages);
    ASSERT_TRUE(found.ok()) << found.status();
    std::vector<std::pair<uint64_t, uint64_t>> shown;
    for (const NumberIndex::EventEntry& one : *found) {
      shown.emplace_back(one.message.value(), one.event.value());
    }
    ASSERT_EQ(shown, wanted);
  }
}

}  // namespace
}  // namespace sluice::store
