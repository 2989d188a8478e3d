// Blocks: what they cover, however it is spelled, whose, and how long.
#include "filter/policy/blocks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/error_reason.h"

namespace sluice::filter {
namespace {

constexpr int64_t kNow = 1'793'584'800'000;
constexpr int64_t kMinute = 60'000;

void Set(int64_t ms, google::protobuf::Timestamp& time) {
  time.set_seconds(ms / 1'000);
}

// Starts now, lasts two hours and must be confirmed within half an hour.
admin::v1::Block Make(uint32_t number) {
  admin::v1::Block made;
  made.set_number(number);
  Set(kNow, *made.mutable_create_time());
  Set(kNow + 120 * kMinute, *made.mutable_expire_time());
  Set(kNow + 30 * kMinute, *made.mutable_confirm_expire_time());
  return made;
}
admin::v1::Block Phrase(uint32_t number, const std::string& phrase) {
  admin::v1::Block made = Make(number);
  made.set_phrase(phrase);
  return made;
}
admin::v1::Block Domain(uint32_t number, const std::string& domain) {
  admin::v1::Block made = Make(number);
  made.set_domain(domain);
  return made;
}
admin::v1::Block Provider(uint32_t number, const std::string& id) {
  admin::v1::Block made = Make(number);
  made.set_content_provider_id(id);
  return made;
}

// "block-1[4,9)", with "!" before blocks that are confirmed.
std::vector<std::string> FindIn(const std::vector<admin::v1::Block>& blocks,
                                const std::string& text,
                                const std::string& provider = "shop",
                                int64_t now_ms = kNow) {
  // As the shipped pack says.
  rules::v1::PackRules rules;
  rules.mutable_sounds()->set_same_tone_up_to(2);
  rules.add_strict_words("期货");
  rules.add_strict_words("没有人找");
  const auto all = Blocks::Build(blocks, rules, kNow);
  EXPECT_TRUE(all.ok()) << all.status();
  if (!all.ok() || *all == nullptr) return {};
  const std::shared_ptr<const Blocks>& built = *all;
  rules::FoldedText folded;
  EXPECT_TRUE(rules::FoldTable::Shared().Fold(text, folded));
  rules::TextContacts contacts;
  contacts.Begin(folded, text);
  BlockScratch scratch;
  std::vector<std::string> found;
  for (const BlockHit& hit :
       built->Find(text, folded, contacts, provider, now_ms, scratch)) {
    found.push_back(absl::StrCat(
        hit.confirmed ? "!" : "", std::string(hit.name),
        hit.has_span ? absl::StrCat("[", hit.span.begin, ",", hit.span.end, ")")
                     : ""));
  }
  return found;
}

using Found = std::vector<std::string>;

TEST(Blocks, APhraseIsFoundHoweverItIsSpelled) {
  const std::vector<admin::v1::Block> blocks = {Phrase(1, "加微信领红包")};
  EXPECT_EQ(FindIn(blocks, "请加微信领红包吧"), Found{"block-1[1,7)"});
  EXPECT_EQ(FindIn(blocks, "請加微信領紅包吧"), Found{"block-1[1,7)"});
  EXPECT_EQ(FindIn(blocks, "请加*微*信*领*红*包"), Found{"block-1[1,12)"});
  EXPECT_EQ(FindIn(blocks, "请家威信领红包"), Found{"block-1[1,7)"});
  EXPECT_EQ(FindIn(blocks, "微信支付领了红包"), Found());
}

// As a rule's word is: 近期活动 sounds like 期货.
TEST(Blocks, WhatOrdinaryWordsSoundLikeIsMetAsItIsWritten) {
  EXPECT_EQ(FindIn({Phrase(1, "期货")}, "近期活动"), Found());
  EXPECT_EQ(FindIn({Phrase(1, "期货")}, "期货"), Found{"block-1[0,2)"});
}

TEST(Blocks, ADomainIsFoundWithAllBelowIt) {
  const std::vector<admin::v1::Block> blocks = {Domain(4, "bad.top")};
  EXPECT_EQ(FindIn(blocks, "看 bad.top"), Found{"block-4[2,9)"});
  EXPECT_EQ(FindIn(blocks, "看 http://a.BAD.top/x").size(), 1u);
  EXPECT_EQ(FindIn(blocks, "看 notbad.top"), Found());
}

TEST(Blocks, AContentProviderIsCoveredWhateverItSends) {
  const std::vector<admin::v1::Block> blocks = {Provider(2, "shop")};
  EXPECT_EQ(FindIn(blocks, "您好"), Found{"block-2"});
  EXPECT_EQ(FindIn(blocks, "您好", "bank"), Found());
  EXPECT_EQ(FindIn(blocks, "您好", ""), Found());
}

TEST(Blocks, ABlockOfASenderHasBegunForWhatWaitedBefore) {
  const auto begun = [](const admin::v1::Block& block, int64_t since_ms,
                        const char* provider = "shop") {
    return (*Blocks::Build({&block, 1}, {}, kNow))
        ->HasBegunFor(provider, since_ms, kNow);
  };
  EXPECT_TRUE(begun(Provider(1, "shop"), kNow - 1));
  EXPECT_FALSE(begun(Provider(1, "shop"), kNow));
  EXPECT_FALSE(begun(Provider(1, "shop"), kNow - 1, "bank"));
  EXPECT_FALSE(begun(Domain(1, "bad.top"), kNow - 1));
  EXPECT_FALSE(begun(Phrase(1, "领红包"), kNow - 1));
}

TEST(Blocks, APhraseMayBeOneContentProviders) {
  admin::v1::Block block = Phrase(3, "领红包");
  block.set_content_provider_id("shop");
  EXPECT_EQ(FindIn({block}, "领红包", "shop"), Found{"block-3[0,3)"});
  EXPECT_EQ(FindIn({block}, "领红包", "bank"), Found());
}

TEST(Blocks, EachBlockIsFoundOfSeveral) {
  const std::vector<admin::v1::Block> blocks = {
      Provider(1, "bank"), Phrase(2, "红包"), Domain(3, "bad.top"),
      Phrase(4, "领取"), Provider(5, "shop")};
  EXPECT_EQ(
      FindIn(blocks, "领取 bad.top 红包"),
      (Found{"block-2[11,13)", "block-3[3,10)", "block-4[0,2)", "block-5"}));
}

TEST(Blocks, UnconfirmedItLapsesConfirmedItLasts) {
  admin::v1::Block block = Phrase(1, "领红包");
  EXPECT_EQ(FindIn({block}, "领红包", "shop", kNow + 29 * kMinute).size(), 1u);
  EXPECT_EQ(FindIn({block}, "领红包", "shop", kNow + 30 * kMinute), Found());
  Set(kNow, *block.mutable_confirm_time());
  EXPECT_EQ(FindIn({block}, "领红包", "shop", kNow + 119 * kMinute),
            Found{"!block-1[0,3)"});
  EXPECT_EQ(FindIn({block}, "领红包", "shop", kNow + 120 * kMinute), Found());
  Set(kNow, *block.mutable_end_time());
  EXPECT_EQ(FindIn({block}, "领红包"), Found());
}

TEST(Blocks, WhatWouldStopEverythingOrNothingIsRefused) {
  const auto field = [](admin::v1::Block block) {
    return FieldOf(CheckBlock(block));
  };
  EXPECT_EQ(field(Make(1)), "phrase");
  for (const char* phrase : {"红", " ", "。。", "红 ", "\xff\xff\xff"}) {
    EXPECT_EQ(field(Phrase(1, phrase)), "phrase") << phrase;
  }
  std::string long_phrase;
  for (int i = 0; i < 101; ++i) long_phrase += "红";
  EXPECT_EQ(field(Phrase(1, long_phrase)), "phrase");
  EXPECT_EQ(field(Phrase(1, "哈哈")), "");
  for (const char* domain : {"com.cn", "bad", "a b.top", "-.top"}) {
    EXPECT_EQ(field(Domain(1, domain)), "domain") << domain;
  }
  admin::v1::Block both = Phrase(1, "红包");
  both.set_domain("bad.top");
  EXPECT_EQ(field(both), "domain");
  admin::v1::Block block = Domain(1, "BAD.Top");
  ASSERT_TRUE(CheckBlock(block).ok());
  EXPECT_EQ(block.domain(), "bad.top");
}

}  // namespace
}  // namespace sluice::filter
