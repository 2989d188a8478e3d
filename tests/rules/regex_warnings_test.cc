// Regexes that compile and do not say what their author means.

#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rules/check/odd_regex.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

const struct {
  const char* regex;
  const char* what;  // A part of the warning; nullptr: there is none.
} kRegexes[] = {
    {"加（微信｜qq）", "'（' in full width is looked for as the character '('"},
    {"(微信｜qq)号", "write | for the syntax of a regex, or \\| for"},
    {"代？开票", "write ? for"},
    {"发票＋", "write + for"},
    {"发票．{0,3}", "write . for"},
    {"发.＊票", "write * for"},
    {"［甲乙］证", "write [ for"},
    {"假.｛0,3｝证", "write { for"},
    {"＾您中奖", "write ^ for"},
    {"＼d元", "write \\ for"},
    {"尾号[0－9]{4}的", "'－' in full width is a character of '[0－9]'"},
    {"加[微信|支付]号", "write (微信|支付)"},
    {"假.{,3}证", "'{,3}' is no count"},
    {"假.{1, 3}证", "'{1, 3}' is no count"},
    {"孩\\\\d+", "in single quotes write one, \\d"},
    {"尾号d{4}异常", "for digits write \\d"},
    {"号w+码", "for letters and digits write \\w"},
    {"发*票", "write 发.{0,3}"},
    {"[加V]+信", "[加V]+ is any row"},
    {"[微信]+办卡", "is any row of these characters"},
    {"\\b微信办卡", "beside a Chinese character it holds where a letter"},
    {"加我办卡\\b", "beside a Chinese character"},
    {".*代办大额卡", "any characters at the beginning change nothing"},
    {"(代办|代开|)发票", "there is nothing beside a '|'"},
    {"(|代办)发票", "there is nothing beside a '|'"},
    {"代办|", "there is nothing beside a '|'"},
    {"(代办|代开)?学位", nullptr},
    {"加我1[3-9]\\d{10}", "mobile numbers have 11 digits"},
    {"加我1[3-9]\\d{9}", nullptr},
    // ： is folded to a colon, which must not make a POSIX class.
    {"日赚[:：]?\\d+元办", nullptr},
    {"^.*代办大额卡", "any characters at the beginning change nothing"},
    {"代办大额卡.*$", "any characters at the end change nothing"},
    {"代办大额卡.{0,20}", "any characters at the end change nothing"},
    {"^代办大额卡$", "write ^(【[^】]*】)?代"},
    {"^(【[^】]*】)?代办", nullptr},
    {"^[a-z]+办卡", nullptr},
    {"/代开发票/", "a / at the ends is looked for as it is"},
    {"/代开发票/i", "a / at the ends"},
    // A path, near the beginning, near the end, rows of figures and cries.
    {"坏站\\.cn/g", nullptr},
    {"^.{0,8}代办大额卡", nullptr},
    {"代办大额卡.{0,5}$", nullptr},
    {"[百千万]+元", nullptr},
    {"[哈呵嘿]+", nullptr},
    {"第[一二]季度", nullptr},
    {"代开&&发票", "'&&' is looked for as it is"},
    {"//[a-z]+\\.cn/", nullptr},
    {"代开[快递]", "write (快递|…)"},
    {"开户{2}", "{2} counts '户' alone"},
    {"(代开|代办).*(发票|证件).*", "any characters at the end"},
    {"(开户){2}", nullptr},
    {"开户{0,1}", nullptr},
    {"[发收]票", nullptr},
    {"代开|代办.*", nullptr},
    {"代办.+卡", nullptr},
    {"代办.*大额卡", nullptr},
    {"\\bvx\\d+", nullptr},
    {"代办大额卡\\.*", nullptr},
    {"[微薇威]信", nullptr},
    {"[0-9一二三]+元", nullptr},
    // As people mean them.
    {"加(微信|qq)号", nullptr},
    {"先[^，。；！\\n]{0,3}交[:：（ ]?[\\d一二]{1,2}", nullptr},
    {"[（(【].{2,9}[)）】]", nullptr},
    {"好吗[？?]", nullptr},
    {"假.{0,3}证", nullptr},
    {"假.{3}证", nullptr},
    {"\\d{11}", nullptr},
    {"(发票|收据)*到", nullptr},
    {"[发收]*票", nullptr},
    {"\\（", nullptr},
    {"您，请", nullptr},
    {"[元|块]", "write [元块]"},
    {"[3|5]元", "write [35]"},
    {"[^a|b]", "write [^ab]"},
    {"[|｜/]", nullptr},
    {"a[.|,]b", nullptr},
    {"[,|;]办结", nullptr},
    {"[^|]{3}办结", nullptr},
    {"abc.com", "write \\. for the dot of a host"},
    {"[a-z]+.top/", "'.top' is more than a site"},
    {"www.[a-z]+\\.cn", nullptr},
    {"(t.cn|u.com)", "'.cn' is more than a site"},
    {"abc\\.com", nullptr},
    {"abc.{0,3}com", nullptr},
    {"加.cnzz", nullptr},
    {"word{1}", nullptr},
    {"hd+片", nullptr},
    {"加d?群", nullptr},
};

TEST(OddRegex, WhatIsTypedInsteadOfSyntax) {
  for (const auto& one : kRegexes) {
    const auto odd = FindOddRegex(one.regex);
    ASSERT_EQ(odd.has_value(), one.what != nullptr)
        << one.regex << ": " << (odd ? odd->english : "nothing");
    if (!odd) continue;
    EXPECT_TRUE(absl::StrContains(odd->english, one.what))
        << one.regex << ": " << odd->english;
    EXPECT_FALSE(odd->chinese.empty()) << one.regex;
  }
}

TEST(OddRegex, IsWarnedOfWhereverItStands) {
  const std::string near = WarningsOf(WithRules(R"(rules:
  - id: near
    basis: law
    match:
      near:
        first: {regexes: ['加（微信｜qq）']}
        second: {words: [提现到账]}
        within: 3
)"));
  EXPECT_TRUE(absl::StartsWith(near, "rules.yaml:6:27: '加（微信｜qq）': '（'"))
      << near;
}

}  // namespace
}  // namespace sluice::rules
