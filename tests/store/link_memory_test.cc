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

CarrierReport ReportCounted(int& unmatched) {
  CarrierReport report;
  report.unmatched = [&unmatched] { ++unmatched; };
  return report;
}

TEST(EarlyReports, AReportIsAcknowledgedAtOnceAndTakenOnce) {
  EarlyReports reports;
  Answered answered;
  reports.Keep(kKey, ReportInto(answered, "DELIVRD"), 0);
  EXPECT_EQ(answered, absl::OkStatus());
  EXPECT_FALSE(reports.Take(kKey + 1).has_value());
  const std::optional<CarrierReport> taken = reports.Take(kKey);
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->carrier_code, "DELIVRD");
  EXPECT_FALSE(reports.Take(kKey).has_value());
  EXPECT_TRUE(reports.empty());
  reports.Expire(EarlyReports::kWaitMs);
  EXPECT_EQ(reports.unmatched(), 0u);
}

TEST(EarlyReports, TheFirstOfAKeyStays) {
  EarlyReports reports;
  Answered first;
  Answered second;
  reports.Keep(kKey, ReportInto(first, "DELIVRD"), 0);
  reports.Keep(kKey, ReportInto(second, "EXPIRED"), 0);
  EXPECT_EQ(second, absl::OkStatus());
  EXPECT_EQ(reports.Take(kKey)->carrier_code, "DELIVRD");
}

TEST(EarlyReports, WhatNobodyAsksForGoesWhenItsTimeIsOver) {
  EarlyReports reports;
  int unmatched = 0;
  reports.Keep(kKey, ReportCounted(unmatched), 0);
  reports.Keep(kKey + 1, ReportCounted(unmatched), 1);
  reports.Expire(EarlyReports::kWaitMs - 1);
  EXPECT_EQ(unmatched, 0);
  reports.Expire(EarlyReports::kWaitMs);
  EXPECT_EQ(unmatched, 1);
  EXPECT_EQ(reports.unmatched(), 1u);
  EXPECT_FALSE(reports.empty());
  // Taken and kept again: its first turn does not end it.
  reports.Keep(kKey + 1, *reports.Take(kKey + 1), 2);
  reports.Expire(EarlyReports::kWaitMs + 1);
  EXPECT_FALSE(reports.empty());
}

TEST(EarlyReports, OfTooManyTheOldestGoes) {
  EarlyReports reports;
  int unmatched = 0;
  for (uint64_t key = 0; key <= EarlyReports::kReportsMax; ++key) {
    reports.Keep(key, ReportCounted(unmatched), 0);
  }
  EXPECT_EQ(unmatched, 1);
  EXPECT_FALSE(reports.Take(0).has_value());
  EXPECT_TRUE(reports.Take(1).has_value());
  EXPECT_TRUE(reports.Take(EarlyReports::kReportsMax).has_value());
}

TEST(EarlyReports, WaitAnewWhenTheClockGoesBack) {
  EarlyReports reports;
  int unmatched = 0;
  reports.Keep(kKey, ReportCounted(unmatched), 1'000'000);
  reports.RestartWait(0);
  reports.Expire(EarlyReports::kWaitMs);
  EXPECT_EQ(unmatched, 1);
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
