// `sluicectl rules stats`, `exempt`, `exemptions` and the automatic rollbacks
// in `status`, against a small fake server: the requests they send, and the
// output for its responses.

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/wire/rpc_status.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "rules/base/error_reason.h"
#include "sluice/admin/v1/rules.grpc.pb.h"
#include "tests/tools/fake_server.h"
#include "tests/tools/run_ctl.h"
#include "tools/lib/display_width.h"

namespace sluice::ctl {
namespace {

class FakeRules final : public admin::v1::RulesService::Service {
 public:
  grpc::Status GetStats(grpc::ServerContext*,
                        const admin::v1::GetStatsRequest* request,
                        admin::v1::GetStatsResponse* response) override {
    asked = *request;
    if (request->rule() == "nowhere") {
      return {grpc::StatusCode::NOT_FOUND, "no rule in force is named nowhere"};
    }
    response->set_rule_set("test@abc0001");
    response->set_messages(1'000);
    response->set_messages_since(100);
    response->mutable_start_time()->set_seconds(1'795'312'800);
    response->mutable_publish_time()->set_seconds(1'795'316'400);
    response->set_rows_total(rows);
    uint32_t begin = 0;
    if (!request->page_token().empty()) {
      EXPECT_TRUE(absl::SimpleAtoi(request->page_token(), &begin));
    }
    const uint32_t end = std::min(rows, begin + request->page_size());
    if (end < rows) response->set_next_page_token(absl::StrCat(end));
    for (uint32_t i = begin; i < end; ++i) {
      admin::v1::StatsRow& row = *response->add_rows();
      row.set_rule(absl::StrCat("rule-", i));
      row.set_action(rules::v1::RULE_ACTION_REJECT);
      row.set_mode(rules::v1::CHECK_MODE_ENFORCE);
      if (request->words()) row.set_word(i == 0 ? "发票" : "代开");
      if (i > 0) continue;
      row.set_hits(300);
      row.set_observed(20);
      row.set_hits_since(30);
      row.mutable_last_hit_time()->set_seconds(1'795'316'500);
      row.mutable_scan_duration()->set_nanos(250);
    }
    return grpc::Status::OK;
  }

  grpc::Status CreateExemption(
      grpc::ServerContext*, const admin::v1::CreateExemptionRequest* request,
      admin::v1::CreateExemptionResponse* response) override {
    exempted = *request;
    response->mutable_exemption()->set_number(3);
    response->mutable_exemption()->set_rule(request->rule());
    response->mutable_exemption()->set_word(request->word());
    response->mutable_exemption()->set_content_provider_id(
        request->content_provider_id());
    response->mutable_exemption()->set_template_id(request->template_id());
    response->mutable_exemption()->mutable_expire_time()->set_seconds(
        1'795'320'000);
    response->mutable_exemption()->mutable_confirm_expire_time()->set_seconds(
        1'795'316'400);
    return grpc::Status::OK;
  }

  grpc::Status ConfirmExemption(
      grpc::ServerContext*, const admin::v1::ConfirmExemptionRequest* request,
      admin::v1::ConfirmExemptionResponse* response) override {
    if (request->reason() == "own") {
      return gateway::ToGrpc(
          WithReason(absl::FailedPreconditionError("created by the same"),
                     ErrorReason::kNeedsColleague),
          absl::Seconds(1));
    }
    if (request->reason() == "late") {
      return {grpc::StatusCode::FAILED_PRECONDITION, "is over: it lapsed"};
    }
    response->mutable_exemption()->set_number(request->number());
    response->mutable_exemption()->set_rule("loans");
    response->mutable_exemption()->mutable_confirm_time()->set_seconds(
        1'795'316'000);
    return grpc::Status::OK;
  }

  grpc::Status EndExemption(
      grpc::ServerContext*, const admin::v1::EndExemptionRequest* request,
      admin::v1::EndExemptionResponse* response) override {
    response->mutable_exemption()->set_number(request->number());
    response->mutable_exemption()->set_rule("loans");
    response->mutable_exemption()->set_content_provider_id("shop");
    response->mutable_exemption()->mutable_end_time()->set_seconds(
        1'795'316'000);
    return grpc::Status::OK;
  }

  grpc::Status ListExemptions(
      grpc::ServerContext*, const admin::v1::ListExemptionsRequest* request,
      admin::v1::ListExemptionsResponse* response) override {
    response->mutable_server_time()->set_seconds(1'795'316'401);
    if (!request->all()) return grpc::Status::OK;
    admin::v1::Exemption& lapsed = *response->add_exemptions();
    lapsed.set_number(2);
    lapsed.set_rule("loans");
    lapsed.set_word("贷款");
    lapsed.set_content_provider_id("shop");
    lapsed.set_reason("为什么");
    lapsed.mutable_expire_time()->set_seconds(1'795'320'000);
    lapsed.mutable_confirm_expire_time()->set_seconds(1'795'316'400);
    return grpc::Status::OK;
  }

  grpc::Status GetRuleSetStatus(
      grpc::ServerContext*, const admin::v1::GetRuleSetStatusRequest*,
      admin::v1::GetRuleSetStatusResponse* response) override {
    response->mutable_status()->set_rule_set("test@abc0001");
    response->mutable_status()->set_exemptions(exemptions);
    admin::v1::RolledBackRule& rolled_back =
        *response->mutable_status()->add_rolled_back();
    rolled_back.set_rule("mistaken");
    rolled_back.set_content_provider_id("shop");
    rolled_back.set_messages(250);
    rolled_back.set_refused(100);
    rolled_back.mutable_window()->set_seconds(5 * 60);
    rolled_back.set_mode(rules::v1::CHECK_MODE_OBSERVE);
    response->mutable_status()->set_blocks(1);
    admin::v1::RuleVersion& planned =
        *response->mutable_status()->add_planned();
    planned.set_number(4);
    planned.set_state(admin::v1::RULE_VERSION_STATE_PLANNED);
    planned.mutable_planned_time()->set_seconds(1'795'316'400);
    return grpc::Status::OK;
  }

  uint32_t rows = 2;
  admin::v1::GetStatsRequest asked;
  uint32_t exemptions = 2;
  admin::v1::CreateExemptionRequest exempted;
};

class RulesStats : public testing::Test {
 protected:
  Output Rules(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "rules");
    return server_.Run(std::move(arguments));
  }

  FakeRules rules_;
  const FakeServer server_{&rules_};
};

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST_F(RulesStats, ShowsHitsSharesAndBars) {
  const Output output = Rules({"stats"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(output.out, "1,000 messages since"));
  const auto lines = Lines(output.out);
  ASSERT_GE(lines.size(), 6u) << output.out;
  EXPECT_TRUE(absl::StrContains(lines[4], "rule-0")) << output.out;
  EXPECT_TRUE(absl::StrContains(lines[4], "300")) << output.out;
  EXPECT_TRUE(absl::StrContains(lines[4], "32")) << output.out;  // Per cent.
  EXPECT_TRUE(absl::StrContains(lines[4], "█")) << output.out;
  EXPECT_TRUE(absl::StrContains(lines[5], "never")) << output.out;
  EXPECT_FALSE(absl::StrContains(output.out, "scan cost"));
}

TEST_F(RulesStats, AsksAsItWasAsked) {
  const Output output =
      Rules({"stats", "--rule", "loans", "--words", "--never-hit",
             "--since-publication", "--costs", "--limit", "7"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(rules_.asked.rule(), "loans");
  EXPECT_TRUE(rules_.asked.words());
  EXPECT_TRUE(rules_.asked.never_hit());
  EXPECT_TRUE(rules_.asked.since_publication());
  EXPECT_TRUE(rules_.asked.costs());
  EXPECT_EQ(rules_.asked.page_size(), 7u);
  EXPECT_TRUE(absl::StrContains(output.out, "100 messages since it was"));
  EXPECT_TRUE(absl::StrContains(output.out, "0.25 us"));
  EXPECT_TRUE(absl::StrContains(output.out, "Hits are counted by rule: "));
  EXPECT_EQ(Rules({"stats", "--rule", "nowhere"}).code, 1);
  EXPECT_EQ(Rules({"stats", "--limit", "0"}).code, 2);
}

// Chinese characters are two cells wide: the columns stay aligned.
TEST_F(RulesStats, ChineseKeepsItsColumns) {
  const Output output = Rules({"stats", "--words"});
  const auto lines = Lines(output.out);
  ASSERT_GE(lines.size(), 6u);
  const auto cells_before = [](const std::string& line, const char* what) {
    return tools::DisplayWidth(line.substr(0, line.find(what)));
  };
  EXPECT_EQ(cells_before(lines[4], "in the rule"),
            cells_before(lines[2], "list"))
      << output.out;
}

TEST_F(RulesStats, PagesToItsLimitAndSaysWhatIsLeft) {
  rules_.rows = 12'345;
  const Output some = Rules({"stats", "--limit", "11000"});
  EXPECT_EQ(Lines(some.out).size(), 11'008u);
  EXPECT_TRUE(absl::StrContains(some.out, "11,000 of 12,345"));
  const Output json = Rules({"stats", "--limit", "20000", "--json"});
  EXPECT_EQ(Lines(json.out).size(), 1u);
  EXPECT_TRUE(absl::StrContains(json.out, "\"rule-12344\""));
}

TEST_F(RulesStats, ExemptSaysUntilWhenAndWhoIsNext) {
  const Output output =
      Rules({"exempt", "--rule", "loans", "--word", "贷款",
             "--content-provider", "shop", "--for", "1h30m", "--reason", "x"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(rules_.exempted.duration().seconds(), 90 * 60);
  EXPECT_EQ(rules_.exempted.word(), "贷款");
  EXPECT_TRUE(
      absl::StrContains(output.out,
                        "Exemption 3: hits of \"贷款\" of rule loans are only "
                        "observed for shop until"))
      << output.out;
  EXPECT_TRUE(
      absl::StrContains(output.out, "rules exempt confirm 3 --reason WHY"));
}

TEST_F(RulesStats, ExemptNeedsARuleATargetATimeAndAReason) {
  const std::vector<std::string> whole = {"exempt",     "--rule",   "loans",
                                          "--template", "t-1",      "--for",
                                          "4h",         "--reason", "x"};
  EXPECT_EQ(Rules(whole).code, 0);
  for (size_t left_out = 1; left_out < whole.size(); left_out += 2) {
    std::vector<std::string> some = whole;
    const auto at = some.begin() + static_cast<ptrdiff_t>(left_out);
    some.erase(at, at + 2);
    EXPECT_EQ(Rules(some).code, 2) << left_out;
  }
  auto both = whole;
  both.insert(both.end(), {"--content-provider", "shop"});
  EXPECT_EQ(Rules(both).code, 2);
  for (const char* time : {"5h", "0m", "90s", "soon"}) {
    auto wrong = whole;
    wrong[6] = time;
    const Output output = Rules(wrong);
    EXPECT_EQ(output.code, 1) << time;
    EXPECT_TRUE(absl::StrContains(output.err, "1m to 4h")) << output.err;
  }
}

TEST_F(RulesStats, ExemptionsAreConfirmedEndedAndListed) {
  EXPECT_EQ(Rules({"exempt", "confirm", "3", "--reason", "seen"}).code, 0);
  const Output own = Rules({"exempt", "confirm", "3", "--reason", "own"});
  EXPECT_EQ(own.code, 1);
  EXPECT_TRUE(absl::StrContains(own.err, "key create --role officer"))
      << own.err;
  // A colleague's key cannot confirm an exemption that has ended.
  const Output late = Rules({"exempt", "confirm", "3", "--reason", "late"});
  EXPECT_EQ(late.code, 1);
  EXPECT_FALSE(absl::StrContains(late.err, "key create")) << late.err;
  EXPECT_TRUE(absl::StrContains(late.err, "exemptions --all")) << late.err;
  EXPECT_EQ(Rules({"exempt", "confirm", "--reason", "seen"}).code, 2);
  EXPECT_EQ(Rules({"exempt", "confirm", "3"}).code, 2);
  EXPECT_TRUE(
      absl::StrContains(Rules({"exempt", "end", "3", "--reason", "done"}).out,
                        "are enforced again for shop"));
  EXPECT_EQ(Rules({"exemptions"}).out, "No exemption is in force.\n");
  const Output all = Rules({"exemptions", "--all"});
  EXPECT_TRUE(absl::StrContains(all.out, "lapsed  loans  贷款  shop"))
      << all.out;
}

TEST_F(RulesStats, StatusCountsExemptionsAndRollbacks) {
  const Output output = Rules({"status"});
  EXPECT_TRUE(absl::StrContains(
      output.out, "rejected 100 of 250 messages of shop in 5 minutes"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(
      output.out, "only observed for all content providers until the next"));
  EXPECT_TRUE(absl::StrContains(output.out, "2 exemptions are in force"));
  rules_.exemptions = 1;
  EXPECT_TRUE(
      absl::StrContains(Rules({"status"}).out, "1 exemption is in force"));
}

TEST_F(RulesStats, StatusShowsPlannedPublications) {
  const std::string out = Rules({"status"}).out;
  EXPECT_TRUE(absl::StrContains(out, "Version 4 is planned for 20")) << out;
  EXPECT_TRUE(absl::StrContains(
      out, "\n  To cancel that: sluicectl rules withdraw 4 --reason WHY\n"))
      << out;
  EXPECT_TRUE(absl::StrContains(out, "1 block is in force")) << out;
  EXPECT_TRUE(
      absl::StrContains(Rules({"status", "--json"}).out, "\"planned\":[{"));
}

}  // namespace
}  // namespace sluice::ctl
