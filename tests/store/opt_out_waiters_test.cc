#include "store/writer/opt_out_waiters.h"

#include <gtest/gtest.h>

#include <optional>

namespace sluice::store {
namespace {

constexpr uint64_t kFirst = 11;
constexpr uint64_t kSecond = 12;

// The answer; nullopt until it is given.
using Answered = std::optional<absl::Status>;

OptOutWaiters::Done Into(Answered& answered) {
  return [&answered](const absl::Status& status) {
    EXPECT_FALSE(answered.has_value()) << "answered twice";
    answered = status;
  };
}

TEST(OptOutWaiters, WithoutHandOversDurableIsEnough) {
  OptOutWaiters waiters;
  Answered answered;
  const uint64_t id = waiters.Add(Into(answered));
  EXPECT_NE(id, 0u);
  EXPECT_FALSE(answered.has_value());
  waiters.Durable(id, absl::OkStatus());
  ASSERT_TRUE(answered.has_value());
  EXPECT_TRUE(answered->ok());
  waiters.Durable(id, absl::OkStatus());  // The waiter is gone already.
}

TEST(OptOutWaiters, EveryHandOverMustBeSettledInEitherOrder) {
  for (const bool durable_first : {true, false}) {
    OptOutWaiters waiters;
    Answered answered;
    const uint64_t id = waiters.Add(Into(answered));
    waiters.WaitFor(id, kFirst);
    waiters.WaitFor(id, kFirst);  // A batch may name a number twice.
    waiters.WaitFor(id, kSecond);
    if (durable_first) waiters.Durable(id, absl::OkStatus());
    waiters.HandOverSettled(kFirst);
    waiters.HandOverSettled(kFirst);
    EXPECT_FALSE(answered.has_value());
    waiters.HandOverSettled(kSecond);
    EXPECT_EQ(answered.has_value(), durable_first);
    if (!durable_first) waiters.Durable(id, absl::OkStatus());
    ASSERT_TRUE(answered.has_value());
    EXPECT_TRUE(answered->ok());
  }
}

TEST(OptOutWaiters, OneHandOverSettlesAllThatWaitForIt) {
  OptOutWaiters waiters;
  Answered first;
  Answered second;
  for (Answered* const answered : {&first, &second}) {
    const uint64_t id = waiters.Add(Into(*answered));
    waiters.WaitFor(id, kFirst);
    waiters.Durable(id, absl::OkStatus());
  }
  waiters.HandOverSettled(kSecond);
  EXPECT_FALSE(first.has_value() || second.has_value());
  waiters.HandOverSettled(kFirst);
  EXPECT_TRUE(first.has_value() && second.has_value());
}

TEST(OptOutWaiters, OptOutsThatDidNotBecomeDurableWaitForNothing) {
  OptOutWaiters waiters;
  Answered failed;
  Answered other;
  const uint64_t id = waiters.Add(Into(failed));
  const uint64_t other_id = waiters.Add(Into(other));
  waiters.WaitFor(id, kFirst);
  waiters.WaitFor(other_id, kFirst);
  waiters.Durable(other_id, absl::OkStatus());
  waiters.Durable(id, absl::UnavailableError("journal"));
  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(other.has_value());
  waiters.HandOverSettled(kFirst);
  EXPECT_TRUE(other.has_value());
}

TEST(OptOutWaiters, AStopFailsWhoeverStillWaits) {
  OptOutWaiters waiters;
  Answered waiting;
  Answered answered;
  waiters.WaitFor(waiters.Add(Into(waiting)), kFirst);
  waiters.Durable(waiters.Add(Into(answered)), absl::OkStatus());
  waiters.FailAll(absl::UnavailableError("the service is stopping"));
  ASSERT_TRUE(waiting.has_value());
  EXPECT_FALSE(waiting->ok());
  EXPECT_TRUE(answered->ok());
  waiters.HandOverSettled(kFirst);
}

}  // namespace
}  // namespace sluice::store
