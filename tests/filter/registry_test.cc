#include "filter/registry/registry.h"

#include <cstdio>
#include <ctime>
#include <map>
#include <random>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {
namespace {

std::shared_ptr<const Registry> World() {
  return *Registry::Build(PartiesOf(kSmallWorld));
}

TEST(Registry, FindsByNumberAndId) {
  const auto world = World();
  EXPECT_EQ(world->Find(AccountId{2})->id, "agency");
  EXPECT_EQ(world->Find(AccountId{99}), nullptr);
  EXPECT_EQ(world->AccountById("agency")->number, AccountId{2});
  EXPECT_EQ(world->ContentProviderById("bank")->number, ContentProviderId{2});
  EXPECT_EQ(world->SignatureById("sig-bank")->name, "银行");
  EXPECT_EQ(world->FindParty(store::v1::PARTY_KIND_PORT, "port-bank")->number(),
            5u);
  EXPECT_EQ(world->FindParty(store::v1::PARTY_KIND_PORT, 5)->id(), "port-bank");
  EXPECT_EQ(world->FindParty(store::v1::PARTY_KIND_PORT, "none"), nullptr);
  EXPECT_EQ(world->parties().size(), PartiesOf(kSmallWorld).size());
}

TEST(Registry, SignaturesBelongToTheirContentProvider) {
  const auto world = World();
  EXPECT_EQ(world->SignatureByName({1}, "小店")->number, SignatureId{1});
  EXPECT_EQ(world->SignatureByName({2}, "小店"), nullptr);
  EXPECT_EQ(world->Find(ContentProviderId{1})->only_signature, 1u);
  EXPECT_EQ(world->Find(ContentProviderId{2})->signature_count, 3u);
}

TEST(Registry, PortsByLongestPrefix) {
  const auto world = World();
  const struct {
    absl::string_view digits, port;
  } cases[] = {
      {"10691", "port-bank"},
      {"106915", "port-bank"},
      {"1069199", "port-bank-long"},
      {"10691995", "port-bank-long"},
      {"1069198", "port-bank"},
      {"1069", ""},
      {"", ""},
      {"0", ""},
      {"9", ""},
      {"10690001", "port-shop-service"},
      {"1069000", ""},
      {"106900019", "port-shop-service"},
  };
  for (const auto& c : cases) {
    const Port* port = world->PortByDigits(c.digits);
    EXPECT_EQ(port == nullptr ? "" : port->id, c.port) << c.digits;
  }
  EXPECT_EQ(world->PortByAlias("sales")->id, "port-shop-sales");
  EXPECT_EQ(world->PortByAlias("port-bank"), nullptr);
}

TEST(Registry, PortByDigitsAgreesWithTryingEveryPrefix) {
  std::mt19937_64 random(1);
  std::vector<store::v1::Party> parties(1);
  parties[0].set_id("owner");
  parties[0].set_number(1);
  parties[0].mutable_content_provider();
  std::map<std::string, std::string> numbers;
  while (numbers.size() < 300) {
    std::string digits;
    for (size_t size = 1 + random() % 5; size > 0; --size) {
      digits.push_back(static_cast<char>('0' + random() % 3));
    }
    if (!numbers.emplace(digits, absl::StrCat("p", numbers.size())).second) {
      continue;
    }
    store::v1::Party& party = parties.emplace_back();
    party.set_id(numbers[digits]);
    party.set_number(static_cast<uint32_t>(parties.size()));
    party.mutable_port()->set_number(digits);
    party.mutable_port()->set_content_provider_id("owner");
    party.mutable_port()->add_purposes(v1::MESSAGE_CLASS_NOTICE);
  }
  const auto registry = *Registry::Build(parties);
  for (int i = 0; i < 20'000; ++i) {
    std::string digits;
    for (size_t size = random() % 8; size > 0; --size) {
      digits.push_back(static_cast<char>('0' + random() % 3));
    }
    std::string expected;
    for (size_t size = digits.size(); size > 0 && expected.empty(); --size) {
      const auto found = numbers.find(digits.substr(0, size));
      if (found != numbers.end()) expected = found->second;
    }
    const Port* port = registry->PortByDigits(digits);
    ASSERT_EQ(port == nullptr ? "" : port->id, expected) << digits;
  }
}

TEST(Registry, ChoosesAPort) {
  const auto world = World();
  const auto choose = [&](uint32_t provider, Carrier carrier, MessageClass c) {
    const Port* port = world->ChoosePort({provider}, carrier, c);
    return port == nullptr ? absl::string_view() : port->id;
  };
  EXPECT_EQ(choose(1, Carrier::kMobile, MessageClass::kNotice),
            "port-shop-service");
  EXPECT_EQ(choose(1, Carrier::kMobile, MessageClass::kCommercial),
            "port-shop-adds");
  EXPECT_EQ(choose(2, Carrier::kMobile, MessageClass::kNotice), "port-bank");
  EXPECT_EQ(choose(2, Carrier::kUnicom, MessageClass::kNotice),
            "port-bank-long");
  // For an unknown carrier, only a port for all carriers is chosen.
  EXPECT_EQ(choose(2, Carrier::kUnknown, MessageClass::kNotice),
            "port-bank-long");
  EXPECT_EQ(choose(2, Carrier::kMobile, MessageClass::kCommercial), "");
  EXPECT_EQ(world->AnyPort({2}, MessageClass::kCommercial)->id, "port-bank");
  EXPECT_EQ(world->AnyPort({4}, MessageClass::kNotice), nullptr);
}

TEST(Registry, AccountsInherit) {
  const auto world = World();
  EXPECT_FALSE(world->Find(AccountId{5})->active);  // Its parent is suspended.
  EXPECT_EQ(world->Find(AccountId{5})->licensee->id, "lic");
  EXPECT_EQ(world->Find(AccountId{2})->licensee->id, "lic");
  EXPECT_TRUE(world->Find(AccountId{2})->active);
  EXPECT_TRUE(world->Find(AccountId{2})->MaySendFor({2}));
  EXPECT_FALSE(world->Find(AccountId{1})->MaySendFor({2}));
}

TEST(Registry, LicencesHaveAreas) {
  const auto world = World();
  const Licensee& licensee = *world->Find(LicenseeId{1});
  EXPECT_TRUE(licensee.Covers("CN-ZJ"));
  EXPECT_TRUE(licensee.Covers(""));
  EXPECT_FALSE(licensee.Covers("CN-BJ"));
}

const struct {
  absl::string_view parties;  // Added to the small world.
  absl::string_view why;
} kFaults[] = {
    {R"(party { id: "A" number: 50 content_provider {} })",
     "content provider A: id:"},
    {R"(party { id: "shop" number: 50 content_provider {} })",
     "content provider shop: id: is there twice"},
    {R"(party { id: "x" number: 1 content_provider {} })",
     "content provider x: number: is there twice"},
    {R"(party { id: "x" content_provider {} })",
     "content provider x: number: is not set"},
    {R"(party { id: "x" number: 50 })", "party x: kind"},
    {R"(party { id: "x" number: 50 content_provider { credit_code: "1" } })",
     "content provider x: credit_code"},
    {R"(party { id: "x" number: 50 account { licensee_id: "no" } })",
     "account x: licensee_id"},
    {R"(party { id: "x" number: 50 account { parent_account_id: "no" } })",
     "account x: parent_account_id"},
    {R"(party { id: "x" number: 50 account { parent_account_id: "y" } }
        party { id: "y" number: 51 account { parent_account_id: "x" } })",
     "account x: parent_account_id: the chain"},
    {R"(party { id: "x" number: 50 account { parent_account_id: "x" } })",
     "account x: parent_account_id: the chain"},
    {R"(party { id: "x" number: 50 account { content_provider_ids: "no" } })",
     "account x: content_provider_ids"},
    {R"(party { id: "x" number: 50
                signature { name: "店" content_provider_id: "shop" } })",
     "signature x: name"},
    {R"(party { id: "x" number: 50
                signature { name: "【店】" content_provider_id: "shop" } })",
     "signature x: name"},
    {R"(party { id: "x" number: 50
                signature { name: "小店" content_provider_id: "shop" } })",
     "signature x: name: its content provider"},
    {R"(party { id: "x" number: 50
                signature { name: "新店" content_provider_id: "no" } })",
     "signature x: content_provider_id"},
    {R"(party { id: "x" number: 50
                signature { name: "新店" content_provider_id: "shop"
                            filings { carrier: "orange" } } })",
     "signature x: filings"},
    {R"(party { id: "x" number: 50 port {
                number: "10690a" content_provider_id: "shop"
                purposes: MESSAGE_CLASS_NOTICE } })",
     "port x: number: only digits"},
    {R"(party { id: "x" number: 50 port {
                content_provider_id: "shop"
                purposes: MESSAGE_CLASS_NOTICE } })",
     "port x: number: only digits"},
    {R"(party { id: "x" number: 50 port {
                number: "10699" sub_port: "x" content_provider_id: "shop"
                purposes: MESSAGE_CLASS_NOTICE } })",
     "port x: sub_port"},
    {R"(party { id: "x" number: 50 port {
                number: "10699" content_provider_id: "shop"
                access_number_length_max: 22
                purposes: MESSAGE_CLASS_NOTICE } })",
     "port x: access_number_length_max"},
    {R"(party { id: "x" number: 50 port {
                number: "10699" content_provider_id: "shop"
                access_number_length_max: 4
                purposes: MESSAGE_CLASS_NOTICE } })",
     "port x: number: with sub_port"},
    {R"(party { id: "x" number: 50 port {
                number: "10699" content_provider_id: "shop" } })",
     "port x: purposes"},
    {R"(party { id: "x" number: 50 port {
                number: "10699" content_provider_id: "no"
                purposes: MESSAGE_CLASS_NOTICE } })",
     "port x: content_provider_id"},
    {R"(party { id: "x" number: 50 port {
                number: "10699" content_provider_id: "shop" carriers: "x"
                purposes: MESSAGE_CLASS_NOTICE } })",
     "port x: carriers"},
    {R"(party { id: "x" number: 50 port {
                number: "10699" content_provider_id: "shop" alias: "sales"
                purposes: MESSAGE_CLASS_NOTICE } })",
     "port x: alias"},
    {R"(party { id: "x" number: 50 port {
                number: "1069100" content_provider_id: "shop"
                purposes: MESSAGE_CLASS_NOTICE } })",
     "port x: number: overlaps port port-bank"},
    {R"(party { id: "x" number: 50 port {
                number: "1069" content_provider_id: "shop"
                purposes: MESSAGE_CLASS_NOTICE } })",
     "number: overlaps port x"},
    {R"(party { id: "x" number: 50 port {
                number: "10690001" content_provider_id: "shop"
                purposes: MESSAGE_CLASS_NOTICE } })",
     "number: is that of port"},
    {R"(party { id: "x" number: 50 content_provider {
                template_duties { carriers: "mobile" } } })",
     "content provider x: template_duties: a class is needed"},
    {R"(party { id: "x" number: 50 content_provider {
                template_duties { message_class: MESSAGE_CLASS_NOTICE
                                  carriers: "moon" } } })",
     "content provider x: template_duties: "},
    {R"(party { id: "x" number: 50 template {
                content_provider_id: "no" text: "a"
                message_class: MESSAGE_CLASS_NOTICE } })",
     "template x: content_provider_id: no such content provider"},
    {R"(party { id: "x" number: 50 template {
                content_provider_id: "shop" signature_id: "no" text: "a"
                message_class: MESSAGE_CLASS_NOTICE } })",
     "template x: signature_id: no such signature"},
    {R"(party { id: "x" number: 50 template {
                content_provider_id: "shop" signature_id: "sig-bank" text: "a"
                message_class: MESSAGE_CLASS_NOTICE } })",
     "template x: signature_id: is another content provider's"},
    {R"(party { id: "x" number: 50 template {
                content_provider_id: "shop" text: "a" } })",
     "template x: message_class: a class is needed"},
    {R"(party { id: "x" number: 50 template {
                content_provider_id: "shop" text: "您好{name}"
                message_class: MESSAGE_CLASS_NOTICE } })",
     "template x: character 3: variable name is not declared"},
    {R"(party { id: "x" number: 50 template {
                content_provider_id: "shop" text: "您好{name}"
                message_class: MESSAGE_CLASS_NOTICE
                variables { name: "name" type: "words" } } })",
     "template x: variable name: type: "},
    {R"(party { id: "x" number: 50 template {
                content_provider_id: "shop" text: "您好{name}"
                message_class: MESSAGE_CLASS_NOTICE
                variables { name: "name" type: "name"
                            characters_max: 70000 } } })",
     "template x: variable name: a length is 1 to 1000"},
    {R"(party { id: "x" number: 50 template {
                content_provider_id: "shop" text: "您好"
                message_class: MESSAGE_CLASS_NOTICE } }
        party { id: "y" number: 51 template {
                content_provider_id: "shop" text: " 您 好"
                message_class: MESSAGE_CLASS_COMMERCIAL } })",
     "template y: text: is that of template x"},
};

TEST(Registry, RefusesAndNamesPartyAndField) {
  for (const auto& c : kFaults) {
    const auto built =
        Registry::Build(PartiesOf(absl::StrCat(kSmallWorld, c.parties)));
    ASSERT_FALSE(built.ok()) << c.parties;
    EXPECT_EQ(built.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(built.status().message(), c.why))
        << built.status();
  }
}

TEST(Registry, ClosedPartiesGiveTheirNamesBack) {
  const auto world = *Registry::Build(PartiesOf(
      absl::StrCat(kSmallWorld,
                   R"(party { id: "x" number: 50 state: PARTY_STATE_CLOSED
           port { number: "10691" alias: "sales" content_provider_id: "shop"
                  purposes: MESSAGE_CLASS_NOTICE } }
         party { id: "y" number: 50 state: PARTY_STATE_CLOSED
           signature { name: "小店" content_provider_id: "shop" } })")));
  EXPECT_EQ(world->PortByAlias("sales")->id, "port-shop-sales");
  EXPECT_EQ(world->PortByDigits("10691")->id, "port-bank");
  EXPECT_EQ(world->SignatureByName({1}, "小店")->id, "sig-shop");
  EXPECT_EQ(world->Find(PortId{50})->id, "x");
}

store::v1::Party TemplateOf(uint32_t number, const std::string& text) {
  store::v1::Party party;
  party.set_id(absl::StrCat("t", number));
  party.set_number(number);
  party.set_state(store::v1::PARTY_STATE_ACTIVE);
  store::v1::Template& in = *party.mutable_template_();
  in.set_content_provider_id("shop");
  in.set_message_class(v1::MESSAGE_CLASS_NOTICE);
  in.set_text(text);
  store::v1::Template::Variable& variable = *in.add_variables();
  variable.set_name("x");
  variable.set_type("digits");
  variable.set_characters_max(6);
  return party;
}

// One of 10,000 templates of one content provider changes.
TEST(Registry, ChangesOneOfTenThousandTemplates) {
  std::vector<store::v1::Party> parties = PartiesOf(kSmallWorld);
  const size_t first = parties.size();
  for (uint32_t i = 1; i <= 10'000; ++i) {
    parties.push_back(
        TemplateOf(i, absl::StrCat("您的第", i, "号包裹{x}已到站")));
  }
  const auto cpu_ms = [](const auto& run) {
    const std::clock_t begin = std::clock();
    run();
    return 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  std::shared_ptr<const Registry> all;
  std::shared_ptr<const Registry> same;
  std::shared_ptr<const Registry> other;
  const double whole = cpu_ms([&] { all = *Registry::Build(parties); });
  parties[first].set_state(store::v1::PARTY_STATE_SUSPENDED);
  const double state =
      cpu_ms([&] { same = *Registry::Build(parties, all.get()); });
  parties[first].mutable_template_()->set_text("您好{x}");
  const double text =
      cpu_ms([&] { other = *Registry::Build(parties, same.get()); });
  std::printf(
      "10,000 templates: anew %.0f ms, one with another state %.0f ms, with "
      "another text %.0f ms of CPU\n",
      whole, state, text);
  const auto set_of = [](const Registry& registry) {
    return registry.TemplatesOf({1}, {})->shared.get();
  };
  EXPECT_EQ(set_of(*all), set_of(*same));
  EXPECT_FALSE(same->TemplateById("t1")->active);
  EXPECT_NE(set_of(*same), set_of(*other));
  EXPECT_EQ(same->TemplateById("t2")->released.get(),
            other->TemplateById("t2")->released.get());
  EXPECT_EQ(other->TemplatesOf({1}, {})->templates.size(), 10'000u);
  EXPECT_EQ(other->TemplatesOf({2}, {}), nullptr);
  parties.push_back(TemplateOf(10'001, "再见{x}"));
  const auto too_many = Registry::Build(parties, other.get());
  ASSERT_FALSE(too_many.ok());
  EXPECT_TRUE(absl::StrContains(too_many.status().message(),
                                "10,000 templates already"))
      << too_many.status();
}

TEST(Registry, BuildsAHundredThousandParties) {
  std::vector<store::v1::Party> parties;
  const auto add = [&](absl::string_view kind,
                       uint32_t i) -> store::v1::Party& {
    store::v1::Party& party = parties.emplace_back();
    party.set_id(absl::StrCat(kind, i));
    party.set_number(i);
    party.set_state(store::v1::PARTY_STATE_ACTIVE);
    return party;
  };
  for (uint32_t i = 1; i <= 33'333; ++i) {
    const std::string owner = absl::StrCat("cp", i);
    add("cp", i).mutable_content_provider()->set_name("name");
    store::v1::Signature& signature = *add("s", i).mutable_signature();
    signature.set_name(absl::StrCat("签名", i));
    signature.set_content_provider_id(owner);
    store::v1::Port& port = *add("p", i).mutable_port();
    port.set_number(absl::StrCat(1069'000'000 + i));
    port.set_content_provider_id(owner);
    port.add_purposes(v1::MESSAGE_CLASS_NOTICE);
  }
  const std::clock_t begin = std::clock();
  const auto registry = Registry::Build(std::move(parties));
  const double cpu_ms =
      1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  ASSERT_TRUE(registry.ok()) << registry.status();
  std::printf("99,999 parties in %.0f ms of CPU\n", cpu_ms);
  EXPECT_EQ((*registry)->PortByDigits("106903333312")->id, "p33333");
}

}  // namespace
}  // namespace sluice::filter
