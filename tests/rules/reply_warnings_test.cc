// Opt-out wording and replies that do not do what their author means.

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

// The warnings of the good pack with this in its opt-out wording.
std::string WarningsOfWording(const std::string& lines) {
  Files files = GoodFiles();
  files["policy.yaml"] += lines;
  return WarningsOf(files);
}

TEST(ReplyWarnings, EverydayRepliesThatAreTakenForRefusals) {
  for (const char* field :
       {"reply_words", "reply_contains", "complaint_contains"}) {
    for (const char* word : {"收到", "谢谢", "OK", "'1'", "报名"}) {
      const std::string warnings = WarningsOfWording(
          absl::StrCat("  ", field, ": [", word, ", 拒收, R]\n"));
      EXPECT_TRUE(absl::StrContains(warnings, "makes the everyday reply"))
          << field << word << warnings;
    }
  }
  EXPECT_TRUE(absl::StrContains(
      WarningsOfWording("  reply_words: [R]\n  reply_contains: [好]\n"),
      "policy.yaml:23:20: '好' makes the everyday reply \"好\" a refusal or "
      "complaint"));
  // "…" stands for up to 8 characters of a clause.
  for (const char* word : {"我…到", "我…时…到", "请…门", "CALL…LATER"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOfWording(absl::StrCat(
            "  reply_words: [R]\n  reply_contains: [拒收, ", word, "]\n")),
        "makes the everyday reply"))
        << word;
  }
  for (const char* word : {"到…我", "我…会…不", "CALL…TER", "ALL…LATER"}) {
    EXPECT_EQ(
        WarningsOfWording(absl::StrCat(
            "  reply_words: [R]\n  reply_contains: [拒收, ", word, "]\n")),
        "")
        << word;
  }
  EXPECT_EQ(WarningsOfWording("  reply_words: [R, 不好]\n"
                              "  reply_contains: [拒收, 别…发, ^不$, STOP]\n"),
            "");
}

TEST(ReplyWarnings, RefusalsThatAreNotHeard) {
  EXPECT_TRUE(absl::StrContains(
      WarningsOfWording("  reply_words: [R]\n  negations: [不, 请]\n"),
      "policy.yaml:23:18: with the negation '请' a plain refusal such as "
      "\"请退订\" is not acted on"));
  // A courtesy that is a refusal as well stays one; see filter/reply_test.
  EXPECT_EQ(WarningsOfWording("  reply_words: [R, 退订]\n"
                              "  reply_courtesies: [谢谢, 退訂]\n"),
            "");
  EXPECT_EQ(WarningsOfWording("  reply_words: [R]\n  negations: [不, 不要]\n"
                              "  reply_courtesies: [谢谢, 您好]\n"),
            "");
}

TEST(ReplyWarnings, CourtesiesThatNegate) {
  for (const char* word : {"不", "别", "不要", "先不", "莫"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOfWording(absl::StrCat(
            "  reply_words: [R]\n  negations: [莫]\n  reply_courtesies: [",
            word, "]\n")),
        absl::StrCat("policy.yaml:24:22: ", word, " is dropped as a courtesy")))
        << word;
  }
}

TEST(ReplyWarnings, LettersAndCharactersThatAreInRepliesOfEveryKind) {
  for (const char* word : {"R", "t", "N"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOfWording(absl::StrCat(
            "  reply_words: [R]\n  reply_contains: [拒收, ", word, "]\n")),
        "is one letter or digit, which replies of every kind have"))
        << word;
  }
  for (const char* word : {"不", "发", "没", "我", "我的"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOfWording(absl::StrCat(
            "  reply_words: [R]\n  reply_contains: [拒收, ", word, "]\n")),
        "makes the everyday reply"))
        << word;
  }
}

TEST(ReplyWarnings, SingleCharactersOfComplaints) {
  for (const char* field : {"complaint_contains", "refusal_unheeded"}) {
    for (const char* word : {"投", "骗", "T", "a"}) {
      const std::string warnings = WarningsOfWording(
          absl::StrCat("  reply_words: [R]\n  ", field, ": [", word, "]\n"));
      const bool told =
          absl::StrContains(warnings, "is one character, which replies") ||
          absl::StrContains(warnings, "makes the everyday reply");
      EXPECT_TRUE(told) << field << word << warnings;
      EXPECT_FALSE(absl::StrContains(warnings, "\n")) << warnings;
    }
  }
  EXPECT_EQ(WarningsOfWording("  reply_words: [R]\n  reply_contains: [烦]\n"),
            "");
}

TEST(ReplyWarnings, DotsAndMarksThatAreDropped) {
  for (const char* word : {"别...发", "别。。。发", "别⋯发"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOfWording(absl::StrCat(
            "  reply_words: [R]\n  reply_contains: [拒收, ", word, "]\n")),
        "is dropped, so that its parts must be side by side"))
        << word;
  }
  EXPECT_TRUE(absl::StrContains(
      WarningsOfWording("  reply_words: [R]\n  reply_contains: [不要$]\n"),
      "'不要$' has '$' without '^', which says nothing"));
  EXPECT_TRUE(absl::StrContains(
      WarningsOfWording("  reply_words: [R]\n  reply_contains: [不…发]\n"),
      "'不…发' makes the everyday reply"));
}

TEST(ReplyWarnings, NegationsThatStandInRefusals) {
  for (const char* word : {"已经", "立即", "立刻", "怎么"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOfWording(absl::StrCat("  reply_words: [R]\n  negations: [不, ",
                                       word, "]\n")),
        "is not acted on"))
        << word;
  }
}

TEST(ReplyWarnings, OptOutsThatAreTakenForComplaints) {
  for (const char* word : {"退订", "拒收", "STOP", "TD"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOfWording(absl::StrCat("  reply_words: [R, TD]\n"
                                       "  complaint_contains: [投诉, ",
                                       word, "]\n")),
        "a plain opt-out is a complaint"))
        << word;
  }
  EXPECT_EQ(WarningsOfWording("  reply_words: [R]\n"
                              "  complaint_contains: [投诉, 举报, 退订没用]\n"),
            "");
}

TEST(ReplyWarnings, WordingWithoutAWayToRefuse) {
  Files files = GoodFiles();
  files["policy.yaml"] = absl::StrReplaceAll(
      files["policy.yaml"],
      {{"accepted: [拒收请回复R]", "accepted: [拒收请回复R, 退订]"}});
  files["policy.yaml"] += "  reply_words: [R, 退订]\n";
  EXPECT_TRUE(absl::StrContains(
      WarningsOf(files), "'退订' does not tell how to refuse, and any text"))
      << WarningsOf(files);
}

TEST(ReplyWarnings, WordingThatNoReplyGoesWith) {
  const std::string none = "'拒收请回复R' tells no reply that is a refusal";
  EXPECT_TRUE(
      absl::StrContains(WarningsOfWording("  reply_words: [T, TD]\n"), none));
  EXPECT_TRUE(
      absl::StrContains(WarningsOfWording("  reply_contains: [拒收]\n"), none));
  EXPECT_TRUE(absl::StrContains(
      WarningsOfWording("  reply_contains: [^T$, RR, 退订, 不…R]\n"), none));
  for (const char* contains : {"[^R$]", "[^Ｒ$, 退订]"}) {
    EXPECT_EQ(
        WarningsOfWording(absl::StrCat("  reply_contains: ", contains, "\n")),
        "");
  }
  EXPECT_EQ(WarningsOfWording("  reply_words: [t, ｒ]\n"), "");
}

}  // namespace
}  // namespace sluice::rules
