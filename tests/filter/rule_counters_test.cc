// Counters of rules: the sum of a batch, and concurrent additions by many
// threads.
#include "filter/policy/rule_counters.h"

#include <gtest/gtest.h>

#include <map>
#include <thread>
#include <utility>
#include <vector>

namespace sluice::filter {
namespace {

constexpr ContentProviderId kShop{1};
constexpr ContentProviderId kBank{2};

using Counts = std::map<std::pair<uint32_t, uint32_t>, HitCount>;

Counts All(const CounterTable& table) {
  Counts counts;
  table.ForEach([&counts](CounterKey key, const HitCount& count) {
    EXPECT_TRUE(counts.emplace(std::pair(key.rule, key.of), count).second);
  });
  return counts;
}

TEST(RuleTally, AMessageCountsOnceForARuleAndForAWord) {
  RuleCounters counters(2, 3);
  RuleTally tally;
  // Two words hit rule 0, one of them twice.
  tally.Add(kShop, std::vector<JudgedHit>{{0, 5, false, true},
                                          {0, 5, false, true},
                                          {0, 6, false, true},
                                          {1, 7, true, false}});
  tally.Add(kShop, {});
  tally.AddTo(counters, 42);
  EXPECT_EQ(counters.messages(), 2u);
  const Counts hits = All(counters.hits());
  ASSERT_EQ(hits.size(), 5u);
  EXPECT_EQ(hits.at({0, kWholeRule}).hits, 1u);
  EXPECT_EQ(hits.at({0, 5}).hits, 1u);
  EXPECT_EQ(hits.at({0, 6}).hits, 1u);
  EXPECT_EQ(hits.at({1, kWholeRule}).hits, 0u);
  EXPECT_EQ(hits.at({1, 7}).observed, 1u);
  EXPECT_EQ(hits.at({1, 7}).last_ms, 42);
  const Counts senders = All(counters.senders());
  ASSERT_EQ(senders.size(), 2u);
  EXPECT_EQ(senders.at({0, 1}).hits, 1u);
  EXPECT_EQ(senders.at({RuleCounters::kAllMessages, 1}).hits, 2u);
}

// One word of the rule is exempted, the other is not.
TEST(RuleTally, AMessageCountsAsEnforcedIfAnyHitIs) {
  RuleCounters counters(1, 2);
  RuleTally tally;
  tally.Add(kShop,
            std::vector<JudgedHit>{{0, 1, true, false}, {0, 2, false, true}});
  tally.Add(kShop,
            std::vector<JudgedHit>{{0, 2, false, true}, {0, 1, true, false}});
  tally.AddTo(counters, 1);
  const Counts hits = All(counters.hits());
  EXPECT_EQ(hits.at({0, kWholeRule}).hits, 2u);
  EXPECT_EQ(hits.at({0, kWholeRule}).observed, 0u);
  EXPECT_EQ(hits.at({0, 1}).observed, 2u);
  EXPECT_EQ(hits.at({0, 2}).hits, 2u);
}

// More keys in a batch than a tally has room for at first, by content providers
// in turn.
TEST(RuleTally, GrowsWithTheBatch) {
  constexpr uint32_t kWords = 3'000;
  RuleCounters counters(1, kWords);
  RuleTally tally;
  for (int round = 0; round < 2; ++round) {
    for (uint32_t word = 0; word < kWords; ++word) {
      tally.Add(word % 2 == 0 ? kShop : kBank,
                std::vector<JudgedHit>{{0, word, false, true}});
    }
    tally.AddTo(counters, 1);
  }
  const Counts hits = All(counters.hits());
  EXPECT_EQ(hits.size(), kWords + 1);
  for (uint32_t word = 0; word < kWords; ++word) {
    EXPECT_EQ(hits.at({0, word}).hits, 2u) << word;
  }
  EXPECT_EQ(hits.at({0, kWholeRule}).hits, 2 * kWords);
  EXPECT_EQ(All(counters.senders()).at({0, 2}).hits, kWords);
}

TEST(CounterTable, AFullOneKeepsCountingWhatItHas) {
  CounterTable table(2);
  EXPECT_TRUE(table.Add({1, 1}, {1, 0, 1}));
  EXPECT_TRUE(table.Add({1, 2}, {1, 0, 1}));
  EXPECT_FALSE(table.Add({1, 3}, {1, 0, 1}));
  EXPECT_TRUE(table.Add({1, 1}, {1, 0, 1}));
  EXPECT_EQ(All(table).size(), 2u);
  EXPECT_EQ(All(table).at({1, 1}).hits, 2u);
}

TEST(CounterTable, ThreadsLoseNothing) {
  constexpr uint32_t kKeys = 500;
  constexpr int kThreads = 4;
  constexpr int kRounds = 50;
  CounterTable table(kKeys);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&table] {
      for (int round = 0; round < kRounds; ++round) {
        for (uint32_t key = 0; key < kKeys; ++key) {
          EXPECT_TRUE(table.Add({key % 7, key}, {1, 2, 3}));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Counts counts = All(table);
  EXPECT_EQ(counts.size(), kKeys);
  for (const auto& [key, count] : counts) {
    EXPECT_EQ(count.hits, uint64_t{kThreads * kRounds});
    EXPECT_EQ(count.observed, uint64_t{2 * kThreads * kRounds});
  }
}

}  // namespace
}  // namespace sluice::filter
