// One mistake, one message: what only follows from a fault is not told, and a
// fault says what to write.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

constexpr char kSumRules[] = R"(word_lists: [{id: fakes, file: fakes.txt}]
rules:
  - id: fakes
    basis: law
    word_lists: [fakes]
    regexes: ['加(微信|qq)办卡']
  - id: lender
    basis: policy
    action: tag
    score: 60
    category: loans
    words: [黑户可贷]
  - id: rate
    basis: policy
    action: tag
    score: 50
    category: loans
    words: [秒批到账]
  - id: reach
    basis: policy
    code: CONTENT_UNWANTED
    match: {words: [无抵押放款], contacts: {kinds: [qq]}}
thresholds:
  - id: loans
    category: loans
    basis: policy
    code: CONTENT_UNWANTED
    score: 100
)";

// All that is told of the good pack with `from` replaced by `to`.
std::vector<std::string> ToldOf(const std::string& from, const std::string& to,
                                Language language = Language::kEnglish) {
  Files files = GoodFiles();
  files["rules.yaml"] = kSumRules;
  bool changed = false;
  for (auto& [name, content] : files) {
    const std::string before = content;
    content = absl::StrReplaceAll(content, {{from, to}});
    changed |= content != before;
  }
  EXPECT_TRUE(changed) << from;
  const PackFiles all = FilesOf(files);
  Faults faults;
  const Pack pack = ReadPack(all, faults);
  CheckPack(pack, faults);
  FindWarnings(pack, all, faults, WarningsTime(), faults.warnings());
  const absl::Status status = faults.ToStatus();
  const std::string text = language == Language::kEnglish
                               ? std::string(status.message())
                               : ChineseOf(status);
  std::vector<std::string> told = absl::StrSplit(text, '\n', absl::SkipEmpty());
  for (const std::string& line : faults.warnings().Lines(language)) {
    told.push_back(line);
  }
  return told;
}

struct Mistake {
  const char* from;
  const char* to;
  const char* told;  // A part of the only line.
};

void ExpectOne(const Mistake& one) {
  const std::vector<std::string> told = ToldOf(one.from, one.to);
  ASSERT_EQ(told.size(), 1u) << one.to << "\n" << absl::StrJoin(told, "\n");
  EXPECT_TRUE(absl::StrContains(told[0], one.told)) << one.to << "\n"
                                                    << told[0];
}

TEST(OneMessage, NothingFollowsFromAFault) {
  EXPECT_EQ(ToldOf("A pack", "The pack"), std::vector<std::string>());
  const Mistake kMistakes[] = {
      {"open: 08:00", "open: 8:00", "'open' must be HH:MM"},
      {"open: 08:00", "open: 8点", "'open' must be HH:MM"},
      {"close: 21:00", "close: 21", "'close' must be HH:MM"},
      {"2026-12-31", "11-31", "'11-31' is no date"},
      {"classes: [commercial]", "classes: [markting]", "cannot be 'markting'"},
      {"message_class: commercial", "message_class: shop", "cannot be 'shop'"},
      {"window: day", "window: 1天", "'window' must be"},
      {"by: [recipient]", "by: [recipeint]", "did you mean 'recipient'?"},
      {"code: CONSENT_MISSING\n    mode: observe",
       "code: CONSENT_MISSING\n    mode: off", "is never off"},
      {"加(微信|qq)办卡", "(微信)?", "matches the empty text"},
      {"加(微信|qq)办卡", "(微信", "not a regex"},
      {"加(微信|qq)办卡", "加[微信", "not a regex"},
      {"加(微信|qq)办卡", "加[微信]+[", "not a regex"},
      {"加(微信|qq)办卡", "加\\", "not a regex"},
      {"score: 60", "score: 100分", "'score' must be a whole number"},
      {"score: 60", "score: 100000", "'score', 1 to 1000"},
      {"category: loans\n    words: [黑户可贷]",
       "categori: loans\n    words: [黑户可贷]", "did you mean 'category'?"},
      {"action: tag\n    score: 60", "score: 60", "goes only with action: tag"},
      {"score: 60\n    category: loans", "score: 60\n    category: loan",
       "did you mean 'loans'?"},
      {"score: 60\n    category: loans", "score: 60",
       "action: tag needs 'category'"},
      {"# Fakes.\n發票  # a comment\nＶＸ\r\n\n", "发票\r假证\r",
       "its lines end as on old Macs (CR)"},
      {"# Fakes.\n發票", "PK\x03\x04\x14\xff\xfe發票",
       "a file of Excel or Word"},
      {"    basis: law\n    word_lists", "    依据: law\n    word_lists",
       "did you mean 'basis'?"},
      {"words: [秒批到账]", "words: [#秒批到账]", "no ']' ends this '['"},
      {"words: [秒批到账]", "words: [秒批到账", "no ']' ends this '['"},
      {"words: [秒批到账]", "words: ['秒]批', 到账 # ]",
       "rules.yaml:18:12: no ']' ends this '['"},
      // What is closed has another mistake in it; in a text brackets are none.
      {"words: [秒批到账]",
       "words: [\n      秒批到账,\n      \"到账\" 秒批,\n    ]",
       "rules.yaml:20:"},
      {"match: {words: [无抵押放款], contacts: {kinds: [qq]}}",
       "match: {words: [无抵押放款], contacts: {kinds: [qq]}",
       "rules.yaml:22:12: no '}' ends this '{'"},
      {"words: [秒批到账]", "words: [秒批: 到账]",
       "quote a text that has ': ' in it"},
      {"    words: [秒批到账]\n",
       "<<<<<<< HEAD\n    words: [秒批到账]\n=======\n>>>>>>> b\n",
       "rules.yaml:18:1: '<<<<<<<' is a mark that a merge"},
      {"id: lender", "id: 放贷", "'放贷' is no id: lower case letters"},
      {"加(微信|qq)办卡", "代\\开", "no backslash goes before '开'"},
      {"needs_consent: true", "needs_consent: yes", "write true"},
      {"kinds: [qq]", "kinds: [qqq]", "did you mean 'qq'?"},
      {"發票  # a comment\nＶＸ", "\xb7\xa2\xc6\xb1\n\xbc\xd9\xd6\xa4",
       "it looks like GBK"},
      {"id: fakes, file: fakes.txt", "id: fakes, file: faked.txt", "faked.txt"},
  };
  for (const Mistake& one : kMistakes) ExpectOne(one);
}

TEST(OneMessage, FiguresSayTheirRangeAndAnExample) {
  const Mistake kMistakes[] = {
      {"score: 60", "score: 100分",
       "'score' must be a whole number, 1 to 1000, such as 60: only digits"},
      {"score: 60", "score: '60'", "such as 60: without quotes"},
      {"score: 60", "score: 6.5", "such as 60"},
      {"max: 2", "max: 2条", "'max' must be a whole number from 1, such as 2"},
      {"max: 2", "max: 两", "'max' must be a whole number from 1, such as 2"},
  };
  for (const Mistake& one : kMistakes) ExpectOne(one);
}

TEST(OneMessage, NamesThatPeopleWriteAreKnown) {
  const Mistake kMistakes[] = {
      {"classes: [commercial]", "classes: [marketing]",
       "did you mean 'commercial'?"},
      {"classes: [commercial]", "classes: [营销]",
       "did you mean 'commercial'?"},
      {"classes: [commercial]", "classes: [COMMERCIAL]",
       "did you mean 'commercial'?"},
      {"kinds: [qq]", "kinds: [mobile]", "did you mean 'phone'?"},
      {"kinds: [qq]", "kinds: [微信]", "did you mean 'wechat'?"},
      {"mode: observe", "mode: 观察", "did you mean 'observe'?"},
      {"basis: carrier", "basis: 运营商", "did you mean 'carrier'?"},
      {"by: [recipient]", "by: [phone]", "did you mean 'recipient'?"},
      {"by: [recipient]", "by: [recipient, 签名]", "did you mean 'signature'?"},
      {"    words: [黑户可贷]", "    keywords: [黑户可贷]",
       "did you mean 'words'?"},
      {"preferred: 拒收请回复R", "preferred: 拒收请回复 TD",
       "'preferred' must be one of 'accepted', letter for letter, did you mean "
       "'拒收请回复R'?"},
      {"2026-12-31", "2026-11-31",
       "'2026-11-31' is no date: the month has 30 days"},
      {"2026-12-31", "2026/12/31", "write 2026-12-31"},
      {"2026-12-31", "2026年12月31日", "write 2026-12-31"},
      {"open: 08:00", "open: 8:00", "write 08:00"},
      {"open: 08:00", "open: 8点", "write 08:00"},
      {"open: 08:00", "open: 8：30", "'：' is a full-width colon"},
      // Of what is not certain nothing is suggested.
      {"window: day", "window: 三天", "'window' must be"},
      {"open: 08:00", "open: 晚上12点", "'open' must be HH:MM"},
      {"window: day", "window: 1天", "write 1d"},
      {"window: day", "window: 2小时", "write 2h"},
  };
  for (const Mistake& one : kMistakes) ExpectOne(one);
}

}  // namespace
}  // namespace sluice::rules
