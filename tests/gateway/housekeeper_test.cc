// Work that the clock starts, on a real store and a clock that the test moves.
#include "gateway/housekeeper.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gateway/readiness.h"
#include "rules/base/error_reason.h"
#include "tests/fakes/disks.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/wait.h"
#include "tests/fakes/world.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

class HousekeeperTest : public testing::Test {
 protected:
  void SetUp() override {
    store::StoreOptions options;
    options.path = folder_.path();
    options.segment_bytes = 4 << 20;
    disks_.Carry(options);
    auto store = store::Store::Open(options, clock_, WorldSnapshot(),
                                    [](const std::string&) {});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    control_ =
        std::make_unique<ControlState>(*store_, callers_, *WorldSnapshot());
    keeper_ =
        std::make_unique<Housekeeper>(clock_, *store_, *control_, metrics_);
    logger_before_ = spdlog::default_logger();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_)));
  }
  void TearDown() override { spdlog::set_default_logger(logger_before_); }

  void FailLogins(int times) {
    for (int i = 0; i < times; ++i) {
      EXPECT_FALSE(callers_.Authorize("Bearer none", Rpc::kSubmit, 0).ok());
    }
  }

  // Records opt-outs until the store takes none; returns why.
  absl::Status OptOutUntilRefused() {
    const std::string evidence(1000, 'x');
    for (uint64_t number = 8613800000000;; ++number) {
      std::promise<absl::Status> answered;
      store_->AddOptOut({.recipient = Phone{number},
                         .content_provider = {1},
                         .classes = MaskOf(MessageClass::kCommercial),
                         .evidence = evidence},
                        [&](const absl::StatusOr<store::OptOutResult>& result) {
                          answered.set_value(result.status());
                        });
      absl::Status status = answered.get_future().get();
      if (!status.ok()) return status;
    }
  }

  // A tick a second, as the server does.
  void Seconds(int count) {
    for (int i = 0; i < count; ++i) {
      clock_.Advance(absl::Seconds(1));
      keeper_->Tick();
    }
  }

  std::vector<store::v1::FailedLogins> Journaled() {
    std::vector<store::v1::FailedLogins> found;
    EXPECT_TRUE(store_
                    ->ReadControl([&found](const store::v1::Record& record) {
                      if (record.has_failed_logins()) {
                        found.push_back(record.failed_logins());
                      }
                    })
                    .ok());
    return found;
  }

  TemporaryFolder folder_;
  FakeClock clock_{absl::FromUnixMillis(kTenInTheMorningMs)};
  store::Disks disks_{1};
  Callers callers_;
  Metrics metrics_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ControlState> control_;
  std::unique_ptr<Housekeeper> keeper_;
  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> logger_before_;
};

TEST_F(HousekeeperTest, RefusedLoginsAreJournaledOnceAMinute) {
  FailLogins(3);
  Seconds(59);
  EXPECT_EQ(Journaled().size(), 0u);
  FailLogins(2);
  Seconds(1);
  ASSERT_EQ(Journaled().size(), 1u);
  EXPECT_EQ(Journaled()[0].unauthenticated(), 5u);
  EXPECT_EQ(Journaled()[0].denied(), 0u);
  // A minute without refused logins leaves no record.
  Seconds(60);
  EXPECT_EQ(Journaled().size(), 1u);
  FailLogins(1);
  Seconds(60);
  ASSERT_EQ(Journaled().size(), 2u);
  EXPECT_EQ(Journaled()[1].unauthenticated(), 1u);
}

TEST_F(HousekeeperTest, AStepOfTheWallClockChangesNoMinute) {
  FailLogins(1);
  clock_.Step(absl::Hours(2));
  Seconds(59);
  EXPECT_EQ(Journaled().size(), 0u);
  Seconds(1);
  EXPECT_EQ(Journaled().size(), 1u);
}

TEST_F(HousekeeperTest, AStepRaisesOneAlarmAndSaysWhenItIsOver) {
  Seconds(3);
  EXPECT_EQ(log_.str(), "");
  clock_.Step(absl::Minutes(3));
  Seconds(3);
  const std::string alarm = log_.str();
  EXPECT_TRUE(
      absl::StrContains(alarm, "[error] the system clock is 180 s ahead"))
      << alarm;
  EXPECT_EQ(std::count(alarm.begin(), alarm.end(), '\n'), 1);
  ASSERT_TRUE(store_->AcceptClock("key", "a test").ok());
  Seconds(3);
  EXPECT_TRUE(
      absl::StrContains(log_.str(), "[info] the system clock is correct again"))
      << log_.str();
  clock_.Step(-absl::Minutes(3));
  Seconds(1);
  EXPECT_TRUE(absl::StrContains(log_.str(), "180 s behind")) << log_.str();
}

TEST_F(HousekeeperTest, AFullDiskIsOneErrorAndItsEndOneInfo) {
  store::FailingJournalFiles& disk = *disks_.faults()[1];
  disk.SetFault({.call = store::JournalFault::Call::kCreate,
                 .nth = 1,
                 .how = store::JournalFault::How::kDiskFull});
  const absl::Status full = OptOutUntilRefused();
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted) << full;
  EXPECT_TRUE(HasReason(full, ErrorReason::kDiskFull)) << full;
  EXPECT_EQ(NotReady(*store_, {}),
            "the disk is full: partition 0 has no room for its journal");
  Seconds(1);
  EXPECT_TRUE(absl::StrContains(metrics_.Text(), "sluice_disk_full 2"));
  Seconds(699);
  const std::string log = log_.str();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
  EXPECT_TRUE(absl::StrContains(log, "[error] the disk of store.path is full"))
      << log;
  EXPECT_TRUE(absl::StrContains(log, "(for 10m)")) << log;

  disk.SetFault({});
  ASSERT_TRUE(
      WaitFor("room", [this] { return NotReady(*store_, {}).empty(); }));
  Seconds(2);
  const std::string ended = log_.str().substr(log.size());
  EXPECT_EQ(std::count(ended.begin(), ended.end(), '\n'), 1) << ended;
  EXPECT_TRUE(absl::StrContains(ended, "[info] the disk has room")) << ended;
  EXPECT_TRUE(absl::StrContains(metrics_.Text(), "sluice_disk_full 0"));
}

}  // namespace
}  // namespace sluice::gateway
