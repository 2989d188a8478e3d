#include "gateway/link/cmpp/inbox.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sluice::cmpp {
namespace {

std::vector<link::HandOver> HandOvers(std::vector<uint32_t> parts) {
  std::vector<link::HandOver> hand_overs;
  for (const uint32_t n : parts) {
    hand_overs.emplace_back().ref = 10 * n;
    hand_overs.back().parts = n;
  }
  return hand_overs;
}

TEST(Inbox, WakesOnceUntilItIsTaken) {
  int wakes = 0;
  Inbox inbox([&] { ++wakes; });
  inbox.Put(HandOvers({1}));
  inbox.Put(Acknowledged{.sequence = 7});
  EXPECT_EQ(wakes, 1);
  inbox.Take();
  inbox.Put(Acknowledged{.sequence = 8});
  EXPECT_EQ(wakes, 2);
}

TEST(Inbox, ACallWithoutHandOversDoesNotWake) {
  int wakes = 0;
  Inbox inbox([&] { ++wakes; });
  inbox.Put(HandOvers({}));
  EXPECT_EQ(wakes, 0);
}

TEST(Inbox, KeepsTheOrderAndCountsSegments) {
  Inbox inbox([] {});
  inbox.Put(HandOvers({2, 3}));
  inbox.Put(HandOvers({1}));
  inbox.Put(Acknowledged{.sequence = 7});
  inbox.Put(Acknowledged{.sequence = 8});
  EXPECT_EQ(inbox.segments(), 6u);
  const Inbox::Content content = inbox.Take();
  EXPECT_EQ(inbox.segments(), 0u);
  ASSERT_EQ(content.hand_overs.size(), 3u);
  EXPECT_EQ(content.hand_overs[0].ref, 20u);
  EXPECT_EQ(content.hand_overs[1].ref, 30u);
  EXPECT_EQ(content.hand_overs[2].ref, 10u);
  ASSERT_EQ(content.acknowledged.size(), 2u);
  EXPECT_EQ(content.acknowledged[0].sequence, 7u);
  EXPECT_EQ(content.acknowledged[1].sequence, 8u);
  EXPECT_TRUE(inbox.Take().hand_overs.empty());
}

TEST(Inbox, KnowsWhatCameBeforeItIsGivenBack) {
  int wakes = 0;
  Inbox inbox([&] { ++wakes; });
  EXPECT_FALSE(inbox.gives_back());
  inbox.PutGiveBack("");
  inbox.Put(HandOvers({1, 2}));
  inbox.PutGiveBack("106900001");
  inbox.Put(HandOvers({3}));
  EXPECT_TRUE(inbox.gives_back());
  EXPECT_EQ(wakes, 1);
  const Inbox::Content content = inbox.Take();
  EXPECT_FALSE(inbox.gives_back());
  EXPECT_EQ(content.hand_overs.size(), 3u);
  ASSERT_EQ(content.give_backs.size(), 2u);
  EXPECT_EQ(content.give_backs[0].hand_overs, 0u);
  EXPECT_EQ(content.give_backs[1].access_number, "106900001");
  EXPECT_EQ(content.give_backs[1].hand_overs, 2u);
}

}  // namespace
}  // namespace sluice::cmpp
