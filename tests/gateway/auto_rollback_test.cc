// Automatic rollback of a rule that a publication broke: the class AutoRollback
// alone, and a whole server that gets a mistaken rule.

#include "gateway/versions/auto_rollback.h"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>

#include "absl/strings/match.h"
#include "gateway/wire/timestamp.h"
#include "rules/pack/pack.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tests/gateway/rules_fixture.h"

namespace sluice::gateway {
namespace {

constexpr uint32_t kRule = 3;
constexpr uint32_t kShopNumber = 1;
constexpr uint32_t kAll = filter::RuleCounters::kAllMessages;

TEST(AutoRollback, MeasuresTheShareOfAWindow) {
  const struct {
    const char* name;
    uint64_t messages;
    uint64_t rejected;
    double share_before;
    bool over;
  } kCases[] = {
      {"too few messages", 199, 199, 0, false},
      {"enough", 200, 3, 0, true},
      {"one per cent is not over it", 200, 2, 0, false},
      {"nothing before", 1'000, 11, 0, true},
      {"ten times before", 1'000, 101, 0.01, true},
      {"not ten times before", 1'000, 100, 0.01, false},
      {"half of all before", 1'000, 1'000, 0.5, false},
      {"none", 1'000, 0, 0, false},
  };
  for (const auto& c : kCases) {
    AutoRollback watch;
    watch.Watch({{kRule, rules::DefaultAutoRollback()}});
    watch.Add({kAll, kShopNumber}, c.messages, absl::Seconds(1));
    if (c.rejected != 0) {
      watch.Add({kRule, kShopNumber}, c.rejected, absl::Seconds(1));
    }
    const auto over = watch.TakeOver(
        absl::Seconds(1), [&c](uint32_t, uint32_t) { return c.share_before; });
    EXPECT_EQ(!over.empty(), c.over) << c.name;
  }
}

TEST(AutoRollback, WhatIsOlderThanTheWindowDoesNotCount) {
  AutoRollback watch;
  watch.Watch({{kRule, rules::DefaultAutoRollback()}});
  const auto none = [](uint32_t, uint32_t) { return 0.0; };
  watch.Add({kAll, kShopNumber}, 150, absl::Minutes(1));
  watch.Add({kRule, kShopNumber}, 150, absl::Minutes(1));
  EXPECT_TRUE(watch.TakeOver(absl::Minutes(1), none).empty());
  // 210 messages within the window are enough to judge the rejected ones; when
  // these are older than the window, they do not count.
  AutoRollback late = watch;
  watch.Add({kAll, kShopNumber}, 60, absl::Minutes(5));
  const auto over = watch.TakeOver(absl::Minutes(5), none);
  ASSERT_EQ(over.size(), 1u);
  EXPECT_EQ(over[0].rule, kRule);
  EXPECT_EQ(over[0].messages, 210u);
  EXPECT_EQ(over[0].rejected, 150u);
  late.Add({kAll, kShopNumber}, 210, absl::Minutes(7));
  EXPECT_TRUE(late.TakeOver(absl::Minutes(7), none).empty());
}

TEST(AutoRollback, ContentProvidersAndOtherRulesAreApart) {
  AutoRollback watch;
  watch.Watch({{kRule, rules::DefaultAutoRollback()}});
  const auto none = [](uint32_t, uint32_t) { return 0.0; };
  watch.Add({kAll, 1}, 1'000, absl::Seconds(1));
  watch.Add({kAll, 2}, 100, absl::Seconds(1));
  watch.Add({kRule, 2}, 100, absl::Seconds(1));
  watch.Add({kRule + 1, 1}, 1'000, absl::Seconds(1));  // Not watched.
  EXPECT_TRUE(watch.TakeOver(absl::Seconds(1), none).empty());
  watch.Add({kRule, 1}, 20, absl::Seconds(2));
  EXPECT_EQ(watch.TakeOver(absl::Seconds(2), none).size(), 1u);
  watch.Add({kRule, 1}, 20, absl::Seconds(2));
  watch.Leave(kRule);
  EXPECT_TRUE(watch.TakeOver(absl::Seconds(2), none).empty());
}

constexpr char kParcel[] = "【云杉超市】您的订单已发出，请留意查收。";
constexpr char kCard[] = "【云杉超市】您的会员卡已到，请到店领取。";

// A rule that rejects every message here.
std::string Mistaken(const std::string& more = "") {
  return "  - {id: mistaken, basis: policy, code: CONTENT_UNWANTED,\n"
         "     words: [订单已发出]" +
         more + "}\n";
}

class AutoRollbackTest : public RulesTest {
 protected:
  void SetUp() override {
    logger_before_ = spdlog::default_logger();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_)));
    RulesTest::SetUp();
  }
  void TearDown() override {
    channel_ = nullptr;
    server_ = nullptr;  // It logs until destroyed.
    spdlog::set_default_logger(logger_before_);
  }

  admin::v1::RuleSetStatus Status() {
    admin::v1::RuleSetStatus status;
    EXPECT_TRUE(
        Rules()->GetRuleSetStatus(As(editor_).get(), {}, Into(&status)).ok());
    return status;
  }
  // Whether a rule is rolled back after the housekeeper's next pass.
  bool RollsBack() {
    server_->Tick();
    return Status().rolled_back_size() > 0;
  }
  v1::Verdict Send(const std::string& text) {
    return SubmitAll("shop", text, 50'000 + ++sent_, 1)[0];
  }

  // Submits notices of the shop, with the same keys in each call.
  void SubmitWithKeys(const std::string& text, int count) {
    v1::SubmitRequest request;
    for (int i = 0; i < count; ++i) {
      v1::OutgoingMessage& message = *request.add_messages();
      message = Message(Number(i), v1::MESSAGE_CLASS_NOTICE, text);
      message.set_key("key-" + std::to_string(i));
    }
    v1::SubmitResponse response;
    ASSERT_TRUE(Submit(request, &response).ok());
    EXPECT_EQ(response.verdicts(0).decision(), v1::DECISION_REJECTED);
  }

  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> logger_before_;
  int sent_ = 0;
};

TEST_F(AutoRollbackTest, AMistakenRuleFallsBackToObserve) {
  PublishWith(Mistaken());
  // Messages before the rule exceeds its bounds are rejected.
  for (const v1::Verdict& verdict : SubmitAll("shop", kCard, 0, 150)) {
    ASSERT_EQ(verdict.decision(), v1::DECISION_ACCEPTED);
  }
  for (const v1::Verdict& verdict : SubmitAll("shop", kParcel, 1'000, 100)) {
    ASSERT_EQ(verdict.decision(), v1::DECISION_REJECTED);
  }
  ASSERT_TRUE(RollsBack());
  const v1::Verdict passes = Send(kParcel);
  EXPECT_EQ(passes.decision(), v1::DECISION_ACCEPTED);
  ASSERT_EQ(passes.would_reasons_size(), 1);
  EXPECT_EQ(passes.would_reasons(0).rule(), "mistaken");

  const admin::v1::RolledBackRule rolled_back = Status().rolled_back(0);
  EXPECT_EQ(rolled_back.rule(), "mistaken");
  EXPECT_EQ(rolled_back.content_provider_id(), "shop");
  EXPECT_EQ(rolled_back.messages(), 250u);
  EXPECT_EQ(rolled_back.refused(), 100u);
  EXPECT_EQ(rolled_back.window().seconds(), 5 * 60);
  EXPECT_EQ(rolled_back.mode(), rules::v1::CHECK_MODE_OBSERVE);
  EXPECT_TRUE(
      absl::StrContains(log_.str(),
                        "rejected 100 of 250 messages of content provider shop "
                        "in 5 minutes, 0.00 % before: it only observes, for "
                        "all content providers, until the next publication"))
      << log_.str();
  admin::v1::GetPostureResponse posture;
  ASSERT_TRUE(admin::v1::OperationsService::NewStub(channel_)
                  ->GetPosture(As(editor_).get(), {}, &posture)
                  .ok());
  const auto line =
      std::find_if(posture.not_enforced().begin(), posture.not_enforced().end(),
                   [](const auto& one) { return one.rule() == "mistaken"; });
  ASSERT_NE(line, posture.not_enforced().end());
  EXPECT_TRUE(absl::StrContains(line->note(),
                                "rolled back automatically, for all content "
                                "providers"))
      << line->note();
  EXPECT_EQ(line->reason(),
            "rejected 100 of 250 messages of shop in 5 minutes");

  Restart();
  EXPECT_EQ(Status().rolled_back_size(), 1);
  EXPECT_EQ(Send(kParcel).decision(), v1::DECISION_ACCEPTED);
  // The next publication enforces the rule again, and it is rolled back again:
  // messages rejected by mistake do not count in its share before.
  PublishWith(Mistaken(", note: again"));
  EXPECT_EQ(Status().rolled_back_size(), 0);
  EXPECT_EQ(Send(kParcel).decision(), v1::DECISION_REJECTED);
  SubmitAll("shop", kParcel, 2'000, 250);
  EXPECT_TRUE(RollsBack());
}

TEST_F(AutoRollbackTest, ProhibitedContentIsHeldInstead) {
  PublishWith("  - {id: mistaken, basis: law, words: [订单已发出]}\n");
  SubmitAll("shop", kParcel, 0, 250);
  ASSERT_TRUE(RollsBack());
  EXPECT_EQ(Send(kParcel).decision(), v1::DECISION_HELD);
  EXPECT_EQ(Status().rolled_back(0).mode(), rules::v1::CHECK_MODE_UNSPECIFIED);
  EXPECT_TRUE(absl::StrContains(log_.str(), "it only holds"));
}

TEST_F(AutoRollbackTest, ARuleMaySayThatItIsNeverRolledBack) {
  PublishWith(Mistaken(", auto_rollback: {off: true}"));
  SubmitAll("shop", kParcel, 0, 250);
  EXPECT_FALSE(RollsBack());
}

// A rule that rejected as large a share before is not rolled back, and neither
// is a rule that the publication did not change.
TEST_F(AutoRollbackTest, AnOldShareAndAnUnchangedRuleStay) {
  PublishWith(Mistaken(", auto_rollback: {off: true}"));
  SubmitAll("shop", kParcel, 0, 50);
  SubmitAll("shop", kCard, 100, 50);
  // Half of the messages before, all now.
  PublishWith(Mistaken(", classes: [notice]"));
  SubmitAll("shop", kParcel, 1'000, 250);
  EXPECT_FALSE(RollsBack());
  // The publication changes another rule.
  PublishWith(
      "  - {id: other, basis: policy, code: CONTENT_UNWANTED, words: "
      "[从不出现]}\n" +
      Mistaken(", classes: [notice]"));
  v1::OutgoingMessage message;
  v1::SubmitRequest request;
  for (int i = 0; i < 250; ++i) {
    *request.add_messages() =
        Message(Number(2'000 + i), v1::MESSAGE_CLASS_NOTICE,
                "【江畔银行】您的订单已发出，请留意查收。");
    request.mutable_messages(i)->set_on_behalf_of("bank");
  }
  v1::SubmitResponse response;
  ASSERT_TRUE(Submit(request, &response).ok());
  EXPECT_EQ(response.verdicts(0).decision(), v1::DECISION_REJECTED);
  EXPECT_FALSE(RollsBack());
}

// A program that retries for ever must not cause a rollback for all.
TEST_F(AutoRollbackTest, OnlyFirstDecisionsCount) {
  PublishWith(
      "  - {id: before, basis: policy, code: CONTENT_UNWANTED,\n"
      "     words: [留意查收]}\n");
  SubmitWithKeys(kParcel, 150);
  // Another rule now rejects the retries, which are no new messages.
  PublishWith(Mistaken());
  SubmitWithKeys(kParcel, 150);
  SubmitWithKeys(kParcel, 150);  // The same verdict, from the journal.
  SubmitAll("shop", kParcel, 10'000, 100);
  admin::v1::GetStatsRequest request;
  request.set_rule("mistaken");
  admin::v1::GetStatsResponse stats;
  ASSERT_TRUE(Rules()->GetStats(As(editor_).get(), request, &stats).ok());
  EXPECT_EQ(stats.messages_since(), 100u);
  EXPECT_EQ(stats.rows(0).hits(), 100u);
  EXPECT_FALSE(RollsBack());
}

// The alarm names the content provider of the messages.
TEST_F(AutoRollbackTest, FallsBackForAllContentProviders) {
  PublishWith(Mistaken());
  SubmitAll("shop", kParcel, 0, 250);
  ASSERT_TRUE(RollsBack());
  EXPECT_EQ(Status().rolled_back(0).content_provider_id(), "shop");
  const v1::Verdict other = SubmitAll(
      "bank", "【江畔银行】您的订单已发出，请留意查收。", 5'000, 1)[0];
  EXPECT_EQ(other.decision(), v1::DECISION_ACCEPTED);
}

TEST_F(AutoRollbackTest, TheFirstRulesOfAStoreAreNotRolledBack) {
  // The world's pack rejects these messages, and nobody has changed it.
  const auto verdicts = SubmitAll(
      "shop", "【云杉超市】代开各类发票，加微信联系，点数优惠。", 0, 250);
  ASSERT_EQ(verdicts[0].decision(), v1::DECISION_REJECTED);
  EXPECT_FALSE(RollsBack());
}

TEST_F(AutoRollbackTest, OtherSettingsAreTheRules) {
  PublishWith(Mistaken(", auto_rollback: {messages_min: 20, percent: 60}"));
  SubmitAll("shop", kCard, 0, 20);
  SubmitAll("shop", kParcel, 100, 20);
  EXPECT_FALSE(RollsBack());
  SubmitAll("shop", kParcel, 200, 20);
  EXPECT_TRUE(RollsBack());
}

TEST_F(AutoRollbackTest, AFaultyAutoRollbackIsRefused) {
  const auto faults = [this](const std::string& settings) {
    admin::v1::RuleVersion version;
    return Put(Mistaken(settings), &version).error_message();
  };
  const std::pair<const char*, const char*> kCases[] = {
      {", auto_rollback: {minutes: 61}", "1 to 60"},
      {", auto_rollback: {messages_min: 19}", "20 to 1000000"},
      {", auto_rollback: {times: 1001}", "1 to 1000"},
      {", auto_rollback: {percent: 101}", "at most 100"},
      {", auto_rollback: {percent: -1}", "at most 100"},
      {", auto_rollback: {off: true, minutes: 3}", "no other settings"},
      {", auto_rollback: {}", "holds nothing"},
      {", auto_rollback: {minute: 3}", "did you mean 'minutes'"},
      {", action: hold, auto_rollback: {off: true}",
       "only with action: reject"},
  };
  for (const auto& [settings, says] : kCases) {
    EXPECT_TRUE(absl::StrContains(faults(settings), says))
        << settings << ": " << faults(settings);
  }
}

}  // namespace
}  // namespace sluice::gateway
