// The life of a rule set on a whole server: draft, approval, publication,
// rollback, history, explanation, preview.

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gateway/wire/timestamp.h"
#include "rules/pack/pack_files.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tests/gateway/rules_fixture.h"

namespace sluice::gateway {
namespace {

class RuleBookTest : public RulesTest {
 protected:
  // The world's rules.yaml with `rule` as its first rule.
  std::vector<admin::v1::PackFile> FilesWith(const std::string& rule) {
    auto files = *rules::ReadPackFiles(WorldPack());
    for (admin::v1::PackFile& file : files) {
      if (file.name() != "rules.yaml") continue;
      file.set_content(absl::StrReplaceAll(
          file.content(), {{"\nrules:\n", "\nrules:\n" + rule}}));
    }
    return files;
  }
  // Without auto_rollback: it rejects every notice here.
  static constexpr char kNoGreetings[] =
      "  - {id: no-parcels, basis: policy, code: CONTENT_UNWANTED,\n"
      "     words: [订单已发出], folding: evasive, auto_rollback: {off: "
      "true}}\n";

  grpc::Status Put(const std::string& key,
                   const std::vector<admin::v1::PackFile>& files,
                   admin::v1::RuleVersion* version, uint32_t based_on = 0) {
    admin::v1::PutDraftRequest request;
    request.set_based_on(based_on);
    for (const admin::v1::PackFile& file : files) *request.add_files() = file;
    request.set_reason("too many parcels");
    return Rules()->PutDraft(As(key).get(), request, Into(version));
  }
  uint32_t PutGood() {
    admin::v1::RuleVersion version;
    const grpc::Status status = Put(editor_, FilesWith(kNoGreetings), &version);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return version.number();
  }

  // The last answer of a preview, which has the result.
  admin::v1::PreviewVersionResponse Preview(
      const admin::v1::PreviewVersionRequest& request) {
    const auto context = As(colleague_);
    const auto reader = Rules()->PreviewVersion(context.get(), request);
    admin::v1::PreviewVersionResponse response;
    while (reader->Read(&response)) {
    }
    const grpc::Status status = reader->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  template <typename Request>
  static Request About(uint32_t number, const std::string& reason = "test") {
    Request request;
    request.set_number(number);
    request.set_reason(reason);
    return request;
  }
  grpc::StatusCode Approve(const std::string& key, uint32_t number) {
    admin::v1::RuleVersion version;
    return Rules()
        ->ApproveVersion(As(key).get(),
                         About<admin::v1::ApproveVersionRequest>(number),
                         Into(&version))
        .error_code();
  }
  grpc::StatusCode Publish(uint32_t number, int64_t at_ms = 0) {
    admin::v1::PublishVersionRequest request =
        About<admin::v1::PublishVersionRequest>(number);
    if (at_ms != 0) SetTimestamp(at_ms, *request.mutable_planned_time());
    admin::v1::RuleVersion version;
    return Rules()
        ->PublishVersion(As(editor_).get(), request, Into(&version))
        .error_code();
  }
  grpc::StatusCode Rollback(uint32_t number = 0) {
    admin::v1::RuleVersion version;
    return Rules()
        ->RollbackRules(As(colleague_).get(),
                        About<admin::v1::RollbackRulesRequest>(number),
                        Into(&version))
        .error_code();
  }
  std::vector<admin::v1::RuleVersion> History() {
    admin::v1::ListVersionsResponse response;
    EXPECT_TRUE(Rules()->ListVersions(As(editor_).get(), {}, &response).ok());
    return {response.versions().begin(), response.versions().end()};
  }
  uint32_t InForce() {
    for (const admin::v1::RuleVersion& version : History()) {
      if (version.in_force()) return version.number();
    }
    return 0;
  }
  // A line for each step: "PUBLISHED 1 KEY: reason", with
  // RuleVersionStep.other.
  static std::string StepsOf(const admin::v1::RuleVersion& version) {
    std::string text;
    for (const admin::v1::RuleVersionStep& step : version.steps()) {
      const std::string kind = admin::v1::RuleVersionStepKind_Name(step.kind());
      absl::StrAppend(
          &text, kind.substr(std::string("RULE_VERSION_STEP_KIND_").size()),
          " ", step.other() == 0 ? "" : absl::StrCat(step.other(), " "),
          step.actor(), ": ", step.reason(), "\n");
    }
    return text;
  }
  void LetOneDecide() {
    config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
    Restart();
  }
  bool IsRefused(int recipient) {
    return SubmitOne(Notice(Number(recipient))).decision() ==
           v1::DECISION_REJECTED;
  }
};

TEST_F(RuleBookTest, ADraftIsApprovedByAnotherPublishedAndTakenBack) {
  EXPECT_EQ(InForce(), 1u);
  EXPECT_FALSE(IsRefused(1));
  const uint32_t number = PutGood();
  EXPECT_EQ(number, 2u);
  EXPECT_EQ(Publish(number), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Approve(editor_, number), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Approve(colleague_, number), grpc::StatusCode::OK);
  EXPECT_EQ(Approve(colleague_, number), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_FALSE(IsRefused(2));  // Approved only.
  EXPECT_EQ(Publish(number), grpc::StatusCode::OK);
  EXPECT_EQ(InForce(), 2u);
  EXPECT_TRUE(IsRefused(3));
  const admin::v1::RuleVersion published = History()[0];
  EXPECT_EQ(published.state(), admin::v1::RULE_VERSION_STATE_PUBLISHED);
  EXPECT_EQ(published.based_on(), 1u);
  EXPECT_EQ(published.author(), editor_.substr(4, 10));
  EXPECT_EQ(published.approver(), colleague_.substr(4, 10));
  EXPECT_EQ(published.reason(), "too many parcels");
  EXPECT_EQ(SubmitOne(Notice(Number(4))).rule_set(), published.rule_set());

  EXPECT_EQ(Rollback(), grpc::StatusCode::OK);
  EXPECT_EQ(InForce(), 1u);
  EXPECT_FALSE(IsRefused(5));
  // What a rollback replaced is no longer what two persons want.
  EXPECT_EQ(Rollback(2), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_FALSE(IsRefused(6));
}

TEST_F(RuleBookTest, EveryStepIsKeptWithWhoAndWhy) {
  const uint32_t number = PutGood();
  admin::v1::RuleVersion version;
  ASSERT_TRUE(Rules()
                  ->ApproveVersion(As(colleague_).get(),
                                   About<admin::v1::ApproveVersionRequest>(
                                       number, "looked at it"),
                                   Into(&version))
                  .ok());
  admin::v1::PublishVersionRequest plan =
      About<admin::v1::PublishVersionRequest>(number, "tonight");
  SetTimestamp(kTenInTheMorningMs + 3'600'000, *plan.mutable_planned_time());
  ASSERT_TRUE(
      Rules()->PublishVersion(As(editor_).get(), plan, Into(&version)).ok());
  ASSERT_TRUE(Rules()
                  ->WithdrawVersion(As(colleague_).get(),
                                    About<admin::v1::WithdrawVersionRequest>(
                                        number, "not tonight"),
                                    Into(&version))
                  .ok());
  ASSERT_TRUE(Rules()
                  ->PublishVersion(As(editor_).get(),
                                   About<admin::v1::PublishVersionRequest>(
                                       number, "case 118"),
                                   Into(&version))
                  .ok());
  ASSERT_TRUE(
      Rules()
          ->RollbackRules(As(colleague_).get(),
                          About<admin::v1::RollbackRulesRequest>(0, "too much"),
                          Into(&version))
          .ok());
  EXPECT_EQ(version.number(), 1u);
  ASSERT_FALSE(version.steps().empty());
  EXPECT_EQ(version.steps().rbegin()->other(), number);
  LetOneDecide();
  ASSERT_TRUE(Rules()
                  ->RollbackRules(As(editor_).get(),
                                  About<admin::v1::RollbackRulesRequest>(
                                      number, "it was not"),
                                  Into(&version))
                  .ok());
  const std::string editor = editor_.substr(4, 10);
  const std::string colleague = colleague_.substr(4, 10);
  for (int i = 0; i < 2; ++i) {
    const std::vector<admin::v1::RuleVersion> history = History();
    EXPECT_EQ(StepsOf(history[0]),
              absl::StrCat("PUT ", editor, ": too many parcels\n",  //
                           "APPROVED ", colleague, ": looked at it\n",
                           "PLANNED ", editor, ": tonight\n",  //
                           "UNPLANNED ", colleague, ": not tonight\n",
                           "PUBLISHED 1 ", editor, ": case 118\n",
                           "TAKEN_BACK 1 ", colleague, ": too much\n",
                           "BROUGHT_BACK 1 ", editor, ": it was not\n"));
    EXPECT_EQ(StepsOf(history[1]),
              absl::StrCat("PUBLISHED sluiced: start\n",  //
                           "BROUGHT_BACK 2 ", colleague, ": too much\n"));
    EXPECT_EQ(MillisOf(history[0].steps(0).time()), kTenInTheMorningMs);
    Restart();
  }
}

// A second rollback never puts the bad version in force again.
TEST_F(RuleBookTest, VersionsComeInPagesAndOneByOne) {
  const uint32_t newest = PutGood();
  admin::v1::ListVersionsRequest request;
  request.set_page_size(1);
  std::vector<uint32_t> numbers;
  do {
    admin::v1::ListVersionsResponse page;
    ASSERT_TRUE(Rules()->ListVersions(As(editor_).get(), request, &page).ok());
    ASSERT_EQ(page.versions_size(), 1);
    numbers.push_back(page.versions(0).number());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(numbers, (std::vector<uint32_t>{newest, 1}));
  request.set_page_token("1");
  admin::v1::ListVersionsResponse page;
  EXPECT_EQ(
      Rules()->ListVersions(As(editor_).get(), request, &page).error_message(),
      "page_token: not a token of this call with these filters; leave it out "
      "for the first page");

  admin::v1::GetVersionRequest get;
  admin::v1::RuleVersion version;
  ASSERT_TRUE(Rules()->GetVersion(As(editor_).get(), get, Into(&version)).ok());
  EXPECT_TRUE(version.in_force());
  get.set_number(newest);
  ASSERT_TRUE(Rules()->GetVersion(As(editor_).get(), get, Into(&version)).ok());
  EXPECT_EQ(version.number(), newest);
  EXPECT_EQ(version.steps_size(), 1);
  get.set_number(newest + 1);
  EXPECT_EQ(
      Rules()->GetVersion(As(editor_).get(), get, Into(&version)).error_code(),
      grpc::StatusCode::NOT_FOUND);
}

TEST_F(RuleBookTest, ARollbackNeverGoesToWhatWasTakenBack) {
  for (int i = 0; i < 2; ++i) {
    admin::v1::RuleVersion version;
    ASSERT_TRUE(Put(editor_,
                    FilesWith(absl::StrCat("  # ", i, "\n", kNoGreetings)),
                    &version)
                    .ok());
    ASSERT_EQ(Approve(colleague_, version.number()), grpc::StatusCode::OK);
    ASSERT_EQ(Publish(version.number()), grpc::StatusCode::OK);
  }
  ASSERT_EQ(InForce(), 3u);
  EXPECT_EQ(Rollback(), grpc::StatusCode::OK);
  EXPECT_EQ(InForce(), 2u);
  LetOneDecide();
  EXPECT_EQ(Rollback(), grpc::StatusCode::OK);
  EXPECT_EQ(InForce(), 1u);
  admin::v1::RuleVersion version;
  const grpc::Status none = Rules()->RollbackRules(
      As(colleague_).get(), About<admin::v1::RollbackRulesRequest>(0),
      Into(&version));
  EXPECT_EQ(none.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(none.error_message(), "no version was in force before version 1");
  // Any version may be chosen by number; the next rollback goes to the version
  // before that one.
  EXPECT_EQ(Rollback(3), grpc::StatusCode::OK);
  EXPECT_EQ(InForce(), 3u);
  EXPECT_EQ(Rollback(), grpc::StatusCode::OK);
  EXPECT_EQ(InForce(), 1u);
}

class PostureSince : public RuleBookTest {
 protected:
  void Publish(const std::string& rules, const std::string& reason) {
    admin::v1::RuleVersion version;
    ASSERT_TRUE(Put(editor_, FilesWith(rules), &version).ok());
    ASSERT_EQ(Approve(colleague_, version.number()), grpc::StatusCode::OK);
    const grpc::Status status = Rules()->PublishVersion(
        As(editor_).get(),
        About<admin::v1::PublishVersionRequest>(version.number(), reason),
        Into(&version));
    ASSERT_TRUE(status.ok()) << status.error_message();
    clock_.Advance(absl::Minutes(1));
  }

  // The rule "seen-only", with this setting.
  static std::string SeenOnly(const std::string& setting) {
    return absl::StrCat(
        "  - {id: seen-only, basis: policy, code: CONTENT_UNWANTED,\n     ",
        setting, " words: [订单已发出]}\n");
  }

  // The line of that rule.
  admin::v1::NotEnforced Since() {
    admin::v1::GetPostureResponse posture;
    EXPECT_TRUE(admin::v1::OperationsService::NewStub(channel_)
                    ->GetPosture(As(editor_).get(), {}, &posture)
                    .ok());
    for (const admin::v1::NotEnforced& line : posture.not_enforced()) {
      if (line.rule() == "seen-only") return line;
    }
    return admin::v1::NotEnforced();
  }
};

// The start is of the first publication that does not enforce a rule, not of
// the last publication.
TEST_F(PostureSince, IsTheFirstPublicationThatDoesNotEnforce) {
  const std::string observed = SeenOnly("mode: observe,");
  Publish(observed, "first");
  const int64_t first_ms = MillisOf(Since().start_time());
  Publish(observed + kNoGreetings, "another rule");
  EXPECT_EQ(MillisOf(Since().start_time()), first_ms);
  EXPECT_EQ(Since().reason(), "first");
  Restart();
  EXPECT_EQ(MillisOf(Since().start_time()), first_ms);
  EXPECT_EQ(Since().reason(), "first");
  Publish(SeenOnly(""), "enforced");
  EXPECT_EQ(Since().rule(), "");
  Publish(observed + "  # Again.\n", "again");
  EXPECT_EQ(Since().reason(), "again");
}

// A rule that was off and now spares a sender is something else, and so is one
// that spares more senders.
TEST_F(PostureSince, OfAnExceptionIsItsOwn) {
  const std::string spared = SeenOnly("except: {content_providers: [shop]},");
  Publish(SeenOnly("mode: off,"), "off");
  EXPECT_EQ(Since().reason(), "off");
  Publish(spared, "spared");
  EXPECT_EQ(Since().cause(), admin::v1::NOT_ENFORCED_CAUSE_SCOPE);
  EXPECT_EQ(Since().reason(), "spared");
  const int64_t spared_ms = MillisOf(Since().start_time());
  Publish(spared + kNoGreetings, "another rule");
  EXPECT_EQ(Since().reason(), "spared");
  Restart();
  EXPECT_EQ(MillisOf(Since().start_time()), spared_ms);
  Publish(SeenOnly("except: {content_providers: [shop, bank]},"), "more");
  EXPECT_EQ(Since().reason(), "more");
  Publish(SeenOnly("except: {content_providers: [bank, shop]},"), "turned");
  EXPECT_EQ(Since().reason(), "more");
  Publish(SeenOnly("scope: {content_providers: [shop]},"), "scope");
  EXPECT_EQ(Since().reason(), "scope");
}

// The version in force is in the library, so a faulty folder does no harm.
TEST_F(RuleBookTest, AFaultyFolderDoesNotStopTheStart) {
  config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
  Restart();
  std::ofstream(pack_ + "/pack.yaml", std::ios::app) << "nonsense: 1\n";
  std::ostringstream log;
  const auto logger_before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  notes_.clear();
  Restart();
  EXPECT_EQ(InForce(), 1u);
  EXPECT_EQ(History().size(), 1u);
  EXPECT_TRUE(absl::StrContains(log.str(), "rules: pack.yaml:")) << log.str();
  EXPECT_TRUE(absl::StrContains(log.str(), "nonsense")) << log.str();
  EXPECT_TRUE(std::any_of(notes_.begin(), notes_.end(), [](const auto& note) {
    return absl::StrContains(note, "has faults");
  })) << absl::StrJoin(notes_, "\n");
  std::filesystem::remove_all(pack_);
  Restart();
  EXPECT_EQ(InForce(), 1u);
  EXPECT_FALSE(IsRefused(1));
  channel_ = nullptr;
  server_ = nullptr;  // It logs until destroyed.
  spdlog::set_default_logger(logger_before);
}

// The published version stays in force, whatever is in the folder.
TEST_F(RuleBookTest, ARestartKeepsWhatWasPublished) {
  const uint32_t number = PutGood();
  Approve(colleague_, number);
  ASSERT_EQ(Publish(number), grpc::StatusCode::OK);
  std::ofstream(pack_ + "/pack.yaml", std::ios::app) << "# Changed.\n";
  notes_.clear();
  Restart();
  EXPECT_EQ(InForce(), number);
  EXPECT_TRUE(IsRefused(1));
  EXPECT_EQ(History().size(), 2u);
  EXPECT_TRUE(std::any_of(notes_.begin(), notes_.end(), [](const auto& note) {
    return absl::StrContains(note, "stays in force");
  }));
}

// One person who can write to the folder cannot publish with a restart.
TEST_F(RuleBookTest, ARestartDoesNotGoRoundTheSecondPerson) {
  std::ofstream(pack_ + "/pack.yaml", std::ios::app) << "# Changed.\n";
  Restart();
  EXPECT_EQ(InForce(), 1u);
  // Puts the folder as a draft, and restarts before its approval.
  admin::v1::RuleVersion version;
  ASSERT_TRUE(Put(editor_, *rules::ReadPackFiles(pack_), &version).ok());
  Restart();
  EXPECT_EQ(InForce(), 1u);
  EXPECT_EQ(Approve(colleague_, version.number()), grpc::StatusCode::OK);
}

TEST_F(RuleBookTest, WithOnePersonARestartFollowsTheFolder) {
  config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
  Restart();
  std::ofstream(pack_ + "/pack.yaml", std::ios::app) << "# Changed.\n";
  Restart();
  EXPECT_EQ(InForce(), 2u);
  EXPECT_TRUE(History()[0].from_folder());
  Restart();
  EXPECT_EQ(InForce(), 2u);
}

TEST_F(RuleBookTest, AFaultyDraftSaysWhereAndIsNoVersion) {
  admin::v1::RuleVersion version;
  const grpc::Status refused = Put(
      editor_, FilesWith("  - {id: x, basis: policy, word: [票]}\n"), &version);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(absl::StartsWith(refused.error_message(), "rules.yaml:"))
      << refused.error_message();
  EXPECT_TRUE(absl::StrContains(refused.error_message(), "did you mean"));
  EXPECT_EQ(History().size(), 1u);
  // A failing example is a fault too.
  EXPECT_EQ(Put(editor_,
                FilesWith("  - {id: x, basis: policy, words: [票], examples: "
                          "{must_pass: [股票]}}\n"),
                &version)
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  // Files outside the folder, or twice.
  auto files = FilesWith(kNoGreetings);
  files[0].set_name("../x");
  EXPECT_EQ(Put(editor_, files, &version).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  files[0] = files[1];
  EXPECT_EQ(Put(editor_, files, &version).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  // The same pack again.
  PutGood();
  EXPECT_EQ(Put(editor_, FilesWith(kNoGreetings), &version).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(RuleBookTest, APlannedVersionIsPublishedInTimeAlsoAfterARestart) {
  const uint32_t number = PutGood();
  Approve(colleague_, number);
  const int64_t at_ms = absl::ToUnixMillis(clock_.Now() + absl::Hours(2));
  ASSERT_EQ(Publish(number, at_ms), grpc::StatusCode::OK);
  EXPECT_EQ(History()[0].state(), admin::v1::RULE_VERSION_STATE_PLANNED);
  EXPECT_EQ(InForce(), 1u);
  // Withdrawn and planned again.
  admin::v1::RuleVersion version;
  ASSERT_TRUE(
      Rules()
          ->WithdrawVersion(As(editor_).get(),
                            About<admin::v1::WithdrawVersionRequest>(number),
                            Into(&version))
          .ok());
  EXPECT_EQ(version.state(), admin::v1::RULE_VERSION_STATE_APPROVED);
  ASSERT_EQ(Publish(number, at_ms), grpc::StatusCode::OK);
  Restart();
  EXPECT_EQ(InForce(), 1u);
  server_->Tick();
  EXPECT_EQ(InForce(), 1u);
  clock_.Advance(absl::Hours(2) + absl::Seconds(1));
  server_->Tick();
  EXPECT_EQ(InForce(), number);
}

TEST_F(RuleBookTest, ATimeThatIsPastIsNotTakenForNow) {
  const uint32_t number = PutGood();
  ASSERT_EQ(Approve(colleague_, number), grpc::StatusCode::OK);
  admin::v1::PublishVersionRequest request =
      About<admin::v1::PublishVersionRequest>(number);
  SetTimestamp(kTenInTheMorningMs - 3'600'000, *request.mutable_planned_time());
  admin::v1::RuleVersion version;
  const grpc::Status past =
      Rules()->PublishVersion(As(editor_).get(), request, Into(&version));
  EXPECT_EQ(past.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(absl::StrContains(past.error_message(), "the server's clock"))
      << past.error_message();
  EXPECT_EQ(InForce(), 1u);
  // A call takes a while, and clocks differ a little.
  EXPECT_EQ(Publish(number, kTenInTheMorningMs - 30'000), grpc::StatusCode::OK);
  EXPECT_EQ(InForce(), number);
}

TEST_F(RuleBookTest, PlansAreCarriedOutInTheirOrder) {
  const uint32_t sooner = PutGood();
  admin::v1::RuleVersion version;
  ASSERT_TRUE(Put(editor_,
                  FilesWith("  - {id: x, basis: policy, words: [票房]}\n"),
                  &version, /*based_on=*/sooner)
                  .ok());
  const uint32_t later = version.number();
  Approve(colleague_, later);
  Approve(colleague_, sooner);
  const absl::Time now = clock_.Now();
  ASSERT_EQ(Publish(later, absl::ToUnixMillis(now + absl::Hours(2))),
            grpc::StatusCode::OK);
  ASSERT_EQ(Publish(sooner, absl::ToUnixMillis(now + absl::Hours(1))),
            grpc::StatusCode::OK);
  clock_.Advance(absl::Hours(3));
  server_->Tick();
  EXPECT_EQ(InForce(), later);
  EXPECT_EQ(History()[0].state(), admin::v1::RULE_VERSION_STATE_PUBLISHED);
}

TEST_F(RuleBookTest, ALostLibraryIsRestoredFromTheFolder) {
  std::filesystem::remove_all(folder_.path() + "/store/rules");
  Restart();
  EXPECT_EQ(InForce(), 1u);
}

TEST_F(RuleBookTest, ARegexThatIsNoneIsAFaultAndNoCrash) {
  for (const char* bad : {"发[票", "[^票", "\\发票", "[\\发]票"}) {
    admin::v1::RuleVersion version;
    const grpc::Status status =
        Put(editor_,
            FilesWith(absl::StrCat("  - {id: x, basis: policy, regexes: ['",
                                   bad, "']}\n")),
            &version);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << bad;
    EXPECT_TRUE(absl::StrContains(status.error_message(), "not a regex"))
        << status.error_message();
  }
}

TEST_F(RuleBookTest, ExportGivesBackWhatWasPut) {
  const auto files = FilesWith(kNoGreetings);
  const uint32_t number = PutGood();
  admin::v1::ExportVersionRequest request;
  request.set_number(number);
  admin::v1::ExportVersionResponse response;
  ASSERT_TRUE(
      Rules()->ExportVersion(As(editor_).get(), request, &response).ok());
  const std::vector<admin::v1::PackFile> back(response.files().begin(),
                                              response.files().end());
  EXPECT_EQ(rules::DigestOf(back), rules::DigestOf(files));
  // Damage is reported.
  std::ofstream(absl::StrCat(folder_.path(), "/store/rules/",
                             response.version().files_digest(), "/pack.yaml"),
                std::ios::app)
      << "# Changed.\n";
  EXPECT_EQ(Rules()
                ->ExportVersion(As(editor_).get(), request, &response)
                .error_code(),
            grpc::StatusCode::DATA_LOSS);
  Approve(colleague_, number);
  EXPECT_EQ(Publish(number), grpc::StatusCode::DATA_LOSS);
  EXPECT_EQ(InForce(), 1u);
}

TEST_F(RuleBookTest, ExplainsWordsAndAllOtherChecks) {
  const uint32_t number = PutGood();
  admin::v1::ExplainTextRequest request;
  request.set_number(number);
  *request.mutable_message() = Notice(Number(1));
  request.mutable_message()->set_text("【云杉超市】订-单-已*发*出");
  admin::v1::ExplainTextResponse response;
  const grpc::Status status =
      Rules()->ExplainText(As(editor_).get(), request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.decision(), v1::DECISION_REJECTED);
  ASSERT_EQ(response.hits_size(), 1);
  const admin::v1::ExplainedHit& hit = response.hits(0);
  EXPECT_EQ(hit.rule(), "no-parcels");
  EXPECT_EQ(hit.pattern(), "订单已发出");
  EXPECT_EQ(hit.folding(), rules::v1::FOLDING_LEVEL_EVASIVE);
  EXPECT_EQ(hit.span().begin(), 6u);
  EXPECT_EQ(hit.span().end(), 15u);
  EXPECT_TRUE(hit.applies());
  ASSERT_EQ(response.reasons_size(), 1);
  EXPECT_FALSE(response.reasons(0).sentence().empty());
  // With an account, its other checks too.
  request.set_account_id("acc");
  request.mutable_message()->set_text("【谁】订单已发出");
  ASSERT_TRUE(Rules()->ExplainText(As(editor_).get(), request, &response).ok());
  std::set<std::string> codes;
  for (const v1::Reason& reason : response.reasons())
    codes.insert(reason.code());
  EXPECT_TRUE(codes.contains("CONTENT_UNWANTED"));
  EXPECT_TRUE(codes.contains("SIGNATURE_MALFORMED"));
  // Without a recipient the checks of the recipient do not run.
  request.mutable_message()->clear_recipient();
  request.mutable_message()->set_text("【云杉超市】快递已到");
  ASSERT_TRUE(Rules()->ExplainText(As(editor_).get(), request, &response).ok());
  EXPECT_EQ(response.decision(), v1::DECISION_ACCEPTED)
      << response.ShortDebugString();
  // An empty text is an error.
  request.mutable_message()->clear_text();
  for (const char* account : {"acc", ""}) {
    request.set_account_id(account);
    const grpc::Status empty =
        Rules()->ExplainText(As(editor_).get(), request, &response);
    EXPECT_EQ(empty.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_TRUE(absl::StrContains(empty.error_message(), "empty"));
  }
  request.mutable_message()->set_text("【云杉超市】快递已到");
  request.set_account_id("nobody");
  EXPECT_EQ(
      Rules()->ExplainText(As(editor_).get(), request, &response).error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(RuleBookTest, APreviewSaysWhatWouldHaveChanged) {
  for (int i = 0; i < 20; ++i) SubmitOne(Notice(Number(i)));
  SubmitOne(Message(Number(50), v1::MESSAGE_CLASS_NOTICE,
                    "【云杉超市】验证码1234567，勿告知他人"));
  // Rejected by any rules: no valid number.
  SubmitOne(Notice("12345"));
  const uint32_t number = PutGood();
  admin::v1::PreviewVersionRequest request;
  request.set_number(number);
  request.set_samples(2);
  admin::v1::PreviewVersionResponse response = Preview(request);
  EXPECT_EQ(response.done(), 1);
  const admin::v1::PreviewResult result = response.result();
  EXPECT_EQ(result.messages(), 22u);
  std::map<v1::Decision, uint64_t> before;
  for (const admin::v1::PreviewMove& move : result.moves()) {
    before[move.before()] += move.messages();
  }
  EXPECT_EQ(before[v1::DECISION_REJECTED], 1u);
  EXPECT_EQ(before[v1::DECISION_ACCEPTED], 21u);
  ASSERT_EQ(result.rules_size(), 1);
  EXPECT_EQ(result.rules(0).name(), "no-parcels");
  EXPECT_EQ(result.rules(0).new_hits(), 21u);
  EXPECT_EQ(result.rules(0).lost_hits(), 0u);
  ASSERT_EQ(result.content_providers_size(), 1);
  EXPECT_EQ(result.content_providers(0).name(), "shop");
  EXPECT_EQ(result.samples_size(), 2);
  EXPECT_EQ(result.samples(0).spans_size(), 1);
  // Nobody else may read texts that way.
  const auto other = As(submit_key_);
  const auto refused = Rules()->PreviewVersion(other.get(), request);
  EXPECT_FALSE(refused->Read(&response));
  EXPECT_EQ(refused->Finish().error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

// What a rule with a code of its own held is HELD by a preview, too.
TEST_F(RuleBookTest, APreviewOfTheJournalSaysWhatExplainSays) {
  const v1::OutgoingMessage message =
      Message(Number(1), v1::MESSAGE_CLASS_COMMERCIAL,
              "【云杉超市】回T领取礼品，拒收请回复R");
  ASSERT_EQ(SubmitOne(message).decision(), v1::DECISION_HELD);
  admin::v1::ExplainTextRequest explain;
  *explain.mutable_message() = message;
  explain.set_account_id("acc");
  admin::v1::ExplainTextResponse explained;
  ASSERT_TRUE(
      Rules()->ExplainText(As(editor_).get(), explain, &explained).ok());
  EXPECT_EQ(explained.decision(), v1::DECISION_HELD);
  admin::v1::PreviewVersionRequest request;
  request.set_number(PutGood());
  const admin::v1::PreviewResult result = Preview(request).result();
  ASSERT_EQ(result.moves_size(), 1);
  EXPECT_EQ(result.moves(0).before(), v1::DECISION_HELD);
  EXPECT_EQ(result.moves(0).after(), v1::DECISION_HELD);
}

// A bank may speak of its own points: a preview asks who speaks, as a decision
// does.
TEST_F(RuleBookTest, APreviewOfTheJournalKnowsWhoSpeaks) {
  std::vector<admin::v1::PackFile> files = FilesWith(
      "  - {id: bank-names, basis: policy, code: CONTENT_UNWANTED,\n"
      "     mode: observe, words: [江畔银行]}\n"
      "  - {id: points, category: phishing, basis: law, words: "
      "[积分即将清零]}\n");
  for (admin::v1::PackFile& file : files) {
    if (file.name() != "rules.yaml") continue;
    absl::StrAppend(file.mutable_content(),
                    "impersonation_categories:\n"
                    "  - {category: phishing, named_by: [bank-names]}\n");
  }
  admin::v1::RuleVersion version;
  const grpc::Status put = Put(editor_, files, &version);
  ASSERT_TRUE(put.ok()) << put.error_message();
  ASSERT_EQ(Approve(colleague_, version.number()), grpc::StatusCode::OK);
  ASSERT_EQ(Publish(version.number()), grpc::StatusCode::OK);
  v1::OutgoingMessage message =
      Message(Number(1), v1::MESSAGE_CLASS_NOTICE,
              "【江畔银行】您的积分即将清零，请到网点兑换。");
  message.set_on_behalf_of("bank");
  const v1::Decision decision = SubmitOne(message).decision();
  ASSERT_NE(decision, v1::DECISION_REJECTED);
  message.set_text("【云杉超市】江畔银行您的积分即将清零，请到网点兑换。");
  message.set_on_behalf_of("shop");
  message.set_recipient(Number(2));
  ASSERT_EQ(SubmitOne(message).decision(), v1::DECISION_REJECTED);
  admin::v1::PreviewVersionRequest request;
  request.set_number(1);
  std::map<v1::Decision, uint64_t> before;
  const admin::v1::PreviewResult result = Preview(request).result();
  for (const admin::v1::PreviewMove& move : result.moves()) {
    before[move.before()] += move.messages();
  }
  EXPECT_EQ(before, (std::map<v1::Decision, uint64_t>{
                        {decision, 1}, {v1::DECISION_REJECTED, 1}}));
}

// P7: every message is decided by one rule set, and no message is lost or
// refused because of a publication.
TEST_F(RuleBookTest, PublishingUnderLoadDropsNothing) {
  LetOneDecide();
  const uint32_t number = PutGood();
  Approve(colleague_, number);
  std::atomic<bool> stop = false;
  // The decisions of each rule set; all batches have the same text.
  std::map<std::string, std::set<bool>> refused_by;
  std::atomic<uint64_t> decided = 0;
  std::thread load([&] {
    const auto stub = v1::GatewayService::NewStub(channel_);
    for (int n = 100; !stop; n += 50) {
      v1::SubmitRequest request;
      for (int i = 0; i < 50; ++i)
        *request.add_messages() = Notice(Number(n + i));
      v1::SubmitResponse response;
      const grpc::Status status =
          stub->Submit(As(submit_key_).get(), request, &response);
      ASSERT_TRUE(status.ok()) << status.error_message();
      ASSERT_EQ(response.verdicts_size(), 50);
      for (const v1::Verdict& verdict : response.verdicts()) {
        refused_by[verdict.rule_set()].insert(verdict.decision() ==
                                              v1::DECISION_REJECTED);
        // One batch, one set.
        ASSERT_EQ(verdict.rule_set(), response.verdicts(0).rule_set());
        ++decided;
      }
    }
  });
  const auto wait_for_more = [&decided] {
    const uint64_t before = decided;
    EXPECT_TRUE(WaitFor("200 messages more are decided",
                        [&] { return decided >= before + 200; }));
  };
  for (int i = 0; i < 3; ++i) {
    wait_for_more();
    EXPECT_EQ(i == 0 ? Publish(number) : Rollback(2), grpc::StatusCode::OK);
    wait_for_more();
    EXPECT_EQ(Rollback(1), grpc::StatusCode::OK);
  }
  wait_for_more();
  stop = true;
  load.join();
  ASSERT_EQ(refused_by.size(), 2u);
  const std::vector<admin::v1::RuleVersion> history = History();
  EXPECT_EQ(refused_by[history[0].rule_set()], std::set<bool>{true});
  EXPECT_EQ(refused_by[history[1].rule_set()], std::set<bool>{false});
}

TEST_F(RuleBookTest, ReasonsAreAskedFor) {
  admin::v1::RuleVersion version;
  const uint32_t number = PutGood();
  EXPECT_EQ(
      Rules()
          ->ApproveVersion(As(colleague_).get(),
                           About<admin::v1::ApproveVersionRequest>(number, " "),
                           Into(&version))
          .error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Approve(colleague_, 99), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Rollback(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Rollback(number), grpc::StatusCode::FAILED_PRECONDITION);
  // With two persons, one cannot put the folder in force.
  admin::v1::RuleSetStatus status;
  admin::v1::ReloadRulesRequest reload;
  reload.set_reason("test");
  EXPECT_EQ(Rules()
                ->ReloadRules(As(editor_).get(), reload, Into(&status))
                .error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
}

// A plan that another publication makes impossible is told before and after its
// time, with the cause, until somebody decides about the version.
TEST_F(RuleBookTest, APlanThatFailsSaysWhy) {
  const auto status = [this] {
    admin::v1::RuleSetStatus now;
    EXPECT_TRUE(
        Rules()->GetRuleSetStatus(As(editor_).get(), {}, Into(&now)).ok());
    return now;
  };
  const uint32_t planned = PutGood();
  Approve(colleague_, planned);
  const int64_t at_ms = absl::ToUnixMillis(clock_.Now() + absl::Hours(2));
  ASSERT_EQ(Publish(planned, at_ms), grpc::StatusCode::OK);
  ASSERT_EQ(status().planned_size(), 1);
  EXPECT_FALSE(status().planned(0).has_plan_obstacle());
  admin::v1::RuleVersion version;
  ASSERT_TRUE(Put(editor_,
                  FilesWith("  - {id: x, basis: policy, words: [票房]}\n"),
                  &version)
                  .ok());
  const uint32_t between = version.number();
  Approve(colleague_, between);
  ASSERT_EQ(Publish(between), grpc::StatusCode::OK);
  const admin::v1::RuleSetStatus before = status();
  ASSERT_EQ(before.planned_size(), 1);
  EXPECT_TRUE(absl::StrContains(before.planned(0).plan_obstacle().chinese(),
                                "现在生效的是版本 3"));
  EXPECT_EQ(before.plans_failed_size(), 0);
  clock_.Advance(absl::Hours(3));
  server_->Tick();
  for (int start = 0; start < 2; ++start) {
    const admin::v1::RuleSetStatus after = status();
    EXPECT_EQ(after.planned_size(), 0);
    ASSERT_EQ(after.plans_failed_size(), 1);
    const admin::v1::PlanFailure& why = after.plans_failed(0).plan_failure();
    EXPECT_EQ(MillisOf(why.planned_time()), at_ms);
    EXPECT_TRUE(absl::StrContains(why.english(), "version 3 is in force"));
    EXPECT_TRUE(absl::StrContains(why.chinese(), "版本 3"));
    const auto& steps = after.plans_failed(0).steps();
    EXPECT_EQ(steps.rbegin()->kind(),
              admin::v1::RULE_VERSION_STEP_KIND_PLAN_FAILED);
    EXPECT_EQ(steps.rbegin()->plan_failure().english(), why.english());
    if (start == 0) Restart();
  }
  clock_.Advance(absl::Hours(24));
  EXPECT_EQ(status().plans_failed_size(), 0);
}

TEST_F(RuleBookTest, ADecisionEndsTheNoteOfAFailedPlan) {
  const uint32_t planned = PutGood();
  Approve(colleague_, planned);
  const auto in_an_hour = [this] {
    return absl::ToUnixMillis(clock_.Now() + absl::Hours(1));
  };
  // A plan that replaces version 3 comes to nothing when that is taken back.
  admin::v1::RuleVersion version;
  ASSERT_TRUE(Put(editor_,
                  FilesWith("  - {id: x, basis: policy, words: [票房]}\n"),
                  &version)
                  .ok());
  Approve(colleague_, version.number());
  ASSERT_EQ(Publish(version.number()), grpc::StatusCode::OK);
  admin::v1::PublishVersionRequest request =
      About<admin::v1::PublishVersionRequest>(planned);
  request.set_replaces(version.number());
  SetTimestamp(in_an_hour(), *request.mutable_planned_time());
  ASSERT_TRUE(
      Rules()->PublishVersion(As(editor_).get(), request, Into(&version)).ok());
  ASSERT_TRUE(Put(editor_,
                  FilesWith("  - {id: y, basis: policy, words: [戏票]}\n"),
                  &version)
                  .ok());
  Approve(colleague_, version.number());
  ASSERT_EQ(Publish(version.number()), grpc::StatusCode::OK);
  clock_.Advance(absl::Hours(2));
  server_->Tick();
  EXPECT_TRUE(History()[2].has_plan_failure());
  ASSERT_TRUE(
      Rules()
          ->WithdrawVersion(As(editor_).get(),
                            About<admin::v1::WithdrawVersionRequest>(planned),
                            Into(&version))
          .ok());
  EXPECT_FALSE(version.has_plan_failure());
  EXPECT_EQ(version.state(), admin::v1::RULE_VERSION_STATE_WITHDRAWN);
}

}  // namespace
}  // namespace sluice::gateway
