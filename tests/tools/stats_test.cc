// sluicectl stats against a whole server.

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/tools/chinese_server.h"

namespace sluice::ctl {
namespace {

class StatsTest : public ChineseServer {
 protected:
  void SetUp() override {
    ChineseServer::SetUp();
    SubmitOne(Message(Number(1), v1::MESSAGE_CLASS_NOTICE, kHeldText));
    SubmitOne(Message(Number(2), v1::MESSAGE_CLASS_NOTICE, kRejectedText));
    SubmitOne(Commercial(Number(3)));
    SubmitOne(Commercial(Number(4)));
    EXPECT_EQ(
        Run({"optout", "add", Number(4), "--content-provider", "shop"}).code,
        0);
  }
};

TEST_F(StatsTest, TheTotalHasEveryCountAndTheReasons) {
  const Output output = Run({"stats"});
  EXPECT_EQ(output.code, 0) << output.err;
  // Two accepted, one held, one rejected; the opt-out cancelled one.
  ExpectAll(output.out, {"提交              4", "放行              2",
                         "待审              1", "拒绝              1",
                         "发送前取消        1", "退订              1",
                         "CONTENT_PROHIBITED      1  100.0%"});
}

TEST_F(StatsTest, RowsByWhatIsAsked) {
  ExpectAll(Run({"stats", "--by", "content-provider"}).out,
            {"云杉超市 (shop)"});
  // Of one row, every count.
  ExpectAll(Run({"stats", "--by", "内容提供者", "--only", "云杉超市"}).out,
            {"云杉超市 (shop)", "提交              4"});
  const Output classes = Run({"stats", "--by", "class"});
  ExpectAll(classes.out, {"通知", "营销", "送达、失败按分条计"});
  ExpectAll(Run({"stats", "--by", "province", "--per", "day"}).out,
            {"北京 (CN-BJ)"});
  ExpectAll(Run({"stats", "--by", "carrier"}).out, {"移动"});
  const Output english = English({"stats", "--by", "class"});
  EXPECT_TRUE(absl::StrContains(english.out, "COMMERCIAL")) << english.out;
  ExpectAll(Run({"stats", "--by", "link"}).out, {"没有短信"});
}

TEST_F(StatsTest, ACsvHasEveryCount) {
  const std::string path = absl::StrCat(folder_.path(), "/stats.csv");
  ASSERT_EQ(Run({"stats", "--by", "class", "--csv", path}).code, 0);
  std::ostringstream csv;
  csv << std::ifstream(path).rdbuf();
  const std::vector<std::string> rows = absl::StrSplit(csv.str(), "\r\n");
  ASSERT_EQ(rows.size(), 4u) << csv.str();  // Headings, two rows, the end.
  EXPECT_TRUE(absl::StrContains(rows[0], "\"投诉\",\"拒绝原因\"")) << rows[0];
  EXPECT_TRUE(absl::StrContains(csv.str(), "\"CONTENT_PROHIBITED 1\""))
      << csv.str();
  EXPECT_NE(Run({"stats", "--csv", path}).code, 0);  // It exists.
}

TEST_F(StatsTest, ErrorsNameTheFlag) {
  ExpectAll(Run({"stats", "--by", "colour"}).err, {"--by"});
  ExpectAll(Run({"stats", "--only", "shop"}).err, {"--only", "--by"});
  ExpectAll(Run({"stats", "--by", "account", "--only", "nobody"}).err,
            {"nobody"});
  ExpectAll(Run({"stats", "--from", "1h", "--until", "2h"}).err, {"--until"});
}

}  // namespace
}  // namespace sluice::ctl
