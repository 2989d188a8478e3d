// What a pack gives up of the shipped one: each change of a small pack that
// makes it weaker is said once, and its opposite not at all.

#include "rules/compare/weaker.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

constexpr char kPolicy[] = R"(classes:
  - {message_class: verification, needs_signature: true}
  - message_class: commercial
    needs_signature: true
    needs_consent: true
    needs_opt_out_wording: true
    stopped_by_opt_out: true
  - {message_class: notice, needs_signature: true, stopped_by_opt_out: true}
send_hours:
  - classes: [commercial, notice]
    open: 08:00
    close: 21:00
    basis: carrier
limits:
  - id: a-day
    classes: [commercial]
    by: [recipient, content_provider]
    max: 2
    window: day
    basis: policy
  - {id: watch, by: [recipient], max: 40, window: 24h, basis: policy, mode: observe}
campaigns:
  minutes: 10
  limits:
    - {classes: [commercial], recipients_max: 500}
checks:
  - {code: CONSENT_MISSING, mode: observe}
  - {code: CONTENT_UNWANTED, mode: enforce}
links: {links_max: 1, contacts_max: 2, shorteners: [short]}
signature: {length_min: 2, length_max: 20}
retention: {messages_days_min: 155, messages_days: 396, standing_days: 1096}
key_window_hours: 24
calling_codes: [86]
opt_out_wording:
  accepted: [拒收请回复R]
  preferred: 拒收请回复R
  reply_words: [R, T]
  reply_contains: [退订]
  complaint_contains: [投诉]
  negations: [不]
  reply_courtesies: [谢谢]
)";

constexpr char kRules[] = R"(word_lists:
  - {id: fakes, file: fakes.txt}
  - {id: calm, file: calm.txt}
  - {id: names, file: names.txt}
domain_lists:
  - {id: short, file: short.txt}
  - {id: good, file: good.txt}
weight_tables:
  - {id: table, file: table.csv}
rules:
  - id: fakes
    category: fakes
    basis: law
    folding: homophone
    match:
      word_lists: [fakes]
      words: [代办证件, 私印]
      not:
        word_lists: [calm]
        not: {links: {except_domain_lists: [good]}}
    allow_phrases: [假证害人]
  - id: near
    category: fakes
    basis: law
    match:
      near: {first: {words: [发票]}, second: {words: [优惠, 便宜]}, within: 9}
  - id: tag
    category: sums
    basis: law
    action: tag
    score: 60
    words: [刻章]
  - id: name
    category: sums
    basis: law
    action: tag
    score: 60
    word_lists: [names]
  - id: reads
    category: reads
    basis: policy
    action: hold
    code: CONTENT_UNWANTED
    match: {weight: {table: table, at_least: 20}}
  - id: many
    category: reads
    basis: policy
    action: hold
    code: CONTENT_UNWANTED
    match:
      all:
        - count: {of: {words: [日结, 兼职, 刷单]}, at_least: 2}
        - length: {max: 90}
  - {id: stamp, category: extra, basis: law, action: tag, score: 90, words: [私刻]}
thresholds:
  - {id: sums, category: sums, basis: law, score: 60}
  - {id: extra, category: extra, basis: law, score: 90}
impersonation_categories:
  - {category: sums, named_by: [name, stamp]}
allow_phrases: [電子發票]
strict_words: [代办证件]
sounds: {same_tone_up_to: 2, confusions: [zh z]}
)";

Files ShippedFiles() {
  Files files = GoodFiles();
  files["policy.yaml"] = kPolicy;
  files["articles.yaml"] +=
      "  - {code: CLASS_MISDECLARED, basis: carrier, requirement: Its "
      "class.}\n";
  files["rules.yaml"] = kRules;
  files["fakes.txt"] = "假证\n办证刻章\n";
  files["calm.txt"] = "警方提示\n";
  files["names.txt"] = "青禾银行\n";
  files["short.txt"] = "t.cn\n";
  files["good.txt"] = "qinghe.cn\n";
  files["table.csv"] = "word,weight\n返利,12\n下载,10\n";
  return files;
}

Pack Read(const Files& files) {
  Faults faults;
  Pack pack = ReadPack(FilesOf(files), faults);
  CheckPack(pack, faults);
  EXPECT_EQ(faults.ToStatus(), absl::OkStatus());
  FillDefaults(pack);
  return pack;
}

std::string WeakerOf(const Files& own) {
  Weaker weaker;
  FindWeaker(Read(ShippedFiles()), Read(own), weaker);
  return absl::StrJoin(weaker.Lines(), "\n");
}

// Of the shipped pack with `to` instead of `from` in one file.
std::string WeakerWith(const std::string& file, const std::string& from,
                       const std::string& to) {
  Files files = ShippedFiles();
  EXPECT_TRUE(absl::StrContains(files[file], from)) << from;
  files[file] = absl::StrReplaceAll(files[file], {{from, to}});
  return WeakerOf(files);
}

TEST(Weaker, TheSameIsNot) { EXPECT_EQ(WeakerOf(ShippedFiles()), ""); }

struct Change {
  const char* file;
  const char* from;
  const char* to;
  const char* what;  // The beginning of the only warning; "": there is none.
};

void ExpectWarnings(const Change& one) {
  const std::string warnings = WeakerWith(one.file, one.from, one.to);
  if (*one.what == 0) {
    EXPECT_EQ(warnings, "") << one.to;
  } else {
    EXPECT_TRUE(absl::StartsWith(warnings, one.what))
        << one.from << " -> " << one.to << "\n"
        << warnings;
    EXPECT_FALSE(absl::StrContains(warnings, "\n")) << warnings;
  }
}

constexpr Change kPolicyChanges[] = {
    {"policy.yaml", "    needs_consent: true\n", "",
     "policy.yaml:3:5: class commercial: needs_consent is false, shipped "
     "true: sent without consent (Order 31, article 18)"},
    {"policy.yaml", "    needs_opt_out_wording: true\n", "",
     "policy.yaml:3:5: class commercial: needs_opt_out_wording is false"},
    {"policy.yaml", "verification, needs_signature: true",
     "verification, needs_signature: false",
     "policy.yaml:2:52: class verification: needs_signature is false"},
    {"policy.yaml", "true, stopped_by_opt_out: true}",
     "true, stopped_by_opt_out: false}",
     "policy.yaml:8:72: class notice: stopped_by_opt_out is false"},
    // The regulation stops it anyway; check/policy_sense says so.
    {"policy.yaml", "    stopped_by_opt_out: true\n", "", ""},
    {"policy.yaml",
     "  - {message_class: verification, needs_signature: true}\n", "",
     "policy.yaml:2:3: class verification is gone: neither consent nor"},
    {"policy.yaml", "close: 21:00", "close: 22:00",
     "policy.yaml:12:12: class commercial is sent from 08:00 to 22:00, 60 "
     "minutes a day more than shipped\npolicy.yaml:12:12: class notice"},
    {"policy.yaml", "close: 21:00", "close: 20:00", ""},
    {"policy.yaml", "[commercial, notice]", "[commercial]",
     "policy.yaml:10:3: class notice has no send hours, and is sent at night"},
    {"policy.yaml", "max: 2\n", "max: 3\n",
     "policy.yaml:18:10: limit a-day: max is 3, shipped 2: more messages pass"},
    {"policy.yaml", "max: 2\n", "max: 1\n", ""},
    {"policy.yaml", "window: day", "window: 1h",
     "policy.yaml:19:13: limit a-day: window is 1h, shipped day"},
    {"policy.yaml", "window: day", "window: 7d", ""},
    {"policy.yaml", "content_provider]", "content_provider, template]",
     "policy.yaml:17:39: limit a-day: by: new 'template'"},
    {"policy.yaml", "by: [recipient, content_provider]", "by: [recipient]", ""},
    {"policy.yaml", "basis: policy\n  - {id: watch",
     "basis: policy\n    mode: observe\n  - {id: watch",
     "policy.yaml:21:11: limit a-day: mode is observe, shipped enforce"},
    {"policy.yaml", "basis: policy\n  - {id: watch",
     "basis: policy\n    refund_undelivered: true\n  - {id: watch",
     "policy.yaml:21:25: limit a-day: refund_undelivered is true"},
    {"policy.yaml", "    classes: [commercial]\n", "    classes: [notice]\n",
     "policy.yaml:16:14: limit a-day: classes: without 'commercial'"},
    // Another name is no loss.
    {"policy.yaml", "id: a-day", "id: two-a-day", ""},
    {"policy.yaml", "max: 40", "max: 400", "policy.yaml:21:39: limit watch"},
    {"policy.yaml",
     "  - {id: watch, by: [recipient], max: 40, window: 24h, basis: policy, "
     "mode: observe}\n",
     "", "policy.yaml: limit watch: the limit is gone, which only watches"},
    {"policy.yaml", "recipients_max: 500", "recipients_max: 501",
     "policy.yaml:25:47: campaigns of class commercial to 501 numbers wait "
     "for no person, shipped 500"},
    {"policy.yaml",
     "campaigns:\n  minutes: 10\n  limits:\n    - {classes: [commercial], "
     "recipients_max: 500}\n",
     "",
     "policy.yaml: campaigns of class commercial never wait for a person, "
     "shipped beyond 500 numbers"},
    {"policy.yaml", "minutes: 10\n", "minutes: 1\n",
     "policy.yaml:23:12: campaigns.minutes is 1, shipped 10"},
    {"policy.yaml", "CONTENT_UNWANTED, mode: enforce",
     "CONTENT_UNWANTED, mode: 'off'",
     "policy.yaml:28:36: check CONTENT_UNWANTED is off, shipped enforced"},
    {"policy.yaml", "CONTENT_UNWANTED, mode: enforce",
     "CONTENT_UNWANTED, mode: observe, classes: [notice]",
     "policy.yaml:28:36: check CONTENT_UNWANTED (notice) is observed, shipped "
     "enforced: what it finds is sent"},
    {"policy.yaml", "CONSENT_MISSING, mode: observe",
     "CONSENT_MISSING, mode: enforce", ""},
    {"policy.yaml", "links_max: 1", "links_max: 0",
     "policy.yaml:29:20: links.links_max is 0, shipped 1: more links pass"},
    {"policy.yaml", "contacts_max: 2", "contacts_max: 9",
     "policy.yaml:29:37: links.contacts_max is 9, shipped 2"},
    {"policy.yaml", "length_max: 20", "length_max: 60",
     "policy.yaml:30:40: signature.length_max is 60, shipped 20"},
    {"policy.yaml", "messages_days: 396", "messages_days: 200",
     "policy.yaml:31:52: retention.messages_days is 200, shipped 396: records"},
    {"policy.yaml", "key_window_hours: 24", "key_window_hours: 1",
     "policy.yaml:32:19: key_window_hours is 1, shipped 24"},
    {"policy.yaml", "calling_codes: [86]", "calling_codes: [86, 1]",
     "policy.yaml:33:21: calling_codes: new '1'"},
    {"policy.yaml", "reply_words: [R, T]", "reply_words: [T]",
     "policy.yaml:37:16: opt_out_wording.reply_words: without 'R': such a "
     "reply is no opt-out"},
    {"policy.yaml", "reply_words: [R, T]", "reply_words: [t, ｒ, N]", ""},
    {"policy.yaml", "complaint_contains: [投诉]", "complaint_contains: [举报]",
     "policy.yaml:39:23: opt_out_wording.complaint_contains: without '投诉'"},
    {"policy.yaml", "[谢谢]", "[您好]",
     "policy.yaml:41:21: opt_out_wording.reply_courtesies: without '谢谢': an "
     "opt-out that has it may be none"},
    {"policy.yaml", "negations: [不]", "negations: [不, 请]",
     "policy.yaml:40:18: opt_out_wording.negations: new '请': an opt-out with "
     "it does not count"},
    {"articles.yaml", "CONTENT_PROHIBITED\n    basis: law",
     "CONTENT_PROHIBITED\n    basis: policy",
     "articles.yaml:3:12: CONTENT_PROHIBITED: basis is policy, shipped law"},
    {"pack.yaml", "[CN]", "[HK]", "pack.yaml:6:12: countries: without 'CN'"},
};

TEST(Weaker, OfThePolicy) {
  for (const Change& one : kPolicyChanges) {
    if (absl::StrContains(one.what, "\n")) {
      EXPECT_TRUE(
          absl::StartsWith(WeakerWith(one.file, one.from, one.to), one.what))
          << WeakerWith(one.file, one.from, one.to);
      continue;
    }
    ExpectWarnings(one);
  }
}

constexpr Change kRuleChanges[] = {
    {"rules.yaml", "folding: homophone", "folding: normal",
     "rules.yaml:14:14: rule fakes: folding is normal, shipped homophone: "
     "disguised words are not hit"},
    {"rules.yaml", "    match: {weight",
     "    mode: observe\n    match: {weight",
     "rules.yaml:44:11: rule reads: mode is observe, shipped enforce: what it "
     "hits is sent"},
    {"rules.yaml", "folding: homophone\n",
     "folding: homophone\n    action: hold\n",
     "rules.yaml:15:13: rule fakes: action is hold, shipped reject"},
    {"rules.yaml", "folding: homophone\n",
     "folding: homophone\n    classes: [notice]\n",
     "rules.yaml:15:14: rule fakes: classes: only 'notice', shipped all"},
    {"rules.yaml", "folding: homophone\n",
     "folding: homophone\n    scope: {carriers: [unicom]}\n",
     "rules.yaml:15:23: rule fakes: carriers: only 'unicom', shipped all"},
    {"rules.yaml", "folding: homophone\n",
     "folding: homophone\n    except: {accounts: [acme]}\n",
     "rules.yaml:15:25: rule fakes: accounts: new 'acme'"},
    {"rules.yaml", "allow_phrases: [假证害人]",
     "allow_phrases: [假证害人, 办证]",
     "rules.yaml:21:27: rule fakes: allow_phrases: new '办证': hits in them "
     "do not count"},
    {"rules.yaml", "words: [代办证件, 私印]", "words: [代办证件]",
     "rules.yaml:17:14: rule fakes: words: without '私印': texts with it are "
     "not hit"},
    {"rules.yaml", "      word_lists: [fakes]\n      words: [代办证件, 私印]",
     "      words: [代办证件, 私印, 假證, 办证刻章]", ""},
    {"rules.yaml", "        word_lists: [calm]\n",
     "        word_lists: [calm, names]\n",
     "rules.yaml:19:28: rule fakes: word_lists: new 'names': texts with it "
     "are not hit"},
    {"rules.yaml", "        word_lists: [calm]\n",
     "        word_lists: [calm]\n        words: [公司]\n",
     "rules.yaml:20:17: rule fakes: words: new '公司'"},
    {"rules.yaml", "except_domain_lists: [good]",
     "except_domain_lists: [good, short]",
     "rules.yaml:20:44: rule fakes: except_domain_lists: new 'short': fewer "
     "texts are hit"},
    {"rules.yaml", "\n        not: {links: {except_domain_lists: [good]}}", "",
     "rules.yaml:19:9: rule fakes: lacks the shipped condition not, and lifts "
     "more"},
    {"rules.yaml", "within: 9", "within: 2",
     "rules.yaml:26:71: rule near: near.within is 2, shipped 9, and fewer "
     "texts are hit"},
    {"rules.yaml", "within: 9", "within: 20", ""},
    {"rules.yaml", "[优惠, 便宜]", "[优惠]",
     "rules.yaml:26:52: rule near: words: without '便宜'"},
    {"rules.yaml", "      near: {first",
     "      length: {min: 300}\n      near: {first",
     "rules.yaml:26:21: rule near: length.min is 300, shipped 0"},
    {"rules.yaml", "score: 60\n    words", "score: 40\n    words",
     "rules.yaml:31:12: rule tag: score is 40, shipped 60: thresholds are "
     "reached less often"},
    {"rules.yaml",
     "category: sums\n    basis: law\n    action: tag\n    score: 60\n    "
     "words",
     "category: extra\n    basis: law\n    action: tag\n    score: 60\n    "
     "words",
     "rules.yaml:28:15: rule tag: category is extra, shipped sums: it does "
     "not count for its threshold"},
    {"rules.yaml", "score: 60}", "score: 100}",
     "rules.yaml:56:51: threshold sums: score is 100, shipped 60: it is "
     "reached less often"},
    {"rules.yaml", "score: 60}", "score: 60, action: hold}",
     "rules.yaml:56:63: threshold sums: action is hold, shipped reject"},
    {"rules.yaml", "at_least: 20}", "at_least: 22}",
     "rules.yaml:44:46: rule reads: weight.at_least is 22, shipped 20"},
    {"rules.yaml", "at_least: 2}", "at_least: 3}",
     "rules.yaml:52:56: rule many: count.at_least is 3, shipped 2"},
    {"rules.yaml", "- length: {max: 90}", "- length: {max: 9}",
     "rules.yaml:53:25: rule many: length.max is 9, shipped 90"},
    {"rules.yaml", "- length: {max: 90}",
     "- length: {max: 90}\n        - words: [加微信]",
     "rules.yaml:54:11: rule many: new condition all: fewer texts are hit"},
    {"rules.yaml",
     "  - id: near\n    category: fakes\n    basis: law\n    match:\n      "
     "near: "
     "{first: {words: [发票]}, second: {words: [优惠, 便宜]}, within: 9}\n",
     "", "rules.yaml: the shipped rule near (category fakes) is gone"},
    // Only another name.
    {"rules.yaml", "- id: near", "- id: side", ""},
    {"rules.yaml", "allow_phrases: [電子發票]",
     "allow_phrases: [電子發票, 假证件]",
     "rules.yaml:60:23: allow_phrases: new '假证件': no rule's hits in them "
     "count"},
    {"rules.yaml", "strict_words: [代办证件]", "strict_words: [代办证件, 假证]",
     "rules.yaml:61:22: strict_words: new '假证'"},
    {"rules.yaml", "same_tone_up_to: 2", "same_tone_up_to: 4",
     "rules.yaml:62:27: sounds: same_tone_up_to is 4, shipped 2"},
    {"rules.yaml", "confusions: [zh z]", "confusions: [n l]",
     "rules.yaml:62:42: sounds: confusions: without 'zh z'"},
    {"rules.yaml", "[name, stamp]", "[name, stamp, tag]",
     "rules.yaml:59:46: category sums: named_by: new 'tag'"},
    {"rules.yaml", "[name, stamp]", "[name]",
     "rules.yaml:59:32: category sums: named_by: without 'stamp': the names "
     "that they know are not compared with the signature"},
    {"rules.yaml", "code: CONTENT_UNWANTED\n    match: {weight",
     "code: CLASS_MISDECLARED\n    match: {weight",
     "rules.yaml:43:11: rule reads: code is CLASS_MISDECLARED, shipped "
     "CONTENT_UNWANTED"},
    {"rules.yaml", "    match:\n      near",
     "    auto_rollback: {messages_min: 20}\n    match:\n      near",
     "rules.yaml:25:35: rule near: messages_min is 20, shipped 200: fewer "
     "messages roll it back"},
    {"fakes.txt", "假证\n", "",
     "fakes.txt: without '假证': not known any more to rule 'fakes'"},
    {"fakes.txt", "假证\n", "假證\n证书代办\n", ""},
    {"calm.txt", "警方提示\n", "警方提示\n放心\n",
     "calm.txt:2:1: new '放心': this list lifts hits"},
    {"calm.txt", "警方提示\n", "防骗提示\n警方提示\n", "calm.txt:1:1: new"},
    {"names.txt", "青禾银行\n", "青禾银行\n公司\n",
     "names.txt:2:1: new '公司': this list says who "
     "speaks for itself"},
    {"good.txt", "qinghe.cn\n", "qinghe.cn\nabc.top\n",
     "good.txt: new 'abc.top': links to it are not "
     "hit "
     "any more"},
    {"short.txt", "t.cn\n", "url.cn\n",
     "short.txt: without 't.cn': links to it are not known"},
    {"table.csv", "返利,12", "返利,11",
     "table.csv:2:1: words that weigh less than shipped: 1, by 1 in all, most "
     "'返利', from 12 to 11"},
    {"table.csv", "下载,10", "下载,11", ""},
};

TEST(Weaker, OfTheRules) {
  for (const Change& one : kRuleChanges) ExpectWarnings(one);
}

TEST(Weaker, ARuleOfTheLawThatIsNone) {
  const std::string warnings = WeakerWith(
      "rules.yaml", "category: fakes\n    basis: law\n    folding",
      "category: fakes\n    basis: policy\n    code: CONTENT_UNWANTED\n    "
      "folding");
  EXPECT_TRUE(absl::StrContains(
      warnings, "rule fakes: basis is policy, shipped law: it is no longer"))
      << warnings;
  EXPECT_TRUE(absl::StrContains(warnings,
                                "rule fakes: code is CONTENT_UNWANTED, shipped "
                                "CONTENT_PROHIBITED"))
      << warnings;
}

// What the law prohibits comes first, and five of a kind are enough.
TEST(Weaker, TheLawFirst) {
  Files files = ShippedFiles();
  files["rules.yaml"] =
      "domain_lists: [{id: short, file: short.txt}]\n"
      "rules: [{id: own, basis: law, words: [假证]}]\n";
  for (const char* name :
       {"fakes.txt", "calm.txt", "names.txt", "good.txt", "table.csv"}) {
    files.erase(name);
  }
  files["policy.yaml"] =
      absl::StrReplaceAll(kPolicy, {{"max: 2\n", "max: 9\n"}});
  const std::string warnings = WeakerOf(files);
  EXPECT_TRUE(absl::StartsWith(
      warnings, "rules.yaml: the shipped rule fakes (category fakes) is gone"))
      << warnings;
  EXPECT_TRUE(absl::StrContains(warnings,
                                "rules.yaml: and 2 more rules that are gone\n"))
      << warnings;
  EXPECT_LT(warnings.find("rule stamp"), warnings.find("rule reads"));
  EXPECT_LT(warnings.find("rule reads"), warnings.find("limit a-day"));
}

TEST(Weaker, InChinese) {
  Files files = ShippedFiles();
  files["policy.yaml"] = absl::StrReplaceAll(
      kPolicy, {{"    needs_consent: true\n", ""},
                {"reply_words: [R, T]", "reply_words: [T]"}});
  Weaker weaker;
  weaker.than = "cn-2015";
  FindWeaker(Read(ShippedFiles()), Read(files), weaker);
  EXPECT_EQ(HeadOf(weaker, Language::kChinese), "比随附的 cn-2015 宽松：");
  EXPECT_EQ(
      absl::StrJoin(weaker.Lines(Language::kChinese), "\n"),
      "policy.yaml:3:5: 类别 commercial 的 needs_consent 为 false，随附为 "
      "true：未经同意也发送（31 号令第 18 条）\npolicy.yaml:36:16: "
      "opt_out_wording.reply_words 缺少随附的 'R'：这样回复不再算拒收");
}

}  // namespace
}  // namespace sluice::rules
