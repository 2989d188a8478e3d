// The findings about a text's links and contacts, with the pack cn-2015, which
// only observes them.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "filter/examine/examine.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {
namespace {

// 2026-11-02 10:00 in Shanghai.
constexpr int64_t kTen = 1'793'584'800'000;

// The small world, with filed contacts for the shop's signature.
Snapshot World() {
  Snapshot world = SmallWorld();
  std::vector<store::v1::Party> parties = PartiesOf(kSmallWorld);
  for (store::v1::Party& party : parties) {
    if (party.id() != "sig-shop") continue;
    const auto file = [&](rules::v1::ContactKind kind, const char* value,
                          int64_t until_s = 0) {
      store::v1::FiledContact& contact =
          *party.mutable_signature()->add_contacts();
      contact.set_kind(kind);
      contact.set_value(value);
      if (until_s != 0) contact.mutable_expire_time()->set_seconds(until_s);
    };
    file(rules::v1::CONTACT_KIND_LINK, "shop.example.com");
    file(rules::v1::CONTACT_KIND_LINK, "old.example.com", 1'700'000'000);
    file(rules::v1::CONTACT_KIND_LINK, "t.cn");
    file(rules::v1::CONTACT_KIND_PHONE, "4001234567");
    file(rules::v1::CONTACT_KIND_WECHAT, "shop_old", 1'700'000'000);
  }
  world.registry = *Registry::Build(std::move(parties));
  return world;
}

// `world` with other policy settings.
Snapshot WithPolicy(Snapshot world, void (*change)(rules::v1::PackPolicy&)) {
  rules::v1::PackPolicy policy = world.rules->policy();
  change(policy);
  world.policy =
      *Policy::Build(policy, world.rules->articles(), world.rules->header(),
                     world.rules->rules(), world.rules->thresholds());
  return world;
}

// "CODE:rule[b,e)[b,e)" of links, contacts and class, with "?" before observed
// ones.
std::string Found(const Snapshot& world, const std::string& text,
                  MessageClass message_class = MessageClass::kPublicInterest) {
  Message message;
  message.recipient = "13800138000";
  message.text = text;
  message.message_class = message_class;
  ExamineScratch scratch;
  MessageFacts facts;
  Examine(world, {AccountId{1}}, message, kTen, scratch, facts);
  SortByRank(facts.findings);
  std::vector<std::string> lines;
  for (const Finding& f : facts.findings) {
    if (f.code < ReasonCode::kClassMisdeclared ||
        f.code > ReasonCode::kContactNotRegistered) {
      continue;
    }
    EXPECT_EQ(f.basis, v1::BASIS_CARRIER);
    EXPECT_EQ(f.field, "text");
    lines.push_back(absl::StrCat(f.observed ? "?" : "", Name(f.code),
                                 f.rule.empty() ? "" : ":", f.rule));
    for (const TextSpan& span : f.spans) {
      absl::StrAppend(&lines.back(), "[", span.begin, ",", span.end, ")");
    }
  }
  return absl::StrJoin(lines, " ");
}

TEST(CheckContacts, Table) {
  const struct {
    const char* text;  // After 【小店】, which is 4 characters.
    const char* found;
  } kCases[] = {
      {"您的订单已发货。", ""},
      {"详情见 shop.example.com/1，电话4001234567", ""},
      {"详情见 ｗｗｗ．ｓｈｏｐ．ｅｘａｍｐｌｅ．ｃｏｍ", ""},
      {"详情见 example.com/1", "?LINK_NOT_REGISTERED[8,21)"},
      {"见example点com或a.example.org/1",
       "?LINK_NOT_REGISTERED[5,16)[17,32) ?LINK_LIMIT:links_max[17,32)"},
      {"见old.example.com", "?LINK_NOT_REGISTERED:filing_lapsed[5,20)"},
      // Filed or not, a short link hides its target.
      {"见t.cn/abc", "?LINK_SHORTENED:shorteners[5,13)"},
      {"见bit.ly/abc",
       "?LINK_NOT_REGISTERED[5,15) ?LINK_SHORTENED:shorteners[5,15)"},
      {"致电13900139000", "?CONTACT_NOT_REGISTERED[6,17)"},
      {"致电13900139000\uFE0F\u20E3", "?CONTACT_NOT_REGISTERED[6,19)"},
      {"加微信：shop_old", "?CONTACT_NOT_REGISTERED:filing_lapsed[8,16)"},
      {"电话4001234567，电话4001234567，电话4001234567",
       "?LINK_LIMIT:contacts_max[32,42)"},
      // Only look like what was filed.
      {"见www.shöp.example.com", "?LINK_NOT_REGISTERED:looks_filed[5,25)"},
      {"见shop.exаmple.com", "?LINK_NOT_REGISTERED:looks_filed[5,21)"},
      {"见shop.exampIe.com/1", "?LINK_NOT_REGISTERED:looks_filed[5,23)"},
      {"见sh0p.example.com", "?LINK_NOT_REGISTERED:looks_filed[5,21)"},
      {"见sh%C3%B6p.example.com", "?LINK_NOT_REGISTERED:looks_filed[5,26)"},
      {"见shöp[.]example[.]com", "?LINK_NOT_REGISTERED:looks_filed[5,25)"},
      {"见shöp。example。com", "?LINK_NOT_REGISTERED:looks_filed[5,21)"},
      {"见shöp(.)example(.)com", "?LINK_NOT_REGISTERED:looks_filed[5,25)"},
      {"见 shöp dot example dot com", "?LINK_NOT_REGISTERED:looks_filed[6,30)"},
      {"见s h ö p . e x a m p l e . c o m",
       "?LINK_NOT_REGISTERED:looks_filed[5,36)"},
      {"见sh%6Fp[.]example[.]com", ""},
      {"见shop.example-com.cn", "?LINK_NOT_REGISTERED[5,24)"},
      {"邮件a@example.com", "?CONTACT_NOT_REGISTERED[6,19)"},
  };
  const Snapshot world = World();
  for (const auto& c : kCases) {
    EXPECT_EQ(Found(world, absl::StrCat("【小店】", c.text)), c.found)
        << c.text;
  }
}

TEST(CheckContacts, ALinkMakesAServiceMessageLookCommercial) {
  const Snapshot world = World();
  const std::string text = "【小店】您的订单见shop.example.com/1";
  for (const MessageClass c :
       {MessageClass::kVerification, MessageClass::kNotice}) {
    EXPECT_EQ(Found(world, text, c), "?CLASS_MISDECLARED:link[9,27)");
    EXPECT_EQ(Found(world, "【小店】请致电4001234567", c), "");
  }
  EXPECT_EQ(Found(world, text, MessageClass::kCommercial), "");
}

TEST(CheckContacts, WithoutASignatureNothingIsFiled) {
  EXPECT_EQ(Found(World(), "详情见 shop.example.com"),
            "?LINK_NOT_REGISTERED[4,20)");
}

TEST(CheckContacts, GoesAsFarAsThePackSays) {
  const std::string text = "【小店】见example.com与t.cn/1，致电13900139000";
  const Snapshot enforced =
      WithPolicy(World(), [](rules::v1::PackPolicy& policy) {
        for (rules::v1::CheckSetting& check : *policy.mutable_checks()) {
          if (check.code() == "LINK_NOT_REGISTERED") {
            check.set_mode(rules::v1::CHECK_MODE_ENFORCE);
          } else if (check.code() == "LINK_SHORTENED") {
            check.set_mode(rules::v1::CHECK_MODE_OFF);
          }
        }
        policy.mutable_links()->set_links_max(2);
      });
  EXPECT_EQ(Found(enforced, text),
            "LINK_NOT_REGISTERED[5,16) ?CONTACT_NOT_REGISTERED[26,37)");
  const Snapshot unlimited =
      WithPolicy(World(), [](rules::v1::PackPolicy& policy) {
        policy.mutable_links()->clear_links_max();
        policy.mutable_links()->clear_contacts_max();
        policy.mutable_links()->clear_shorteners();
      });
  EXPECT_EQ(Found(unlimited, text),
            "?LINK_NOT_REGISTERED[5,16) ?CONTACT_NOT_REGISTERED[26,37)");
  const Snapshot none = WithPolicy(
      World(), [](rules::v1::PackPolicy& policy) { policy.clear_links(); });
  EXPECT_EQ(Found(none, text), "");
}

}  // namespace
}  // namespace sluice::filter
