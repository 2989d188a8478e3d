#include "filter/policy/number_table.h"

#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace sluice::filter {
namespace {

Phone Mainland(absl::string_view number) { return *ParsePhone(number); }

TEST(NumberTable, TheLongestPrefixWins) {
  const auto table = *NumberTable::BuildDefault();
  const struct {
    absl::string_view number;
    Carrier carrier;
  } cases[] = {
      {"13000138000", Carrier::kUnicom},   {"13300138000", Carrier::kTelecom},
      {"13400138000", Carrier::kMobile},   {"13490138000", Carrier::kTelecom},
      {"13800138000", Carrier::kMobile},   {"15000138000", Carrier::kMobile},
      {"15300138000", Carrier::kTelecom},  {"15400138000", Carrier::kUnknown},
      {"15500138000", Carrier::kUnicom},   {"17000138000", Carrier::kTelecom},
      {"17030138000", Carrier::kMobile},   {"17040138000", Carrier::kUnicom},
      {"19200138000", Carrier::kBroadnet}, {"19300138000", Carrier::kTelecom},
      {"16200138000", Carrier::kTelecom},  {"16500138000", Carrier::kMobile},
      {"16300138000", Carrier::kUnknown},  {"1064912345678", Carrier::kTelecom},
      {"1440012345678", Carrier::kMobile}, {"010-62345678", Carrier::kUnknown},
      {"+85261234567", Carrier::kUnknown}, {"0571-86345678", Carrier::kUnknown},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(table->CarrierOf(Mainland(c.number)), c.carrier) << c.number;
  }
  EXPECT_EQ(table->CarrierOf(Phone{}), Carrier::kUnknown);
}

// Every row of the table's source, if the source is present.
TEST(NumberTable, AgreesWithItsSource) {
  std::ifstream source("../shared/data/numbers/carrier_zh_86.txt");
  if (!source) GTEST_SKIP() << "no ../shared/data/numbers here";
  const auto table = *NumberTable::BuildDefault();
  int rows = 0;
  for (std::string line; std::getline(source, line);) {
    const std::vector<std::string> halves = absl::StrSplit(line, '|');
    if (halves.size() != 2 || !absl::StartsWith(halves[0], "86")) continue;
    // 15 covers what longer rows leave out; of these, 154 is not assigned.
    std::string number = halves[0];
    number.resize(13, '0');
    const Carrier carrier = table->CarrierOf(Mainland(number));
    const absl::string_view name = halves[1] == "中国移动"   ? "mobile"
                                   : halves[1] == "中国联通" ? "unicom"
                                   : halves[1] == "中国电信" ? "telecom"
                                                             : "broadnet";
    EXPECT_EQ(Name(carrier), name) << halves[0];
    ++rows;
  }
  EXPECT_GT(rows, 60);
}

TEST(NumberTable, PortabilityOverridesThePrefix) {
  const NumberFile files[] = {
      {"a.csv", "number,carrier\n13800138000,telecom\n"},
      {"b.csv", "number,carrier\n+86 138 0013 8001, unicom\r\n\n"}};
  const auto table = *NumberTable::BuildDefault(files);
  EXPECT_EQ(table->ported(), 2u);
  EXPECT_EQ(table->CarrierOf(Mainland("13800138000")), Carrier::kTelecom);
  EXPECT_EQ(table->CarrierOf(Mainland("13800138001")), Carrier::kUnicom);
  EXPECT_EQ(table->CarrierOf(Mainland("13800138002")), Carrier::kMobile);
}

TEST(NumberTable, PrefixesOfAnyLength) {
  const auto table = *NumberTable::Build("1 mobile\n1380013 unicom\n", {});
  EXPECT_EQ(table->CarrierOf(Mainland("13800138000")), Carrier::kUnicom);
  EXPECT_EQ(table->CarrierOf(Mainland("13800148000")), Carrier::kMobile);
}

TEST(NumberTable, RefusesWithTheLine) {
  const struct {
    absl::string_view prefixes;
    std::string portability;
    absl::string_view why;
  } cases[] = {
      {"138", "", "carrier prefixes:1: carrier:"},
      {"138 mobile\n139 orange", "", "carrier prefixes:2: carrier:"},
      {"13x mobile", "", "carrier prefixes:1: prefix:"},
      {"13800138 mobile", "", "carrier prefixes:1: prefix:"},
      {"", "13800138000", "ported.csv:1: carrier:"},
      {"", "number,carrier\n138,mobile", "ported.csv:2: number:"},
      {"", "13800138000,mobile\n13800138000,unicom",
       "ported.csv:2: number: listed"},
  };
  for (const auto& c : cases) {
    const NumberFile ported[] = {{"ported.csv", c.portability}};
    const auto table = NumberTable::Build(c.prefixes, ported);
    ASSERT_FALSE(table.ok()) << c.why;
    EXPECT_EQ(table.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(table.status().message(), c.why))
        << table.status();
    EXPECT_FALSE(absl::StrContains(table.status().message(), "13800138000"));
  }
}

// As Excel saves it, and as Notepad does.
TEST(NumberTable, NamesTheEncodingOfAPortabilityFile) {
  const auto build = [](const std::string& content) {
    const NumberFile files[] = {{"ported.csv", content}};
    return NumberTable::Build("138 mobile\n", files).status();
  };
  EXPECT_TRUE(
      build("\xef\xbb\xbfnumber,carrier\r\n13800138000,unicom\r\n").ok());
  const absl::Status gbk =
      build("number,carrier\n13800138000,\xc1\xaa\xcd\xa8\xb9\xab\xcb\xbe\n");
  EXPECT_TRUE(absl::StartsWith(gbk.message(),
                               "ported.csv: not UTF-8: it looks like GBK"))
      << gbk;
  const absl::Status utf16 = build(std::string("n\0u\0", 4));
  EXPECT_TRUE(absl::StrContains(utf16.message(), "UTF-16")) << utf16;
}

TEST(Carrier, NamesAndBack) {
  for (const Carrier carrier : {Carrier::kMobile, Carrier::kUnicom,
                                Carrier::kTelecom, Carrier::kBroadnet}) {
    EXPECT_EQ(*ParseCarrier(Name(carrier)), carrier);
  }
  EXPECT_EQ(Name(Carrier::kUnknown), "");
  EXPECT_FALSE(ParseCarrier("").ok());
}

}  // namespace
}  // namespace sluice::filter
