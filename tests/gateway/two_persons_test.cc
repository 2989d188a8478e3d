// Changes of the rules that need two people, and drafts that would undo what
// others have published, on a whole server.

#include "absl/strings/match.h"
#include "gateway/wire/timestamp.h"
#include "tests/fakes/wait.h"
#include "tests/gateway/rpc_detail.h"
#include "tests/gateway/rules_fixture.h"

namespace sluice::gateway {
namespace {

class TwoPersonsTest : public RulesTest {
 protected:
  static std::string RuleFor(const std::string& word) {
    return "  - {id: no-" + std::to_string(std::hash<std::string>()(word)) +
           ", basis: policy, code: CONTENT_UNWANTED, words: [" + word + "]}\n";
  }
  // Puts the world's pack with a rule for the word as a draft made from version
  // `based_on`. Returns its number; 0: refused.
  uint32_t Put(const std::string& key, const std::string& word,
               uint32_t based_on = 0) {
    admin::v1::PutDraftRequest put;
    rules::PackFiles files = *rules::ReadPackFiles(WorldPack());
    for (admin::v1::PackFile& file : files) {
      if (file.name() == "rules.yaml") {
        file.set_content(absl::StrReplaceAll(
            file.content(), {{"\nrules:\n", "\nrules:\n" + RuleFor(word)}}));
      }
      *put.add_files() = file;
    }
    put.set_reason("test");
    put.set_based_on(based_on);
    admin::v1::RuleVersion version;
    put_ = Rules()->PutDraft(As(key).get(), put, Into(&version));
    return version.number();
  }
  grpc::Status Approve(const std::string& key, uint32_t number) {
    admin::v1::ApproveVersionRequest request;
    request.set_number(number);
    request.set_reason("seen");
    admin::v1::RuleVersion version;
    return Rules()->ApproveVersion(As(key).get(), request, Into(&version));
  }
  grpc::Status Publish(uint32_t number, uint32_t replaces = 0,
                       int64_t at_ms = 0) {
    admin::v1::PublishVersionRequest request;
    request.set_number(number);
    request.set_reason("test");
    request.set_replaces(replaces);
    if (at_ms != 0) SetTimestamp(at_ms, *request.mutable_planned_time());
    admin::v1::RuleVersion version;
    return Rules()->PublishVersion(As(editor_).get(), request, Into(&version));
  }
  grpc::Status Rollback(uint32_t number) {
    admin::v1::RollbackRulesRequest request;
    request.set_number(number);
    request.set_reason("test");
    admin::v1::RuleVersion version;
    return Rules()->RollbackRules(As(editor_).get(), request, Into(&version));
  }
  uint32_t PutInForce(const std::string& word, uint32_t based_on = 0) {
    const uint32_t number = Put(editor_, word, based_on);
    EXPECT_TRUE(Approve(colleague_, number).ok());
    const grpc::Status status = Publish(number);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return number;
  }
  admin::v1::RuleVersion Version(uint32_t number) {
    admin::v1::GetVersionRequest request;
    request.set_number(number);
    admin::v1::RuleVersion version;
    EXPECT_TRUE(
        Rules()->GetVersion(As(editor_).get(), request, Into(&version)).ok());
    return version;
  }

  grpc::Status put_;
};

TEST_F(TwoPersonsTest, WhoeverCreatesAKeyIsNoColleagueOfItsHolder) {
  const uint32_t number = Put(admin_key_, "红包");
  const grpc::Status own = Approve(colleague_, number);
  EXPECT_EQ(ReasonOf(own), "NEEDS_COLLEAGUE");
  EXPECT_TRUE(absl::StrContains(own.error_message(),
                                "which names nobody: import it again"))
      << own.error_message();
  const uint32_t other = Put(editor_, "领取");
  EXPECT_EQ(ReasonOf(Approve(admin_key_, other)), "NEEDS_COLLEAGUE");
  EXPECT_TRUE(Approve(colleague_, other).ok());
  // Also after a restart.
  Restart();
  EXPECT_EQ(ReasonOf(Approve(colleague_, number)), "NEEDS_COLLEAGUE");
}

TEST_F(TwoPersonsTest, ADraftOfAnOlderVersionUndoesNothingUnnoticed) {
  ASSERT_EQ(PutInForce("红包"), 2u);
  const uint32_t old = Put(editor_, "领取", /*based_on=*/1);
  EXPECT_EQ(Version(old).based_on(), 1u);
  ASSERT_TRUE(Approve(colleague_, old).ok());
  for (const uint32_t replaces : {0u, 1u, 9u}) {
    const grpc::Status refused = Publish(old, replaces);
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_EQ(ReasonOf(refused), "UNDOES_OTHERS") << refused.error_message();
  }
  EXPECT_EQ(Version(0).number(), 2u);
  // A draft of a draft of the version in force undoes nothing.
  const uint32_t draft = Put(editor_, "彩金", /*based_on=*/2);
  PutInForce("中奖", draft);
  EXPECT_TRUE(Publish(old, Version(0).number()).ok());
  EXPECT_EQ(Version(0).number(), old);
}

TEST_F(TwoPersonsTest, ADraftIsMadeFromTheVersionInForceUnlessItSays) {
  PutInForce("红包");
  EXPECT_EQ(Version(Put(editor_, "领取")).based_on(), 2u);
  EXPECT_EQ(Put(editor_, "彩金", /*based_on=*/17), 0u);
  EXPECT_EQ(put_.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(FieldOf(put_), "based_on");
}

// Published meanwhile: the plan would undo it.
TEST_F(TwoPersonsTest, APlanIsNotCarriedOutOverAnotherVersion) {
  const uint32_t planned = Put(editor_, "红包");
  ASSERT_TRUE(Approve(colleague_, planned).ok());
  ASSERT_TRUE(Publish(planned, 0, kTenInTheMorningMs + 60'000).ok());
  admin::v1::GetRuleSetStatusResponse status;
  ASSERT_TRUE(Rules()->GetRuleSetStatus(As(editor_).get(), {}, &status).ok());
  ASSERT_EQ(status.status().planned_size(), 1);
  EXPECT_EQ(status.status().planned(0).number(), planned);
  // Planned for later, it would undo the plan.
  const uint32_t next = Put(editor_, "彩金");
  ASSERT_TRUE(Approve(colleague_, next).ok());
  const grpc::Status undoes = Publish(next, 0, kTenInTheMorningMs + 120'000);
  EXPECT_EQ(ReasonOf(undoes), "UNDOES_OTHERS");
  EXPECT_TRUE(absl::StrContains(undoes.error_message(), "will be in force"))
      << undoes.error_message();
  const uint32_t other = PutInForce("领取");
  clock_.Advance(absl::Minutes(2));
  server_->Tick();
  EXPECT_TRUE(WaitFor("the plan is given up", [&] {
    return Version(planned).state() == admin::v1::RULE_VERSION_STATE_APPROVED;
  }));
  EXPECT_EQ(Version(0).number(), other);
}

TEST_F(TwoPersonsTest, ARollbackByOneReturnsOnlyWhatTwoDecided) {
  ASSERT_EQ(PutInForce("红包"), 2u);
  ASSERT_EQ(PutInForce("领取"), 3u);
  // Back to what two decided, and to what the operator installed.
  EXPECT_TRUE(Rollback(2).ok());
  const grpc::Status again = Rollback(3);
  EXPECT_EQ(again.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(again), "NEEDS_COLLEAGUE");
  EXPECT_TRUE(absl::StrContains(again.error_message(), "by a rollback"))
      << again.error_message();
  EXPECT_TRUE(Rollback(1).ok());
  EXPECT_EQ(ReasonOf(Rollback(2)), "NEEDS_COLLEAGUE");
  EXPECT_EQ(Version(0).number(), 1u);
  // A draft that was made from it says so, too.
  const uint32_t mended = Put(editor_, "彩金", /*based_on=*/3);
  ASSERT_TRUE(Approve(colleague_, mended).ok());
  const grpc::Status undoes = Publish(mended);
  EXPECT_EQ(ReasonOf(undoes), "UNDOES_OTHERS");
  EXPECT_TRUE(
      absl::StrContains(undoes.error_message(), "a rollback has replaced"))
      << undoes.error_message();
  EXPECT_TRUE(Publish(mended, /*replaces=*/1).ok());
  // It returns as a draft that a colleague approves.
  const uint32_t anew = PutInForce("领取");
  EXPECT_EQ(Version(0).number(), anew);
}

// While one person was enough, an officer loaded a folder; nobody approved it.
TEST_F(TwoPersonsTest, AVersionThatNobodyApprovedDoesNotReturnByOne) {
  config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
  Restart();
  const std::string path = pack_ + "/rules.yaml";
  std::ifstream in(path);
  std::string rules{std::istreambuf_iterator<char>(in), {}};
  std::ofstream(path) << absl::StrReplaceAll(
      rules, {{"\nrules:\n", "\nrules:\n" + RuleFor("红包")}});
  admin::v1::ReloadRulesRequest reload;
  reload.set_reason("test");
  admin::v1::RuleSetStatus status;
  const grpc::Status loaded =
      Rules()->ReloadRules(As(editor_).get(), reload, Into(&status));
  ASSERT_TRUE(loaded.ok()) << loaded.error_message();
  config_.mutable_rules()->set_approval(config::v1::APPROVAL_TWO_PERSONS);
  Restart();
  PutInForce("领取");
  const grpc::Status refused = Rollback(2);
  EXPECT_EQ(ReasonOf(refused), "NEEDS_COLLEAGUE");
  EXPECT_TRUE(absl::StrContains(refused.error_message(), "never approved"))
      << refused.error_message();
}

}  // namespace
}  // namespace sluice::gateway
