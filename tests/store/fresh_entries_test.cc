// The entries in memory compared with a plain list, and looked at while they
// are added, sorted and dropped.

#include "store/views/fresh_entries.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

namespace sluice::store {
namespace {

using Entries = std::vector<NumberEntry>;

NumberEntry EntryOf(uint64_t number, uint64_t record) {
  NumberEntry entry;
  entry.number = number;
  entry.record = record;
  entry.kind = record % 4;
  return entry;
}

// The entries of one number in `list` with records in [from, before).
Entries Of(const Entries& list, uint64_t number, uint64_t from,
           uint64_t before) {
  Entries of;
  std::copy_if(list.begin(), list.end(), std::back_inserter(of),
               [=](const NumberEntry& entry) {
                 return entry.number == number && entry.record >= from &&
                        entry.record < before;
               });
  return of;
}

Entries Back(const FreshEntries& fresh, uint64_t number, uint64_t before,
             size_t limit) {
  Entries found;
  fresh.Look().VisitBack(number, before, [&](const NumberEntry& entry) {
    found.push_back(entry);
    return found.size() < limit;
  });
  return found;
}

Entries From(const FreshEntries& fresh, uint64_t number, uint64_t from,
             size_t limit) {
  Entries found;
  fresh.Look().VisitFrom(number, from, [&](const NumberEntry& entry) {
    found.push_back(entry);
    return found.size() < limit;
  });
  return found;
}

// Groups of random sizes about random numbers; sorted, flushed and replaced at
// random.
TEST(FreshEntries, FindWhatAListFinds) {
  constexpr uint64_t kNumbers = 40;
  std::mt19937_64 random(1);
  FreshEntries fresh;
  Entries list;
  uint64_t record = 1;
  for (int round = 0; round < 300; ++round) {
    Entries group(1 + random() % 3000);
    for (NumberEntry& entry : group) {
      entry = EntryOf(1 + random() % kNumbers, record += 1 + random() % 3);
    }
    fresh.Add(group);
    list.insert(list.end(), group.begin(), group.end());
    if (random() % 3 != 0) fresh.Sort();
    if (random() % 40 == 0) {
      const FreshEntries::Run all = fresh.SortAll();
      EXPECT_TRUE(std::is_sorted(all->begin(), all->end()));
      ASSERT_EQ(all->size(), list.size());
      if (random() % 2 == 0) {
        fresh.Drop(all);
        list.clear();
      }
    }
    if (random() % 100 == 0) fresh.Replace(list);
    ASSERT_EQ(fresh.size(), list.size());
    const uint64_t number = 1 + random() % (kNumbers + 1);
    const uint64_t place = random() % (record + 2);
    const size_t limit = 1 + random() % 200;
    Entries expected = Of(list, number, place, ~uint64_t{0});
    expected.resize(std::min(expected.size(), limit));
    ASSERT_EQ(From(fresh, number, place, limit), expected) << round;
    expected = Of(list, number, 0, place);
    std::reverse(expected.begin(), expected.end());
    expected.resize(std::min(expected.size(), limit));
    ASSERT_EQ(Back(fresh, number, place, limit), expected) << round;
  }
}

// After a failed write all are taken again, with those that came meanwhile and
// without.
TEST(FreshEntries, AreTakenAgainUntilTheyAreDropped) {
  FreshEntries fresh;
  fresh.Add({EntryOf(2, 1), EntryOf(1, 2)});
  EXPECT_EQ(*fresh.SortAll(), (Entries{EntryOf(1, 2), EntryOf(2, 1)}));
  EXPECT_EQ(*fresh.SortAll(), (Entries{EntryOf(1, 2), EntryOf(2, 1)}));
  fresh.Add({EntryOf(1, 3)});
  const FreshEntries::Run all = fresh.SortAll();
  EXPECT_EQ(*all, (Entries{EntryOf(1, 2), EntryOf(1, 3), EntryOf(2, 1)}));
  fresh.Add({EntryOf(1, 4)});
  fresh.Drop(all);
  EXPECT_EQ(Back(fresh, 1, ~uint64_t{0}, 10), (Entries{EntryOf(1, 4)}));
  EXPECT_EQ(fresh.size(), 1u);
}

// One thread adds the records 1, 2, 3, ... of a number among others, one sorts
// and drops, and readers always see an unbroken row of them that ends no
// earlier than what was added before the look.
TEST(FreshEntries, ReadersSeeAnUnbrokenRow) {
  constexpr uint64_t kRecords = 200'000;
  FreshEntries fresh;
  std::atomic<uint64_t> added = 0;
  std::atomic<bool> sorting = true;
  std::thread writer([&] {
    for (uint64_t record = 1; record <= kRecords;) {
      Entries group;
      for (int i = 0; i < 500; ++i, ++record) {
        group.push_back(EntryOf(7, record));
        group.push_back(EntryOf(1 + record % 13, record));
      }
      fresh.Add(group);
      added = record - 1;
    }
  });
  std::thread sorter([&] {
    while (added < kRecords) {
      fresh.Sort();
      if (fresh.size() > 100'000) fresh.Drop(fresh.SortAll());
    }
    sorting = false;
  });
  std::thread reader([&] {
    while (sorting) {
      const uint64_t before = added;
      uint64_t next = 0;
      bool unbroken = true;
      fresh.Look().VisitBack(7, ~uint64_t{0}, [&](const NumberEntry& entry) {
        const uint64_t record = entry.record;
        // The number has some records twice, as one of the others.
        unbroken &=
            next == 0 ? record >= before : record == next || record + 1 == next;
        next = record;
        return unbroken;
      });
      ASSERT_TRUE(unbroken) << next << " after " << before;
    }
  });
  writer.join();
  sorter.join();
  reader.join();
}

}  // namespace
}  // namespace sluice::store
