#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tools/demo_run/compare.h"
#include "tools/demo_run/input.h"

namespace sluice::demo {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'772'416'800);

TEST(SuggestClass, Table) {
  constexpr struct {
    const char* text;
    v1::MessageClass message_class;
  } kCases[] = {
      {"【店】验证码 1234", v1::MESSAGE_CLASS_VERIFICATION},
      {"【店】Your verification code is 1", v1::MESSAGE_CLASS_VERIFICATION},
      {"【店】全场优惠，拒收请回复R", v1::MESSAGE_CLASS_COMMERCIAL},
      {"【南屏气象】台风预警：请收好物品", v1::MESSAGE_CLASS_PUBLIC_INTEREST},
      {"【店】您的包裹已到", v1::MESSAGE_CLASS_NOTICE},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(SuggestClass(c.text), c.message_class) << c.text;
  }
}

TEST(HeadSignature, Table) {
  EXPECT_EQ(HeadSignature("【小店】您好"), "小店");
  EXPECT_EQ(HeadSignature("您好【小店】"), "");
  EXPECT_EQ(HeadSignature("【小店"), "");
  EXPECT_EQ(HeadSignature(""), "");
}

TEST(MakePlan, RegistersWhatItMeetsAndPrependsWhatIsMissing) {
  const Plan plan = MakePlan({{1, "ham", "【小店】您好"},
                              {2, "spam", "没有签名"},
                              {3, "case-unregistered", "【别家】您好"},
                              {4, "ham", "【123】您好"}},
                             kNow);
  ASSERT_EQ(plan.messages.size(), 4u);
  EXPECT_EQ(plan.signatures.count("小店"), 1u);
  EXPECT_EQ(plan.signatures.count("别家"), 0u);
  EXPECT_EQ(plan.signatures.count("123"), 0u);
  EXPECT_EQ(plan.messages[1].text(), "【示例商户】没有签名");
  EXPECT_EQ(plan.signatures_prepended, 1u);
  EXPECT_EQ(plan.signatures_left_out, 2u);
}

TEST(MakePlan, CasesChangeOnlyTheirOwnMessage) {
  const Plan plan = MakePlan({{1, "case-opted-out", "【小店】优惠"},
                              {2, "case-expired", "【小店】您好"},
                              {3, "case-repeat-ad", "【小店】优惠一"},
                              {4, "case-repeat-ad", "【小店】优惠二"},
                              {5, "x", "【小店】您好"}},
                             kNow);
  ASSERT_EQ(plan.opt_outs.size(), 1u);
  EXPECT_EQ(plan.opt_outs[0].recipient, plan.messages[0].recipient());
  EXPECT_TRUE(plan.messages[1].has_expire_at());
  EXPECT_EQ(plan.messages[2].recipient(), plan.messages[3].recipient());
  EXPECT_NE(plan.messages[2].key(), plan.messages[3].key());
  EXPECT_FALSE(plan.messages[4].has_expire_at());
}

// The demo's own sample matches its description.
TEST(Sample, IsVariedAndWellFormed) {
  const auto texts = ReadInput("tools/demo_run/sample.tsv");
  ASSERT_TRUE(texts.ok()) << texts.status();
  EXPECT_GE(texts->size(), 300u);
  std::set<std::string> labels;
  std::set<std::string> distinct;
  for (const InputText& text : *texts) {
    labels.insert(text.label);
    distinct.insert(text.text);
  }
  EXPECT_GE(labels.size(), 50u);
  EXPECT_GE(distinct.size() + 5, texts->size());
  const Plan plan = MakePlan(*texts, kNow);
  std::set<int> classes;
  for (const auto& message : plan.messages) {
    classes.insert(message.message_class());
  }
  EXPECT_EQ(classes.size(), 5u);  // All but consent requests, and none at all.
}

TEST(ReadInput, SaysWhereALineIsWrong) {
  const std::string path = testing::TempDir() + "/input.tsv";
  std::ofstream(path) << "a\tb\nno tab\n";
  EXPECT_EQ(ReadInput(path).status().message(),
            path + ":2:1: no tab; lines are label<TAB>text");
  std::ofstream(path) << "a\tb\xff\n";
  EXPECT_EQ(ReadInput(path).status().message(), path + ":1:4: not UTF-8");
}

// One accepted, sent and reported message.
Answered AcceptedMessage(const std::string& id) {
  Answered answered;
  answered.message.set_recipient("13800138000");
  answered.message.set_text("text " + id);
  answered.verdict.set_message_id(id);
  answered.verdict.set_decision(v1::DECISION_ACCEPTED);
  return answered;
}

admin::v1::MessageRecord RecordOf(const Answered& answered,
                                  v1::MessageState state) {
  admin::v1::MessageRecord record;
  record.set_message_id(answered.verdict.message_id());
  record.set_decision(answered.verdict.decision());
  record.set_state(state);
  return record;
}

TEST(Compare, Table) {
  const Answered a = AcceptedMessage("A");
  const Arrived got = {"8613800138000", "text A"};
  const auto with = [&](v1::MessageState state) {
    return Journal{{"A", RecordOf(a, state)}};
  };
  const struct {
    const char* name;
    Journal journal;
    std::vector<Arrived> arrived;
    bool clean;
    uint64_t sent, lost, doubled;
  } kCases[] = {
      {"as it should be",
       with(v1::MESSAGE_STATE_DELIVERED),
       {got},
       true,
       1,
       0,
       0},
      {"not in the journal", {}, {got}, false, 0, 1, 1},
      {"never arrived", with(v1::MESSAGE_STATE_TAKEN), {}, false, 0, 1, 0},
      {"still waiting", with(v1::MESSAGE_STATE_QUEUED), {}, false, 0, 0, 0},
      {"two copies",
       with(v1::MESSAGE_STATE_DELIVERED),
       {got, got},
       false,
       1,
       0,
       1},
      {"unknown", with(v1::MESSAGE_STATE_UNKNOWN), {got}, false, 1, 0, 0},
      {"no report yet", with(v1::MESSAGE_STATE_TAKEN), {got}, false, 1, 0, 0},
  };
  for (const auto& c : kCases) {
    const Comparison result = Compare({a}, c.journal, c.arrived);
    EXPECT_EQ(result.Clean(), c.clean) << c.name;
    EXPECT_EQ(result.sent, c.sent) << c.name;
    EXPECT_EQ(result.lost, c.lost) << c.name;
    EXPECT_EQ(result.doubled, c.doubled) << c.name;
  }
}

TEST(Compare, ARejectedMessageThatGoesOutIsDoubled) {
  Answered a = AcceptedMessage("A");
  a.verdict.set_decision(v1::DECISION_REJECTED);
  const Comparison result =
      Compare({a}, {{"A", RecordOf(a, v1::MESSAGE_STATE_REJECTED)}},
              {{"13800138000", "text A"}});
  EXPECT_EQ(result.doubled, 1u);
  EXPECT_FALSE(result.Clean());
}

TEST(Compare, SentTextIsWhatTheJournalSaysWasSent) {
  const Answered a = AcceptedMessage("A");
  admin::v1::MessageRecord record = RecordOf(a, v1::MESSAGE_STATE_DELIVERED);
  record.set_sent_text("text A, with wording");
  const Comparison result =
      Compare({a}, {{"A", record}}, {{"13800138000", "text A, with wording"}});
  EXPECT_TRUE(result.Clean());
  EXPECT_EQ(result.Json(),
            "{\"submitted\":1,\"accepted\":1,\"deferred\":0,\"held\":0,"
            "\"rejected\":0,\"undecided\":0,\"sent\":1,\"delivered\":1,"
            "\"unknown\":0,\"lost\":0,\"doubled\":0}");
}

}  // namespace
}  // namespace sluice::demo
