#include "tools/lib/json_line.h"

#include <gtest/gtest.h>

#include "sluice/v1/message.pb.h"

namespace sluice::tools {
namespace {

TEST(JsonLine, KeepsTheOrderAndEscapes) {
  EXPECT_EQ(JsonLine().End(), "{}");
  EXPECT_EQ(JsonLine()
                .Text("z", "say \"hi\" \\ 贷款")
                .Texts("list", {"b", "a"})
                .Count("count", 18'446'744'073'709'551'615u)
                .Number("share", 1.0 / 3, 3)
                .Flag("good", true)
                .Null("none")
                .Counts("by_name", {{"b", 1}, {"a", 2}})
                .Objects("parts", {JsonLine().Count("n", 1), JsonLine()})
                .End(),
            "{\"z\":\"say \\\"hi\\\" \\\\ 贷款\",\"list\":[\"b\",\"a\"],"
            "\"count\":18446744073709551615,\"share\":0.333,\"good\":true,"
            "\"none\":null,\"by_name\":{\"a\":2,\"b\":1},"
            "\"parts\":[{\"n\":1},{}]}");
}

TEST(JsonLine, TextIsAlwaysValid) {
  const std::string json = JsonLine().Text("name", "\xff\n\x1b[31m").End();
  EXPECT_EQ(json.find('\n'), std::string::npos);
  EXPECT_EQ(json.find('\x1b'), std::string::npos);
  EXPECT_EQ(json.find('\xff'), std::string::npos);
}

TEST(JsonLine, TakesMessagesOfTheApi) {
  v1::Verdict verdict;
  verdict.set_decision(v1::DECISION_REJECTED);
  verdict.set_rule_set("<a>");
  EXPECT_EQ(JsonLine().Count("line", 7).Fields(verdict).End(),
            "{\"line\":7,\"decision\":\"DECISION_REJECTED\","
            "\"rule_set\":\"<a>\"}");
  EXPECT_EQ(JsonLine().Message("verdict", v1::Verdict()).End(),
            "{\"verdict\":{}}");
}

}  // namespace
}  // namespace sluice::tools
