// sluicectl submit: keys, repeated lines, a file sent again, --dry-run, and a
// server that cannot record for a while.

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/tools/fake_gateway.h"
#include "tests/tools/fake_server.h"
#include "tools/lib/process.h"

namespace sluice::ctl {
namespace {

class SubmitTest : public testing::Test {
 protected:
  Output Submit(const std::string& input, std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), {"submit", "-"});
    return server_.Run(std::move(flags), input);
  }
  const v1::OutgoingMessage& Sent(size_t i) { return gateway_.messages.at(i); }

  FakeGateway gateway_;
  FakeOptOuts opt_outs_;
  const FakeServer server_{&gateway_, &opt_outs_};
};

TEST_F(SubmitTest, AKeyStaysWhenAnotherLineIsMendedOrRemoved) {
  Submit("138\tnotice\ta\nno tab\n138\tnotice\tb\n");
  Submit("138\tnotice\tb\n");
  Submit("138\tnotice\tx\n138\tnotice\ta\n138\tnotice\tb\n");
  ASSERT_EQ(gateway_.messages.size(), 6u);
  EXPECT_EQ(Sent(1).key(), Sent(2).key());
  EXPECT_EQ(Sent(0).key(), Sent(4).key());
  EXPECT_EQ(Sent(1).key(), Sent(5).key());
  EXPECT_NE(Sent(0).key(), Sent(1).key());
  EXPECT_EQ(Sent(0).key().size(), 32u);
}

TEST_F(SubmitTest, AKeyDependsOnTheFilesName) {
  const tools::TempFolder folder("submit");
  const auto submit = [&](const std::string& name) {
    const std::string path = absl::StrCat(folder.path(), "/", name);
    std::ofstream(path) << "138\tnotice\ta\n";
    server_.Run({"submit", path});
    return gateway_.messages.back().key();
  };
  EXPECT_NE(submit("one.tsv"), submit("two.tsv"));
}

TEST_F(SubmitTest, EqualLinesAreSentOnceAndTold) {
  const std::string three =
      "13800138000\tnotice\ta\n+86 138 0013 8000\tnotice\ta\n"
      "13800138000\tnotice\tb\n13800138000\tnotice\ta\n";
  const Output output = Submit(three);
  EXPECT_EQ(output.code, 0) << output.out;
  EXPECT_EQ(gateway_.messages.size(), 2u);
  EXPECT_TRUE(absl::StrContains(
      output.out,
      "2 lines repeat the number, text and key of an earlier line; each "
      "message is sent once: lines 2 (as 1), 4 (as 1)."))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out,
                                "1 number has several different messages in "
                                "this file, such as in lines 1 and 3."))
      << output.out;
  EXPECT_TRUE(absl::StrContains(
      Submit(three, {"--json", "--again", "x"}).out,
      "\"lines_repeated\":2,\"repeated\":[{\"line\":2,\"repeats_line\":1},"));
}

TEST_F(SubmitTest, EqualLinesAreSentEachIfAsked) {
  const std::string two = "138\tnotice\ta\n138\tnotice\ta\n";
  Submit(two, {"--repeats"});
  Submit(two, {"--repeats"});
  ASSERT_EQ(gateway_.messages.size(), 4u);
  EXPECT_EQ(Sent(0).key(), Sent(2).key());
  EXPECT_EQ(Sent(1).key(), Sent(3).key());
  EXPECT_EQ(Sent(1).key(), absl::StrCat(Sent(0).key(), "-2"));
  EXPECT_EQ(Submit(two, {"--no-keys"}).code, 0);
  EXPECT_EQ(Sent(4).key(), "");
}

TEST_F(SubmitTest, KeysMayComeFromAColumn) {
  const std::string file =
      "订单,recipient,class,text\no-1,138,notice,a\no-2,138,notice,a\n"
      ",138,notice,b\n";
  const Output output = Submit(file, {"--key-column", "订单"});
  EXPECT_EQ(output.code, 1);
  ASSERT_EQ(gateway_.messages.size(), 2u);
  EXPECT_EQ(Sent(0).key(), "o-1");
  EXPECT_EQ(Sent(1).key(), "o-2");
  EXPECT_TRUE(absl::StrContains(output.err, "-:4:1: 订单: has no key; skipped"))
      << output.err;
  Submit("{\"recipient\":\"138\",\"id\":\"o-3\"}", {"--key-column", "id"});
  EXPECT_EQ(Sent(2).key(), "o-3");
  const Output none =
      Submit("recipient,class,text\n138,notice,a\n", {"--key-column", "order"});
  EXPECT_TRUE(absl::StrContains(none.err, "names no column \"order\""))
      << none.err;
  EXPECT_EQ(gateway_.messages.size(), 3u);
}

TEST_F(SubmitTest, AFileSentBeforeIsRefusedUnlessAsked) {
  const std::string input = "138\tnotice\ta\n138\tnotice\tb\n";
  const Output first = Submit(input);
  EXPECT_EQ(first.code, 0);
  EXPECT_FALSE(absl::StrContains(first.out, "decided before")) << first.out;
  const Output again = Submit(input);
  EXPECT_EQ(again.code, 1);
  EXPECT_TRUE(absl::StrContains(again.out,
                                "2 of these were decided before (same key); "
                                "nothing was sent again.\n"))
      << again.out;
  EXPECT_TRUE(absl::StrContains(
      again.out, "This file was already sent: --again LABEL sends it again."));
  EXPECT_TRUE(absl::StrContains(Submit(input, {"--json"}).out,
                                "\"already_sent\":true"));
  // A label sends once.
  EXPECT_EQ(Submit(input, {"--again", "2"}).code, 0);
  EXPECT_EQ(Submit(input, {"--again", "2"}).code, 1);
  // One new line is reason enough.
  const Output more = Submit(input + "138\tnotice\tc\n");
  EXPECT_EQ(more.code, 0) << more.out;
}

TEST_F(SubmitTest, SaysWhenNothingWasAccepted) {
  const Output output = Submit("138\tnotice\tbad\n138\tnotice\tbad two\n");
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.out, "No message was accepted.\n"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(Submit("138\tnotice\tbad\n", {"--json"}).out,
                                "\"none_accepted\":true"));
}

TEST_F(SubmitTest, DryRunAsksAndSendsNothing) {
  std::string input;
  for (int i = 0; i < 300; ++i) {
    absl::StrAppend(&input, 13'800'000'000 + i, "\tnotice\t",
                    i == 7 ? "bad" : "good", "\n");
  }
  const Output output = Submit(absl::StrCat(input, "no tab\n"), {"--dry-run"});
  EXPECT_EQ(output.code, 1);  // A line is faulty.
  EXPECT_EQ(gateway_.checks, 2);
  EXPECT_TRUE(absl::StrContains(
      output.out,
      "line 7: ACCEPTED\nline 8: REJECTED CONTENT_PROHIBITED: 含有违禁词\n"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "nothing was sent or recorded"));
  EXPECT_FALSE(absl::StrContains(output.out, "already sent"));
  const Output json = Submit(input, {"--dry-run", "--json"});
  EXPECT_EQ(json.code, 0);
  EXPECT_TRUE(absl::StrContains(
      json.out, "{\"line\":8,\"decision\":\"DECISION_REJECTED\""))
      << json.out.substr(0, 500);
  EXPECT_TRUE(absl::StrContains(json.out, "\"dry_run\":true"));
}

TEST_F(SubmitTest, AFullDiskIsNamedAndTriedAgain) {
  gateway_.trouble = {DiskFull(), 2};
  const Output output = Submit("138\tnotice\ta\n");
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(gateway_.messages.size(), 1u);
  EXPECT_EQ(output.err,
            "disk full: no room on disk for the journal; trying again for 30s "
            "at most\n");
}

TEST_F(SubmitTest, AFullDiskEndsAtTheTimeLimit) {
  gateway_.trouble = {DiskFull(), 1'000'000};
  const absl::Time begin = absl::Now();
  const Output output = Submit("138\tnotice\ta\n", {"--timeout", "0.3"});
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "sluicectl: disk full: "))
      << output.err;
  EXPECT_TRUE(absl::StrContains(output.err, "Tried again for 300ms"));
}

TEST_F(SubmitTest, ASteppedClockIsTriedAgain) {
  gateway_.trouble = {
      WithReason(absl::UnavailableError("the system clock differs"),
                 ErrorReason::kClockStepped),
      3};
  const Output output = Submit("138\tnotice\ta\n");
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(output.err, "clock differs; trying again"));
  EXPECT_EQ(gateway_.messages.size(), 1u);
}

TEST_F(SubmitTest, WithoutKeysAnUnknownOutcomeIsNotTriedAgain) {
  gateway_.trouble = {
      WithReason(absl::UnavailableError("the journal is being reopened"),
                 ErrorReason::kJournalReopened),
      1};
  EXPECT_EQ(Submit("138\tnotice\ta\n", {"--no-keys"}).code, 1);
  EXPECT_EQ(gateway_.messages.size(), 0u);
  gateway_.trouble.times = 1;
  EXPECT_EQ(Submit("138\tnotice\ta\n").code, 0);
  gateway_.trouble = {DiskFull(), 1};
  EXPECT_EQ(Submit("138\tnotice\tb\n", {"--no-keys"}).code, 1);
}

// The time limit is that of a server in trouble.
TEST_F(SubmitTest, TheRateOfAnAccountIsWaitedFor) {
  gateway_.trouble = {WithReason(absl::ResourceExhaustedError("too fast"),
                                 ErrorReason::kRateLimited),
                      20};
  const Output output = Submit("138\tnotice\ta\n", {"--timeout", "0.2"});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(output.err, "");
}

TEST_F(SubmitTest, OptOutAddTriesAgainWhileTheDiskIsFull) {
  const std::vector<std::string> add = {"optout", "add", "13800138000",
                                        "--timeout", "0.3"};
  opt_outs_.trouble = {DiskFull(), 2};
  const Output output = server_.Run(add);
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StartsWith(output.err, "disk full: ")) << output.err;
  EXPECT_EQ(opt_outs_.opt_outs.size(), 1u);
  opt_outs_.trouble.times = 1'000'000;
  const Output full = server_.Run(add);
  EXPECT_EQ(full.code, 1);
  EXPECT_TRUE(absl::StrContains(full.err, "sluicectl: disk full: "))
      << full.err;
}

// Takes a batch and never answers.
class SilentGateway final : public v1::GatewayService::Service {
 public:
  grpc::Status SubmitStream(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::SubmitResponse, v1::SubmitRequest>*)
      override {
    while (!context->IsCancelled()) absl::SleepFor(absl::Milliseconds(5));
    return grpc::Status::CANCELLED;
  }
};

TEST(SubmitToASilentServer, EndsAtTheTimeLimit) {
  SilentGateway gateway;
  const FakeServer server{&gateway};
  const Output output =
      server.Run({"submit", "-", "--timeout", "0.3"}, "138\tnotice\ta\n");
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "has not answered for 300ms"))
      << output.err;
}

}  // namespace
}  // namespace sluice::ctl
