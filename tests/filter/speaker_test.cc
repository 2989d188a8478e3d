// Texts that are an offence only from somebody else: a bank may speak of its
// own points.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "filter/examine/examine.h"
#include "filter/policy/decision.h"
#include "filter/policy/exemptions.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {
namespace {

// A bank and a shop, each with a filed link and a filed number.
Snapshot World() {
  Snapshot world = SmallWorld();
  std::vector<store::v1::Party> parties = PartiesOf(kSmallWorld);
  for (store::v1::Party& party : parties) {
    if (!party.has_signature()) continue;
    store::v1::Signature& signature = *party.mutable_signature();
    if (party.id() == "sig-shop") signature.set_name("云杉数码");
    if (party.id() == "sig-bank") {
      signature.set_name("招商银行");
      signature.set_content_provider_id("shop");
    }
    const auto file = [&](rules::v1::ContactKind kind, const char* value) {
      auto& contact = *signature.add_contacts();
      contact.set_kind(kind);
      contact.set_value(value);
    };
    file(rules::v1::CONTACT_KIND_LINK, "jifen.example.com");
    file(rules::v1::CONTACT_KIND_PHONE, "4001234567");
  }
  world.registry = *Registry::Build(std::move(parties));
  return world;
}

// "ACCEPTED", "REJECTED bank-score", "ACCEPTED ?bank-score" when observed.
std::string Outcome(const Snapshot& world, const std::string& text) {
  Message message;
  message.recipient = "13800138000";
  message.text = text;
  message.message_class = MessageClass::kPublicInterest;
  ExamineScratch scratch;
  MessageFacts facts;
  Examine(world, {AccountId{1}}, message, 1'700'000'000'000, scratch, facts);
  std::string out = v1::Decision_Name(DecisionOf(facts.findings)).substr(9);
  for (const Finding& finding : facts.findings) {
    if (finding.code != ReasonCode::kContentProhibited &&
        finding.code != ReasonCode::kContentUnwanted) {
      continue;
    }
    // What a text reads like follows the samples of its table.
    if (finding.rule == "modern-fraud") continue;
    absl::StrAppend(&out, " ", finding.observed ? "?" : "", finding.rule);
  }
  return out;
}

TEST(Speaker, WhoSpeaksForItselfIsNoImpostor) {
  const Snapshot world = World();
  const std::string points =
      "尊敬的招行用户，您的积分9850分即将到期失效，请登录jifen.example.com"
      "兑换现金500元";
  const struct {
    std::string text;
    std::string outcome;
  } kCases[] = {
      {absl::StrCat("【招商银行】", points), "ACCEPTED ?bank-score"},
      // The sender is the bank, and whose link it is nobody knows.
      {"【招商银行】尊敬的招行用户，您的积分9850分即将到期失效，请登录"
       "jifen.example.net兑换现金500元",
       "HELD bank-score"},
      {"【招商银行】尊敬的招行用户，您的积分9850分即将到期失效，请登录"
       "jifen.example.com兑换现金500元，加微信jifen888",
       "HELD bank-score"},
      // Somebody else.
      {"【云杉数码】尊敬的招商银行用户，您的积分9850分即将到期失效，请登录"
       "jifen.example.com兑换现金500元",
       "REJECTED bank-score"},
      {points, "REJECTED bank-score"},
      // The bank, about another one.
      {"【招商银行】尊敬的工商银行用户，您的积分9850分即将到期失效，请登录"
       "jifen.example.com兑换现金500元",
       "REJECTED bank-score"},
      // The name as a sound-alike is not the bank's.
      {"【招商银行】尊敬的招伤银行用户，您的积分9850分即将到期失效，请登录"
       "jifen.example.com兑换现金500元",
       "REJECTED bank-score"},
      // A rule that decides alone.
      {"【招商银行】您的网银将于明日失效，详询4001234567",
       "ACCEPTED ?bank-phrases ?bank-score"},
      {"【招商银行】您的网银将于明日失效，详询13800138000",
       "HELD bank-phrases bank-score"},
      // It names nobody, and the sender is no bank.
      {"【云杉数码】您的网银将于明日失效，详询4001234567",
       "REJECTED bank-phrases bank-doubt"},
      // The words themselves are the offence, whoever says them.
      {"【招商银行】代开发票，详询4001234567",
       "REJECTED documents-invoice-issue documents-phrases documents-patterns "
       "documents-score"},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(Outcome(world, c.text), c.outcome) << c.text;
}

// Prohibited content is never lifted where the words are the offence.
TEST(Speaker, OnlyWhatPretendsMayBeExempted) {
  const auto policy = *Policy::Build(*Cn2015());
  std::string word;
  for (const char* rule : {"bank-score", "bank-phrases", "bank-name"}) {
    EXPECT_TRUE(CheckExemption(*Cn2015(), *policy, rule, word).ok()) << rule;
  }
  for (const char* rule : {"gambling-score", "gambling-game"}) {
    EXPECT_FALSE(CheckExemption(*Cn2015(), *policy, rule, word).ok()) << rule;
  }
}

}  // namespace
}  // namespace sluice::filter
