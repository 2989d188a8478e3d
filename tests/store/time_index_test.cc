// The index by time compared with a plain list: every combination of facets,
// from memory and from flushed files, and while it is written.

#include "store/views/time_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "store/views/facet_list.h"
#include "tests/fakes/temporary_folder.h"

namespace sluice::store {
namespace {

constexpr int64_t kBeganMs = 1'790'000'000'000;

class TimeIndexTest : public testing::Test {
 protected:
  void SetUp() override {
    auto views = Views::Open(folder_.path());
    ASSERT_TRUE(views.ok()) << views.status();
    views_ = *std::move(views);
  }

  // A group of decisions with a time and some of the facets 1 to 6 of their
  // kind.
  std::vector<Facet> Group() {
    std::vector<Facet> facets;
    const Position position(offset_ / 900'000, offset_ % 900'000);
    offset_ += 100 + random_() % 1000;
    const uint32_t size = 1 + random_() % 30;
    for (uint32_t i = 0; i < size; ++i) {
      const uint64_t record = RecordRef(position, i).value();
      now_ms_ += static_cast<int64_t>(random_() % 3);
      Decided decided = {record, now_ms_, {}};
      facets.push_back({FacetKey(FacetKind::kTime, Value(now_ms_)), record});
      for (uint64_t value = 1; value <= 6; ++value) {
        // The last is rare.
        if (random_() % (value == 6 ? 300 : 3) != 0) continue;
        decided.keys.push_back(FacetKey(FacetKind::kRule, value));
        facets.push_back({decided.keys.back(), record});
        // A record may have a reason twice.
        if (value == 2) facets.push_back({decided.keys.back(), record});
      }
      all_.push_back(decided);
    }
    return facets;
  }

  static uint64_t Value(int64_t ms) { return static_cast<uint64_t>(ms); }

  std::vector<uint64_t> Wanted(const std::vector<uint64_t>& keys,
                               uint64_t from) const {
    std::vector<uint64_t> wanted;
    for (const Decided& one : all_) {
      const bool has_all =
          std::all_of(keys.begin(), keys.end(), [&one](uint64_t key) {
            return std::find(one.keys.begin(), one.keys.end(), key) !=
                   one.keys.end();
          });
      if (has_all && one.record >= from) wanted.push_back(one.record);
    }
    return wanted;
  }

  static std::vector<uint64_t> Found(const TimeIndex& index,
                                     const std::vector<uint64_t>& keys,
                                     uint64_t from) {
    FacetSearch search = index.Find(keys, RecordRef::FromValue(from));
    std::vector<uint64_t> found;
    for (;;) {
      const auto next = search.Next();
      EXPECT_TRUE(next.ok()) << next.status();
      if (!next.ok() || !next->has_value()) return found;
      found.push_back((*next)->value());
    }
  }

  void ExpectFindsAll(const TimeIndex& index) {
    for (uint64_t kinds = 1; kinds < 64; ++kinds) {
      std::vector<uint64_t> keys;
      for (uint64_t value = 1; value <= 6; ++value) {
        if ((kinds >> (value - 1) & 1) == 0) continue;
        keys.push_back(FacetKey(FacetKind::kRule, value));
      }
      const uint64_t from =
          kinds % 4 == 0 ? 0 : all_[random_() % all_.size()].record;
      ASSERT_EQ(Found(index, keys, from), Wanted(keys, from)) << kinds;
    }
    EXPECT_TRUE(Found(index, {FacetKey(FacetKind::kRule, 7)}, 0).empty());
    EXPECT_TRUE(Found(index, {FacetKey(FacetKind::kPort, 1)}, 0).empty());
  }

  // The last sample before a time is before it, and not long before.
  void ExpectFindsTimes(const TimeIndex& index) {
    for (int i = 0; i < 100; ++i) {
      const size_t at = random_() % all_.size();
      const int64_t time_ms = all_[at].at_ms;
      const auto last = index.LastBefore(
          [time_ms](RecordRef, int64_t at_ms) { return at_ms < time_ms; });
      ASSERT_TRUE(last.ok()) << last.status();
      size_t skipped = 0;
      for (const Decided& one : all_) {
        if (one.record < last->value()) continue;
        if (one.at_ms >= time_ms) break;
        ++skipped;
      }
      EXPECT_LE(skipped, TimeIndex::kSampleEvery);
      if (*last == RecordRef()) continue;
      const auto found = std::find_if(
          all_.begin(), all_.end(),
          [&](const Decided& one) { return one.record == last->value(); });
      ASSERT_NE(found, all_.end());
      EXPECT_LT(found->at_ms, time_ms);
    }
  }

  struct Decided {
    uint64_t record = 0;
    int64_t at_ms = 0;
    std::vector<uint64_t> keys;
  };

  TemporaryFolder folder_;
  std::unique_ptr<Views> views_;
  std::mt19937_64 random_{1};
  uint32_t offset_ = 0;
  int64_t now_ms_ = kBeganMs;
  std::vector<Decided> all_;
};

TEST_F(TimeIndexTest, FindsWhatHasAllFacets) {
  TimeIndex index(*views_);
  EXPECT_TRUE(Found(index, {FacetKey(FacetKind::kRule, 1)}, 0).empty());
  for (int round = 0; round < 6; ++round) {
    // More than a run in a flush, and little in another.
    for (int group = 0; group < (round % 2 == 0 ? 1200 : 3); ++group) {
      index.Add(Group());
    }
    ExpectFindsAll(index);
    ExpectFindsTimes(index);
    if (round == 4) continue;
    ASSERT_TRUE(index.Flush().ok());
    EXPECT_EQ(index.fresh(), 0u);
    ExpectFindsAll(index);
    ExpectFindsTimes(index);
  }
}

// As after a crash between a flush and the note of it.
TEST_F(TimeIndexTest, AFlushMayBeRepeated) {
  std::vector<Facet> replayed;
  const auto add = [&](TimeIndex& index, int groups) {
    for (int i = 0; i < groups; ++i) {
      const std::vector<Facet> group = Group();
      index.Add(group);
      replayed.insert(replayed.end(), group.begin(), group.end());
    }
  };
  TimeIndex before(*views_);
  add(before, 500);
  ASSERT_TRUE(before.Flush().ok());
  replayed.erase(replayed.begin(), replayed.begin() + 1000);
  add(before, 500);
  ASSERT_TRUE(before.Flush().ok());
  TimeIndex after(*views_);
  after.ReplaceFresh(replayed);
  ExpectFindsAll(after);
  ASSERT_TRUE(after.Flush().ok());
  ExpectFindsAll(after);
  ASSERT_TRUE(after.FlushReplayed(replayed).ok());
  ExpectFindsAll(after);
}

TEST_F(TimeIndexTest, ReadersMissNothingWhileItIsFlushed) {
  constexpr uint32_t kRecords = 30'000;
  const uint64_t key = FacetKey(FacetKind::kAccount, 1);
  TimeIndex index(*views_);
  std::atomic<uint32_t> added = 0;
  std::thread writer([&] {
    for (uint32_t n = 0; n < kRecords; n += 20) {
      std::vector<Facet> group;
      for (uint32_t i = 0; i < 20; ++i) {
        group.push_back({key, RecordRef(Position(0, n), i).value()});
      }
      index.Add(group);
      added = n + 20;
    }
  });
  std::atomic<bool> flushing = true;
  std::thread flusher([&] {
    while (added < kRecords) EXPECT_TRUE(index.Flush().ok());
    flushing = false;
  });
  while (flushing) {
    const uint32_t before = added;
    EXPECT_GE(Found(index, {key}, 0).size(), before);
  }
  writer.join();
  flusher.join();
  EXPECT_EQ(Found(index, {key}, 0).size(), kRecords);
}

TEST(Runs, AreReadAsTheyWereWritten) {
  const std::vector<uint64_t> records = {5, 6, 1000, uint64_t{1} << 61};
  std::vector<uint64_t> read;
  ASSERT_TRUE(DecodeRun(RunKey(1, 5), EncodeRun(records), read).ok());
  EXPECT_EQ(read, records);
  EXPECT_TRUE(absl::IsDataLoss(DecodeRun(RunKey(1, 5), "\xff", read)));
  EXPECT_FALSE(DecodeRun("short", "", read).ok());
}

}  // namespace
}  // namespace sluice::store
