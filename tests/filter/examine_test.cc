#include "filter/examine/examine.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "filter/policy/hash.h"
#include "gtest/gtest.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {
namespace {

// 2026-11-02 10:00 in Shanghai.
constexpr int64_t kTen = 1'793'584'800'000;
constexpr int64_t kHour = 3'600'000;

constexpr absl::string_view kText = "【小店】您的订单已发货，请注意查收。";
constexpr absl::string_view kSale =
    "【小店】全场新品八折，欢迎到店选购。拒收请回复R";

const Snapshot& World() {
  static const Snapshot& world = *new Snapshot(SmallWorld());
  return world;
}

Message Notice() {
  Message message;
  message.recipient = "13800138000";
  message.text = kText;
  message.message_class = MessageClass::kNotice;
  return message;
}

Message Sale() {
  Message message = Notice();
  message.text = kSale;
  message.message_class = MessageClass::kCommercial;
  message.sender = "sales";
  return message;
}

// "CODE:rule@field" with "?" before observed and "!" before holding findings,
// by rank.
std::string Found(MessageFacts& facts) {
  SortByRank(facts.findings);
  std::vector<std::string> lines;
  for (const Finding& f : facts.findings) {
    lines.push_back(absl::StrCat(f.observed ? "?" : "", f.hold ? "!" : "",
                                 Name(f.code), f.rule.empty() ? "" : ":",
                                 f.rule, f.field.empty() ? "" : "@", f.field));
    for (const TextSpan& span : f.spans) {
      absl::StrAppend(&lines.back(), "[", span.begin, ",", span.end, ")");
    }
  }
  return absl::StrJoin(lines, " ");
}

MessageFacts ExamineAt(const Message& message, int64_t now_ms,
                       uint32_t account = 1) {
  ExamineScratch scratch;
  MessageFacts facts;
  Examine(World(), {AccountId{account}}, message, now_ms, scratch, facts);
  return facts;
}

std::string FoundIn(const Message& message, uint32_t account = 1) {
  MessageFacts facts = ExamineAt(message, kTen, account);
  return Found(facts);
}

TEST(Examine, ACleanMessageHasAllItsFacts) {
  Message message = Notice();
  message.key = "k1";
  message.campaign_id = "c1";
  message.category = "orders";
  MessageFacts facts = ExamineAt(message, kTen);
  EXPECT_EQ(Found(facts), "");
  EXPECT_EQ(facts.recipient.e164, 8613800138000u);
  EXPECT_EQ(facts.carrier, Carrier::kMobile);
  EXPECT_EQ(facts.message_class, MessageClass::kNotice);
  EXPECT_EQ(facts.licensee.value, 1u);
  EXPECT_EQ(facts.account.value, 1u);
  EXPECT_EQ(facts.content_provider.value, 1u);
  EXPECT_EQ(facts.signature.value, 1u);
  EXPECT_EQ(facts.port.value, 1u);  // The first port for notices, by id.
  EXPECT_EQ(facts.access_number.view(), "10690001");
  EXPECT_EQ(facts.parts, 1);
  EXPECT_NE(facts.key, 0u);
  EXPECT_NE(facts.content, 0u);
  EXPECT_NE(facts.campaign_hash, 0);
  EXPECT_NE(facts.category_hash, 0u);
  EXPECT_EQ(facts.template_hash, 0u);
  EXPECT_EQ(facts.not_before_ms, kTen);
  EXPECT_EQ(facts.expire_at_ms, kTen + 24 * kHour);
  EXPECT_EQ(facts.sent_text, "");
}

using Change = void (*)(Message&);
const struct {
  absl::string_view name;
  Change change;  // Changes Notice().
  absl::string_view found;
} kNoticeCases[] = {
    {"nothing", [](Message&) {}, ""},
    {"recipient: letters", [](Message& m) { m.recipient = "1380013800x"; },
     "RECIPIENT_INVALID@recipient"},
    {"recipient: empty", [](Message& m) { m.recipient = ""; },
     "RECIPIENT_INVALID@recipient"},
    {"recipient: machine", [](Message& m) { m.recipient = "1064812345678"; },
     "RECIPIENT_KIND:iot@recipient"},
    {"recipient: satellite", [](Message& m) { m.recipient = "13491234567"; },
     "RECIPIENT_KIND:satellite@recipient"},
    {"recipient: fixed", [](Message& m) { m.recipient = "010-62345678"; },
     "RECIPIENT_KIND:fixed@recipient"},
    {"recipient: abroad", [](Message& m) { m.recipient = "+85261234567"; },
     "COUNTRY_NOT_ALLOWED@recipient"},
    {"text: empty", [](Message& m) { m.text = ""; },
     "TEXT_EMPTY@text SIGNATURE_MISSING@text"},
    {"text: blank", [](Message& m) { m.text = " 　\n"; },
     "TEXT_EMPTY@text SIGNATURE_MISSING@text"},
    {"text: not UTF-8", [](Message& m) { m.text = "【小店】\xff"; },
     "TEXT_NOT_UTF8@text"},
    {"text: cut off", [](Message& m) { m.text = "【小店】\xe5\xb0"; },
     "TEXT_NOT_UTF8@text"},
    {"class: none",
     [](Message& m) { m.message_class = MessageClass::kUnspecified; },
     "CLASS_UNKNOWN@message_class"},
    {"class: no such",
     [](Message& m) { m.message_class = static_cast<MessageClass>(77); },
     "CLASS_UNKNOWN@message_class"},
    {"template", [](Message& m) { m.template_id = "t1"; },
     "TEMPLATE_UNKNOWN@template_id"},
    {"key: not UTF-8", [](Message& m) { m.key = "\xff"; },
     "FIELD_INVALID:not_utf8@key"},
    {"key: a line end", [](Message& m) { m.key = "a\n"; },
     "FIELD_INVALID:control_character@key"},
    {"client_ref: an escape", [](Message& m) { m.client_ref = "中\x1b[31m"; },
     "FIELD_INVALID:control_character@client_ref"},
    {"campaign_id: DEL", [](Message& m) { m.campaign_id = "a\x7f"; },
     "FIELD_INVALID:control_character@campaign_id"},
    {"category: a tab", [](Message& m) { m.category = "\t类"; },
     "FIELD_INVALID:control_character@category"},
    {"sender: NUL",
     [](Message& m) { m.sender = absl::string_view("service\0", 8); },
     "FIELD_INVALID:control_character@sender "
     "ACCESS_CODE_NOT_REGISTERED@sender"},
    {"text: NUL",
     [](Message& m) { m.text = absl::string_view("【小店】a\0b\0", 16); },
     "FIELD_INVALID:control_character@text[5,6)"},
    {"text: an escape", [](Message& m) { m.text = "【小店】您的\x1b[31m"; },
     "FIELD_INVALID:control_character@text[6,7)"},
    {"text: C1", [](Message& m) { m.text = "【小店】it\u0092s"; },
     "FIELD_INVALID:control_character@text[6,7)"},
    {"text: a noncharacter", [](Message& m) { m.text = "【小店】\uffff"; },
     "FIELD_INVALID:control_character@text[4,5)"},
    {"text: shown from right to left",
     [](Message& m) { m.text = "【小店】\u202e单订的您\u202c"; },
     "FIELD_INVALID:control_character@text[4,5)"},
    {"text: lines and tabs",
     [](Message& m) { m.text = "【小店】\t您的订单\r\n已发货\n"; }, ""},
    {"text: what phones put around a number",
     [](Message& m) { m.text = "【小店】\u202a1024\u202c\u2068好\u2069"; }, ""},
    {"extension: letters", [](Message& m) { m.extension = "1a"; },
     "FIELD_INVALID:not_digits@extension"},
    {"extension: too long", [](Message& m) { m.extension = "1234567890123"; },
     "ACCESS_NUMBER_TOO_LONG@extension"},
    {"extension: just fits", [](Message& m) { m.extension = "123456789012"; },
     ""},
    {"on_behalf_of: not of the account",
     [](Message& m) { m.on_behalf_of = "bank"; },
     "FIELD_INVALID:not_of_account@on_behalf_of"},
    {"on_behalf_of: no such", [](Message& m) { m.on_behalf_of = "x"; },
     "FIELD_INVALID:not_of_account@on_behalf_of"},
    {"sender: no such alias", [](Message& m) { m.sender = "nobody"; },
     "ACCESS_CODE_NOT_REGISTERED@sender"},
    {"sender: no such number", [](Message& m) { m.sender = "10655"; },
     "ACCESS_CODE_NOT_REGISTERED@sender"},
    {"sender: another's", [](Message& m) { m.sender = "1069155"; },
     "SENDER_NOT_OWNED@sender"},
    {"sender: suspended", [](Message& m) { m.sender = "down"; },
     "PORT_SUSPENDED@sender"},
    {"sender: sub-let", [](Message& m) { m.sender = "lent"; },
     "PORT_SUBLEASED@sender"},
    {"sender: for other classes", [](Message& m) { m.sender = "sales"; },
     "PORT_PURPOSE_MISMATCH@sender"},
    {"signature: missing", [](Message& m) { m.text = "您的订单已发货"; },
     "SIGNATURE_MISSING@text"},
    {"signature: half width", [](Message& m) { m.text = "[小店]您的订单"; },
     "SIGNATURE_MALFORMED:not_full_width@text[0,1)"},
    {"signature: space before", [](Message& m) { m.text = " 【小店】您的"; },
     "?SIGNATURE_MALFORMED:brackets_in_body@text[1,5) "
     "SIGNATURE_MALFORMED:not_at_head@text[0,1)"},
    {"signature: not closed", [](Message& m) { m.text = "【小店您的订单"; },
     "?SIGNATURE_MALFORMED:brackets_in_body@text[0,1) "
     "SIGNATURE_MALFORMED:not_closed@text[0,1)"},
    {"signature: one character", [](Message& m) { m.text = "【店】您的"; },
     "SIGNATURE_MALFORMED:too_short@text[0,3)"},
    {"signature: 21 characters",
     [](Message& m) {
       m.text = "【一二三四五六七八九十一二三四五六七八九十一】您的";
     },
     "SIGNATURE_MALFORMED:too_long@text[0,23)"},
    {"signature: digits only", [](Message& m) { m.text = "【10086】您的"; },
     "SIGNATURE_MALFORMED:digits_only@text[0,7)"},
    {"signature: another's", [](Message& m) { m.text = "【银行】您的订单"; },
     "SIGNATURE_NOT_REGISTERED@text[0,4)"},
    {"signature: nobody's", [](Message& m) { m.text = "【大店】您的订单"; },
     "SIGNATURE_NOT_REGISTERED@text[0,4)"},
    {"signature: a second one",
     [](Message& m) { m.text = "【小店】【店庆】您的"; },
     "SIGNATURE_MALFORMED:second_at_head@text[4,8)"},
    {"signature: brackets in the body",
     [](Message& m) { m.text = "【小店】您的【订单】已发货"; },
     "?SIGNATURE_MALFORMED:brackets_in_body@text[6,10)"},
    {"signature_id: differs", [](Message& m) { m.signature_id = "sig-bank"; },
     "FIELD_INVALID:differs_from_text@signature_id"},
    {"send_after: before the epoch", [](Message& m) { m.send_after_ms = -1; },
     "FIELD_INVALID:out_of_range@send_after"},
    {"everything at once",
     [](Message& m) {
       m.recipient = "1";
       m.text = "您好";
       m.message_class = MessageClass::kUnspecified;
       m.sender = "nobody";
     },
     "RECIPIENT_INVALID@recipient ACCESS_CODE_NOT_REGISTERED@sender "
     "CLASS_UNKNOWN@message_class"},
};

TEST(Examine, Notices) {
  for (const auto& c : kNoticeCases) {
    Message message = Notice();
    message.sender = "service";
    c.change(message);
    EXPECT_EQ(FoundIn(message), c.found) << c.name;
  }
}

const struct {
  absl::string_view name;
  Change change;  // Changes Sale().
  absl::string_view found;
} kSaleCases[] = {
    {"nothing", [](Message&) {}, ""},
    {"notice: missing", [](Message& m) { m.text = "【小店】新品到店"; },
     "OPTOUT_NOTICE_MISSING@text"},
    {"notice: older form",
     [](Message& m) { m.text = "【小店】新品到店回T退订"; }, ""},
    {"notice: R for 退订",
     [](Message& m) { m.text = "【小店】新品到店 退订回R"; }, ""},
    {"notice: R before 退订",
     [](Message& m) { m.text = "【小店】新品到店，回R退订"; }, ""},
    {"notice: 请回 for 请回复",
     [](Message& m) { m.text = "【小店】新品到店 拒收请回R"; }, ""},
    {"notice: T for 拒收",
     [](Message& m) { m.text = "【小店】新品到店 拒收请回复T"; }, ""},
    {"notice: punctuation and spaces",
     [](Message& m) { m.text = "【小店】新品到店（回复 TD 退订）。"; }, ""},
    {"notice: full width",
     [](Message& m) { m.text = "【小店】新品，回复ＴＤ退订"; }, ""},
    {"notice: not at the end",
     [](Message& m) { m.text = "【小店】拒收请回复R，新品到店"; },
     "OPTOUT_NOTICE_INVALID@text[4,10)"},
    {"notice: no accepted form",
     [](Message& m) { m.text = "【小店】新品到店，退订请致电"; },
     "OPTOUT_NOTICE_INVALID@text[9,11)"},
    {"service port", [](Message& m) { m.sender = "service"; },
     "PORT_PURPOSE_MISMATCH@sender"},
};

TEST(Examine, CommercialMessages) {
  for (const auto& c : kSaleCases) {
    Message message = Sale();
    c.change(message);
    EXPECT_EQ(FoundIn(message), c.found) << c.name;
  }
}

TEST(Examine, ChecksWhoSends) {
  Message message = Notice();
  message.sender = "service";
  EXPECT_EQ(FoundIn(message, 3), "PROVIDER_LICENSE_EXPIRED");
  EXPECT_EQ(FoundIn(message, 4), "PROVIDER_SUSPENDED:account");
  EXPECT_EQ(FoundIn(message, 5), "PROVIDER_SUSPENDED:account");
  EXPECT_EQ(FoundIn(message, 77),
            "PROVIDER_LICENSE_MISSING PROVIDER_SUSPENDED:account_unknown");
  // The agency has several content providers; its licensee is its parent's.
  message.on_behalf_of = "shop";
  EXPECT_EQ(FoundIn(message, 2), "");
  message.on_behalf_of = "closed-bank";
  EXPECT_EQ(FoundIn(message, 2),
            "PROVIDER_SUSPENDED:content_provider@on_behalf_of "
            "SENDER_NOT_OWNED@sender SIGNATURE_NOT_REGISTERED@text[0,4)");
  message.on_behalf_of = "portless";
  message.sender = "";
  message.text = "您好";
  EXPECT_EQ(FoundIn(message, 2),
            "SENDER_MISSING@sender SIGNATURE_MISSING@text");
}

TEST(Examine, FindsTheContentProviderThatIsNotNamed) {
  const struct {
    absl::string_view name;
    absl::string_view text;
    absl::string_view signature_id;
    absl::string_view sender;
    uint32_t content_provider;  // 0: rejected.
  } cases[] = {
      {"a name that only one has", "【银行】您的账单已出", "", "", 2},
      {"a suspended name", "【旧名】您的账单已出", "", "", 2},
      {"a name that two have", kText, "", "", 0},
      {"two have it, and one the port", kText, "", "service", 1},
      {"the port by its number", "您好", "", "1069199", 2},
      {"the signature by its id", "您好", "sig-portless", "", 4},
      {"the id goes before the text", kText, "sig-bank", "service", 2},
      {"nothing", "您好", "", "", 0},
      {"what nobody has", "【无名】您好", "sig-x", "x", 0},
  };
  for (const auto& c : cases) {
    Message message = Notice();
    message.text = c.text;
    message.signature_id = c.signature_id;
    message.sender = c.sender;
    MessageFacts facts = ExamineAt(message, kTen, 2);
    EXPECT_EQ(facts.content_provider.value, c.content_provider) << c.name;
    EXPECT_EQ(absl::StrContains(Found(facts), "@on_behalf_of"),
              c.content_provider == 0)
        << c.name;
  }
}

// A template that there is not shows no content provider: that is the cause.
TEST(Examine, SaysThatTheTemplateIsMissing) {
  Message message = Notice();
  message.text = "您好";
  message.template_id = "otq";
  EXPECT_TRUE(
      absl::StrContains(FoundIn(message, 2), "TEMPLATE_UNKNOWN@template_id"))
      << FoundIn(message, 2);
}

TEST(Examine, SaysWhichContentProvidersArePossible) {
  Message message = Notice();
  EXPECT_EQ(FoundIn(message, 2),
            "FIELD_INVALID:one_of:shop,portless@on_behalf_of");
  message.text = "您好";
  EXPECT_EQ(FoundIn(message, 2),
            "FIELD_INVALID:one_of:shop,bank,closed-bank,portless@on_behalf_of "
            "SIGNATURE_MISSING@text");
}

TEST(Examine, ChecksCarriersOfPortsAndSignatures) {
  Message message = Notice();
  message.on_behalf_of = "bank";
  message.text = "【银行】您的账单已出";
  EXPECT_EQ(FoundIn(message, 2), "");  // Mobile: filed.
  message.recipient = "13000138000";   // Unicom: lapsed; 1069199 is for all.
  EXPECT_EQ(FoundIn(message, 2),
            "PROVIDER_LICENSE_SCOPE@sender SIGNATURE_LAPSED:carrier@text[0,4)");
  message.recipient = "13300138000";  // Telecom: never filed.
  message.sender = "10691";
  EXPECT_EQ(FoundIn(message, 2),
            "ACCESS_CODE_NOT_REGISTERED:carrier@sender "
            "SIGNATURE_NOT_REGISTERED:carrier@text[0,4)");
  message.recipient = "13800138000";
  message.text = "【旧名】您的账单已出";
  EXPECT_EQ(FoundIn(message, 2), "SIGNATURE_LAPSED:suspended@text[0,4)");
}

TEST(Examine, CountriesAreTheAccountsOrThePacks) {
  Message message = Notice();
  message.sender = "service";
  message.recipient = "+85261234567";
  EXPECT_EQ(FoundIn(message, 6), "");
  message.recipient = "13800138000";
  EXPECT_EQ(FoundIn(message, 6), "COUNTRY_NOT_ALLOWED@recipient");
}

TEST(Examine, AccessNumbers) {
  const struct {
    absl::string_view sender, extension, number;
  } cases[] = {
      {"service", "", "10690001"},      {"service", "7", "106900017"},
      {"sales", "7", "10690002887"},    {"10690002", "7", "10690002887"},
      {"106900025", "7", "1069000257"}, {"carrier", "1234", "106900041234"},
      {"carrier", "12345", ""},
  };
  for (const auto& c : cases) {
    Message message = Notice();
    message.sender = c.sender;
    message.extension = c.extension;
    EXPECT_EQ(ExamineAt(message, kTen).access_number.view(), c.number)
        << c.sender << " " << c.extension;
  }
}

TEST(Examine, SubPortsFindTheLongestPort) {
  Message message = Notice();
  message.on_behalf_of = "bank";
  message.sender = "10691995";
  EXPECT_EQ(ExamineAt(message, kTen, 2).port.value, 6u);
  message.sender = "1069198";
  EXPECT_EQ(ExamineAt(message, kTen, 2).port.value, 5u);
}

TEST(Examine, APortAddsSignatureAndNotice) {
  Message message = Sale();
  message.sender = "adds";
  message.text = "新品到店";
  MessageFacts facts = ExamineAt(message, kTen);
  EXPECT_EQ(Found(facts), "");
  EXPECT_EQ(facts.sent_text, "【小店】新品到店拒收请回复R");
  EXPECT_EQ(facts.signature.value, 1u);
  // Wording that is already in the text is not added again.
  message.text = kSale;
  facts = ExamineAt(message, kTen);
  EXPECT_EQ(Found(facts), "");
  EXPECT_EQ(facts.sent_text, "");
}

TEST(Examine, SeveralSignaturesNeedAName) {
  Message message = Notice();
  message.on_behalf_of = "bank";
  message.sender = "1069199";
  message.text = "您的账单已出";
  EXPECT_EQ(FoundIn(message, 2),
            "PROVIDER_LICENSE_SCOPE@sender SIGNATURE_MISSING@signature_id");
  message.signature_id = "sig-bank-card";
  const MessageFacts facts = ExamineAt(message, kTen, 2);
  EXPECT_EQ(facts.sent_text, "【银行卡】您的账单已出");
  EXPECT_EQ(facts.signature.value, 3u);
  message.signature_id = "sig-shop";
  EXPECT_EQ(FoundIn(message, 2),
            "PROVIDER_LICENSE_SCOPE@sender "
            "SIGNATURE_NOT_REGISTERED@signature_id");
}

TEST(Examine, WhatTheCarrierAddsCounts) {
  Message message = Sale();
  message.sender = "carrier";
  // 60 characters; with the signature (4) and the wording (6) 70, then 72.
  std::string text;
  for (int i = 0; i < 60; ++i) text += "店";
  message.text = text;
  MessageFacts facts = ExamineAt(message, kTen);
  EXPECT_EQ(Found(facts), "");
  EXPECT_EQ(facts.sent_text, "");
  EXPECT_EQ(facts.parts, 1);
  text += "店店";
  message.text = text;
  EXPECT_EQ(ExamineAt(message, kTen).parts, 2);
  // A signature that is already in the text is not added again.
  message.text = "【小店】新品到店";
  EXPECT_EQ(ExamineAt(message, kTen).sent_text, "新品到店");
}

TEST(Examine, FieldsHaveLimits) {
  const std::string long_text(65, 'x');
  Message message = Notice();
  message.sender = "service";
  message.key = message.campaign_id = message.category = message.client_ref =
      long_text;
  EXPECT_EQ(FoundIn(message),
            "FIELD_INVALID:too_long@key FIELD_INVALID:too_long@campaign_id "
            "FIELD_INVALID:too_long@category "
            "FIELD_INVALID:too_long@client_ref");
  message = Notice();
  message.sender = "service";
  std::string text = "【小店】";
  for (int i = 0; i < 996; ++i) text += "店";
  message.text = text;
  EXPECT_EQ(FoundIn(message), "");
  text += "店";
  message.text = text;
  EXPECT_EQ(FoundIn(message), "TEXT_TOO_LONG@text");
  text.resize(100'000, 'x');
  message.text = text;
  EXPECT_EQ(FoundIn(message), "TEXT_TOO_LONG@text");
}

TEST(Examine, PlansIntoTheSendHours) {
  // 21:00 in Shanghai: closed.
  const int64_t closed = kTen + 11 * kHour;
  const int64_t opening = kTen + 22 * kHour;
  MessageFacts facts = ExamineAt(Sale(), closed);
  EXPECT_TRUE(facts.deferred_by_hours);
  EXPECT_GE(facts.not_before_ms, opening);
  EXPECT_LT(facts.not_before_ms, opening + kHour);  // Spread over 60 minutes.
  EXPECT_EQ(facts.expire_at_ms, opening + 13 * kHour);
  EXPECT_EQ(facts.not_before_ms, ExamineAt(Sale(), closed + 5).not_before_ms);
  // Another number gets another time.
  Message other = Sale();
  other.recipient = "13800138001";
  EXPECT_NE(facts.not_before_ms, ExamineAt(other, closed).not_before_ms);
  // The last open millisecond.
  facts = ExamineAt(Sale(), closed - 1);
  EXPECT_FALSE(facts.deferred_by_hours);
  EXPECT_EQ(facts.expire_at_ms, closed);
  // Notices have no send hours; a code is valid for five minutes.
  Message code = Notice();
  code.message_class = MessageClass::kVerification;
  facts = ExamineAt(code, closed);
  EXPECT_FALSE(facts.deferred_by_hours);
  EXPECT_EQ(facts.expire_at_ms, closed + 5 * 60'000);
  // Planning starts at send_after.
  Message later = Sale();
  later.send_after_ms = closed + kHour;
  facts = ExamineAt(later, kTen);
  EXPECT_GE(facts.not_before_ms, opening);
  EXPECT_LT(facts.not_before_ms, opening + kHour);
  later.expire_at_ms = opening;
  EXPECT_EQ(ExamineAt(later, kTen).expire_at_ms, opening);
}

TEST(Examine, HashesAreTheSameInEveryVersion) {
  Message message = Notice();
  message.key = "k1";
  const MessageFacts facts = ExamineAt(message, kTen);
  // Golden values: records in journals contain these hashes.
  EXPECT_EQ(facts.content, ExamineAt(Notice(), kTen + 5).content);
  EXPECT_FALSE(IsSameKey(facts.key, ExamineAt(message, kTen, 2).key));
  Message later = message;
  later.send_after_ms = kTen + 1000;
  EXPECT_NE(facts.key, ExamineAt(later, kTen).key);
  EXPECT_TRUE(IsSameKey(facts.key, ExamineAt(later, kTen).key));
  Message shorter = message;
  shorter.expire_at_ms = kTen + 3'600'000;
  EXPECT_NE(facts.key, ExamineAt(shorter, kTen).key);
  EXPECT_NE(ExamineAt(later, kTen).key, ExamineAt(shorter, kTen).key);
  EXPECT_TRUE(IsSameKey(facts.key, ExamineAt(shorter, kTen).key));
  // Folded: full width and traditional forms are the same content.
  Message wide = Notice();
  wide.text = "【小店】您的訂單已發貨,請注意查收。";
  EXPECT_EQ(facts.content, ExamineAt(wide, kTen).content);
}

// An older journal may have an alias of digits only.
TEST(Examine, AnAliasTakesOverNoNumber) {
  Snapshot snapshot = World();
  snapshot.registry = *Registry::Build(
      PartiesOf(absl::StrCat(kSmallWorld, R"(party { id: "x" number: 50 port {
           number: "10777" alias: "10690001" content_provider_id: "shop"
           purposes: MESSAGE_CLASS_NOTICE } }
         party { id: "y" number: 51 port {
           number: "10778" alias: "4242" content_provider_id: "shop"
           purposes: MESSAGE_CLASS_NOTICE } })")));
  const auto port_of = [&snapshot](absl::string_view sender) {
    Message message = Notice();
    message.sender = sender;
    ExamineScratch scratch;
    MessageFacts facts;
    Examine(snapshot, {AccountId{1}}, message, kTen, scratch, facts);
    return facts.port;
  };
  EXPECT_EQ(port_of("10690001"), PortId{1});
  EXPECT_EQ(port_of("4242"), PortId{51});
}

}  // namespace
}  // namespace sluice::filter
