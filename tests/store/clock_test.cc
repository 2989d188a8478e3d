// A wrong system clock on a real store: at a start, accepted by mistake, and
// the way back.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_format.h"
#include "rules/base/milliseconds.h"
#include "store/store.h"
#include "tests/fakes/effort.h"
#include "tests/fakes/wait.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

using sluice::v1::DECISION_ACCEPTED;
using sluice::v1::DECISION_DEFERRED;
using sluice::v1::DECISION_REJECTED;

const Phone kAnna{8613800138000};
const std::string kAnnaText = "13800138000";
constexpr absl::Duration kYearAhead = absl::Hours(24 * 400 + 5);

class StoreClockTest : public StoreTest {
 protected:
  int64_t WallMs() const { return absl::ToUnixMillis(clock_.Now()); }

  sluice::v1::Decision Submit(Store& store, Outgoing message) {
    const auto answers = SubmitAll(store, {std::move(message)});
    EXPECT_TRUE(answers.ok()) << answers.status();
    return answers.ok() ? (*answers)[0].decision
                        : sluice::v1::DECISION_UNDECIDED;
  }

  // What tells how far a journal is goes first, so that no journal in the copy
  // is behind it.
  static std::error_code CopyOpen(const std::filesystem::path& from,
                                  const std::filesystem::path& to,
                                  int partitions) {
    namespace fs = std::filesystem;
    std::vector<std::string> names = {"durable", "control.checkpoint"};
    for (const std::string part : {"/views", "/journal"}) {
      for (int i = 0; i < partitions; ++i) {
        names.push_back(absl::StrFormat("partition-%03d", i) + part);
      }
      if (part == "/views") names.push_back("control");
    }
    std::error_code error;
    for (const std::string& name : names) {
      if (!fs::exists(from / name)) continue;
      fs::create_directories((to / name).parent_path());
      fs::copy(from / name, to / name, fs::copy_options::recursive, error);
      if (error) break;
    }
    return error;
  }

  // As after a kill: a copy of the open store, opened.
  std::unique_ptr<Store> OpenKilled(std::unique_ptr<Store> store,
                                    int partitions = 1) {
    const std::filesystem::path data = folder_.path() + "/data";
    // The views may delete a file while it is copied: then copy again.
    std::error_code error;
    for (int attempt = 0; attempt < 10; ++attempt) {
      std::filesystem::remove_all(folder_.path() + "/copy");
      error = CopyOpen(data, folder_.path() + "/copy", partitions);
      if (!error) break;
    }
    EXPECT_FALSE(error) << error.message();
    store.reset();
    std::filesystem::remove_all(data);
    std::filesystem::rename(folder_.path() + "/copy", data);
    return Open(partitions);
  }

  // An operator accepts a clock 400 days ahead, and messages are sent there.
  std::unique_ptr<Store> OpenInTheFuture() {
    auto store = Open();
    clock_.Step(kYearAhead);
    EXPECT_TRUE(store->AcceptClock("key", "by habit").ok());
    return store;
  }
  void SetRight(Store& store) {
    clock_.Step(-kYearAhead);
    const absl::Status back = store.TurnClockBack("key", "the clock was wrong");
    EXPECT_TRUE(back.ok()) << back;
    EXPECT_FALSE(store.ReadClock().stepped);
    EXPECT_EQ(store.NowMs(), WallMs());
  }
};

TEST_F(StoreClockTest, AStartFarAheadDecidesAndRemovesNothing) {
  auto store = Open(2);
  ASSERT_EQ(Submit(*store, {.recipient = kAnnaText}), DECISION_ACCEPTED);
  const int64_t journaled_ms = store->NowMs();
  store.reset();
  clock_.Step(kYearAhead);
  store = Open(2);
  const ClockReading reading = store->ReadClock();
  EXPECT_TRUE(reading.unconfirmed) << Notes();
  EXPECT_EQ(reading.now_ms, journaled_ms);
  EXPECT_NE(Notes().find("nothing is decided, handed over or removed"),
            std::string::npos)
      << Notes();
  EXPECT_EQ(SubmitAll(*store, {{.recipient = kAnnaText}}).status().code(),
            absl::StatusCode::kUnavailable);
  // The message is past its expiry by this clock, but it is neither ended nor
  // handed over.
  const int partition = store->PartitionOf(kAnna);
  EXPECT_TRUE(TakeAllWork(*store, partition)->empty());
  EXPECT_EQ(store->Stats(partition).queued + store->Stats(partition).deferred,
            1u);
  // An opt-out is taken whatever the clock says.
  EXPECT_TRUE(OptOutOf(*store, Phone{8613800138001}, kShop).ok());

  clock_.Step(-kYearAhead);
  EXPECT_FALSE(store->ReadClock().stepped);
  EXPECT_EQ(TakeAllWork(*store, partition)->size(), 1u);
}

TEST_F(StoreClockTest, AnOutageOfWeeksNeedsOneYes) {
  auto store = Open();
  ASSERT_EQ(Submit(*store, {.recipient = kAnnaText}), DECISION_ACCEPTED);
  store.reset();
  clock_.Advance(absl::Hours(21 * 24));
  store = Open();
  EXPECT_TRUE(store->ReadClock().unconfirmed);
  ASSERT_TRUE(store->AcceptClock("key", "a test").ok());
  EXPECT_FALSE(store->ReadClock().stepped);
  EXPECT_EQ(store->NowMs(), WallMs());
  EXPECT_EQ(Submit(*store, {.recipient = "13900139000"}), DECISION_ACCEPTED);
}

TEST_F(StoreClockTest, AShortOutageOnlyRaisesAnAlarm) {
  auto store = Open();
  ASSERT_EQ(Submit(*store, {.recipient = kAnnaText}), DECISION_ACCEPTED);
  store.reset();
  clock_.Advance(absl::Hours(5));
  store = Open();
  EXPECT_FALSE(store->ReadClock().stepped);
  EXPECT_EQ(store->ReadClock().start_gap_ms, 5 * 3'600'000);
  EXPECT_EQ(Submit(*store, {.recipient = "13900139000"}), DECISION_ACCEPTED);
}

TEST_F(StoreClockTest, WhatWasSentInAMistakenFutureCountsAfterwards) {
  for (const bool killed : {false, true}) {
    SCOPED_TRACE(killed);
    std::filesystem::remove_all(folder_.path() + "/data");
    auto store = OpenInTheFuture();
    // The same commercial message goes once a day.
    ASSERT_EQ(Submit(*store, {.recipient = kAnnaText}), DECISION_ACCEPTED);
    ASSERT_EQ(TakeAllWork(*store)->size(), 1u);
    const Phone bert{8613900139000};
    ASSERT_TRUE(OptOutOf(*store, bert, kShop).ok());
    SetRight(*store);
    if (killed) store = OpenKilled(std::move(store));
    EXPECT_EQ(Submit(*store, {.recipient = kAnnaText}), DECISION_REJECTED);
    EXPECT_EQ(Submit(*store, {.recipient = "13900139000"}), DECISION_REJECTED);
    // The clock goes on from the right time after a restart, too.
    store.reset();
    store = Open();
    EXPECT_FALSE(store->ReadClock().stepped) << Notes();
    EXPECT_EQ(store->NowMs(), WallMs());
    EXPECT_EQ(Submit(*store, {.recipient = kAnnaText}), DECISION_REJECTED);
    clock_.Step(absl::FromUnixMillis(kTenInTheMorningMs) - clock_.Now());
  }
}

// A mistaken future lets the ledger forget what is an hour old.
TEST_F(StoreClockTest, WhatWasForgottenInAMistakenFutureCountsAfterwards) {
  for (const bool killed : {false, true}) {
    SCOPED_TRACE(killed);
    std::filesystem::remove_all(folder_.path() + "/data");
    auto store = Open();
    for (int i = 0; i < 7; ++i) {
      Submit(*store, {.recipient = kAnnaText,
                      .text = kCodeText,
                      .message_class = MessageClass::kVerification});
      clock_.Advance(absl::Seconds(61));
    }
    ASSERT_EQ(Submit(*store, {.recipient = kAnnaText}), DECISION_ACCEPTED);
    ASSERT_TRUE(TakeAllWork(*store).ok());
    clock_.Step(kYearAhead);
    ASSERT_TRUE(store->AcceptClock("key", "a test").ok());
    // These let TrimLedger() drop the old sends.
    for (int i = 0; i < 9; ++i) {
      Submit(*store, {.recipient = kAnnaText,
                      .text = kCodeText,
                      .message_class = MessageClass::kVerification});
      clock_.Advance(absl::Seconds(61));
    }
    SetRight(*store);
    if (killed) store = OpenKilled(std::move(store));
    EXPECT_EQ(Submit(*store, {.recipient = kAnnaText}), DECISION_REJECTED);
    clock_.Step(absl::FromUnixMillis(kTenInTheMorningMs) - clock_.Now());
  }
}

TEST_F(StoreClockTest, WhatWaitsInAMistakenFutureGoesAtItsTimeOfDay) {
  for (const bool killed : {false, true}) {
    SCOPED_TRACE(killed);
    std::filesystem::remove_all(folder_.path() + "/data");
    auto store = Open();
    clock_.Step(kYearAhead + absl::Hours(7));  // At ten in the evening.
    ASSERT_TRUE(store->AcceptClock("key", "a test").ok());
    ASSERT_EQ(Submit(*store, {.recipient = kAnnaText}), DECISION_DEFERRED);
    const int64_t asked_ms = store->NowMs() + 3 * kDayMs;
    ASSERT_EQ(
        Submit(*store, {.recipient = "13900139000", .send_after_ms = asked_ms}),
        DECISION_DEFERRED);
    clock_.Step(-absl::Hours(7));
    SetRight(*store);
    if (killed) store = OpenKilled(std::move(store));
    // It is ten in the morning: the message waits for eight the next day, or a
    // little later, because send hours spread what they defer.
    EXPECT_TRUE(TakeAllWork(*store)->empty());
    clock_.Advance(absl::Hours(21));
    EXPECT_TRUE(TakeAllWork(*store)->empty());
    clock_.Advance(absl::Hours(5));
    EXPECT_TRUE(WaitFor("the message is due",
                        [&] { return TakeAllWork(*store)->size() == 1; }));
    EXPECT_EQ(store->Stats(0).deferred, 1u);
    clock_.Step(absl::FromUnixMillis(kTenInTheMorningMs) - clock_.Now());
  }
}

TEST_F(StoreClockTest, TheWayBackNeedsAClockThatIsBehind) {
  auto store = Open();
  EXPECT_EQ(store->TurnClockBack("key", "why").code(),
            absl::StatusCode::kFailedPrecondition);
  clock_.Step(absl::Hours(2));
  EXPECT_EQ(store->TurnClockBack("key", "why").code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(StoreClockTest, SearchesByTimeSeeWhatComesAfterTheWayBack) {
  auto store = OpenInTheFuture();
  ASSERT_EQ(Submit(*store, {.recipient = kAnnaText}), DECISION_ACCEPTED);
  clock_.Advance(absl::Minutes(10));
  SetRight(*store);
  clock_.Advance(absl::Minutes(10));
  const int64_t later_ms = store->NowMs();
  const auto answers = SubmitAll(*store, {{.recipient = "13900139000"}});
  ASSERT_TRUE(answers.ok());
  const auto from = store->Seek(0, later_ms);
  ASSERT_TRUE(from.ok()) << from.status();
  EXPECT_LE(*from, (*answers)[0].record);
  const auto beyond = store->Seek(0, later_ms + 3'600'000);
  ASSERT_TRUE(beyond.ok()) << beyond.status();
  EXPECT_GE(*beyond, (*answers)[0].record);
  int64_t last_ms = 0;
  ASSERT_TRUE(store
                  ->Scan(0, {},
                         [&](RecordRef ref, absl::string_view bytes) {
                           store::v1::Record record;
                           EXPECT_TRUE(
                               record.ParseFromString(std::string(bytes)));
                           const int64_t at_ms =
                               store->CountedMs(0, ref, record.at_ms());
                           EXPECT_GE(at_ms, last_ms);
                           last_ms = at_ms;
                           return true;
                         })
                  .ok());
  EXPECT_LE(last_ms, WallMs());
}

// Random steps of the system clock, restarts, kills, and an operator who
// sometimes accepts a wrong clock and later takes it back. The oracle knows the
// true time of each hand-over.
class TrueTimeTest : public StoreClockTest {
 protected:
  int64_t TrueMs() const {
    return kTenInTheMorningMs +
           absl::ToInt64Milliseconds(clock_.Monotonic() - began_);
  }
  bool IsRight(const Store& store) const {
    return std::abs(store.NowMs() - TrueMs()) < kNearMs &&
           absl::AbsDuration(error_) < absl::Milliseconds(kNearMs);
  }
  void SetError(absl::Duration to) {
    clock_.Step(to - error_);
    error_ = to;
  }

  // A message decided by a right clock exceeds no limit in true time, whatever
  // happened before.
  void SubmitOne(Store& store) {
    clock_.Advance(absl::Seconds(random_() % 400));
    const uint64_t number = 13800138000 + random_() % 3;
    const bool right = IsRight(store);
    const auto answers =
        SubmitAll(store, {{.recipient = std::to_string(number),
                           .text = kCodeText,
                           .message_class = MessageClass::kVerification}});
    if (!answers.ok()) {
      ASSERT_EQ(answers.status().code(), absl::StatusCode::kUnavailable);
      return;
    }
    std::vector<int64_t>& times = sent_[number];
    if ((*answers)[0].decision != DECISION_ACCEPTED) {
      ++rejected_;
      return;
    }
    if (right) {
      ++checked_;
      ASSERT_LT(CountWithin(times, 3'600'000), 5);
      ASSERT_LT(CountWithin(times, 24 * 3'600'000), 10);
    }
    times.push_back(TrueMs());
    ASSERT_TRUE(TakeAllWork(store).ok());
  }

  int64_t CountWithin(const std::vector<int64_t>& times,
                      int64_t window_ms) const {
    const int64_t begin_ms = TrueMs() - window_ms + kNearMs;
    return std::count_if(times.begin(), times.end(),
                         [begin_ms](int64_t at) { return at > begin_ms; });
  }

  void MakeWrong(Store& store) {
    constexpr int64_t kMinutes[] = {90, 600, 60 * 24 * 2, 60 * 24 * 400 + 300};
    SetError(absl::Minutes(kMinutes[random_() % 4]));
    if (random_() % 2 == 0) {  // The operator's mistake.
      ASSERT_TRUE(store.AcceptClock("key", "by habit").ok());
    }
  }

  void MakeRight(Store& store) {
    SetError({});
    const ClockReading reading = store.ReadClock();
    if (reading.stepped && reading.now_ms > reading.system_ms) {
      const absl::Status back = store.TurnClockBack("key", "was wrong");
      ASSERT_TRUE(back.ok()) << back;
      ++backs_;
    } else if (reading.stepped) {
      ASSERT_TRUE(store.AcceptClock("key", "a test").ok());
    }
    ASSERT_FALSE(store.ReadClock().stepped);
    ASSERT_LT(std::abs(store.NowMs() - TrueMs()), kNearMs);
  }

  // The clocks may be a minute apart.
  static constexpr int64_t kNearMs = 120'000;
  const uint64_t seed_ = FromEnvironment("SLUICE_SEED", 1);
  std::mt19937_64 random_{seed_};
  const absl::Duration began_ = clock_.Monotonic();
  absl::Duration error_;                           // Of the system clock.
  std::map<uint64_t, std::vector<int64_t>> sent_;  // True times.
  int checked_ = 0;
  int rejected_ = 0;
  int backs_ = 0;
  int kills_ = 0;
};

TEST_F(TrueTimeTest, LimitsHoldWhateverTheClockDid) {
  SCOPED_TRACE(testing::Message() << "SLUICE_SEED=" << seed_);
  const int steps =
      static_cast<int>(FromEnvironment("SLUICE_STEPS", Steps(600)));
  auto store = Open();
  for (int step = 0; step < steps; ++step) {
    SCOPED_TRACE(testing::Message() << "step " << step);
    const uint64_t what = random_() % 100;
    if (what < 70) {
      ASSERT_NO_FATAL_FAILURE(SubmitOne(*store));
    } else if (what < 78) {
      ASSERT_NO_FATAL_FAILURE(MakeWrong(*store));
    } else if (what < 90) {
      ASSERT_NO_FATAL_FAILURE(MakeRight(*store));
    } else if (what < 97) {
      store.reset();
      clock_.Advance(absl::Minutes(random_() % 3000));
      store = Open();
    } else {
      store = OpenKilled(std::move(store));
      ++kills_;
    }
    ASSERT_NE(store, nullptr);
  }
  if (kOnlyRaces) return;
  EXPECT_GT(checked_, steps / 20);
  EXPECT_GT(rejected_, steps / 20);
  EXPECT_GT(backs_, steps / 100);
  EXPECT_GT(kills_, steps / 100);
}

}  // namespace
}  // namespace sluice::store
