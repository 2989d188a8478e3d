// A clean message allocates nothing once the buffers are warm; counted by
// replacing operator new in this program.

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "filter/admit.h"
#include "filter/examine/examine.h"
#include "gtest/gtest.h"
#include "tests/filter/small_world.h"

namespace {
std::atomic<int64_t> allocations = 0;
}  // namespace

[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace sluice::filter {
namespace {

// 2026-11-02 10:00 in Shanghai.
constexpr int64_t kTen = 1'793'584'800'000;

Message Clean(MessageClass c) {
  Message message;
  message.key = "order-1";
  message.recipient = "+86 138 0013 8000";
  message.message_class = c;
  message.campaign_id = "autumn";
  message.category = "orders";
  message.client_ref = "ref";
  message.text = "【小店】您的订单已发货，快递将于明天送达，请注意查收。";
  if (c == MessageClass::kCommercial) {
    message.sender = "sales";
    message.text =
        "【小店】全场新品到店，欢迎选购，地址人民路一号。拒收请回复R";
  }
  return message;
}

int64_t AllocationsOf(const Snapshot& world, const Message& message,
                      const RecipientState& state) {
  ExamineScratch scratch;
  MessageFacts facts;
  Admission admission;
  const auto decide = [&] {
    Examine(world, {AccountId{1}}, message, kTen, scratch, facts);
    Admit(world, state, facts, kTen, admission);
  };
  decide();
  const int64_t before = allocations;
  for (int i = 0; i < 100; ++i) decide();
  const int64_t count = allocations - before;
  EXPECT_EQ(admission.decision, v1::DECISION_ACCEPTED);
  for (const Finding& finding : admission.findings) {
    EXPECT_TRUE(finding.observed) << Name(finding.code);
  }
  return count;
}

TEST(Allocation, NoneForACleanMessage) {
  const Snapshot world = SmallWorld();
  // Sends on other days and with other contents, so that every limit has work.
  std::vector<Send> sends(20);
  for (size_t i = 0; i < sends.size(); ++i) {
    sends[i].at_ms = kTen - static_cast<int64_t>(i + 1) * 86'400'000;
    sends[i].content = i + 1;
    sends[i].content_provider = i < 5 ? 1 : 2;
    sends[i].message_class = MessageClass::kCommercial;
    sends[i].flags = kSendCharged;
  }
  StandingFact consent;
  consent.kind = StandingFact::Kind::kConsent;
  consent.content_provider = 1;
  const RecipientState state = {sends, {&consent, 1}};
  for (const MessageClass c :
       {MessageClass::kVerification, MessageClass::kNotice,
        MessageClass::kCommercial, MessageClass::kPublicInterest}) {
    EXPECT_EQ(AllocationsOf(world, Clean(c), state), 0) << static_cast<int>(c);
  }
}

// With a link and numbers, filed and not: neither the contacts found nor
// observed reasons allocate.
TEST(Allocation, NoneForLinksAndContacts) {
  Snapshot world = SmallWorld();
  std::vector<store::v1::Party> parties = PartiesOf(kSmallWorld);
  for (store::v1::Party& party : parties) {
    if (party.id() != "sig-shop") continue;
    store::v1::FiledContact& link = *party.mutable_signature()->add_contacts();
    link.set_kind(rules::v1::CONTACT_KIND_LINK);
    link.set_value("shop.example.com");
  }
  world.registry = *Registry::Build(std::move(parties));
  Message message = Clean(MessageClass::kNotice);
  message.text =
      "【小店】订单见 https://shop.example.com/o/1?a=2 ，电话０５７１－８７６５"
      "４３２１，或 service@example.cn";
  EXPECT_EQ(AllocationsOf(world, message, {}), 0);
  // Not filed, and looking as if it were.
  for (const char* host : {"shop.example.org", "www.sh0p.examp1e.com"}) {
    const std::string text =
        absl::StrCat("【小店】订单见 https://", host, "/o/1");
    message.text = text;
    EXPECT_EQ(AllocationsOf(world, message, {}), 0) << host;
  }
}

// A text made from a template, a text that a named template makes, and a text
// without a template.
TEST(Allocation, NoneForTemplates) {
  Snapshot world = SmallWorld();
  world.registry = *Registry::Build(PartiesOf(absl::StrCat(kSmallWorld, R"pb(
    party {
      id: "shipped"
      number: 1
      template {
        content_provider_id: "shop"
        message_class: MESSAGE_CLASS_NOTICE
        text: "您的订单{id}已发货，快递将于{day}送达，请注意查收。"
        variables { name: "id" type: "code" characters_max: 10 }
        variables { name: "day" type: "text" characters_max: 10 }
        accepted_hits { rule: "some" word: "word" }
      }
    })pb")));
  Message made = Clean(MessageClass::kNotice);
  made.text = "【小店】您的订单A10086已发货，快递将于明天送达，请注意查收。";
  Message named = made;
  named.template_id = "shipped";
  const std::vector<VariableValue> values = {{"id", "A10086"}, {"day", "明天"}};
  Message filled = named;
  filled.text = "";
  filled.variables = values;
  Message free_text = Clean(MessageClass::kNotice);
  Message sale = Clean(MessageClass::kCommercial);
  sale.campaign_id = "";  // So its likeness is computed.
  StandingFact consent;
  consent.kind = StandingFact::Kind::kConsent;
  consent.content_provider = 1;
  for (const Message& message : {made, named, filled, free_text, sale}) {
    EXPECT_EQ(AllocationsOf(world, message, {{}, {&consent, 1}}), 0)
        << message.text;
  }
}

// A call, because compilers may remove the allocation of a new expression.
TEST(Allocation, IsCounted) {
  const int64_t before = allocations;
  ::operator delete(::operator new(100));
  EXPECT_GE(allocations - before, 1);
}

}  // namespace
}  // namespace sluice::filter
