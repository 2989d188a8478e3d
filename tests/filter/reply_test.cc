#include "filter/reply.h"

#include <ostream>

#include "gtest/gtest.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {

std::ostream& operator<<(std::ostream& out, const ReplyMeaning& meaning) {
  return out << "opt-out " << static_cast<int>(meaning.opt_out)
             << (meaning.complains ? ", complains" : "");
}

namespace {

constexpr OptOutReply kNone = OptOutReply::kNone;
constexpr OptOutReply kCertain = OptOutReply::kCertain;
constexpr OptOutReply kContains = OptOutReply::kContains;

constexpr struct {
  absl::string_view text;
  OptOutReply opt_out;
  bool complains = false;
} kCases[] = {
    {"R", kCertain},
    {"r", kCertain},
    {"Ｒ", kCertain},
    {" R 。", kCertain},
    {"T", kCertain},
    {"TTT", kCertain},
    {"td", kCertain},
    {"TDTD", kCertain},
    {"T D", kCertain},
    {"N", kCertain},
    {"TDZD", kCertain},
    {"退订", kCertain},
    {"退訂", kCertain},
    {"退订！！！", kCertain},
    {"退订退订", kCertain},
    {"TD退订", kCertain},
    {"T退订", kCertain},
    {"退订回T", kCertain},
    {"拒收", kCertain},
    {"停止推送", kCertain},
    {"回T", kCertain},
    {"回复TD", kCertain},
    {"回复 R", kCertain},
    {"请回复R", kCertain},
    {"发送T", kCertain},
    {"“R”", kCertain},
    {"拒收请回复R", kCertain},
    {"R\n> 【小店】新品到店，拒收请回复R", kCertain},
    {"R 【小店】新品到店，拒收请回复R", kCertain},
    {"T「您的验证码」", kCertain},
    {"退订谢谢", kContains},
    {"我要退订", kContains},
    {"请取消", kContains},
    {"别发了", kContains},
    {"别再发了", kContains},
    {"不要再发了", kContains},
    {"骚扰", kContains},
    {"0000", kContains},
    {"QX", kContains},
    {"qx谢谢", kContains},
    {"STOP", kContains},
    {"please stop", kContains},
    {"别骚扰我", kContains},
    {"投诉你们", kContains, true},
    {"我要举报，退订", kContains, true},
    {"不退订", kNone},
    {"没取消", kNone},
    {"不退订，别发广告", kContains},
    {"nonstop", kNone},
    {"10000", kNone},
    {"好的", kNone},
    {"RT", kNone},
    {"1", kNone},
    {"", kNone},
    {"   ", kNone},
    {"\xff\xfe", kNone},
    {"谢谢，收到", kNone},
};

TEST(ReadReply, Table) {
  const auto policy = *Policy::Build(*Cn2015());
  for (const auto& c : kCases) {
    EXPECT_EQ(ReadReply(*policy, c.text),
              (ReplyMeaning{c.opt_out, c.complains}))
        << c.text;
  }
}

TEST(NormaliseReply, DropsWhatSaysNothing) {
  EXPECT_EQ(NormaliseReply(" Ｔ－Ｄ。"), "td");
  EXPECT_EQ(NormaliseReply("退 訂！"), "退订");
  EXPECT_EQ(NormaliseReply("\"R\""), "r");
  EXPECT_EQ(NormaliseReply("。。。"), "");
}

}  // namespace
}  // namespace sluice::filter
