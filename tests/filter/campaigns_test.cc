#include "filter/campaigns.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <list>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "filter/examine/likeness.h"
#include "gtest/gtest.h"
#include "rules/fold/fold.h"

namespace sluice::filter {

// Rows in use, including rows that have lapsed.
struct CampaignRows {
  static size_t Clusters(const Campaigns& all) { return all.clusters_.used(); }
  static size_t Recipients(const Campaigns& all) {
    return all.recipients_.used();
  }
};

namespace {

using enum CampaignState;

constexpr ContentProviderId kShop = {1};
constexpr ContentProviderId kBank = {2};
constexpr uint64_t kSale = 0x0123456789abcdef;
constexpr uint64_t kOther = ~kSale;
constexpr int64_t kMinute = 60'000;
constexpr int64_t kWindow = 10 * kMinute;
constexpr int64_t kNow = 1'793'584'800'000;

Phone Number(uint64_t n) { return {8613800000000 + n}; }

CampaignLimits Limits(uint32_t recipients_max) {
  CampaignLimits limits;
  limits.memory_bytes_max = 1 << 20;
  limits.recipients_max = recipients_max;
  return limits;
}

TEST(Campaigns, CountsDifferentRecipientsOfTheWindow) {
  Campaigns campaigns(Limits(500));
  const struct {
    ContentProviderId who;
    uint64_t hash;
    uint64_t recipient;
    int64_t after_ms;
    uint32_t recipients;
    uint64_t cluster;
  } cases[] = {
      {kShop, kSale, 1, 0, 1, kSale},
      {kShop, kSale, 1, 0, 1, kSale},               // The same number again.
      {kShop, kSale, 2, kMinute, 2, kSale},         // Another number.
      {kShop, kSale ^ 0x7f, 3, kMinute, 3, kSale},  // 7 bits: alike.
      {kShop, kSale ^ 0xff, 4, kMinute, 1, kSale ^ 0xff},  // 8: not.
      {kBank, kSale, 5, kMinute, 1, kSale},                // Another sender.
      {kShop, kSale, 2, 5 * kMinute, 3, kSale},            // Number 2 again.
      {kShop, kSale, 6, kWindow, 3, kSale},                // 1 left the window.
      {kShop, kSale, 7, kWindow + kMinute, 3, kSale},      // So did 3, not 2.
      {kShop, kSale, 1, 5 * kMinute, 4, kSale},  // Time does not go back.
      {kShop, kSale, 9, kWindow + 6 * kMinute, 4, kSale},  // 1 is still in it.
      {kShop, kSale ^ 1, 8, 30 * kMinute, 1, kSale ^ 1},   // Lapsed.
  };
  for (const auto& c : cases) {
    const auto answer =
        campaigns.Add(c.who, c.hash, Number(c.recipient), kNow + c.after_ms);
    EXPECT_EQ(answer.recipients, c.recipients) << c.recipient;
    EXPECT_EQ(answer.cluster, c.cluster) << c.recipient;
    EXPECT_EQ(answer.state, kCounting);
  }
}

TEST(Campaigns, JoinsTheOldestThatIsAlike) {
  Campaigns campaigns(Limits(500));
  const auto cluster_of = [&](uint64_t hash) {
    return campaigns.Add(kShop, hash, Number(1), kNow).cluster;
  };
  EXPECT_EQ(cluster_of(0x00ff), 0x00ffu);
  EXPECT_EQ(cluster_of(0x0000), 0x0000u);  // 8 bits away.
  EXPECT_EQ(cluster_of(0x0001), 0x00ffu);  // 7 and 1 bits away.
  EXPECT_EQ(cluster_of(0x0000), 0x0000u);
  EXPECT_EQ(cluster_of(0x0100), 0x0000u);  // 9 and 1 bits away.
}

// Copies that address each recipient by name are one campaign.
TEST(Campaigns, OneCampaignOfManyNames) {
  const std::string surnames[] = {"张", "李", "王", "赵", "欧阳", "钱", "孙"};
  const std::string names[] = {"伟", "小丽", "建国", "芳", "子轩", "雨桐"};
  Campaigns campaigns(Limits(500));
  std::map<uint64_t, uint32_t> counts;
  std::string folded;
  for (uint64_t n = 0; n < 400; ++n) {
    ASSERT_TRUE(rules::FoldTable::Shared().Fold(
        absl::StrCat("【花园小店】尊敬的", surnames[n % 7], names[n % 6],
                     "，冬季新品已到人民路店，全场八折，会员再减", n,
                     "元，活动截至本月底，欢迎到店选购。拒收请回复R"),
        folded));
    const auto answer =
        campaigns.Add(kShop, LikenessHash(folded), Number(n), kNow);
    counts[answer.cluster] = answer.recipients;
  }
  uint32_t most = 0;
  for (const auto& [cluster, count] : counts) most = std::max(most, count);
  EXPECT_GT(most, 380u);
}

TEST(Campaigns, MoreThanTheLimitIsOneMore) {
  Campaigns campaigns(Limits(3));
  for (uint64_t n = 1; n <= 10; ++n) {
    EXPECT_EQ(campaigns.Add(kShop, kSale, Number(n), kNow + n).recipients,
              std::min<uint64_t>(n, 4));
  }
  // Exact again once the first numbers leave the window: 8, 9, 10 and 11 are
  // left.
  EXPECT_EQ(
      campaigns.Add(kShop, kSale, Number(11), kNow + kWindow + 7).recipients,
      4u);
  EXPECT_EQ(
      campaigns.Add(kShop, kSale, Number(11), kNow + kWindow + 9).recipients,
      2u);
}

TEST(Campaigns, ADecisionHoldsForItsClusterAndItsTime) {
  Campaigns campaigns(Limits(500));
  const int64_t until = kNow + 60 * kMinute;
  EXPECT_EQ(campaigns.Add(kShop, kSale, Number(1), kNow).state, kCounting);
  campaigns.Decide(kShop, kSale ^ 3, kReleased, until, kNow);
  const auto answer = campaigns.Add(kShop, kSale ^ 1, Number(2), kNow);
  EXPECT_EQ(answer.state, kReleased);
  EXPECT_EQ(answer.cluster, kSale);
  EXPECT_EQ(answer.recipients, 0u);
  EXPECT_EQ(campaigns.Look(kShop, kSale ^ 1, kNow).state, kReleased);
  EXPECT_EQ(campaigns.Look(kBank, kSale, kNow).state, kCounting);
  EXPECT_EQ(campaigns.Look(kShop, kOther, kNow).state, kCounting);
  // Also after a long time without messages, until the decision ends.
  EXPECT_EQ(campaigns.Look(kShop, kSale, until - 1).state, kReleased);
  EXPECT_EQ(campaigns.Look(kShop, kSale, until).state, kCounting);
  EXPECT_EQ(campaigns.Add(kShop, kSale, Number(3), until - 1).state, kReleased);
  const auto after = campaigns.Add(kShop, kSale ^ 1, Number(4), until);
  EXPECT_EQ(after.state, kCounting);
  EXPECT_EQ(after.cluster, kSale);  // The cluster stays; its count restarts.
  EXPECT_EQ(after.recipients, 1u);
}

TEST(Campaigns, ADecisionCanBeTakenBackAndToldBeforeTheFirstMessage) {
  Campaigns campaigns(Limits(500));
  campaigns.Decide(kShop, kSale, kRejected, kNow + kMinute, kNow);
  EXPECT_EQ(campaigns.Add(kShop, kSale ^ 1, Number(1), kNow).state, kRejected);
  campaigns.Decide(kShop, kSale, kHeld, kNow + kMinute, kNow);
  EXPECT_EQ(campaigns.Add(kShop, kSale ^ 1, Number(1), kNow).state, kHeld);
  campaigns.Decide(kShop, kSale, kCounting, 0, kNow);
  const auto answer = campaigns.Add(kShop, kSale ^ 1, Number(1), kNow);
  EXPECT_EQ(answer.state, kCounting);
  EXPECT_EQ(answer.recipients, 1u);
  EXPECT_EQ(answer.cluster, kSale);
}

TEST(Campaigns, MemoryStaysInItsBoundAndTheColdestGo) {
  std::mt19937_64 random(1);
  Campaigns campaigns(Limits(100));
  EXPECT_LE(campaigns.bytes(), size_t{1} << 20);
  campaigns.Decide(kBank, kOther, kReleased, kNow + kWindow, kNow);
  uint32_t count = 0;
  for (uint64_t n = 0; n < 100'000; ++n) {
    campaigns.Add(kShop, random(), Number(n), kNow);
    // One campaign continues, with a new number now and then.
    if (n % 1000 == 0) {
      count = campaigns.Add(kShop, kSale, Number(n), kNow).recipients;
    }
  }
  EXPECT_EQ(count, 100u);
  EXPECT_LE(campaigns.bytes(), size_t{1} << 20);
  EXPECT_LT(CampaignRows::Clusters(campaigns), 10'000u);
  EXPECT_EQ(campaigns.Look(kBank, kOther, kNow).state, kReleased);
  // A campaign without new messages is forgotten.
  for (uint64_t n = 0; n < 100'000; ++n) {
    campaigns.Add(kShop, random(), Number(n), kNow);
  }
  EXPECT_EQ(campaigns.Add(kShop, kSale, Number(0), kNow).recipients, 1u);
}

TEST(Campaigns, ManyRecipientsPushOutColdClusters) {
  Campaigns campaigns(Limits(65'535));  // Lowered to fit the memory.
  campaigns.Add(kBank, kOther, Number(1), kNow);
  uint32_t count = 0;
  for (uint64_t n = 0; n < 70'000; ++n) {
    count = campaigns.Add(kShop, kSale, Number(n), kNow).recipients;
  }
  EXPECT_GT(count, 10'000u);
  EXPECT_EQ(CampaignRows::Recipients(campaigns), count);
  EXPECT_EQ(CampaignRows::Clusters(campaigns), 1u);
  EXPECT_EQ(campaigns.Add(kBank, kOther, Number(2), kNow).recipients, 1u);
}

TEST(Campaigns, OnlyDecisionsFillTheTable) {
  std::mt19937_64 random(1);
  Campaigns campaigns(Limits(10));
  for (int n = 0; n < 20'000; ++n) {
    campaigns.Decide(kShop, random(), kHeld, kNow + kWindow, kNow);
  }
  EXPECT_LT(CampaignRows::Clusters(campaigns), 10'000u);
  EXPECT_EQ(campaigns.Add(kShop, kSale, Number(1), kNow).recipients, 1u);
}

TEST(Campaigns, LapsedClustersAreGivenBack) {
  std::mt19937_64 random(1);
  Campaigns campaigns(Limits(10));
  for (int n = 0; n < 500; ++n) {
    campaigns.Add(kShop, random(), Number(n), kNow);
    campaigns.Decide(kBank, random(), kHeld, kNow + random() % kWindow, kNow);
  }
  campaigns.Decide(kBank, kOther, kHeld, INT64_MAX, kNow);
  EXPECT_EQ(CampaignRows::Clusters(campaigns), 1'001u);
  for (int n = 0; n < 1'100; ++n) {
    campaigns.Add(kShop, kSale, Number(1), kNow + 2 * kWindow);
  }
  EXPECT_EQ(CampaignRows::Clusters(campaigns), 2u);
  EXPECT_EQ(CampaignRows::Recipients(campaigns), 1u);
}

TEST(Campaigns, ADecisionTakenBackIsForgottenOnce) {
  Campaigns campaigns(Limits(10));
  const uint64_t back = 0xffff'0000'ffff'0000;
  campaigns.Decide(kBank, kOther, kHeld, INT64_MAX, kNow);
  campaigns.Decide(kBank, back, kHeld, INT64_MAX, kNow);
  campaigns.Add(kShop, kSale, Number(1), kNow);
  campaigns.Decide(kBank, back, kCounting, 0, kNow);
  campaigns.Add(kShop, kSale, Number(1), kNow + 2 * kWindow);
  EXPECT_EQ(CampaignRows::Clusters(campaigns), 2u);
  EXPECT_EQ(campaigns.Look(kBank, kOther, kNow).state, kHeld);
}

// Clusters are forgotten for every reason at once; then all rows are freed.
TEST(Campaigns, FullTablesOfDecisionsThatLapse) {
  std::mt19937_64 random(1);
  Campaigns campaigns(Limits(10));
  int64_t now = kNow;
  for (int n = 0; n < 200'000; ++n) {
    now += static_cast<int64_t>(random() % 200);
    const auto state = static_cast<CampaignState>(random() % 4);
    const auto until = now + static_cast<int64_t>(random() % (4 * kWindow));
    if (random() % 2 == 0) campaigns.Decide(kShop, random(), state, until, now);
    if (random() % 2 == 0) campaigns.Add(kShop, random(), Number(n), now);
  }
  EXPECT_GT(CampaignRows::Clusters(campaigns), 1'000u);
  for (int n = 0; n < 10'000; ++n) {
    campaigns.Add(kShop, kSale, Number(1), now + 10 * kWindow);
  }
  EXPECT_EQ(CampaignRows::Clusters(campaigns), 1u);
  EXPECT_EQ(CampaignRows::Recipients(campaigns), 1u);
}

// Texts chosen so that clusters share a band: the time must stay bounded.
TEST(Campaigns, ManyClustersOfOneBand) {
  Campaigns campaigns(Limits(10));
  std::mt19937_64 random(1);
  const uint64_t first = 0xaaaa'5555'ffff'1234;
  uint64_t last = 0;
  campaigns.Add(kShop, first, Number(0), kNow);
  for (int n = 0; n < 1'000; ++n) {
    last = random() << 16 | 0x1234;
    campaigns.Add(kShop, last, Number(n), kNow);
  }
  EXPECT_EQ(campaigns.Add(kShop, kSale, Number(1), kNow).recipients, 1u);
  EXPECT_EQ(campaigns.Add(kShop, kSale, Number(2), kNow).recipients, 2u);
  // Only that band shows that this hash is like the first cluster, and the
  // last.
  const uint64_t apart = 0x0003'0003'0003'0000;
  EXPECT_EQ(campaigns.Add(kShop, first ^ apart, Number(3), kNow).cluster,
            first);
  EXPECT_EQ(campaigns.Add(kShop, last ^ apart, Number(4), kNow).cluster,
            last ^ apart);
}

// A list of clusters that each call searches whole; shares no idea with
// Campaigns.
class NaiveCampaigns {
 public:
  explicit NaiveCampaigns(const CampaignLimits& limits) : limits_(limits) {}

  Campaigns::Answer Add(ContentProviderId who, uint64_t hash, Phone recipient,
                        int64_t now) {
    Cluster& cluster = Join(who, hash, now);
    Campaigns::Answer answer = {cluster.hash, 0, cluster.state};
    if (cluster.state != kCounting) return answer;
    cluster.seen[recipient.e164] = now;
    for (const auto& [number, at] : cluster.seen) {
      answer.recipients += now - at < limits_.window_ms;
    }
    answer.recipients = std::min(answer.recipients, limits_.recipients_max + 1);
    return answer;
  }

  void Decide(ContentProviderId who, uint64_t hash, CampaignState state,
              int64_t until, int64_t now) {
    Cluster& cluster = Join(who, hash, now);
    cluster.state = state;
    cluster.until = until;
    cluster.seen.clear();
  }

 private:
  struct Cluster {
    ContentProviderId who;
    uint64_t hash = 0;
    int64_t last = 0;
    CampaignState state = kCounting;
    int64_t until = 0;
    std::map<uint64_t, int64_t> seen;
  };

  Cluster& Join(ContentProviderId who, uint64_t hash, int64_t now) {
    clusters_.remove_if([&](const Cluster& c) {
      const bool decided = c.state != kCounting && now < c.until;
      return now - c.last >= limits_.window_ms && !decided;
    });
    Cluster* found = nullptr;
    for (Cluster& c : clusters_) {  // The oldest first.
      if (c.who == who && found == nullptr &&
          std::popcount(c.hash ^ hash) <= limits_.distance_max) {
        found = &c;
      }
    }
    if (found == nullptr) found = &clusters_.emplace_back(Cluster{who, hash});
    if (found->state != kCounting && now >= found->until) {
      found->state = kCounting;
    }
    found->last = now;
    return *found;
  }

  CampaignLimits limits_;
  std::list<Cluster> clusters_;
};

TEST(Campaigns, AgreesWithAList) {
  const char* seed_text = std::getenv("SLUICE_SEED");
  const uint64_t seed = seed_text ? std::strtoull(seed_text, nullptr, 10) : 1;
  SCOPED_TRACE(testing::Message() << "SLUICE_SEED=" << seed);
  std::mt19937_64 random(seed);
  for (const int distance_max : {0, 3, 4, 7}) {
    CampaignLimits limits = Limits(5);
    limits.memory_bytes_max = 4 << 20;  // The bound is never reached.
    limits.distance_max = distance_max;
    Campaigns campaigns(limits);
    NaiveCampaigns naive(limits);
    std::vector<uint64_t> centres(6);
    for (uint64_t& centre : centres) centre = random();
    centres[1] = centres[0] ^ 0x8421'0000'8421;  // So near that they compete.
    int saturated = 0;
    int decided = 0;
    int joined = 0;
    int64_t now = kNow;
    for (int i = 0; i < 20'000; ++i) {
      const bool pause = random() % 100 == 0;
      now +=
          static_cast<int64_t>(random() % (pause ? 2 * kWindow : kMinute / 3));
      const ContentProviderId who = {static_cast<uint32_t>(1 + random() % 2)};
      uint64_t hash = centres[random() % centres.size()];
      for (uint64_t n = random() % 6; n > 0; --n) hash ^= 1ull << random() % 64;
      if (random() % 40 == 0) {
        const auto state = static_cast<CampaignState>(random() % 4);
        const int64_t until =
            now + static_cast<int64_t>(random() % kWindow) * 2;
        campaigns.Decide(who, hash, state, until, now);
        naive.Decide(who, hash, state, until, now);
      }
      const Phone recipient = Number(random() % 12);
      const auto expected = naive.Add(who, hash, recipient, now);
      const CampaignState state = campaigns.Look(who, hash, now).state;
      const auto answer = campaigns.Add(who, hash, recipient, now);
      ASSERT_EQ(answer.cluster, expected.cluster) << i;
      ASSERT_EQ(answer.recipients, expected.recipients) << i;
      ASSERT_EQ(answer.state, expected.state) << i;
      ASSERT_EQ(state, expected.state) << i;
      saturated += answer.recipients == 6;
      decided += answer.state != kCounting;
      joined += answer.cluster != hash;
    }
    EXPECT_GT(decided, 200);
    if (distance_max == 7) {
      EXPECT_GT(saturated, 500);
      EXPECT_GT(joined, 5'000);
    }
  }
}

}  // namespace
}  // namespace sluice::filter
