#include "store/scrubber.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "store/journal/retention.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/wait.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

// A journal of several closed segments.
class ScrubTest : public testing::Test {
 protected:
  void SetUp() override {
    journal_ = *OpenJournal(files_);
    AppendGroups(*journal_, 0, 100);
    open_ = journal_->durable_end().segment();
    ASSERT_GE(open_, 4u);
  }

  ScrubbedJournal Journal() const { return {files_, kIdentity, {}, nullptr}; }

  // Reads all closed segments; returns how many places are damaged.
  uint64_t Scrub() {
    DamageAlarm alarm(
        [this](const std::string& line) { log_.push_back(line); });
    const auto end = ScrubFrom(
        Journal(), 0, alarm,
        [this](uint64_t bytes) {
          bytes_ += bytes;
          return true;
        },
        [this](uint32_t segment) {
          done_.push_back(segment);
          return true;
        });
    EXPECT_TRUE(end.ok()) << end.status();
    EXPECT_EQ(end.value_or(0), open_);
    return alarm.Places(kIdentity);
  }

  void Flip(uint32_t segment, size_t at) {
    std::string bytes = files_.Bytes(SegmentName(segment));
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    files_.SetBytes(SegmentName(segment), bytes);
  }

  LossyJournalFiles files_;
  std::unique_ptr<store::Journal> journal_;
  uint32_t open_ = 0;
  std::vector<std::string> log_;
  std::vector<uint32_t> done_;
  uint64_t bytes_ = 0;
};

TEST_F(ScrubTest, ReadsAllClosedSegments) {
  EXPECT_EQ(Scrub(), 0u);
  EXPECT_EQ(done_.size(), open_);
  EXPECT_GT(bytes_, open_ * kSmallSegment / 3);
}

// Every octet of a closed segment matters, and segments after it are read.
TEST_F(ScrubTest, FindsEveryChangedOctet) {
  const std::string bytes = files_.Bytes(SegmentName(1));
  const auto end = bytes.find_last_not_of('\0');
  for (size_t at = 0; at <= end; ++at) {
    Flip(1, at);
    done_.clear();
    log_.clear();
    ASSERT_EQ(Scrub(), 1u) << at;
    ASSERT_EQ(done_.size(), open_);
    ASSERT_NE(log_[0].find("segment 1 offset"), std::string::npos) << log_[0];
    files_.SetBytes(SegmentName(1), bytes);
  }
}

// A person who knows the store id can write checksums and roots.
TEST_F(ScrubTest, FindsAForgedSegment) {
  // A journal with other records in its last group, up to the segment's end.
  LossyJournalFiles other;
  auto forged = *OpenJournal(other);
  AppendGroups(*forged, 1, 100);
  files_.SetBytes(SegmentName(0), other.Bytes(SegmentName(0)));
  EXPECT_EQ(Scrub(), 1u);
  EXPECT_NE(log_[0].find("segment 1 offset 0"), std::string::npos) << log_[0];
}

TEST_F(ScrubTest, FindsAMissingSegment) {
  ASSERT_TRUE(files_.Delete(SegmentName(2)).ok());
  EXPECT_EQ(Scrub(), 1u);
  EXPECT_NE(log_[0].find("segment 2"), std::string::npos) << log_[0];
  EXPECT_EQ(done_.size(), open_);
}

TEST_F(ScrubTest, ReadsReducedSegments) {
  const auto first = [](RecordRef ref, absl::string_view) {
    return ref.index() == 0;
  };
  ASSERT_TRUE(ReduceSegment(files_, kIdentity, 1, first).ok());
  EXPECT_EQ(Scrub(), 0u);
}

// Retention may replace a segment while it is read.
TEST_F(ScrubTest, ASegmentMayBeReplacedMeanwhile) {
  const auto none = [](RecordRef, absl::string_view) { return false; };
  DamageAlarm alarm([this](const std::string& line) { log_.push_back(line); });
  uint32_t segment = 0;
  bool replaced = false;
  const auto end = ScrubFrom(
      Journal(), 0, alarm,
      [&](uint64_t) {
        if (!replaced) {
          EXPECT_TRUE(ReduceSegment(files_, kIdentity, segment, none).ok());
        }
        replaced = true;
        return true;
      },
      [&](uint32_t done) {
        segment = done + 1;
        replaced = false;
        return segment < open_ - 1;
      });
  EXPECT_EQ(end.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(alarm.Places(kIdentity), 0u) << log_[0];
}

TEST_F(ScrubTest, EndsWhenToldTo) {
  DamageAlarm alarm([](const std::string&) {});
  int groups = 0;
  const auto end = ScrubFrom(
      Journal(), 0, alarm, [&](uint64_t) { return ++groups < 3; },
      [](uint32_t) { return true; });
  EXPECT_EQ(end.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(groups, 3);
}

class ScrubberTest : public ScrubTest {
 protected:
  ScrubberTest() : views_(*Views::Open(folder_.path())) {}

  ScrubbedJournal WithViews() { return {files_, kIdentity, {}, views_.get()}; }

  TemporaryFolder folder_;
  std::unique_ptr<Views> views_;
  std::atomic<int64_t> now_ms_ = 1'000'000;
  std::atomic<int> alarms_ = 0;
  DamageAlarm alarm_{[this](const std::string&) { ++alarms_; }};
};

TEST_F(ScrubberTest, RaisesTheAlarmOnceForEachPlace) {
  Flip(1, 200);
  Flip(3, 200);
  for (int starts = 0; starts < 2; ++starts) {
    Scrubber scrubber(
        {WithViews()}, 1u << 30, [this] { return now_ms_.load(); }, alarm_,
        [](const std::string&) {});
    ASSERT_TRUE(WaitFor("two alarms", [&] { return alarms_ == 2; }));
    now_ms_ += 86'400'001;
  }
  EXPECT_EQ(alarm_.Places(kIdentity), 2u);
}

// A round is at most once a day, also over a restart.
TEST_F(ScrubberTest, RestsUntilTheNextDay) {
  const auto finished = [this] {
    const auto saved = views_->Get(View::kMeta, "scrub.progress");
    return saved.ok() && saved->has_value() && (*saved)->back() == 1;
  };
  {
    Scrubber scrubber(
        {WithViews()}, 1u << 30, [this] { return now_ms_.load(); }, alarm_,
        [](const std::string&) {});
    ASSERT_TRUE(WaitFor("a round", finished));
  }
  const auto first = **views_->Get(View::kMeta, "scrub.progress");
  Flip(1, 200);
  now_ms_ += 86'399'000;
  {
    Scrubber scrubber(
        {WithViews()}, 1u << 30, [this] { return now_ms_.load(); }, alarm_,
        [](const std::string&) {});
  }
  EXPECT_EQ(**views_->Get(View::kMeta, "scrub.progress"), first);
  EXPECT_EQ(alarms_, 0);
  now_ms_ += 1'000;
  Scrubber scrubber(
      {WithViews()}, 1u << 30, [this] { return now_ms_.load(); }, alarm_,
      [](const std::string&) {});
  EXPECT_TRUE(WaitFor("an alarm", [&] { return alarms_ == 1; }));
}

// An unfinished round goes on after a restart, however slow it is.
TEST_F(ScrubberTest, StopsAtOnce) {
  for (int i = 0; i < 3; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    {
      Scrubber scrubber(
          {WithViews()}, 1, [this] { return now_ms_.load(); }, alarm_,
          [](const std::string&) {});
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin,
              std::chrono::seconds(5));
  }
}

}  // namespace
}  // namespace sluice::store
