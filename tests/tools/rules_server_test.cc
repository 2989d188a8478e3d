// The commands of `sluicectl rules` that call the server, against a small fake
// server: the requests they send, and the output for its responses.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/wire/rpc_status.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "rules/base/error_reason.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "sluice/admin/v1/rules.grpc.pb.h"
#include "tests/tools/fake_server.h"
#include "tests/tools/run_ctl.h"
#include "tools/lib/process.h"

namespace sluice::ctl {
namespace {

admin::v1::RuleVersion Version(uint32_t number,
                               admin::v1::RuleVersionState state) {
  admin::v1::RuleVersion version;
  version.set_number(number);
  version.set_rule_set(absl::StrCat("test@abc000", number));
  version.set_pack("test");
  version.set_version("1.0");
  version.set_state(state);
  version.set_author("key-one");
  version.set_reason("为什么");
  return version;
}

class FakeRules final : public admin::v1::RulesService::Service {
 public:
  grpc::Status PutDraft(grpc::ServerContext*,
                        const admin::v1::PutDraftRequest* request,
                        admin::v1::PutDraftResponse* response) override {
    put = *request;
    if (request->reason() == "faulty") {
      return {grpc::StatusCode::INVALID_ARGUMENT,
              "rules.yaml:3:1: wrong\nlists/a.txt:1:2: wrong too"};
    }
    if (request->reason() == "large") {
      return gateway::ToGrpc(WithReason(InvalidField("files", "too many bytes"),
                                        ErrorReason::kBatchTooLarge),
                             absl::Seconds(1));
    }
    if (request->reason() == "huge") {
      // As gRPC answers, without details.
      return {grpc::StatusCode::RESOURCE_EXHAUSTED,
              "Received message larger than max"};
    }
    *response->mutable_version() =
        Version(4, admin::v1::RULE_VERSION_STATE_DRAFT);
    response->mutable_version()->set_files_digest("d");
    return grpc::Status::OK;
  }

  grpc::Status ApproveVersion(
      grpc::ServerContext*, const admin::v1::ApproveVersionRequest* request,
      admin::v1::ApproveVersionResponse* response) override {
    if (request->reason() == "own") {
      return gateway::ToGrpc(
          WithReason(absl::FailedPreconditionError("imported by the same"),
                     ErrorReason::kNeedsColleague),
          absl::Seconds(1));
    }
    if (request->reason() == "again") {
      return {grpc::StatusCode::FAILED_PRECONDITION, "version 4 is approved"};
    }
    approved = true;
    *response->mutable_version() =
        Version(request->number(), admin::v1::RULE_VERSION_STATE_APPROVED);
    return grpc::Status::OK;
  }

  grpc::Status PublishVersion(
      grpc::ServerContext*, const admin::v1::PublishVersionRequest* request,
      admin::v1::PublishVersionResponse* response) override {
    published = *request;
    if (request->reason() == "undoes") {
      return gateway::ToGrpc(
          WithReason(absl::FailedPreconditionError("it would undo version 5"),
                     ErrorReason::kUndoesOthers),
          absl::Seconds(1));
    }
    *response->mutable_version() =
        Version(request->number(), admin::v1::RULE_VERSION_STATE_PLANNED);
    *response->mutable_version()->mutable_planned_time() =
        request->planned_time();
    return grpc::Status::OK;
  }

  grpc::Status RollbackRules(
      grpc::ServerContext*, const admin::v1::RollbackRulesRequest* request,
      admin::v1::RollbackRulesResponse* response) override {
    *response->mutable_version() =
        Version(request->number() == 0 ? 2 : request->number(),
                admin::v1::RULE_VERSION_STATE_PUBLISHED);
    response->mutable_version()->set_in_force(true);
    admin::v1::RuleVersionStep& step =
        *response->mutable_version()->add_steps();
    step.set_kind(admin::v1::RULE_VERSION_STEP_KIND_BROUGHT_BACK);
    step.set_other(5);
    return grpc::Status::OK;
  }

  grpc::Status ListVersions(
      grpc::ServerContext*, const admin::v1::ListVersionsRequest* request,
      admin::v1::ListVersionsResponse* response) override {
    uint32_t number = 2'500;
    if (!request->page_token().empty()) {
      EXPECT_TRUE(absl::SimpleAtoi(request->page_token(), &number));
    }
    for (uint32_t i = 0; i < request->page_size() && number > 0; ++i) {
      *response->add_versions() = WithSteps(number--);
    }
    if (number > 0) response->set_next_page_token(absl::StrCat(number));
    return grpc::Status::OK;
  }

  grpc::Status GetVersion(grpc::ServerContext*,
                          const admin::v1::GetVersionRequest* request,
                          admin::v1::GetVersionResponse* response) override {
    if (request->number() > 2'500) {
      return {grpc::StatusCode::NOT_FOUND,
              absl::StrCat("there is no version ", request->number())};
    }
    *response->mutable_version() = WithSteps(request->number());
    return grpc::Status::OK;
  }

  admin::v1::RuleVersion WithSteps(uint32_t number) const {
    admin::v1::RuleVersion version = Version(number, state);
    version.set_files_digest(files_digest);
    version.set_in_force(number == 2'499);
    version.set_based_on(number - 1);
    for (const auto& [kind, other, reason] :
         {std::tuple(admin::v1::RULE_VERSION_STEP_KIND_PUT, 0u, "新词"),
          std::tuple(admin::v1::RULE_VERSION_STEP_KIND_APPROVED, 0u, "看过"),
          std::tuple(admin::v1::RULE_VERSION_STEP_KIND_PUBLISHED, 6u, "案件"),
          std::tuple(admin::v1::RULE_VERSION_STEP_KIND_TAKEN_BACK, 6u,
                     "太多")}) {
      admin::v1::RuleVersionStep& step = *version.add_steps();
      step.set_kind(kind);
      step.set_other(other);
      step.set_actor("key-two");
      step.set_reason(reason);
    }
    return version;
  }

  grpc::Status ExportVersion(
      grpc::ServerContext*, const admin::v1::ExportVersionRequest* request,
      admin::v1::ExportVersionResponse* response) override {
    *response->mutable_version() =
        Version(request->number() == 0 ? 3 : request->number(), export_state);
    response->mutable_version()->set_files_digest("d");
    admin::v1::PackFile& file = *response->add_files();
    file.set_name("lists/a.txt");
    file.set_content("一\n二\n");
    return grpc::Status::OK;
  }

  grpc::Status PreviewVersion(
      grpc::ServerContext*, const admin::v1::PreviewVersionRequest* request,
      grpc::ServerWriter<admin::v1::PreviewVersionResponse>* writer) override {
    previewed = *request;
    admin::v1::PreviewVersionResponse response;
    response.set_done(0.5);
    response.set_messages(5);
    writer->Write(response);
    admin::v1::PreviewResult& result = *response.mutable_result();
    result.set_messages(10);
    admin::v1::PreviewMove& move = *result.add_moves();
    move.set_before(v1::DECISION_ACCEPTED);
    move.set_after(v1::DECISION_HELD);
    move.set_messages(10);
    writer->Write(response);
    return grpc::Status::OK;
  }

  admin::v1::RuleVersionState state =
      admin::v1::RULE_VERSION_STATE_PUBLISHED;  // Of all versions.
  std::string files_digest = "d";               // Of all versions.
  admin::v1::RuleVersionState export_state =
      admin::v1::RULE_VERSION_STATE_PUBLISHED;
  bool approved = false;
  admin::v1::PutDraftRequest put;
  admin::v1::PublishVersionRequest published;
  admin::v1::PreviewVersionRequest previewed;
};

// A server whose clock is a day ahead of this machine's.
class FakeOperations final : public admin::v1::OperationsService::Service {
 public:
  grpc::Status GetClock(grpc::ServerContext*, const admin::v1::GetClockRequest*,
                        admin::v1::GetClockResponse* response) override {
    response->mutable_clock()->mutable_decision_time()->set_seconds(
        absl::ToUnixSeconds(absl::Now() + absl::Hours(24)));
    return grpc::Status::OK;
  }
};

// Knows who holds one key.
class FakeRegistry final : public admin::v1::RegistryService::Service {
 public:
  grpc::Status ListKeyHolders(
      grpc::ServerContext*, const admin::v1::ListKeyHoldersRequest* request,
      admin::v1::ListKeyHoldersResponse* response) override {
    ++asked;
    for (const std::string& id : request->ids()) {
      if (id != "key-two") continue;
      admin::v1::KeyHolder& holder = *response->add_holders();
      holder.set_id(id);
      holder.set_person("王敏");
    }
    return grpc::Status::OK;
  }

  int asked = 0;
};

class RulesServer : public testing::Test {
 protected:
  RulesServer() : folder_("rules-server"), pack_(folder_.path() + "/pack") {
    std::filesystem::create_directories(pack_ + "/lists");
    std::ofstream(pack_ + "/lists/a.txt") << "一\n三\n四\n";
    std::ofstream(pack_ + "/rules.yaml") << "rules: []\n";
  }
  Output Rules(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "rules");
    return server_.Run(std::move(arguments));
  }

  FakeRules rules_;
  FakeOperations operations_;
  FakeRegistry registry_;
  const FakeServer server_{&rules_, &operations_, &registry_};
  const tools::TempFolder folder_;
  const std::string pack_;
};

TEST_F(RulesServer, ImportSaysWhatDiffersAndWhoIsNext) {
  const Output output = Rules({"import", pack_ + "/", "--reason", "case 118"});
  ASSERT_EQ(output.code, 0) << output.err;
  ASSERT_EQ(rules_.put.files_size(), 2);
  EXPECT_EQ(rules_.put.files(0).name(), "lists/a.txt");
  EXPECT_EQ(rules_.put.reason(), "case 118");
  EXPECT_TRUE(absl::StrContains(
      output.out, "From version 3 (test@abc0003) to version 4 (test@abc0004)"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(
      output.out, "lists/a.txt  changed            1                 1\n"));
  EXPECT_TRUE(absl::StrContains(output.out, "is a draft."));
  EXPECT_TRUE(absl::StrContains(output.out, "sluicectl rules approve 4\n"));
}

TEST_F(RulesServer, ImportNamesFaultsInTheFolder) {
  const Output output = Rules({"import", pack_ + "/", "--reason", "faulty"});
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(
      output.err, absl::StrCat(pack_, "/rules.yaml:3:1: wrong\n", pack_,
                               "/lists/a.txt:1:2: wrong too\n")))
      << output.err;
}

TEST_F(RulesServer, ImportSaysThatThePackIsTooLarge) {
  for (const char* reason : {"large", "huge"}) {
    const Output output = Rules({"import", pack_, "--reason", reason});
    EXPECT_EQ(output.code, 1);
    EXPECT_TRUE(absl::StrContains(
        output.err, " bytes are more than the server accepts in one call"))
        << output.err;
  }
}

TEST_F(RulesServer, ARefusalSaysWhatToDo) {
  rules_.state = admin::v1::RULE_VERSION_STATE_DRAFT;
  const Output own = Rules({"approve", "4", "--yes", "--reason", "own"});
  EXPECT_EQ(own.code, 1);
  EXPECT_TRUE(absl::StrContains(own.err, "key create --role officer"))
      << own.err;
  // The next step names no colleague where no approval is needed.
  rules_.state = admin::v1::RULE_VERSION_STATE_APPROVED;
  const Output again = Rules({"approve", "4", "--yes", "--reason", "again"});
  EXPECT_TRUE(absl::StrContains(again.err, "rules publish 4")) << again.err;
  EXPECT_FALSE(absl::StrContains(again.err, "colleague")) << again.err;
  EXPECT_TRUE(absl::StrContains(
      Rules({"approve", "4", "--yes", "--reason", "seen"}).out,
      "rules publish 4"));
}

// People are named, not only their keys; the server is asked once for each.
TEST_F(RulesServer, HistoryNamesPeople) {
  const Output steps = Rules({"history", "7"});
  EXPECT_TRUE(absl::StrContains(steps.out, "王敏 (key-two)")) << steps.out;
  EXPECT_EQ(registry_.asked, 1);
  const Output versions = Rules({"history", "--limit", "3"});
  EXPECT_TRUE(absl::StrContains(versions.out, "key-one")) << versions.out;
  const int asked = registry_.asked;
  EXPECT_TRUE(absl::StrContains(Rules({"history", "7", "--json"}).out,
                                "\"actor\":\"key-two\""));
  EXPECT_EQ(registry_.asked, asked);
}

// Whoever approves sees what changes and what it does, before the yes.
TEST_F(RulesServer, ApproveShowsTheDraftBeforeTheYes) {
  rules_.export_state = admin::v1::RULE_VERSION_STATE_DRAFT;
  EXPECT_EQ(Rules({"approve", "4", "--reason", "habit"}).code, 2);
  const Output shown = Rules({"approve", "4"});
  ASSERT_EQ(shown.code, 0) << shown.err;
  EXPECT_TRUE(absl::StrContains(shown.out,
                                "From version 3 (test@abc0003) to version 4"))
      << shown.out;
  EXPECT_EQ(rules_.previewed.number(), 4u);
  EXPECT_TRUE(absl::StrContains(shown.out, "Nothing is approved yet"));
  EXPECT_TRUE(absl::StrContains(
      shown.out, "sluicectl rules approve 4 --yes --reason WHY\n"));
  EXPECT_FALSE(rules_.approved);
  const Output json = Rules({"approve", "4", "--json"});
  EXPECT_TRUE(absl::StrContains(json.out, "\"approved\":false")) << json.out;
  EXPECT_FALSE(rules_.approved);
  EXPECT_EQ(Rules({"approve", "4", "--yes", "--reason", "seen"}).code, 0);
  EXPECT_TRUE(rules_.approved);
}

// A folder knows which version it was made from.
TEST_F(RulesServer, AFolderKnowsItsBase) {
  ASSERT_EQ(Rules({"import", pack_, "--reason", "first"}).code, 0);
  EXPECT_EQ(rules_.put.based_on(), 0u);
  // Imported as version 4: the next draft is made from that.
  ASSERT_EQ(Rules({"import", pack_, "--reason", "second"}).code, 0);
  EXPECT_EQ(rules_.put.based_on(), 4u);
  const std::string to = folder_.path() + "/exported";
  ASSERT_EQ(Rules({"export", "2", to}).code, 0);
  ASSERT_EQ(Rules({"import", to, "--reason", "third"}).code, 0);
  EXPECT_EQ(rules_.put.based_on(), 2u);
  ASSERT_EQ(Rules({"import", to, "--reason", "x", "--based-on", "3"}).code, 0);
  EXPECT_EQ(rules_.put.based_on(), 3u);
  // Another server's version of this number.
  rules_.files_digest = "other";
  ASSERT_EQ(Rules({"import", to, "--reason", "fourth"}).code, 0);
  EXPECT_EQ(rules_.put.based_on(), 0u);
  std::ofstream(to + "/.version.json", std::ios::trunc) << "{\"version\":";
  const Output damaged = Rules({"import", to, "--reason", "fifth"});
  EXPECT_EQ(damaged.code, 1);
  EXPECT_TRUE(absl::StrContains(damaged.err, "--based-on NUMBER"))
      << damaged.err;
}

TEST_F(RulesServer, PublishSaysWhatItWouldUndo) {
  const Output refused = Rules({"publish", "4", "--reason", "undoes"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(absl::StrContains(refused.err, "--replaces NUMBER"))
      << refused.err;
  EXPECT_TRUE(absl::StrContains(refused.err, "rules diff in-force 4"));
  ASSERT_EQ(Rules({"publish", "4", "--reason", "yes", "--replaces", "5"}).code,
            0);
  EXPECT_EQ(rules_.published.replaces(), 5u);
}

TEST_F(RulesServer, NumbersAndReasonsAreNeeded) {
  EXPECT_EQ(Rules({"approve", "--reason", "x"}).code, 2);
  EXPECT_EQ(Rules({"approve", "four", "--reason", "x"}).code, 2);
  EXPECT_EQ(Rules({"approve", "0", "--reason", "x"}).code, 2);
  EXPECT_EQ(Rules({"approve", "4", "--yes"}).code, 2);
  EXPECT_EQ(Rules({"publish", "4"}).code, 2);
  EXPECT_EQ(Rules({"export", "four", pack_}).code, 2);
}

TEST_F(RulesServer, RelativeTimesCountFromTheServersClock) {
  const absl::Time now = absl::Now();
  const Output output = Rules({"publish", "4", "--reason", "x", "--at", "+2h"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_NEAR(static_cast<double>(rules_.published.planned_time().seconds()),
              static_cast<double>(absl::ToUnixSeconds(now) + 26 * 3'600), 60);
  EXPECT_TRUE(absl::StrContains(output.out, "rules withdraw 4")) << output.out;
  ASSERT_EQ(Rules({"publish", "4", "--reason", "x"}).code, 0);
  EXPECT_FALSE(rules_.published.has_planned_time());
  const Output past = Rules({"publish", "4", "--reason", "x", "--at=-5h"});
  EXPECT_EQ(past.code, 1);
  EXPECT_TRUE(absl::StrContains(past.err, "in the past")) << past.err;
  EXPECT_EQ(Rules({"publish", "4", "--reason", "x", "--at", "soon"}).code, 1);
}

TEST_F(RulesServer, HistoryPagesToItsLimit) {
  const Output few = Rules({"history", "--limit", "2"});
  ASSERT_EQ(few.code, 0) << few.err;
  EXPECT_TRUE(absl::StrContains(
      few.out, "  2499  *    test@abc0002499  test 1.0  in force     key-one"))
      << few.out;
  EXPECT_TRUE(absl::StrContains(few.out, "There are older versions"));
  const Output all = Rules({"history", "--limit", "5000", "--json"});
  EXPECT_EQ(std::count(all.out.begin(), all.out.end(), '\n'), 2'500);
}

TEST_F(RulesServer, HistoryOfOneShowsEveryStep) {
  const Output one = Rules({"history", "7"});
  ASSERT_EQ(one.code, 0) << one.err;
  for (const char* part :
       {"draft                      王敏 (key-two)  新词",
        "approved                   王敏 (key-two)  看过",
        "published after version 6  王敏 (key-two)  案件",
        "rolled back to version 6   王敏 (key-two)  太多", "rules diff 6 7"}) {
    EXPECT_TRUE(absl::StrContains(one.out, part)) << part << "\n" << one.out;
  }
  const Output none = Rules({"history", "9000"});
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(absl::StrContains(none.err, "there is no version 9000"))
      << none.err;
}

TEST_F(RulesServer, RollbackSaysWhereToAndWhy) {
  const Output back = Rules({"rollback", "--reason", "too much"});
  ASSERT_EQ(back.code, 0) << back.err;
  EXPECT_TRUE(absl::StrContains(back.out,
                                "It replaces version 5, because it was in "
                                "force when version 5 was published"))
      << back.out;
  EXPECT_TRUE(absl::StrContains(back.out, "rules rollback NUMBER"));
  // Another rollback without a number would not undo this one.
  EXPECT_TRUE(absl::StrContains(back.out,
                                "To bring version 5 back: sluicectl rules "
                                "export 5 FOLDER"))
      << back.out;
  const Output chosen = Rules({"rollback", "3", "--reason", "that one"});
  EXPECT_TRUE(absl::StrContains(chosen.out, "It replaces version 5.\n"))
      << chosen.out;
}

TEST_F(RulesServer, ExportWritesANewFolder) {
  const std::string to = folder_.path() + "/to";
  EXPECT_EQ(
      Rules({"export", "2", to}).out,
      absl::StrCat("1 file of version 2 (test@abc0002) is in ", to, ".\n"));
  const Output again = Rules({"export", to});
  EXPECT_EQ(again.code, 1);
  EXPECT_TRUE(absl::StrContains(again.err, "Name a new folder")) << again.err;
}

TEST_F(RulesServer, DiffOfOneIsFromTheOneInForce) {
  const Output output = Rules({"diff", pack_});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(output.out,
                                "--- version 3 (test@abc0003)/lists/a.txt\n"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, " 一\n-二\n+三\n+四\n"));
}

TEST_F(RulesServer, PreviewAsksForAStretchOfTheJournal) {
  const Output output = Rules({"preview", "4", "--from", "24h", "--until", "1h",
                               "--against", "2", "--samples", "5"});
  ASSERT_EQ(output.code, 0) << output.err;
  const admin::v1::PreviewVersionRequest& request = rules_.previewed;
  EXPECT_EQ(request.number(), 4u);
  EXPECT_EQ(request.against(), 2u);
  EXPECT_EQ(request.samples(), 5u);
  EXPECT_EQ(request.end_time().seconds() - request.start_time().seconds(),
            23 * 3'600);
  EXPECT_TRUE(absl::StrContains(output.out, "From version 2 to version 4: 10"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "ACCEPTED  ->  HELD"));
  EXPECT_EQ(output.err, "");
  EXPECT_EQ(Rules({"preview", "4", "--against", pack_}).code, 2);
}

}  // namespace
}  // namespace sluice::ctl
