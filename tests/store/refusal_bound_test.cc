// Which refusals are recorded singly, and that none is forgotten: those
// recorded and those counted add up, whatever the order of calls and times.

#include "store/writer/refusal_bound.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "store/partition/ledger_bounds.h"
#include "store/partition/partition_state.h"
#include "tests/fakes/world.h"

namespace sluice::store {
namespace {

constexpr Phone kAnna{8613800138000};
constexpr AccountId kShopAccount{1};
constexpr AccountId kOther{2};
constexpr int64_t kNow = kTenInTheMorningMs;

class RefusalBoundTest : public testing::Test {
 protected:
  bool Refuse(AccountId account, Phone recipient, int64_t now_ms) {
    filter::Finding observed;
    observed.observed = true;
    filter::Finding primary;
    primary.code = filter::ReasonCode::kSignatureMissing;
    primary.rule = "rule";
    const std::vector<filter::Finding> findings = {observed, primary};
    return bound_.RecordsSingly(account, recipient, now_ms, findings, "pack 7");
  }

  // How many of `count` refusals are recorded singly.
  int RefuseMany(AccountId account, Phone recipient, int count,
                 int64_t now_ms = kNow) {
    int singly = 0;
    for (int i = 0; i < count; ++i)
      singly += Refuse(account, recipient, now_ms);
    return singly;
  }

  struct Taken {
    Phone recipient;
    store::v1::RefusalsCounted counted;
  };
  std::vector<Taken> Take(int64_t now_ms, bool all = false) {
    std::vector<Taken> taken;
    bound_.TakeDue(now_ms, all,
                   [&](Phone recipient, const store::v1::RefusalsCounted& one) {
                     taken.push_back({recipient, one});
                   });
    return taken;
  }

  RefusalBound bound_;
};

TEST_F(RefusalBoundTest, TheFirstAreRecordedAndTheRestCounted) {
  EXPECT_EQ(RefuseMany(kShopAccount, kAnna, 1000), 20);
  EXPECT_FALSE(Refuse(kShopAccount, kAnna, kNow + 5'000));
  // Others are not affected.
  EXPECT_TRUE(Refuse(kOther, kAnna, kNow));
  EXPECT_TRUE(Refuse(kShopAccount, Phone{kAnna.e164 + 1}, kNow));

  EXPECT_TRUE(Take(kNow + 59'999).empty());
  const auto taken = Take(kNow + 60'000);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].recipient, kAnna);
  const store::v1::RefusalsCounted& counted = taken[0].counted;
  EXPECT_EQ(counted.account(), kShopAccount.value);
  EXPECT_EQ(counted.count(), 981u);
  EXPECT_EQ(counted.first_ms(), kNow);
  EXPECT_EQ(counted.last_ms(), kNow + 5'000);
  EXPECT_EQ(counted.reason().code(),
            filter::Name(filter::ReasonCode::kSignatureMissing));
  EXPECT_EQ(counted.reason().rule(), "rule");
  EXPECT_EQ(counted.rule_set(), "pack 7");
  EXPECT_TRUE(Take(kNow + 200'000, /*all=*/true).empty());
}

TEST_F(RefusalBoundTest, FourAMinuteAreRegained) {
  EXPECT_EQ(RefuseMany(kShopAccount, kAnna, 100), 20);
  EXPECT_EQ(RefuseMany(kShopAccount, kAnna, 100, kNow + 14'999), 0);
  EXPECT_EQ(RefuseMany(kShopAccount, kAnna, 100, kNow + 60'000), 4);
  EXPECT_EQ(RefuseMany(kShopAccount, kAnna, 100, kNow + 3'600'000), 20);
}

TEST_F(RefusalBoundTest, InvalidNumbersHaveAnAllowanceForEachAccount) {
  EXPECT_EQ(RefuseMany(kShopAccount, Phone{}, 5000), 1000);
  EXPECT_EQ(RefuseMany(kOther, Phone{}, 1), 1);
  EXPECT_EQ(RefuseMany(kShopAccount, Phone{}, 5000, kNow + 60'000), 200);
}

TEST_F(RefusalBoundTest, AClockSetBackDoesNotSilenceAnAccount) {
  EXPECT_EQ(RefuseMany(kShopAccount, kAnna, 100), 20);
  const int64_t back = kNow - 400ll * 24 * 3600 * 1000;
  EXPECT_EQ(RefuseMany(kShopAccount, kAnna, 100, back), 20);
  const auto taken = Take(back);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].counted.count(), 160u);
}

// With more pairs than are remembered, at random times.
TEST_F(RefusalBoundTest, SinglesAndCountsAddUp) {
  std::mt19937_64 random(1);
  std::map<uint64_t, uint64_t> refused;
  std::map<uint64_t, uint64_t> told;
  size_t counts = 0;
  const auto take = [&](int64_t now_ms, bool all) {
    for (const Taken& one : Take(now_ms, all)) {
      told[one.recipient.e164] += one.counted.count();
      EXPECT_LE(one.counted.last_ms() - one.counted.first_ms(),
                RefusalBound::kCountMs + 100);
      ++counts;
    }
  };
  int64_t now_ms = kNow;
  for (int i = 0; i < 400'000; ++i) {
    // A few numbers get most refusals.
    const uint64_t number = random() % 4 != 0 ? kAnna.e164 + random() % 5
                                              : kAnna.e164 + random() % 100'000;
    ++refused[number];
    told[number] += Refuse(kShopAccount, Phone{number}, now_ms);
    if (random() % 100 == 0) {
      now_ms += static_cast<int64_t>(random() % 100);
      take(now_ms, false);
    }
  }
  take(now_ms, true);
  EXPECT_EQ(told, refused);
  EXPECT_GT(counts, 10u);
  EXPECT_LT(counts, 2'000u);
}

// Refused messages under keys have entries in the ledger of their number. They
// must not take the room of messages that are sent.
TEST(LedgerBounds, RefusedMessagesDoNotFillALedger) {
  PartitionState state;
  uint64_t message = 0;
  const auto add = [&](uint32_t account, uint8_t flags) {
    const filter::Send send = {
        .at_ms = kNow,
        .decided_ms = kNow + static_cast<int64_t>(message),
        .message = ++message,
        .key = message,
        .account = account,
        .flags = flags};
    state.Decided(kAnna, send, nullptr, 0, kNow);
  };
  const auto is_full = [&](AccountId account, sluice::v1::Decision decision) {
    return IsLedgerFull(state.recipients.Find(kAnna), account, decision);
  };
  for (int i = 0; i < 10'000; ++i) add(1, filter::kSendRejected);
  EXPECT_LE(state.recipients.Find(kAnna).sends.size(), 64u);
  // The newest stay, for the retry of their keys.
  EXPECT_NE(state.recipients.FindSend(kAnna, message), nullptr);
  for (uint32_t account = 2; account < 1000; ++account) {
    for (int i = 0; i < 64; ++i) add(account, filter::kSendRejected);
  }
  EXPECT_LE(state.recipients.Find(kAnna).sends.size(),
            kSendsPerRecipientMax / 2);
  EXPECT_FALSE(is_full({1}, sluice::v1::DECISION_ACCEPTED));
}

TEST(LedgerBounds, OneAccountCannotFillALedger) {
  std::vector<filter::Send> sends;
  const auto is_full = [&](AccountId account, sluice::v1::Decision decision) {
    return IsLedgerFull({sends, {}}, account, decision);
  };
  sends.resize(kHeldPerAccountMax, {.account = 1, .flags = filter::kSendHeld});
  EXPECT_TRUE(is_full({1}, sluice::v1::DECISION_HELD));
  EXPECT_FALSE(is_full({1}, sluice::v1::DECISION_ACCEPTED));
  EXPECT_FALSE(is_full({2}, sluice::v1::DECISION_HELD));
  sends.resize(kSendsPerAccountMax,
               {.account = 1, .flags = filter::kSendCharged});
  EXPECT_TRUE(is_full({1}, sluice::v1::DECISION_ACCEPTED));
  EXPECT_FALSE(is_full({2}, sluice::v1::DECISION_ACCEPTED));
  sends.resize(kSendsPerRecipientMax, {.account = 3});
  EXPECT_TRUE(is_full({2}, sluice::v1::DECISION_ACCEPTED));
}

}  // namespace
}  // namespace sluice::store
