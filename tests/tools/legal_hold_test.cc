// `legal-hold`, in Chinese and in English.

#include <string>

#include "gtest/gtest.h"
#include "tests/tools/chinese.h"
#include "tests/tools/chinese_server.h"
#include "tests/tools/run_ctl.h"

namespace sluice::ctl {
namespace {

class LegalHoldCommand : public ChineseServer {};

TEST_F(LegalHoldCommand, FromTheFirstToTheLast) {
  ExpectAll(Run({"legal-hold", "list"}).out, {"没有生效的法律保全。"});
  const Output made =
      Run({"legal-hold", "add", "--recipient", "138 0013 8000",
           "--content-provider", "云杉超市", "--owner", "法务部 李", "--review",
           "30d", "--reason", "案号 118"});
  ASSERT_EQ(made.code, 0) << made.err;
  ExpectAll(made.out, {"法律保全 1（号码 +8613800138000，内容提供者 云杉超市 "
                       "(shop)）生效"});
  const Output list = Run({"legal-hold", "list"});
  ExpectAll(list.out,
            {"编号", "状态", "保全内容", "生效", "法务部 李", "案号 118"});
  clock_.Advance(absl::Hours(24 * 31));
  ExpectAll(Run({"legal-hold", "list"}).out, {"待复核"});
  const Output posture = Run({"posture"});
  ExpectAll(posture.out, {"法律保全 1 待复核", "法务部 李",
                          "sluicectl legal-hold review 1"});
  ExpectAll(English({"posture"}).out, {"legal hold 1 is due for review"});
  const Output reviewed = English(
      {"legal-hold", "review", "1", "--review", "90d", "--reason", "appeal"});
  ASSERT_EQ(reviewed.code, 0) << reviewed.err;
  ExpectAll(reviewed.out, {"Legal hold 1", "is in force"});
  const Output ended = Run({"legal-hold", "end", "1", "--reason", "已结案"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  ExpectAll(ended.out, {"已解除"});
  ExpectAll(Run({"legal-hold", "list", "--all"}).out, {"已解除", "已结案"});
  ExpectAll(Run({"legal-hold", "list", "--all", "--json"}).out,
            {R"("number":1)", R"("end_reason":"已结案")"});
}

TEST_F(LegalHoldCommand, SaysWhatIsMissing) {
  const Output nothing = Run({"legal-hold", "add", "--owner", "李", "--review",
                              "30d", "--reason", "案号 118"});
  EXPECT_EQ(nothing.code, 2);
  ExpectAll(nothing.err, {"--recipient、--port 或 --content-provider"});
  const Output near =
      Run({"legal-hold", "add", "--content-provider", "shopp", "--owner", "李",
           "--review", "30d", "--reason", "案号 118"});
  EXPECT_EQ(near.code, 1);
  ExpectAll(near.err, {"--content-provider", "shop"});
  const Output past =
      Run({"legal-hold", "add", "--port", "shop-ads", "--owner", "李",
           "--review", "2020-01-01", "--reason", "案号 118"});
  EXPECT_EQ(past.code, 1);
  ExpectAll(past.err, {"--review"});
  ExpectAll(Run({"legal-hold", "end", "7", "--reason", "已结案"}).err,
            {"没有法律保全 7"});
  for (const char* command : {"add", "list", "review", "end"}) {
    ExpectAllNarrow(Run({"legal-hold", command, "--help"}).out);
    ExpectAllNarrow(English({"legal-hold", command, "--help"}).out);
  }
}

}  // namespace
}  // namespace sluice::ctl
