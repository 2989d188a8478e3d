// The weight of commands in the inbox, and that a refused command is answered
// and frees its room.

#include "store/writer/commands.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace sluice::store {
namespace {

constexpr uint16_t kPartition = 1;

const absl::Status kWhy = absl::UnavailableError("the service is stopping");

void RefuseIt(Command command, const PartitionStats& stats = {}) {
  Refuse(command, {kPartition, kWhy, stats});
}

TEST(InboxBound, TakesAsAWholeOrNotAtAll) {
  InboxBound bound(10, "too many wait");
  EXPECT_TRUE(bound.TryTake(6).ok());
  const absl::Status full = bound.TryTake(5);
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(full.message(), "too many wait");
  EXPECT_TRUE(bound.TryTake(4).ok());
  EXPECT_FALSE(bound.TryTake(1).ok());
  EXPECT_TRUE(bound.TryTake(0).ok());
  bound.Give(6);
  EXPECT_TRUE(bound.TryTake(6).ok());
}

TEST(InboxBound, HoldsHoweverManyTakeAtOnce) {
  constexpr int kMax = 1000;
  InboxBound bound(kMax, "full");
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (bound.TryTake(3).ok()) taken += 3;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, kMax - kMax % 3);
}

TEST(Commands, WeighAsManyMessagesAsTheirPartition) {
  SubmitBatch batch;
  batch.parts = {{0}, {1, 2, 3}};
  EXPECT_EQ(WeightOf(SubmitCommand{&batch}, kPartition), 3u);
  EXPECT_EQ(WeightOf(SubmitCommand{&batch, /*check_only=*/true}, kPartition),
            kWorthWaking);
  LinkRun run;
  run.written.resize(2);
  run.answers.resize(3);
  run.reports.resize(4);
  EXPECT_EQ(WeightOf(LinkRunCommand{std::move(run)}, kPartition), 9u);
  EXPECT_EQ(WeightOf(StatsCommand{}, kPartition), kWorthWaking);
  EXPECT_EQ(WeightOf(ReplyCommand{}, kPartition), 1u);
}

TEST(Commands, ARefusedBatchFailsAndGivesItsRoomBack) {
  InboxBound bound(4, "full");
  ASSERT_TRUE(bound.TryTake(4).ok());
  std::optional<absl::Status> done;
  SubmitBatch batch;
  batch.parts = {{0}, {1, 2, 3}};
  batch.parts_open = 2;
  batch.done = [&done](absl::Status status) { done = std::move(status); };
  RefuseIt(SubmitCommand{&batch, false, &bound});
  EXPECT_TRUE(bound.TryTake(3).ok());
  EXPECT_FALSE(bound.TryTake(1).ok());
  EXPECT_FALSE(done.has_value());  // The other part is still open.
  FinishPart(batch, absl::OkStatus());
  EXPECT_EQ(done, kWhy);
}

TEST(Commands, ARefusedLinkRunLosesItsReportsOnly) {
  std::optional<absl::Status> done;
  LinkRun run;
  run.written.resize(1);
  run.reports.emplace_back().done = [&done](const absl::Status& status) {
    done = status;
  };
  Command command = LinkRunCommand{std::move(run)};
  Refuse(command, {kPartition, kWhy, {}});
  EXPECT_EQ(done, kWhy);
  EXPECT_TRUE(StaysTrue(command));
  EXPECT_TRUE(std::get<LinkRunCommand>(command).run.reports.empty());
  EXPECT_EQ(std::get<LinkRunCommand>(command).run.written.size(), 1u);
}

TEST(Commands, RefusedStatsAreTheLast) {
  std::optional<uint64_t> held;
  RefuseIt(StatsCommand{[&held](const auto& stats) { held = stats.held; }},
           {.held = 5});
  EXPECT_EQ(held, 5u);
}

TEST(Commands, OnlyWhatWasSaidOutsideStaysTrue) {
  EXPECT_TRUE(StaysTrue(GiveBackCommand{}));
  EXPECT_TRUE(StaysTrue(LinkRunCommand{}));
  EXPECT_FALSE(StaysTrue(SubmitCommand{}));
  EXPECT_FALSE(StaysTrue(ReplyCommand{}));
}

}  // namespace
}  // namespace sluice::store
