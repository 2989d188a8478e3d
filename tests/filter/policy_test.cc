#include "filter/policy/policy.h"

#include <string>

#include "absl/strings/match.h"
#include "filter/policy/hours.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {
namespace {

// 2026-11-02 00:00 in Shanghai.
constexpr int64_t kMidnight = 1'793'548'800'000;
constexpr int64_t kHour = 3'600'000;

absl::StatusOr<std::shared_ptr<const Policy>> BuildFrom(
    const std::string& pack_text, const std::string& articles_text = "",
    const std::string& rules_text = "") {
  rules::v1::PackPolicy pack;
  rules::v1::PackArticles articles;
  rules::v1::PackRules rules;
  using google::protobuf::TextFormat;
  EXPECT_TRUE(TextFormat::ParseFromString(pack_text, &pack)) << pack_text;
  EXPECT_TRUE(TextFormat::ParseFromString(articles_text, &articles));
  EXPECT_TRUE(TextFormat::ParseFromString(rules_text, &rules));
  return Policy::Build(pack, articles, {},
                       std::vector<rules::v1::ContentRule>(
                           rules.rules().begin(), rules.rules().end()));
}

TEST(Policy, CompilesCn2015) {
  const auto policy = *Policy::Build(*Cn2015());
  EXPECT_TRUE(policy->of(MessageClass::kCommercial).needs_consent);
  EXPECT_EQ(policy->of(MessageClass::kVerification).validity_ms, 300'000);
  EXPECT_EQ(policy->of(MessageClass::kCommercial).limits.size(), 4u);
  EXPECT_EQ(policy->of(MessageClass::kCommercial).hours.size(), 1u);
  EXPECT_TRUE(policy->of(MessageClass::kNotice).hours.empty());
  EXPECT_EQ(policy->content().rules().size(), Cn2015()->rules().size());
  EXPECT_EQ(policy->key_window_ms(), 24 * kHour);
  EXPECT_EQ(policy->BasisOf(ReasonCode::kRecipientOptedOut), v1::BASIS_LAW);
  EXPECT_TRUE(
      policy->ModeOf(ReasonCode::kConsentMissing, MessageClass::kCommercial)
          .observed(kMidnight));
  EXPECT_EQ(policy->wordings().accepted.size(),
            static_cast<size_t>(
                Cn2015()->policy().opt_out_wording().accepted_size()));
}

// Also as packs wrote it that knew one limit only: a published version of the
// rules is in force again after an upgrade.
TEST(Policy, ACampaignIsLimitedByClass) {
  const auto policy = *BuildFrom(R"pb(
    campaigns {
      classes: MESSAGE_CLASS_COMMERCIAL
      recipients_max: 500
      minutes: 10
      limits {
        classes: [ MESSAGE_CLASS_NOTICE, MESSAGE_CLASS_PUBLIC_INTEREST ]
        recipients_max: 2000
      }
    }
  )pb");
  const CampaignRule& rule = policy->campaigns();
  EXPECT_EQ(rule.window_ms, 600'000);
  EXPECT_EQ(rule.MaxOf(MessageClass::kCommercial), 500u);
  EXPECT_EQ(rule.MaxOf(MessageClass::kNotice), 2000u);
  EXPECT_EQ(rule.MaxOf(MessageClass::kPublicInterest), 2000u);
  EXPECT_EQ(rule.MaxOf(MessageClass::kVerification), 0u);
  EXPECT_EQ(rule.Highest(), 2000u);
  EXPECT_FALSE(
      BuildFrom("campaigns { minutes: 10 limits { recipients_max: 0 } }").ok());
}

TEST(Policy, ObservesUntilADateThenEnforces) {
  const auto policy = *BuildFrom(R"pb(
    checks {
      code: "SIGNATURE_MISSING"
      mode: CHECK_MODE_OBSERVE
      observe_until: "2026-11-02"
      classes: MESSAGE_CLASS_NOTICE
    }
    checks { code: "LINK_LIMIT" mode: CHECK_MODE_OFF }
  )pb");
  const Mode mode =
      policy->ModeOf(ReasonCode::kSignatureMissing, MessageClass::kNotice);
  EXPECT_TRUE(mode.observed(kMidnight - 1));
  EXPECT_FALSE(mode.observed(kMidnight));
  EXPECT_TRUE(mode.enforced(kMidnight));
  EXPECT_TRUE(
      policy->ModeOf(ReasonCode::kSignatureMissing, MessageClass::kCommercial)
          .enforced(0));
  EXPECT_TRUE(
      policy->ModeOf(ReasonCode::kLinkLimit, MessageClass::kNotice).off());
}

const struct {
  const char* pack;
  const char* articles;
  const char* rules;
  absl::string_view why;
} kFaults[] = {
    {R"(classes { message_class: MESSAGE_CLASS_NOTICE }
        classes { message_class: MESSAGE_CLASS_NOTICE })",
     "", "", "classes.message_class: MESSAGE_CLASS_NOTICE is there twice"},
    {"classes { }", "", "", "classes.message_class: unknown"},
    {R"(send_hours { open: "8:00" close: "21:00" })", "", "",
     "send_hours.open"},
    {R"(send_hours { open: "08:00" close: "24:01" })", "", "",
     "send_hours.close"},
    {R"(limits { id: "x" window: "32d" })", "", "", "limits: x: window"},
    {R"(limits { id: "x" window: "0s" })", "", "", "limits: x: window"},
    {R"(limits { id: "x" window: "year" })", "", "", "limits: x: window"},
    {R"(limits { id: "x" window: "1h" by: "colour" })", "", "",
     "limits: x: by"},
    {R"(limits { id: "x" window: "1h" code: "NO" })", "", "",
     "limits: x: code"},
    {R"(limits { id: "x" window: "1h" } limits { id: "x" window: "2h" })", "",
     "", "limits: x: id is there twice"},
    {R"(checks { code: "NO" })", "", "", "checks: code"},
    {R"(checks { code: "OPTOUT_NOTICE_MISSING" mode: CHECK_MODE_OFF })",
     R"(articles { code: "OPTOUT_NOTICE_MISSING" basis: BASIS_LAW })", "",
     "checks: OPTOUT_NOTICE_MISSING: mode: what the law demands"},
    {R"(checks { code: "RECIPIENT_OPTED_OUT" mode: CHECK_MODE_OBSERVE })", "",
     "", "only enforce is allowed"},
    {R"(checks { code: "SENDER_NOT_OWNED" mode: CHECK_MODE_OFF })", "", "",
     "only enforce is allowed"},
    {R"(checks { code: "LINK_LIMIT" mode: CHECK_MODE_OBSERVE
                 observe_until: "soon" })",
     "", "", "checks: LINK_LIMIT: observe_until"},
    {R"(checks { code: "LINK_LIMIT" observe_until: "2026-12-31" })", "", "",
     "checks: LINK_LIMIT: observe_until: only with mode observe"},
    {"", "", R"(rules { id: "r" mode: CHECK_MODE_OBSERVE })",
     "rules: r: mode: for CONTENT_PROHIBITED only enforce"},
    {"", "",
     R"(rules { id: "r" code: "CONTENT_UNWANTED" basis: BASIS_LAW
                mode: CHECK_MODE_OFF })",
     "rules: r: mode: what the law demands"},
    {R"(opt_out_wording { preferred: "R" accepted: "T" })", "", "",
     "opt_out_wording.preferred"},
    {R"(opt_out_wording { reply_contains: "退订" reply_contains: "别…" })", "",
     "", "opt_out_wording.reply_contains[1]: a word is needed on both sides"},
    {R"(opt_out_wording { reply_words: "不…发" })", "", "",
     "opt_out_wording.reply_words[0]: '…' is not allowed"},
    {R"(opt_out_wording { refusal_unheeded: "怎…么…还…不…退" })", "", "",
     "opt_out_wording.refusal_unheeded[0]: at most 3 '…'"},
    {R"(opt_out_wording { refusal_unheeded: "^退$" })", "", "",
     "opt_out_wording.refusal_unheeded[0]: '^' is not allowed"},
    {R"(opt_out_wording { reply_contains: "^不要" })", "", "",
     "opt_out_wording.reply_contains[0]: '^' needs a '$'"},
    {R"(opt_out_wording { reply_courtesies: "。" })", "", "",
     "opt_out_wording.reply_courtesies[0]: nothing is left"},
    {R"(signature { length_min: 21 })", "", "", "signature.length_min"},
    {"defer_days_max: 8", "", "", "defer_days_max"},
    {"hold_hours: 721", "", "", "hold_hours"},
};

TEST(Policy, RefusesAndNamesTheField) {
  for (const auto& c : kFaults) {
    const auto built = BuildFrom(c.pack, c.articles, c.rules);
    ASSERT_FALSE(built.ok()) << c.why;
    EXPECT_EQ(built.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(built.status().message(), c.why))
        << built.status();
  }
}

struct HoursCase {
  const char* hours;
  int64_t at_hours;       // After midnight.
  int64_t planned_hours;  // -1: never.
  int64_t until_hours;    // -1: not checked.
};

TEST(PlanInHours, Table) {
  const HoursCase cases[] = {
      {R"(open: "08:00" close: "21:00")", 10, 10, 21},
      {R"(open: "08:00" close: "21:00")", 7, 8, 21},
      {R"(open: "08:00" close: "21:00")", 8, 8, 21},
      {R"(open: "08:00" close: "21:00")", 21, 32, 45},
      {R"(open: "22:00" close: "06:00")", 23, 23, 30},
      {R"(open: "22:00" close: "06:00")", 2, 2, 6},
      {R"(open: "22:00" close: "06:00")", 6, 22, 30},
      {R"(open: "00:00" close: "24:00")", 5, 5, 24},
      {R"(open: "09:00" close: "09:00")", 9, -1, -1},
  };
  for (const HoursCase& c : cases) {
    const auto policy =
        *BuildFrom(std::string("send_hours { ") + c.hours + " }");
    const Plan plan =
        PlanInHours(*policy, MessageClass::kCommercial, Phone{8613800138000}, 1,
                    kMidnight + c.at_hours * kHour, 0);
    EXPECT_EQ(plan.never, c.planned_hours < 0) << c.hours << c.at_hours;
    if (c.planned_hours < 0) continue;
    EXPECT_EQ(plan.at_ms, kMidnight + c.planned_hours * kHour)
        << c.hours << c.at_hours;
    EXPECT_EQ(plan.until_ms, kMidnight + c.until_hours * kHour)
        << c.hours << c.at_hours;
    EXPECT_EQ(plan.deferred, c.planned_hours != c.at_hours);
  }
}

TEST(PlanInHours, ObservedHoursDeferNothing) {
  const auto policy = *BuildFrom(R"pb(
    send_hours { open: "08:00" close: "21:00" }
    checks {
      code: "SEND_HOURS"
      mode: CHECK_MODE_OBSERVE
      observe_until: "2026-11-02"
    }
  )pb");
  const Plan observed =
      PlanInHours(*policy, MessageClass::kCommercial, Phone{8613800138000}, 1,
                  kMidnight, kMidnight - 1);
  EXPECT_TRUE(observed.outside);
  EXPECT_EQ(observed.at_ms, kMidnight);
  EXPECT_TRUE(PlanInHours(*policy, MessageClass::kCommercial,
                          Phone{8613800138000}, 1, kMidnight, kMidnight)
                  .deferred);
}

TEST(PlanInHours, SpreadsEvenlyAfterTheOpening) {
  const auto policy = *BuildFrom(R"pb(
    send_hours { open: "08:00" close: "21:00" }
    defer_spread_minutes: 60
  )pb");
  int by_quarter[4] = {};
  for (uint64_t i = 0; i < 4000; ++i) {
    const Plan plan = PlanInHours(*policy, MessageClass::kCommercial,
                                  Phone{8613800138000 + i}, 1, kMidnight, 0);
    const int64_t after = plan.at_ms - (kMidnight + 8 * kHour);
    ASSERT_GE(after, 0);
    ASSERT_LT(after, kHour);
    ++by_quarter[after * 4 / kHour];
  }
  for (const int count : by_quarter) EXPECT_NEAR(count, 1000, 150);
}

}  // namespace
}  // namespace sluice::filter
