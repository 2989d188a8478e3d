// `erasure`, in Chinese and in English.

#include <string>

#include "gtest/gtest.h"
#include "tests/tools/chinese.h"
#include "tests/tools/chinese_server.h"
#include "tests/tools/run_ctl.h"

namespace sluice::ctl {
namespace {

class ErasureCommand : public ChineseServer {};

TEST_F(ErasureCommand, SaysWhatGoesAndWhatStays) {
  ExpectAll(Run({"erasure", "list"}).out, {"没有删除请求。"});
  ExpectAll(Run({"erasure", "preview", "13800138000"}).out,
            {"没有关于这个号码的记录。"});
  SubmitOne(Notice("13800138000"));
  ASSERT_EQ(Run({"optout", "add", "13800138000", "--content-provider", "shop",
                 "--source", "complaint", "--evidence", "来电"})
                .code,
            0);
  const Output preview = Run({"erasure", "preview", "138-0013-8000"});
  ASSERT_EQ(preview.code, 0) << preview.err;
  ExpectAll(preview.out, {"+8613800138000", "删去", "第十、十一条", "不删去",
                          "退订及其依据", "sluicectl erasure add"});
  const Output added = Run({"erasure", "add", "13800138000", "--reason",
                            "本人来函 118，已核验身份"});
  ASSERT_EQ(added.code, 0) << added.err;
  ExpectAll(added.out, {"删除请求 1 已登记", "+8613800138000", "不能撤回"});
  ExpectAll(Run({"erasure", "list"}).out,
            {"编号", "+8613800138000", "至 20", "来函"});
  ExpectAll(
      Run({"erasure", "list", "--json"}).out,
      {R"("number":1)", R"("recipient":"+8613800138000")", R"("by_law":)"});
  ExpectAll(English({"erasure", "list"}).out, {"number", "phone", "until 20"});
  const Output english =
      English({"erasure", "add", "13900139000", "--reason", "letter 119"});
  ExpectAll(english.out, {"Erasure 2 is recorded", "no record about"});
  clock_.Advance(absl::Seconds(1));  // The log is read up to now.
  ExpectAll(Run({"audit", "operators", "--recipient", "13800138000"}).out,
            {"登记删除请求", "预览删除", "来函"});
}

TEST_F(ErasureCommand, RefusesWhatIsWrong) {
  const Output number = Run({"erasure", "add", "138", "--reason", "来函"});
  EXPECT_EQ(number.code, 1);
  ExpectAll(number.err, {"号码：手机号码为 11 位"});
  const Output reason = Run({"erasure", "add", "13800138000"});
  EXPECT_EQ(reason.code, 2);
  ExpectAll(reason.err, {"--reason"});
  for (const char* command : {"preview", "add", "list"}) {
    ExpectAllNarrow(Run({"erasure", command, "--help"}).out);
    ExpectAllNarrow(English({"erasure", command, "--help"}).out);
  }
}

}  // namespace
}  // namespace sluice::ctl
