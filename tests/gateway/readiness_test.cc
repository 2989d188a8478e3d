// The answer for load balancers, on a real store whose writer or disk hangs.
#include "gateway/readiness.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "tests/fakes/disks.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/world.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

using store::JournalFault;

// Only a failing test waits this long.
constexpr std::chrono::seconds kPatience(20);

class ReadinessTest : public testing::Test {
 protected:
  void SetUp() override {
    store::StoreOptions options;
    options.path = folder_.path();
    options.partitions = 2;
    options.segment_bytes = 8 << 20;
    disks_.Carry(options);
    auto store = store::Store::Open(options, clock_, WorldSnapshot(),
                                    [](const std::string&) {});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  // Asks on another thread; "nothing" when no answer comes.
  std::string Answer() {
    std::future<std::string> answer = std::async(
        std::launch::async, [this] { return NotReady(*store_, {}); });
    if (answer.wait_for(kPatience) == std::future_status::ready) {
      return answer.get();
    }
    late_.push_back(std::move(answer));
    return "nothing";
  }

  bool Becomes(const std::string& why) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (Answer() != why) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::yield();
    }
    return true;
  }

  TemporaryFolder folder_;
  FakeClock clock_{absl::FromUnixMillis(kTenInTheMorningMs)};
  store::Disks disks_{1};
  std::unique_ptr<store::Store> store_;
  std::vector<std::future<std::string>> late_;  // Ends before the store.
};

TEST_F(ReadinessTest, AnswersWhileAWriterIsBlocked) {
  std::promise<void> blocked;
  std::promise<void> go_on;
  store_->TakeWork(0, {.link = "test",
                       .carriers = {},
                       .segments_max = 1,
                       .done = [&, wait = go_on.get_future().share()](
                                   const absl::StatusOr<store::Work>&) {
                         blocked.set_value();
                         wait.wait();
                       }});
  blocked.get_future().wait();
  EXPECT_EQ(Answer(), "");
  clock_.Step(absl::Minutes(2));
  EXPECT_TRUE(absl::StrContains(Answer(), "120 s ahead")) << Answer();
  go_on.set_value();
}

TEST_F(ReadinessTest, NamesThePartitionWhoseDiskFailsUntilItWrites) {
  EXPECT_EQ(Answer(), "");
  const int partition = store_->PartitionOf(Phone{8613800000001});
  store::FailingJournalFiles& disk =
      *disks_.faults()[static_cast<size_t>(partition) + 1];
  disk.SetFault({.call = JournalFault::Call::kAppend, .nth = 1});
  std::promise<void> answered;
  store_->AddOptOut({.recipient = Phone{8613800000001}},
                    [&](const absl::StatusOr<store::OptOutResult>& result) {
                      EXPECT_FALSE(result.ok());
                      answered.set_value();
                    });
  answered.get_future().wait();
  EXPECT_TRUE(Becomes("partition " + std::to_string(partition) +
                      " cannot write its journal"));
  disk.SetFault({});
  EXPECT_TRUE(Becomes(""));
}

LinkStatus LinkIn(LinkCondition condition, const std::string& name,
                  const std::string& why) {
  LinkStatus link;
  link.name = name;
  link.condition = condition;
  link.why = why;
  link.carriers[static_cast<size_t>(Carrier::kMobile)] = true;
  return link;
}

TEST_F(ReadinessTest, NamesTheLinksWhenNoneCanSend) {
  const LinkStatus down = LinkIn(LinkCondition::kDown, "a", "refused");
  const LinkStatus paused = LinkIn(LinkCondition::kPaused, "b", "silent");
  const LinkStatus up = LinkIn(LinkCondition::kUp, "c", "");
  EXPECT_EQ(NotReady(*store_, {}), "");
  EXPECT_EQ(NotReady(*store_, {down, paused}),
            "no carrier link can send: a is down (refused); b is paused "
            "(silent)");
  EXPECT_EQ(NotReady(*store_, {down, up, paused}), "");
}

TEST(Readiness, WarnsOfCarriersWithoutALink) {
  EXPECT_EQ(UnservedCarriers({}), "");
  LinkStatus link = LinkIn(LinkCondition::kUp, "a", "");
  EXPECT_TRUE(absl::StrContains(
      UnservedCarriers({link}),
      "no link serves the carriers unknown, unicom, telecom, broadnet: "))
      << UnservedCarriers({link});
  link.carriers.fill(true);
  EXPECT_EQ(UnservedCarriers({link}), "");
}

}  // namespace
}  // namespace sluice::gateway
