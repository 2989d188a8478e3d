#include "store/janitor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rules/base/milliseconds.h"
#include "rules/base/mutex.h"
#include "store/journal/journal_check.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/wait.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

constexpr int64_t kBeginMs = 1'795'312'800'000;

// A journal with a record every six hours, about five days in a segment.
class JanitorTest : public testing::Test {
 protected:
  void SetUp() override {
    auto views = Views::Open(folder_.path() + "/views");
    ASSERT_TRUE(views.ok()) << views.status();
    views_ = *std::move(views);
    journal_ = *OpenJournal(files_);
  }

  void Append(int64_t at_ms) {
    store::v1::Record record;
    record.set_at_ms(at_ms);
    record.set_recipient(8613800138000);
    record.mutable_decided()->set_text(std::string(40, 'x'));
    GroupBuilder builder(kSeed);
    builder.Add(record.SerializeAsString());
    ASSERT_TRUE(journal_->Append(builder).ok());
    ASSERT_TRUE(journal_->Sync().ok());
  }
  void AppendDays(int64_t from_ms, int days) {
    for (int i = 0; i < 4 * days; ++i) Append(from_ms + i * 6 * kHourMs);
  }

  RetainedJournal Retained() { return {files_, kIdentity, *views_, reader_}; }
  // Times of the records that are left.
  std::vector<int64_t> Left() {
    std::vector<int64_t> times;
    JournalReader reader(files_, kIdentity);
    store::v1::Record record;
    while (*reader.Next(journal_->durable_end())) {
      if (reader.group().Removed(0)) continue;
      EXPECT_TRUE(
          record.ParseFromString(std::string(reader.group().Record(0))));
      times.push_back(record.at_ms());
    }
    return times;
  }

  std::unique_ptr<Janitor> Start(double share_max) {
    return std::make_unique<Janitor>(JanitorParts{
        .journals = {Retained()},
        .share_max = share_max,
        .rules = [this](int64_t) -> absl::StatusOr<RetentionRules> {
          MutexLock lock(mutex_);
          return RetentionRules{.kept_ms = kKeptMs, .kept = kept_};
        },
        .now_ms = [this]() -> std::optional<int64_t> {
          ++asked_;
          const int64_t now_ms = now_ms_;
          if (now_ms == 0) return std::nullopt;
          return now_ms;
        },
        .journal =
            [this](store::v1::RetentionRan ran) {
              MutexLock lock(mutex_);
              left_when_journaled_.push_back(Left().size());
              ran_.push_back(std::move(ran));
              return absl::OkStatus();
            },
        .ran = [this] { ++runs_; },
        .note =
            [this](const std::string& note) {
              MutexLock lock(mutex_);
              notes_ += note + "\n";
            },
        .fault = [](const std::string&) {}});
  }

  static constexpr int64_t kKeptMs = 60 * kDayMs;
  TemporaryFolder folder_;
  LossyJournalFiles files_;
  RecordReader reader_{files_, kIdentity};
  std::unique_ptr<Views> views_;
  std::unique_ptr<Journal> journal_;
  std::atomic<int64_t> now_ms_ = 0;  // 0: the clock is not settled.
  std::atomic<int> asked_ = 0;
  std::atomic<int> runs_ = 0;  // That removed something.
  Mutex mutex_;
  std::vector<store::v1::RetentionRan> ran_ SLUICE_GUARDED_BY(mutex_);
  std::vector<size_t> left_when_journaled_ SLUICE_GUARDED_BY(mutex_);
  std::string notes_ SLUICE_GUARDED_BY(mutex_);
  KeptScopes kept_ SLUICE_GUARDED_BY(mutex_);
};

TEST_F(JanitorTest, ARunGoesADayFurther) {
  AppendDays(kBeginMs, 60);
  // Everything is past its time, or seems to be.
  const int64_t now_ms = kBeginMs + 500 * kDayMs;
  int runs = 0;
  size_t left = Left().size();
  for (; left > 60; ++runs) {
    ASSERT_LT(runs, 100);
    const auto plan = PlanRetention(
        Retained(), {.now_ms = now_ms, .before_ms = now_ms - kKeptMs});
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_LE(plan->before_ms, kBeginMs + (runs + 1) * kDayMs);
    ASSERT_TRUE(Retain(Retained(), *plan, now_ms).ok());
    const size_t now_left = Left().size();
    EXPECT_EQ(left - now_left, plan->removed);
    left = now_left;
    for (const int64_t at_ms : Left()) {
      if (at_ms >= plan->before_ms) break;
      // Only records in a segment that also has younger ones stay.
      EXPECT_GT(at_ms, plan->before_ms - 12 * kDayMs);
    }
  }
  EXPECT_GT(runs, 30);
  EXPECT_EQ(CheckJournal(files_)->damage_count, 0u);
  EXPECT_FALSE(*RetentionIsDue(Retained(), now_ms + kHourMs - 1));
  EXPECT_TRUE(*RetentionIsDue(Retained(), now_ms + kHourMs));
  EXPECT_TRUE(*RetentionIsDue(Retained(), now_ms - 400 * kDayMs));
}

TEST_F(JanitorTest, NothingGoesBeforeItsTime) {
  AppendDays(kBeginMs, 60);
  const auto plan = PlanRetention(
      Retained(), {.now_ms = kBeginMs + 60 * kDayMs, .before_ms = kBeginMs});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_TRUE(plan->segments.empty());
  EXPECT_EQ(plan->removed, 0u);
}

// Segments that begin in a mistaken future hide those before them only until a
// segment begins after the way back.
TEST_F(JanitorTest, AMistakenFutureDoesNotKeepRecordsForGood) {
  AppendDays(kBeginMs, 12);
  AppendDays(kBeginMs + 400 * kDayMs, 12);
  AppendDays(kBeginMs + 12 * kDayMs, 60);
  const int64_t now_ms = kBeginMs + 90 * kDayMs;
  for (int run = 0; run < 60; ++run) {
    const auto plan = PlanRetention(
        Retained(), {.now_ms = now_ms, .before_ms = now_ms - kKeptMs});
    ASSERT_TRUE(plan.ok()) << plan.status();
    ASSERT_TRUE(Retain(Retained(), *plan, now_ms).ok());
  }
  for (const int64_t at_ms : Left()) {
    EXPECT_GT(at_ms, kBeginMs + 12 * kDayMs);
    EXPECT_LT(at_ms, now_ms);
  }
}

TEST_F(JanitorTest, AnUnsettledClockRemovesNothing) {
  AppendDays(kBeginMs, 60);
  const size_t before = Left().size();
  auto janitor = Start(/*share_max=*/1);
  ASSERT_TRUE(WaitFor("the janitor looks", [&] { return asked_ > 0; }));
  janitor->Nudge();
  ASSERT_TRUE(WaitFor("it looks again", [&] { return asked_ > 1; }));
  janitor.reset();
  EXPECT_EQ(Left().size(), before);
  MutexLock lock(mutex_);
  EXPECT_TRUE(ran_.empty());
}

TEST_F(JanitorTest, ALargeShareWaitsForAYesAndIsJournaledFirst) {
  // All records are of one hour, so that a run of a day takes all.
  for (int i = 0; i < 100; ++i) Append(kBeginMs + i * 1000);
  const size_t before = Left().size();
  now_ms_ = kBeginMs + 500 * kDayMs;
  auto janitor = Start(/*share_max=*/0.2);
  ASSERT_TRUE(
      WaitFor("the run waits", [&] { return !janitor->Waiting().empty(); }));
  const WaitingRetention waiting = janitor->Waiting()[0];
  EXPECT_EQ(waiting.partition, kIdentity.partition);
  EXPECT_GT(waiting.share, 0.2);
  EXPECT_EQ(Left().size(), before);
  EXPECT_EQ(janitor->Allow("key7"), 1u);
  ASSERT_TRUE(WaitFor("the run ends", [&] {
    MutexLock lock(mutex_);
    return !ran_.empty() && notes_.find("freed") != std::string::npos;
  }));
  EXPECT_TRUE(janitor->Waiting().empty());
  EXPECT_EQ(janitor->Allow("key7"), 0u);
  janitor.reset();
  EXPECT_EQ(runs_, 1);
  MutexLock lock(mutex_);
  ASSERT_EQ(ran_.size(), 1u);
  EXPECT_EQ(left_when_journaled_[0], before);
  EXPECT_EQ(ran_[0].actor(), "key7");
  EXPECT_EQ(ran_[0].removed(), waiting.records);
  EXPECT_EQ(Left().size(), before - waiting.records);
}

// Segments that were closed after the question are not covered by the answer.
TEST_F(JanitorTest, AYesForLessIsAskedForAgain) {
  for (int i = 0; i < 100; ++i) Append(kBeginMs + i * 1000);
  now_ms_ = kBeginMs + 500 * kDayMs;
  auto janitor = Start(/*share_max=*/0.2);
  const auto asked = [this](int times) {
    MutexLock lock(mutex_);
    size_t at = 0;
    while (times > 0 && at != std::string::npos) {
      at = notes_.find("waits for a person", at + 1);
      --times;
    }
    return at != std::string::npos;
  };
  ASSERT_TRUE(WaitFor("it asks", [&] { return asked(1); }));
  const uint64_t first = janitor->Waiting()[0].records;
  for (int i = 100; i < 200; ++i) Append(kBeginMs + i * 1000);
  EXPECT_EQ(janitor->Allow("key7"), 1u);
  ASSERT_TRUE(WaitFor("it asks again", [&] { return asked(2); }));
  const uint64_t second = janitor->Waiting()[0].records;
  EXPECT_GT(second, first);
  EXPECT_EQ(janitor->Allow("key7"), 1u);
  ASSERT_TRUE(WaitFor("the run ends", [&] {
    MutexLock lock(mutex_);
    return notes_.find("freed") != std::string::npos;
  }));
  janitor.reset();
  MutexLock lock(mutex_);
  ASSERT_EQ(ran_.size(), 1u);
  EXPECT_EQ(ran_[0].removed(), second);
}

}  // namespace
}  // namespace sluice::store
