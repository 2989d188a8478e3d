// `sluicectl hold`, `rejected rejudge` and `rules publish --recheck-queued`
// against a small fake server: the requests they send, and the output for its
// responses.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "sluice/admin/v1/rules.grpc.pb.h"
#include "tests/tools/fake_server.h"
#include "tests/tools/run_ctl.h"

namespace sluice::ctl {
namespace {

admin::v1::HeldMessage Held(int n, bool text) {
  admin::v1::HeldMessage message;
  message.set_message_id(absl::StrCat("00000000000000", n));
  message.mutable_hold_time()->set_seconds(1'800'000'000 + n);
  message.set_recipient("138****8000");
  message.set_content_provider_id("云杉");
  message.set_message_class(v1::MESSAGE_CLASS_COMMERCIAL);
  v1::Reason& reason = *message.add_reasons();
  reason.set_code("CONTENT_UNWANTED");
  reason.set_rule(n < 3 ? "card-number" : "loans");
  reason.add_spans()->set_begin(2);
  reason.mutable_spans(0)->set_end(4);
  if (text) message.set_text("您的卡号是多少");
  return message;
}

class FakeHolds final : public admin::v1::HoldsService::Service {
 public:
  grpc::Status ListHolds(grpc::ServerContext*,
                         const admin::v1::ListHoldsRequest* request,
                         admin::v1::ListHoldsResponse* response) override {
    listed = *request;
    const int first = request->page_token().empty() ? 1 : 3;
    for (int n = first; n < first + 2; ++n) {
      *response->add_messages() = Named(Held(n, request->texts()));
    }
    if (first == 1) response->set_next_page_token("more");
    response->set_held(1'234);
    return grpc::Status::OK;
  }

  grpc::Status GetHold(grpc::ServerContext*,
                       const admin::v1::GetHoldRequest* request,
                       admin::v1::GetHoldResponse* response) override {
    if (request->message_id() == "gone") {
      return {grpc::StatusCode::NOT_FOUND, "gone is not held: it is QUEUED"};
    }
    *response->mutable_message() = Named(Held(1, true));
    return grpc::Status::OK;
  }

  grpc::Status ReleaseHolds(
      grpc::ServerContext*, const admin::v1::ReleaseHoldsRequest* request,
      grpc::ServerWriter<admin::v1::ReleaseHoldsResponse>* writer) override {
    released = *request;
    if (request->selection().expected() == 9) {
      return {grpc::StatusCode::FAILED_PRECONDITION, "expected: 9"};
    }
    admin::v1::ReleaseHoldsResponse response;
    admin::v1::JudgedHolds& judged = *response.mutable_judged();
    judged.set_all(2);
    judged.set_done(1);
    admin::v1::JudgedHold& first = *judged.add_messages();
    first.set_message_id("000000000000001");
    first.set_outcome(admin::v1::HOLD_OUTCOME_DECIDED);
    first.set_decision(v1::DECISION_DEFERRED);
    writer->Write(response);
    judged.clear_messages();
    judged.set_done(2);
    admin::v1::JudgedHold& second = *judged.add_messages();
    second.set_message_id("000000000000002");
    second.set_outcome(admin::v1::HOLD_OUTCOME_DECIDED);
    second.set_decision(v1::DECISION_REJECTED);
    second.add_reasons()->set_code("RECIPIENT_OPTED_OUT");
    writer->Write(response);
    return grpc::Status::OK;
  }

  grpc::Status RejectHolds(
      grpc::ServerContext*, const admin::v1::RejectHoldsRequest* request,
      grpc::ServerWriter<admin::v1::RejectHoldsResponse>* writer) override {
    rejected = *request;
    admin::v1::RejectHoldsResponse response;
    admin::v1::JudgedHolds& judged = *response.mutable_judged();
    for (const std::string& id : request->selection().message_ids()) {
      admin::v1::JudgedHold& one = *judged.add_messages();
      one.set_message_id(id);
      one.set_outcome(admin::v1::HOLD_OUTCOME_DECIDED);
      one.set_decision(v1::DECISION_REJECTED);
    }
    writer->Write(response);
    return grpc::Status::OK;
  }

  grpc::Status RejudgeMessages(
      grpc::ServerContext*, const admin::v1::RejudgeMessagesRequest* request,
      grpc::ServerWriter<admin::v1::RejudgeMessagesResponse>* writer) override {
    rejudged = *request;
    admin::v1::RejudgeMessagesResponse response;
    response.set_done(0.5);
    writer->Write(response);
    response.set_done(1);
    response.set_refused(1'005);
    response.set_accepted(1'000);
    response.set_expired(5);
    writer->Write(response);
    return grpc::Status::OK;
  }

  admin::v1::HeldMessage Named(admin::v1::HeldMessage message) const {
    message.set_content_provider_name(name);
    return message;
  }

  std::string name;  // Of the content provider.
  admin::v1::ListHoldsRequest listed;
  admin::v1::ReleaseHoldsRequest released;
  admin::v1::RejectHoldsRequest rejected;
  admin::v1::RejudgeMessagesRequest rejudged;
};

class FakeRules final : public admin::v1::RulesService::Service {
 public:
  grpc::Status PublishVersion(
      grpc::ServerContext*, const admin::v1::PublishVersionRequest* request,
      admin::v1::PublishVersionResponse* response) override {
    published = *request;
    response->mutable_version()->set_number(request->number());
    response->mutable_version()->set_state(
        admin::v1::RULE_VERSION_STATE_PUBLISHED);
    response->mutable_version()->set_in_force(true);
    return grpc::Status::OK;
  }
  grpc::Status RollbackRules(
      grpc::ServerContext*, const admin::v1::RollbackRulesRequest* request,
      admin::v1::RollbackRulesResponse* response) override {
    rolled_back = *request;
    response->mutable_version()->set_number(3);
    response->mutable_version()->set_state(
        admin::v1::RULE_VERSION_STATE_PUBLISHED);
    response->mutable_version()->set_in_force(true);
    return grpc::Status::OK;
  }
  grpc::Status GetRecheckStatus(
      grpc::ServerContext*, const admin::v1::GetRecheckStatusRequest*,
      admin::v1::GetRecheckStatusResponse* response) override {
    response->mutable_recheck()->set_ran(true);
    response->mutable_recheck()->set_number(rolled_back.reason().empty() ? 4
                                                                         : 3);
    response->mutable_recheck()->set_running(++looks < 3);
    response->mutable_recheck()->set_waiting(2'000);
    response->mutable_recheck()->set_examined(looks < 3 ? 1'000 : 2'000);
    response->mutable_recheck()->set_rejected(7);
    response->mutable_recheck()->set_other_reasons(3);
    response->mutable_recheck()->set_left(1);
    if (fail) response->mutable_recheck()->set_fault("the disk is full");
    return grpc::Status::OK;
  }

  admin::v1::PublishVersionRequest published;
  admin::v1::RollbackRulesRequest rolled_back;
  int looks = 0;
  bool fail = false;
};

class HoldCommands : public testing::Test {
 protected:
  Output Run(std::vector<std::string> arguments) {
    return server_.Run(std::move(arguments));
  }

  FakeHolds holds_;
  FakeRules rules_;
  const FakeServer server_{&holds_, &rules_};
};

TEST_F(HoldCommands, ListGoesThroughThePages) {
  const Output output =
      Run({"hold", "list", "--rule", "card-number", "--content-provider",
           "shop", "--class", "commercial", "--since", "2h", "--texts"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(holds_.listed.texts());
  EXPECT_EQ(holds_.listed.filter().rule(), "card-number");
  EXPECT_EQ(holds_.listed.filter().content_provider_id(), "shop");
  EXPECT_EQ(holds_.listed.filter().message_class(),
            v1::MESSAGE_CLASS_COMMERCIAL);
  EXPECT_NEAR(
      static_cast<double>(holds_.listed.filter().start_time().seconds()),
      static_cast<double>(absl::ToUnixSeconds(absl::Now()) - 7'200), 60);
  EXPECT_TRUE(absl::StrContains(output.out, "您的卡号是多少")) << output.out;
  EXPECT_TRUE(absl::StrContains(output.out,
                                "4 messages shown, 4 held that match, of 1,234 "
                                "held in all."))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out,
                                "    2            2  card-number\n"
                                "    2            2  loans\n"))
      << output.out;
  // Chinese characters take two cells: the columns stay aligned.
  EXPECT_TRUE(absl::StrContains(output.out, "云杉              COMMERCIAL"))
      << output.out;

  const Output page = Run({"hold", "list", "--limit", "2"});
  EXPECT_TRUE(absl::StrContains(page.out, "Next page: --page-token more"))
      << page.out;
  // Also what other pages have.
  EXPECT_TRUE(absl::StrContains(page.out,
                                "    2            2  card-number\n"
                                "    0            2  loans\n"
                                "\n2 messages shown, 1,234 held in all.\n"))
      << page.out;
  // No page is longer than what is left to show.
  Run({"hold", "list", "--limit", "3", "--json"});
  EXPECT_EQ(holds_.listed.page_size(), 1u);
  const Output json = Run({"hold", "list", "--json"});
  EXPECT_EQ(std::count(json.out.begin(), json.out.end(), '\n'), 4);
  EXPECT_EQ(Run({"hold", "list", "--class", "spam"}).code, 1);
}

// An older server gives ids alone.
TEST_F(HoldCommands, NamesStandBesideIds) {
  const Output ids = Run({"hold", "show", "000000000000001"});
  EXPECT_TRUE(absl::StrContains(ids.out, "content provider  云杉\n"))
      << ids.out;
  holds_.name = "云杉超市";
  for (const Output& output :
       {Run({"hold", "show", "000000000000001"}), Run({"hold", "list"})}) {
    EXPECT_TRUE(absl::StrContains(output.out, "云杉超市 (云杉)")) << output.out;
  }
}

TEST_F(HoldCommands, ShowUnderlinesWhatHolds) {
  const Output output = Run({"hold", "show", "000000000000001"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(output.out,
                                "  您的卡号是多少\n"
                                "      ^^^^"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "card-number"));
  const Output gone = Run({"hold", "show", "gone"});
  EXPECT_EQ(gone.code, 1);
  EXPECT_TRUE(absl::StrContains(gone.err, "sluicectl audit get gone"))
      << gone.err;
}

TEST_F(HoldCommands, MarksAreCountedBeforeAnythingIsDone) {
  const Output counted =
      Run({"hold", "release", "--rule", "card-number", "--reason", "x"});
  EXPECT_EQ(counted.code, 1);
  EXPECT_TRUE(absl::StrContains(counted.out, "4 messages are held and match"))
      << counted.out;
  EXPECT_TRUE(absl::StrContains(counted.out, "add --count 4"));
  EXPECT_TRUE(absl::StrContains(counted.out, "       2  card-number"));
  EXPECT_EQ(holds_.released.reason(), "");  // Nothing was sent.

  const Output done = Run({"hold", "release", "--rule", "card-number",
                           "--count", "2", "--reason", "case 118"});
  EXPECT_EQ(holds_.released.selection().expected(), 2u);
  EXPECT_EQ(holds_.released.selection().filter().rule(), "card-number");
  EXPECT_EQ(holds_.released.reason(), "case 118");
  // One outcome was not as asked.
  EXPECT_EQ(done.code, 1);
  EXPECT_TRUE(absl::StrContains(
      done.out, "000000000000002  REJECTED  RECIPIENT_OPTED_OUT"))
      << done.out;
  EXPECT_TRUE(
      absl::StrContains(done.out, "2 messages: 1 DEFERRED, 1 REJECTED.\n"));

  const Output others =
      Run({"hold", "release", "--all", "--count", "9", "--reason", "x"});
  EXPECT_EQ(others.code, 1);
  EXPECT_EQ(others.out, "");
  EXPECT_TRUE(absl::StartsWith(others.err, "sluicectl: --count: 9"))
      << others.err;
  EXPECT_TRUE(absl::StrContains(others.err, "without --count")) << others.err;
}

TEST_F(HoldCommands, WhichAndWhyAreNeeded) {
  EXPECT_EQ(Run({"hold", "release", "--reason", "x"}).code, 2);
  const Output both = Run({"hold", "reject", "ID", "--all", "--reason", "x"});
  EXPECT_EQ(both.code, 2);
  EXPECT_EQ(both.err, "sluicectl: give message ids or filters, not both\n");
  EXPECT_EQ(Run({"hold", "reject", "ID"}).code, 2);
  const Output output =
      Run({"hold", "reject", "id-1", "id-2", "--reason", "spam"});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(holds_.rejected.selection().message_ids_size(), 2);
  EXPECT_FALSE(holds_.rejected.selection().has_filter());
  EXPECT_TRUE(absl::StrContains(output.out, "2 messages: 2 REJECTED."))
      << output.out;
}

TEST_F(HoldCommands, RejudgeOnlyCountsUnlessToldToDoIt) {
  const Output counted =
      Run({"rejected", "rejudge", "--rule", "loans", "--since", "10m"});
  ASSERT_EQ(counted.code, 0) << counted.err;
  EXPECT_FALSE(holds_.rejudged.apply());
  EXPECT_EQ(holds_.rejudged.max_age().seconds(), 300);
  EXPECT_TRUE(absl::StrContains(counted.out, "1,005 messages were rejected"))
      << counted.out;
  EXPECT_TRUE(absl::StrContains(counted.out, "   1,000  ACCEPTED"));
  EXPECT_TRUE(absl::StrContains(counted.out, "Nothing was changed."));
  const Output json = Run(
      {"rejected", "rejudge", "--rule", "loans", "--since", "10m", "--json"});
  EXPECT_TRUE(absl::StrContains(json.out, "\"refused\":")) << json.out;
  EXPECT_FALSE(absl::StrContains(json.out, "done")) << json.out;
  const Output done =
      Run({"rejected", "rejudge", "--rule", "loans", "--since", "10m",
           "--max-age", "2h", "--yes", "--reason", "case 118"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(holds_.rejudged.apply());
  EXPECT_EQ(holds_.rejudged.max_age().seconds(), 7'200);
  EXPECT_EQ(holds_.rejudged.reason(), "case 118");
  EXPECT_FALSE(absl::StrContains(done.out, "Nothing was changed."));
  const std::vector<std::string> base = {"rejected", "rejudge", "--rule",
                                         "r",        "--since", "1m"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return Run(more).code;
  };
  EXPECT_EQ(with({"--yes"}), 2);
  EXPECT_EQ(with({"--max-age", "25h"}), 1);
  EXPECT_EQ(with({"--max-age", "five"}), 1);
}

TEST_F(HoldCommands, ARecheckIsFollowedToItsEnd) {
  const Output output =
      Run({"rules", "publish", "4", "--reason", "x", "--recheck-queued"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(rules_.published.recheck_queued());
  EXPECT_EQ(rules_.looks, 3);
  EXPECT_TRUE(absl::StrContains(
      output.out,
      "Recheck: 2,000 waiting messages redecided, 7 with another decision: 0 "
      "ACCEPTED, 0 DEFERRED, 0 HELD, 7 REJECTED; 3 with the same decision for "
      "other reasons or at a later time; 1 not changed"))
      << output.out;
  EXPECT_EQ(Run({"rules", "publish", "4", "--reason", "x"}).code, 0);
  EXPECT_FALSE(rules_.published.recheck_queued());
  EXPECT_EQ(rules_.looks, 3);

  rules_.fail = true;
  const Output failed =
      Run({"rules", "rollback", "--reason", "x", "--recheck-queued"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_TRUE(rules_.rolled_back.recheck_queued());
  EXPECT_TRUE(absl::StrContains(failed.err, "the disk is full")) << failed.err;
}

}  // namespace
}  // namespace sluice::ctl
