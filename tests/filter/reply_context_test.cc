// What is known beside a reply's text: that it is a part, that it could not be
// decoded, what it was asked for; and replies of any size.

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "filter/reply.h"
#include "gtest/gtest.h"
#include "tests/fakes/effort.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {

// In reply_test.cc.
std::ostream& operator<<(std::ostream& out, const ReplyMeaning& meaning);

namespace {

constexpr ReplyReading kRefusal = ReplyReading::kRefusal;
constexpr ReplyReading kLikely = ReplyReading::kLikelyRefusal;
constexpr ReplyReading kNegated = ReplyReading::kNegated;

TEST(ReadReply, AnAnswerToAQuestionIsNoRefusal) {
  const auto policy = *Policy::Build(*Cn2015());
  const std::vector<std::string> asked = {"y", "n"};
  const ReplyContext context = {.asked = asked};
  for (const absl::string_view text : {"N", "ｎ", "N，谢谢", "回复N", "NN"}) {
    EXPECT_EQ(ReadReply(*policy, text, context),
              (ReplyMeaning{ReplyReading::kAnswer, false, true, "n"}))
        << text;
  }
  // Another keyword, or one with more than courtesy, is no answer.
  for (const absl::string_view text :
       {"T", "TD", "退订", "N 退订", "N，别发了"}) {
    EXPECT_TRUE(ReadReply(*policy, text, context).refuses()) << text;
  }
  EXPECT_TRUE(ReadReply(*policy, "N，投诉你们", context).complains);
}

TEST(ReadReply, AKeywordThatIsOnlyAPartDecidesNothing) {
  const auto policy = *Policy::Build(*Cn2015());
  const ReplyContext part = {.part = true};
  for (const absl::string_view text :
       {"N", "TD", "T，谢谢", "退订", "取消", "投诉", "N，我不买"}) {
    EXPECT_EQ(ReadReply(*policy, text, part),
              (ReplyMeaning{ReplyReading::kPart, false, true, ""}))
        << text;
  }
  EXPECT_EQ(ReadReply(*policy, "昨天的那个", part),
            (ReplyMeaning{ReplyReading::kPart, false, false, ""}));
  // Inside the part its negation would be there.
  EXPECT_EQ(ReadReply(*policy, "我要退订", part).reading, kLikely);
  EXPECT_EQ(ReadReply(*policy, "退订，请马上退订", part).reading, kLikely);
  EXPECT_EQ(ReadReply(*policy, "我不退订", part).reading, kNegated);
  EXPECT_TRUE(ReadReply(*policy, "怎么还没退订", part).complains);
}

TEST(ReadReply, WhatCannotBeReadIsReviewed) {
  const auto policy = *Policy::Build(*Cn2015());
  const ReplyMeaning unreadable = {ReplyReading::kUnreadable, false, true, ""};
  EXPECT_EQ(ReadReply(*policy, "\xff\xfe"), unreadable);
  EXPECT_EQ(ReadReply(*policy, "好的\xff"), unreadable);
  EXPECT_EQ(ReadReply(*policy, "", {.unreadable = true}), unreadable);
  EXPECT_EQ(ReadReply(*policy, "好", {.part = true, .unreadable = true}),
            unreadable);
  // What can be read is acted on.
  EXPECT_EQ(ReadReply(*policy, "\xff退订"),
            (ReplyMeaning{kRefusal, false, true, "退订"}));
  EXPECT_EQ(ReadReply(*policy, "TD", {.unreadable = true}),
            (ReplyMeaning{kRefusal, false, true, "td"}));
}

std::string Repeated(absl::string_view piece, size_t bytes) {
  std::string text;
  while (text.size() < bytes) absl::StrAppend(&text, piece);
  return text;
}

// Each would take minutes if places were looked at again and again.
TEST(ReadReply, LongRepliesAreReadInLinearTime) {
  const auto policy = *Policy::Build(*Cn2015());
  constexpr size_t kBytes = Effort(64 << 10);
  for (const absl::string_view piece :
       {"“", "\"a\"", "【", "> \n", "不", "不要", "T", "TD", "退订", "谢谢",
        "1", "别别", "怎么还没", "说", "\xff", "T 1 ", "发自", "。"}) {
    const std::string text = Repeated(piece, kBytes);
    ReadReply(*policy, text);
    EXPECT_TRUE(ReadReply(*policy, text + "，我要退订了").refuses()) << piece;
  }
}

}  // namespace
}  // namespace sluice::filter
