// A message that is read back from its records is examined as at first: with
// the same sender, recipient, text, times and findings.

#include "gateway/redecide/current_decision.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "filter/admit.h"
#include "store/partition/decided_record.h"
#include "tests/fakes/world.h"

namespace sluice::gateway {
namespace {

// Two templates of different classes match the same text. The longer one
// applies if the message names no template.
store::v1::Party NewTemplate(const std::string& id, uint32_t number,
                             v1::MessageClass message_class,
                             const std::string& text) {
  store::v1::Party party;
  party.set_id(id);
  party.set_number(number);
  store::v1::Template& in = *party.mutable_template_();
  in.set_content_provider_id("shop");
  in.set_message_class(message_class);
  in.set_text(text);
  store::v1::Template::Variable& place = *in.add_variables();
  place.set_name("place");
  place.set_type("text");
  place.set_characters_max(20);
  return party;
}
const store::v1::Party kParcel = NewTemplate(
    "parcel", 1, v1::MESSAGE_CLASS_NOTICE, "您的包裹已到，请到{place}领取。");
const store::v1::Party kStreet =
    NewTemplate("street", 2, v1::MESSAGE_CLASS_COMMERCIAL,
                "您的包裹已到，请到人民路{place}领取。");
constexpr char kParcelText[] = "【云杉超市】您的包裹已到，请到人民路一号领取。";

// The world, with a second signature, ports with the placement ADD, and
// `templates`.
std::shared_ptr<const filter::Snapshot> Snapshot(
    const std::vector<store::v1::Party>& templates = {}) {
  auto snapshot = std::make_shared<filter::Snapshot>(*WorldSnapshot());
  std::vector<store::v1::Party> parties = WorldParties();
  store::v1::Party second;
  for (store::v1::Party& party : parties) {
    if (party.id() == "shop-sig") second = party;
    if (party.id() == "shop-service") {
      party.mutable_port()->set_sub_port("88");
      party.mutable_port()->set_signature_placement(
          store::v1::Port::PLACEMENT_ADD);
    }
    if (party.id() == "shop-ads") {
      party.mutable_port()->set_notice_placement(
          store::v1::Port::PLACEMENT_ADD);
    }
  }
  second.set_id("shop-sig-2");
  second.set_number(9);
  second.mutable_signature()->set_name("云杉生鲜");
  parties.push_back(second);
  parties.insert(parties.end(), templates.begin(), templates.end());
  auto registry = filter::Registry::Build(parties);
  EXPECT_TRUE(registry.ok()) << registry.status();
  snapshot->registry = *std::move(registry);
  return snapshot;
}

// All of `facts` as a text, for comparison.
std::string Told(const filter::MessageFacts& facts) {
  std::string told;
  const auto add = [&told](const auto& value) {
    told += testing::PrintToString(value) + " ";
  };
  add(facts.recipient.e164);
  add(static_cast<int>(facts.carrier));
  add(static_cast<int>(facts.message_class));
  add(facts.licensee.value);
  add(facts.account.value);
  add(facts.content_provider.value);
  add(facts.signature.value);
  add(facts.port.value);
  add(std::string(facts.access_number.view()));
  add(static_cast<int>(facts.parts));
  add(facts.content);
  add(facts.likeness);
  add(facts.counts_for_campaigns);
  add(facts.key);
  add(facts.template_hash);
  add(facts.campaign_hash);
  add(facts.category_hash);
  add(facts.not_before_ms);
  add(facts.deferred_by_hours);
  add(facts.expire_at_ms);
  add(facts.sent_text);
  for (const filter::Finding& finding : facts.findings) {
    add(std::string(filter::Name(finding.code)));
    add(std::string(finding.rule));
    add(std::string(finding.field));
    add(finding.observed);
    add(finding.hold);
  }
  return told;
}

// The message as the store records it and the gateway reads it back.
CurrentDecision Recorded(const filter::Snapshot& snapshot,
                         const filter::Message& message,
                         const filter::MessageFacts& facts, int64_t now_ms) {
  filter::Admission admission;
  filter::Admit(snapshot, {}, facts, now_ms, admission);
  store::DecidedEncoder encoder;
  std::string bytes(
      encoder.Fill(message, facts, admission, snapshot.rules->id(),
                   std::string(16, 's'), 0, now_ms),
      '\0');
  encoder.Write(bytes.data());
  CurrentDecision current;
  EXPECT_TRUE(current.first.ParseFromString(bytes));
  current.last = current.first.decided();
  return current;
}

constexpr char kHeld[] = "【云杉超市】会员日回T领取好礼一份。拒收请回复R";

const struct {
  const char* name;
  filter::Message message;
} kCases[] = {
    {"plain",
     {.text = kCommercialText, .message_class = MessageClass::kCommercial}},
    {"held", {.text = kHeld, .message_class = MessageClass::kCommercial}},
    {"key and marks",
     {.key = "k1",
      .text = kCommercialText,
      .message_class = MessageClass::kCommercial,
      .campaign_id = "spring",
      .category = "promotions",
      .client_ref = "r"}},
    {"port by alias, extension, signature added",
     {.sender = "shop-service",
      .text = "您的订单已发出。",
      .message_class = MessageClass::kNotice,
      .signature_id = "shop-sig-2",
      .extension = "123"}},
    {"whole access number",
     {.sender = "10690011777",
      .text = "【云杉生鲜】您的订单已发出。",
      .message_class = MessageClass::kNotice}},
    {"opt-out wording added",
     {.text = "【云杉超市】周末全场水果八折。",
      .message_class = MessageClass::kCommercial}},
    {"later, and until then",
     {.text = kCommercialText,
      .message_class = MessageClass::kCommercial,
      .send_after_ms = kTenInTheMorningMs + 3'600'000,
      .expire_at_ms = kTenInTheMorningMs + 7'200'000}},
    {"tomorrow, when the hours open",
     {.text = kCommercialText,
      .message_class = MessageClass::kCommercial,
      .send_after_ms = kTenInTheMorningMs + 14 * 3'600'000}},
    {"refused",
     {.text = "没有签名的营销短信",
      .message_class = MessageClass::kCommercial}},
};

TEST(CurrentDecision, AMessageExaminedAgainIsWhatItWas) {
  const auto snapshot = Snapshot();
  filter::ExamineScratch scratch;
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    filter::Message message = c.message;
    message.recipient = "138 0013-8000";
    message.on_behalf_of = "shop";
    filter::MessageFacts facts;
    filter::Examine(*snapshot, {AccountId{kAccountNumber}}, message,
                    kTenInTheMorningMs, scratch, facts);
    const CurrentDecision current =
        Recorded(*snapshot, message, facts, kTenInTheMorningMs);
    filter::MessageFacts again;
    ExamineAgain(*snapshot, current, kTenInTheMorningMs, scratch, again);
    ApplyAnswers(current, again);
    EXPECT_EQ(Told(again), Told(facts));
  }
}

// The template of a message is found again and has its current state: active,
// suspended, closed or unknown.
TEST(CurrentDecision, ATemplateCountsAsItStandsNow) {
  store::v1::Party suspended = kParcel;
  suspended.set_state(store::v1::PARTY_STATE_SUSPENDED);
  store::v1::Party closed = kParcel;
  closed.set_state(store::v1::PARTY_STATE_CLOSED);
  const auto before = Snapshot({kParcel, kStreet});
  filter::ExamineScratch scratch;
  filter::Message message = {.recipient = "13800138000",
                             .text = kParcelText,
                             .message_class = MessageClass::kNotice,
                             .template_id = "parcel",
                             .on_behalf_of = "shop"};
  filter::MessageFacts facts;
  filter::Examine(*before, {AccountId{kAccountNumber}}, message,
                  kTenInTheMorningMs, scratch, facts);
  ASSERT_TRUE(facts.findings.empty());
  const CurrentDecision current =
      Recorded(*before, message, facts, kTenInTheMorningMs);
  for (const std::vector<store::v1::Party>& templates :
       {std::vector<store::v1::Party>{kParcel, kStreet},
        {suspended, kStreet},
        {closed, kStreet},
        {kStreet}}) {
    const auto now = Snapshot(templates);
    filter::Examine(*now, {AccountId{kAccountNumber}}, message,
                    kTenInTheMorningMs, scratch, facts);
    filter::MessageFacts again;
    ExamineAgain(*now, current, kTenInTheMorningMs, scratch, again);
    EXPECT_EQ(Told(again), Told(facts));
  }
}

TEST(CurrentDecision, OnlyWhatIsAnsweredNoLongerHolds) {
  const auto snapshot = Snapshot();
  filter::ExamineScratch scratch;
  filter::Message message = kCases[1].message;
  message.recipient = "13800138000";
  message.on_behalf_of = "shop";
  filter::MessageFacts facts;
  filter::Examine(*snapshot, {AccountId{kAccountNumber}}, message,
                  kTenInTheMorningMs, scratch, facts);
  CurrentDecision current =
      Recorded(*snapshot, message, facts, kTenInTheMorningMs);
  ASSERT_EQ(current.last.decision(), v1::DECISION_HELD);
  // A hold by a campaign, which Examine alone would not find.
  store::v1::RecordedReason& campaign = *current.last.add_reasons();
  campaign.set_code("CAMPAIGN_UNREVIEWED");
  const auto holds = [&] {
    ExamineAgain(*snapshot, current, kTenInTheMorningMs, scratch, facts);
    ApplyAnswers(current, facts);
    std::vector<std::string> codes;
    for (const filter::Finding& finding : facts.findings) {
      if (!finding.observed) codes.emplace_back(filter::Name(finding.code));
    }
    return codes;
  };
  EXPECT_EQ(holds(), (std::vector<std::string>{"OPTOUT_WORD_CONFLICT",
                                               "CAMPAIGN_UNREVIEWED"}));
  current.answered = {{"OPTOUT_WORD_CONFLICT", "another-rule"}};
  EXPECT_EQ(holds().size(), 2u);
  current.answered = {{"OPTOUT_WORD_CONFLICT", "opt-out-word-conflict"}};
  EXPECT_EQ(holds(), std::vector<std::string>{"CAMPAIGN_UNREVIEWED"});
  AnswerHolds(current);
  EXPECT_TRUE(holds().empty());
}

}  // namespace
}  // namespace sluice::gateway
