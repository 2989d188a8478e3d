// What the writer remembers of links for a while: early reports, replies that
// may be repeated, commands of groups that may still fail.

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/writer/early_reports.h"
#include "store/writer/redo_commands.h"
#include "store/writer/seen_replies.h"

namespace sluice::store {
namespace {

constexpr uint64_t kKey = 7;

using Answered = std::optional<absl::Status>;

CarrierReport ReportInto(Answered& answered, std::string code = "DELIVRD") {
  CarrierReport report;
  report.carrier_code = std::move(code);
  report.done = [&answered](const absl::Status& status) { answered = status; };
  return report;
}

TEST(EarlyReports, AReportIsTakenOnceAndNotAnswered) {
  EarlyReports reports;
  Answered answered;
  reports.Keep(kKey, ReportInto(answered, "DELIVRD"), 0);
  EXPECT_FALSE(reports.Take(kKey + 1).has_value());
  const std::optional<CarrierReport> taken = reports.Take(kKey);
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->carrier_code, "DELIVRD");
  EXPECT_FALSE(reports.Take(kKey).has_value());
  EXPECT_TRUE(reports.empty());
  EXPECT_FALSE(answered.has_value());
}

TEST(EarlyReports, TheFirstOfAKeyStays) {
  EarlyReports reports;
  Answered first;
  Answered second;
  reports.Keep(kKey, ReportInto(first, "DELIVRD"), 0);
  reports.Keep(kKey, ReportInto(second, "EXPIRED"), 0);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(reports.Take(kKey)->carrier_code, "DELIVRD");
}

TEST(EarlyReports, WhatNobodyAsksForIsAcknowledgedWhenItsTimeIsOver) {
  EarlyReports reports;
  Answered old;
  Answered young;
  reports.Keep(kKey, ReportInto(old), 0);
  reports.Keep(kKey + 1, ReportInto(young), 1);
  EXPECT_EQ(reports.Expire(EarlyReports::kWaitMs - 1), 0u);
  EXPECT_EQ(reports.Expire(EarlyReports::kWaitMs), 1u);
  ASSERT_TRUE(old.has_value());
  EXPECT_TRUE(old->ok());
  EXPECT_FALSE(young.has_value());
  EXPECT_FALSE(reports.empty());
}

TEST(EarlyReports, AreBounded) {
  EarlyReports reports;
  Answered kept;
  for (uint64_t key = 0; key < EarlyReports::kReportsMax; ++key) {
    reports.Keep(key, ReportInto(kept), 0);
  }
  EXPECT_FALSE(kept.has_value());
  Answered refused;
  reports.Keep(EarlyReports::kReportsMax, ReportInto(refused), 0);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->code(), absl::StatusCode::kResourceExhausted);
  reports.FailAll(absl::UnavailableError("the service is stopping"));
  EXPECT_EQ(kept->code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(reports.empty());
}

TEST(SeenReplies, OnlyTheNewestAreRemembered) {
  SeenReplies seen;
  const auto add = [&](uint64_t id) {
    CarrierReply reply;
    reply.carrier_message_id = absl::StrCat(id);
    return seen.Add(reply, 0);
  };
  EXPECT_TRUE(add(1));
  EXPECT_FALSE(add(1));
  for (uint64_t id = 2; id <= SeenReplies::kRepliesMax; ++id) {
    EXPECT_TRUE(add(id));
  }
  EXPECT_FALSE(add(1));
  EXPECT_TRUE(add(SeenReplies::kRepliesMax + 1));  // The first is forgotten.
  EXPECT_TRUE(add(1));
  seen.Clear();
  EXPECT_TRUE(add(5));
}

std::vector<uint64_t> Messages(std::deque<Command> commands) {
  std::vector<uint64_t> messages;
  for (const Command& command : commands) {
    messages.push_back(std::get<HandingOverCommand>(command).messages[0]);
  }
  return messages;
}

TEST(RedoCommands, AreForgottenWhenTheirGroupIsDurable) {
  RedoCommands redo;
  redo.Add(HandingOverCommand{{1}});
  redo.GroupSent();
  redo.Add(HandingOverCommand{{2}});
  redo.Add(HandingOverCommand{{3}});
  redo.GroupSent();  // The group of 1 is durable.
  redo.Add(HandingOverCommand{{4}});
  EXPECT_EQ(Messages(redo.TakeAll()), (std::vector<uint64_t>{2, 3, 4}));
  // After that the commands of both groups are forgotten.
  redo.Add(HandingOverCommand{{5}});
  redo.GroupSent();
  EXPECT_EQ(Messages(redo.TakeAll()), (std::vector<uint64_t>{5}));
  EXPECT_TRUE(redo.TakeAll().empty());
}

}  // namespace
}  // namespace sluice::store
