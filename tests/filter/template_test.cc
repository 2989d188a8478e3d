// Templates in Examine: named, matched, made into a text, and their effect on
// class, checks and words.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "filter/examine/examine.h"
#include "filter/registry/template_review.h"
#include "filter/sentence.h"
#include "gtest/gtest.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {
namespace {

constexpr int64_t kTen = 1'793'584'800'000;  // 2026-11-02 10:00 in Shanghai.

constexpr char kTemplates[] = R"pb(
  party {
    id: "otp"
    number: 1
    template {
      content_provider_id: "shop"
      message_class: MESSAGE_CLASS_VERIFICATION
      text: "您的验证码是{code}，{minutes}分钟内有效。"
      variables {
        name: "code"
        type: "digits"
        characters_min: 4
        characters_max: 6
      }
      variables { name: "minutes" type: "digits" characters_max: 2 }
    }
  }
  party {
    id: "sale"
    number: 2
    template {
      content_provider_id: "shop"
      signature_id: "sig-shop"
      message_class: MESSAGE_CLASS_COMMERCIAL
      text: "{shop}办证刻章全场八折"
      variables { name: "shop" type: "text" characters_max: 20 }
      accepted_hits { rule: "no-forgery" word: "办证刻章" }
    }
  }
  party {
    id: "paused"
    number: 3
    state: PARTY_STATE_SUSPENDED
    template {
      content_provider_id: "shop"
      message_class: MESSAGE_CLASS_NOTICE
      text: "您的包裹{id}已到站"
      variables { name: "id" type: "code" characters_max: 8 }
    }
  }
  party {
    id: "gone"
    number: 4
    state: PARTY_STATE_CLOSED
    template {
      content_provider_id: "shop"
      message_class: MESSAGE_CLASS_NOTICE
      text: "{broken"
    }
  }
  party {
    id: "banks"
    number: 5
    template {
      content_provider_id: "bank"
      message_class: MESSAGE_CLASS_NOTICE
      text: "余额{sum}元"
      variables { name: "sum" type: "amount" characters_max: 12 }
    }
  }
)pb";

// Words that reject in any place, except those that templates accept.
std::shared_ptr<const rules::RuleSet> Rules(const std::string& rules) {
  const std::string folder = testing::TempDir() + "/template_test_pack";
  SLUICE_CHECK(
      std::system(absl::StrCat("rm -rf ", folder, " && mkdir -p ", folder,
                               " && cp rules/packs/cn-2015/pack.yaml "
                               "rules/packs/cn-2015/policy.yaml "
                               "rules/packs/cn-2015/articles.yaml "
                               "rules/packs/cn-2015/lists/shared/"
                               "shorteners.txt ",
                               folder)
                      .c_str()) == 0);
  FILE* file = std::fopen((folder + "/rules.yaml").c_str(), "w");
  std::fputs("domain_lists: [{id: shorteners, file: shorteners.txt}]\n", file);
  std::fputs(rules.c_str(), file);
  std::fclose(file);
  auto loaded = rules::RuleSet::Load(folder);
  if (!loaded.ok()) ADD_FAILURE() << loaded.status();
  return *loaded;
}

constexpr char kRules[] = R"(
rules:
  - {id: no-forgery, category: forgery, basis: policy, code: CONTENT_UNWANTED, words: [办证刻章]}
  - {id: no-gifts, category: gifts, basis: policy, code: CONTENT_UNWANTED, words: [送豪礼, 证刻]}
  - {id: tag-a, category: sums, basis: policy, action: tag, score: 60, words: [首存]}
  - {id: tag-b, category: sums, basis: policy, action: tag, score: 60, words: [提款]}
  - {id: tag-c, category: sums, basis: policy, action: tag, score: 60, words: [彩金]}
  - {id: for-bank, category: bank, basis: policy, code: CONTENT_UNWANTED, words: [包裹], scope: {content_providers: [bank]}}
  - {id: no-drugs, category: drugs, basis: law, words: [迷药]}
thresholds:
  - {id: sums-reject, category: sums, basis: policy, code: CONTENT_UNWANTED, score: 100, action: reject}
  - {id: sums-law, category: sums, basis: law, code: CONTENT_PROHIBITED, score: 180, action: reject}
)";

Snapshot WorldWith(const std::string& parties,
                   const std::string& rules = kRules) {
  Snapshot snapshot = SmallWorld();
  snapshot.rules = Rules(rules);
  snapshot.policy = *Policy::Build(*snapshot.rules);
  auto registry =
      Registry::Build(PartiesOf(absl::StrCat(kSmallWorld, parties)));
  if (!registry.ok()) ADD_FAILURE() << registry.status();
  snapshot.registry = *registry;
  return snapshot;
}

const Snapshot& World() {
  static const Snapshot& world = *new Snapshot(WorldWith(kTemplates));
  return world;
}

struct Examined {
  std::string found;
  MessageFacts facts;
};

Examined ExamineIn(const Snapshot& world, const Message& message,
                   uint32_t account = 1) {
  Examined examined;
  ExamineScratch scratch;
  Examine(world, {AccountId{account}}, message, kTen, scratch, examined.facts);
  SortByRank(examined.facts.findings);
  std::vector<std::string> lines;
  for (const Finding& f : examined.facts.findings) {
    lines.push_back(absl::StrCat(f.observed ? "?" : "", Name(f.code),
                                 f.rule.empty() ? "" : ":", f.rule, "@",
                                 f.field));
    for (const TextSpan& span : f.spans) {
      absl::StrAppend(&lines.back(), "[", span.begin, ",", span.end, ")");
    }
  }
  examined.found = absl::StrJoin(lines, " ");
  return examined;
}

Message Text(absl::string_view text, MessageClass c) {
  Message message;
  message.recipient = "13800138000";
  message.text = text;
  message.message_class = c;
  return message;
}

constexpr absl::string_view kCode = "【小店】您的验证码是482913，5分钟内有效。";

TEST(Template, ATextMadeFromOneIsFoundAndHasItsHash) {
  const Examined named = [] {
    Message message = Text(kCode, MessageClass::kVerification);
    message.template_id = "otp";
    return ExamineIn(World(), message);
  }();
  EXPECT_EQ(named.found, "");
  const Examined unnamed =
      ExamineIn(World(), Text(kCode, MessageClass::kVerification));
  EXPECT_EQ(unnamed.found, "");
  EXPECT_NE(unnamed.facts.template_hash, 0u);
  EXPECT_EQ(unnamed.facts.template_hash, named.facts.template_hash);
  const Examined other = ExamineIn(
      World(), Text("【小店】您的订单已发货。", MessageClass::kNotice));
  EXPECT_EQ(other.found, "");
  EXPECT_EQ(other.facts.template_hash, 0u);
}

TEST(Template, ItDecidesTheClass) {
  const Examined notice =
      ExamineIn(World(), Text(kCode, MessageClass::kNotice));
  EXPECT_EQ(notice.found,
            "?CLASS_MISDECLARED:differs_from_template@message_class");
  EXPECT_EQ(notice.facts.message_class, MessageClass::kVerification);
  EXPECT_EQ(notice.facts.expire_at_ms, kTen + 5 * 60'000);
  Message silent = Text(kCode, MessageClass::kUnspecified);
  EXPECT_EQ(ExamineIn(World(), silent).found, "");
}

const struct {
  const char* name;
  const char* id;
  const char* text;
  const char* found;
} kNamed[] = {
    {"no such", "nothing", "【小店】您好", "TEMPLATE_UNKNOWN@template_id"},
    {"closed", "gone", "【小店】您好", "TEMPLATE_UNKNOWN@template_id"},
    {"another's", "banks", "【小店】余额5元", "TEMPLATE_UNKNOWN@template_id"},
    {"suspended", "paused", "【小店】您的包裹A12已到站",
     "TEMPLATE_UNKNOWN:template_suspended@template_id"},
    {"other fixed text", "otp", "【小店】您的验证码为482913，5分钟内有效。",
     "TEMPLATE_MISMATCH:fixed_text@text"},
    {"too long a value", "otp", "【小店】您的验证码是4829137，5分钟内有效。",
     "TEMPLATE_MISMATCH:otp/code:length:digits:4-6@text[10,17)"},
    {"a value of another type", "otp",
     "【小店】您的验证码是48a9，5分钟内有效。",
     "TEMPLATE_MISMATCH:otp/code:type:digits:4-6@text[10,14)"},
    {"two values", "otp", "【小店】您的验证码是1，五个分钟内有效。",
     "TEMPLATE_MISMATCH:otp/code:length:digits:4-6@text[10,11) "
     "TEMPLATE_MISMATCH:otp/minutes:type:digits:1-2@text[12,14)"},
};

TEST(Template, TellsWhatIsWrongWithATextThatNamesOne) {
  for (const auto& c : kNamed) {
    Message message = Text(c.text, MessageClass::kVerification);
    message.template_id = c.id;
    std::string found = ExamineIn(World(), message).found;
    const std::string kept = found.substr(0, found.find(" ?CLASS"));
    EXPECT_EQ(kept, c.found) << c.name;
  }
}

TEST(Template, ASuspendedOneIsNotFreeText) {
  EXPECT_EQ(ExamineIn(World(),
                      Text("【小店】您的包裹A12已到站", MessageClass::kNotice))
                .found,
            "TEMPLATE_UNKNOWN:template_suspended@text");
}

TEST(Template, FaultsAreToldInBothLanguages) {
  const auto say = [](Language language) {
    return Sentence(ReasonCode::kTemplateMismatch, "otp/code:length:digits:4-6",
                    "text", language);
  };
  EXPECT_EQ(say(Language::kEnglish),
            "The text does not match its template (variable code of template "
            "otp must be of type digits, 4 to 6 characters; the value has a "
            "different length).");
  EXPECT_EQ(say(Language::kChinese),
            "短信内容与模板不符（模板 otp 的变量 code 应为数字，4至6个字符；"
            "变量值长度不符）。");
}

TEST(Template, TheOptOutWordingIsNotItsPart) {
  Message message = Text("【小店】老店办证刻章全场八折，拒收请回复R",
                         MessageClass::kCommercial);
  // A comma that the template does not have.
  EXPECT_EQ(ExamineIn(World(), message).facts.template_hash, 0u);
  message.text = "【小店】老店办证刻章全场八折 拒收请回复R";
  EXPECT_NE(ExamineIn(World(), message).facts.template_hash, 0u);
}

// no-gifts hits 证刻, which was not accepted; the fixed text has it as well.
TEST(Template, WordsInFixedTextThatWereAcceptedDoNotHit) {
  const auto found = [](absl::string_view text) {
    return ExamineIn(World(), Text(text, MessageClass::kCommercial)).found;
  };
  EXPECT_EQ(found("【小店】老店办证刻章全场八折 拒收请回复R"),
            "CONTENT_UNWANTED:no-gifts@text[7,9)");
  // A word in a variable still hits.
  EXPECT_EQ(found("【小店】办证刻章老店办证刻章全场八折 拒收请回复R"),
            "CONTENT_UNWANTED:no-forgery@text[4,8) "
            "CONTENT_UNWANTED:no-gifts@text[5,7)[11,13)");
  // So does a word in a text without the template.
  EXPECT_EQ(found("【小店】老店办证刻章全场九折 拒收请回复R"),
            "CONTENT_UNWANTED:no-forgery@text[6,10) "
            "CONTENT_UNWANTED:no-gifts@text[7,9)");
}

TEST(Template, MakesATextOfValues) {
  Message message = Text("", MessageClass::kUnspecified);
  message.template_id = "otp";
  const std::vector<VariableValue> values = {{"minutes", "5"},
                                             {"code", "482913"}};
  message.variables = values;
  const Examined made = ExamineIn(World(), message);
  EXPECT_EQ(made.found, "");
  EXPECT_EQ(made.facts.made_text, "您的验证码是482913，5分钟内有效。");
  // The sender could not add the signature, whatever the port requires.
  EXPECT_EQ(made.facts.sent_text, "【小店】您的验证码是482913，5分钟内有效。");
  EXPECT_EQ(made.facts.message_class, MessageClass::kVerification);
  EXPECT_EQ(made.facts.parts, 1);
  Message sale = Text("", MessageClass::kUnspecified);
  sale.template_id = "sale";
  const std::vector<VariableValue> shop = {{"shop", "老店"}};
  sale.variables = shop;
  const Examined commercial = ExamineIn(World(), sale);
  EXPECT_EQ(commercial.facts.sent_text,
            "【小店】老店办证刻章全场八折拒收请回复R");
  EXPECT_EQ(commercial.found, "CONTENT_UNWANTED:no-gifts@text[3,5)");
}

const struct {
  const char* name;
  std::vector<VariableValue> values;
  const char* found;
} kValues[] = {
    {"one is missing",
     {{"code", "482913"}},
     "TEMPLATE_MISMATCH:otp/minutes:missing:digits:1-2@variables"},
    {"one is too long",
     {{"code", "4829137"}, {"minutes", "5"}},
     "TEMPLATE_MISMATCH:otp/code:length:digits:4-6@variables"},
    {"one is of another type",
     {{"code", "48291x"}, {"minutes", "5"}},
     "TEMPLATE_MISMATCH:otp/code:type:digits:4-6@variables"},
    {"one is not UTF-8",
     {{"code", "\xff"}, {"minutes", "5"}},
     "TEMPLATE_MISMATCH:otp/code:type:digits:4-6@variables"},
    {"one is too many",
     {{"code", "482913"}, {"minutes", "5"}, {"x", "5"}},
     "TEMPLATE_MISMATCH:unknown_variable@variables"},
};

TEST(Template, RefusesBadValues) {
  for (const auto& c : kValues) {
    Message message = Text("", MessageClass::kUnspecified);
    message.template_id = "otp";
    message.variables = c.values;
    const Examined examined = ExamineIn(World(), message);
    EXPECT_EQ(examined.found, c.found) << c.name;
    EXPECT_EQ(examined.facts.made_text, "") << c.name;
  }
}

TEST(Template, ValuesBesideATextAreThoseInIt) {
  Message message = Text(kCode, MessageClass::kVerification);
  message.template_id = "otp";
  const std::vector<VariableValue> good = {{"code", "４８２９１３"}};
  message.variables = good;
  EXPECT_EQ(ExamineIn(World(), message).found, "");
  const std::vector<VariableValue> other = {{"code", "111111"}};
  message.variables = other;
  EXPECT_EQ(ExamineIn(World(), message).found,
            "TEMPLATE_MISMATCH:value_differs@text[10,16)");
  message.template_id = "";
  EXPECT_EQ(ExamineIn(World(), message).found,
            "FIELD_INVALID:needs_template@variables");
}

TEST(Template, AControlInAValueIsAFaultOfTheVariables) {
  Message message = Text("", MessageClass::kCommercial);
  message.template_id = "sale";
  const std::vector<VariableValue> values = {{"shop", "城\x1b东店"}};
  message.variables = values;
  EXPECT_EQ(ExamineIn(World(), message).found,
            "FIELD_INVALID:control_character@variables "
            "CONTENT_UNWANTED:no-gifts@text[5,7)");
}

constexpr char kDuty[] = R"pb(
  party {
    id: "duty"
    number: 9
    content_provider {
      name: "Duty"
      template_duties { message_class: MESSAGE_CLASS_NOTICE carriers: "mobile" }
      template_duties { message_class: MESSAGE_CLASS_VERIFICATION }
    }
  }
  party {
    id: "sig-duty"
    number: 9
    signature { name: "义务" content_provider_id: "duty" }
  }
  party {
    id: "port-duty"
    number: 9
    port {
      number: "10692"
      content_provider_id: "duty"
      purposes: MESSAGE_CLASS_NOTICE
      purposes: MESSAGE_CLASS_VERIFICATION
    }
  }
  party {
    id: "duty-account"
    number: 9
    account { licensee_id: "lic" content_provider_ids: "duty" }
  }
  party {
    id: "parcel"
    number: 9
    template {
      content_provider_id: "duty"
      message_class: MESSAGE_CLASS_NOTICE
      text: "您的包裹{id}已到站"
      variables { name: "id" type: "code" characters_max: 4 }
    }
  }
)pb";

TEST(Template, ADutyIsByClassAndCarrier) {
  static const Snapshot& world = *new Snapshot(WorldWith(kDuty));
  const auto found = [](absl::string_view text, MessageClass c,
                        absl::string_view recipient = "13800138000") {
    Message message = Text(text, c);
    message.recipient = recipient;
    return ExamineIn(world, message, 9).found;
  };
  EXPECT_EQ(found("【义务】您的包裹A1已到站", MessageClass::kNotice), "");
  EXPECT_EQ(found("【义务】您的订单已发货", MessageClass::kNotice),
            "TEMPLATE_UNKNOWN:none_matches@text");
  EXPECT_EQ(found("【义务】您的包裹A1234已到站", MessageClass::kNotice),
            "TEMPLATE_UNKNOWN:parcel/id:length:code:1-4@text[8,13)");
  // Unicom requires no template for notices; all carriers require one for
  // codes.
  EXPECT_EQ(
      found("【义务】您的订单已发货", MessageClass::kNotice, "13012345678"),
      "");
  EXPECT_EQ(
      found("【义务】验证码1234", MessageClass::kVerification, "13012345678"),
      "TEMPLATE_UNKNOWN:none_matches@text");
}

TEST(Template, ItsContactsAreFiledForItsTexts) {
  static const Snapshot& world = *new Snapshot(WorldWith(R"pb(
    party {
      id: "ticket"
      number: 1
      template {
        content_provider_id: "shop"
        message_class: MESSAGE_CLASS_NOTICE
        text: "请在 tickets.example.com 查看订单{id}"
        variables { name: "id" type: "code" characters_max: 8 }
        contacts { kind: CONTACT_KIND_LINK value: "example.com" }
      }
    })pb"));
  EXPECT_EQ(ExamineIn(world, Text("【小店】请在 tickets.example.com 查看订单A1",
                                  MessageClass::kNotice))
                .found,
            "");
  // Not for texts without a template, whose class was not reviewed.
  EXPECT_EQ(ExamineIn(world, Text("【小店】请到 tickets.example.com 查看订单A1",
                                  MessageClass::kNotice))
                .found,
            "?CLASS_MISDECLARED:link@text[7,26) "
            "?LINK_NOT_REGISTERED@text[7,26)");
}

// --- Hits in fixed text --------------------------------------------------

std::string Review(const std::string& text, const std::string& more = "",
                   const Snapshot& world = World()) {
  store::v1::Template party;
  SLUICE_CHECK(google::protobuf::TextFormat::ParseFromString(
      absl::StrCat("content_provider_id: 'shop' "
                   "message_class: MESSAGE_CLASS_NOTICE text: '",
                   text, "' ", more),
      &party));
  const auto released = ReadReleasedText("t", party);
  SLUICE_CHECK(released.ok());
  TemplateReviewScratch scratch;
  // "rule:word", with an exclamation mark before prohibited ones.
  return absl::StrJoin(
      ReviewTemplate(*world.rules, *world.policy, party, **released, scratch),
      " ", [](std::string* out, const TemplateHit& hit) {
        absl::StrAppend(out, hit.prohibited ? "!" : "", hit.rule,
                        hit.word.empty() ? "" : ":", hit.word);
      });
}
// The text form of accepted hits.
std::string Accepted(
    const std::vector<std::pair<std::string, std::string>>& hits) {
  std::string text;
  for (const auto& [rule, word] : hits) {
    absl::StrAppend(&text, "accepted_hits { rule: '", rule, "' word: '", word,
                    "' } ");
  }
  return text;
}
constexpr char kX[] = "variables { name: 'x' type: 'text' characters_max: 9 }";

TEST(TemplateReview, TellsWhatHitsTheFixedText) {
  EXPECT_EQ(Review("您的包裹已到站"), "");  // for-bank is not for the shop.
  EXPECT_EQ(Review("现送豪礼"), "no-gifts:送豪礼");
  EXPECT_EQ(Review("送{x}豪礼", kX), "");  // No word is joined across a gap.
  EXPECT_EQ(Review("办证刻章"), "no-forgery:办证刻章 no-gifts:证刻");
  EXPECT_EQ(Review("办证刻章", Accepted({{"no-forgery", "办证刻章"}})),
            "no-gifts:证刻");
}

// A word added to the rule later needs a new acceptance, and so does another
// link.
TEST(TemplateReview, AYesIsForTheWordThatWasTold) {
  const std::string yes = Accepted({{"no-gifts", "证刻"}});
  EXPECT_EQ(Review("刻证刻", yes), "");
  EXPECT_EQ(Review("刻证刻送豪礼", yes), "no-gifts:送豪礼");
  const Snapshot links = WorldWith(
      "",
      "\nrules:\n  - {id: no-links, category: links, basis: policy, code: "
      "CONTENT_UNWANTED, match: {links: {}}}\n");
  const std::string link = Accepted({{"no-links", "shop.example.cn"}});
  EXPECT_EQ(Review("请看 shop.example.cn", "", links),
            "no-links:shop.example.cn");
  EXPECT_EQ(Review("请看 shop.example.cn", link, links), "");
  EXPECT_EQ(Review("请看 sale.example.cn", link, links),
            "no-links:sale.example.cn");
}

TEST(TemplateReview, NoYesCoversProhibitedContent) {
  EXPECT_EQ(Review("迷药送豪礼"), "!no-drugs:迷药 no-gifts:送豪礼");
  EXPECT_EQ(Review("迷药", Accepted({{"no-drugs", "迷药"}})), "!no-drugs:迷药");
}

// The release of a bank's own template answers for who speaks.
TEST(TemplateReview, AYesCoversImpersonation) {
  const Snapshot world = WorldWith("", R"(
rules:
  - {id: false-bank, category: banks, basis: law, words: [网银失效]}
  - {id: bank-name, category: banks, basis: law, action: tag, score: 60, words: [银行]}
thresholds:
  - {id: banks-sum, category: banks, basis: law, score: 50}
impersonation_categories:
  - {category: banks, named_by: [bank-name]}
)");
  EXPECT_EQ(Review("银行网银失效", "", world),
            "bank-name:银行 banks-sum false-bank:网银失效");
  EXPECT_EQ(Review("银行网银失效",
                   Accepted({{"bank-name", "银行"},
                             {"banks-sum", ""},
                             {"false-bank", "网银失效"}}),
                   world),
            "");
}

TEST(TemplateReview, TagsCountWhereTheyReachAThreshold) {
  EXPECT_EQ(Review("首存"), "");
  EXPECT_EQ(Review("首存{x}提款", kX), "sums-reject tag-a:首存 tag-b:提款");
  const std::string yes =
      Accepted({{"sums-reject", ""}, {"tag-a", "首存"}, {"tag-b", "提款"}});
  EXPECT_EQ(Review("首存提款", yes), "");
  EXPECT_EQ(Review("首存提款", Accepted({{"tag-a", "首存"}})), "");
  // Together with another word they are prohibited.
  EXPECT_EQ(Review("首存提款彩金", yes),
            "!sums-law tag-a:首存 tag-b:提款 tag-c:彩金");
}

TEST(TemplateReview, TellsOptOutWordsThatAreAskedFor) {
  EXPECT_EQ(Review("您对服务满意吗，不满意请回复N"), "asks_for_opt_out_word:n");
  EXPECT_EQ(Review("您对服务满意吗，不满意请回复N",
                   Accepted({{"asks_for_opt_out_word", "n"}})),
            "");
  // Another word needs another acceptance.
  EXPECT_EQ(Review("满意请回复T，不满意请回复N",
                   Accepted({{"asks_for_opt_out_word", "n"}})),
            "asks_for_opt_out_word:t");
  EXPECT_EQ(Review("您的订单已发货，退订回N"), "");
  EXPECT_EQ(Review("满意请回复A，不满意请回复B"), "");
}

TEST(Template, AnOptOutWordThatIsAskedForIsHeldUnlessItWasAccepted) {
  const auto world = [](const std::string& accepted) {
    return WorldWith(absl::StrCat(
        R"pb(
          party { id: "survey" number: 1
                  template {
                    content_provider_id: "shop"
                    message_class: MESSAGE_CLASS_NOTICE
                    text: "订单{x}送到了吗，不满意请回复N"
                    variables { name: "x" type: "text" characters_max: 12 }
        )pb",
        accepted, "} }"));
  };
  const auto found = [](const Snapshot& in, absl::string_view text) {
    const Examined examined = ExamineIn(in, Text(text, MessageClass::kNotice));
    for (const Finding& finding : examined.facts.findings) {
      EXPECT_TRUE(finding.hold) << text;
    }
    return examined.found;
  };
  const Snapshot held = world("");
  const Snapshot accepted = world(Accepted({{"asks_for_opt_out_word", "n"}}));
  constexpr absl::string_view kText = "【小店】订单1024送到了吗，不满意请回复N";
  EXPECT_EQ(found(held, kText),
            "OPTOUT_WORD_CONFLICT:asks_for_opt_out_word@text[21,22)");
  EXPECT_EQ(found(accepted, kText), "");
  // In a variable, and in a text that is not the template's, it is held.
  EXPECT_EQ(found(accepted, "【小店】订单领取请回复T送到了吗，不满意请回复N"),
            "OPTOUT_WORD_CONFLICT:asks_for_opt_out_word@text[11,12)");
  EXPECT_EQ(found(accepted, "【小店】订单送到了，不满意请回复N"),
            "OPTOUT_WORD_CONFLICT:asks_for_opt_out_word@text[16,17)");
}

// A publication that could not wait for the acceptance, or an older journal.
TEST(Template, ProhibitedContentIsNeverAccepted) {
  const Snapshot world = WorldWith(R"pb(
    party {
      id: "drugs"
      number: 1
      template {
        content_provider_id: "shop"
        message_class: MESSAGE_CLASS_NOTICE
        text: "请到店领取迷药送豪礼，地址{x}"
        variables { name: "x" type: "text" characters_max: 9 }
        accepted_hits { rule: "no-drugs" word: "迷药" }
        accepted_hits { rule: "no-gifts" word: "送豪礼" }
      }
    }
    party {
      id: "sums"
      number: 2
      template {
        content_provider_id: "shop"
        message_class: MESSAGE_CLASS_NOTICE
        text: "首存之后提款请到店{x}"
        variables { name: "x" type: "text" characters_max: 9 }
        accepted_hits { rule: "tag-a" word: "首存" }
        accepted_hits { rule: "tag-b" word: "提款" }
      }
    })pb");
  const auto found = [&](absl::string_view text) {
    return ExamineIn(world, Text(text, MessageClass::kNotice)).found;
  };
  EXPECT_EQ(found("【小店】请到店领取迷药送豪礼，地址一楼"),
            "CONTENT_PROHIBITED:no-drugs@text[9,11)");
  EXPECT_EQ(found("【小店】首存之后提款请到店一楼"), "");
  // Together with the variable's text the sum is prohibited.
  EXPECT_TRUE(absl::StrContains(found("【小店】首存之后提款请到店彩金"),
                                "CONTENT_PROHIBITED:sums-law"));
}

}  // namespace
}  // namespace sluice::filter
