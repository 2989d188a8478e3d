#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tools/lib/bar.h"
#include "tools/lib/display_width.h"
#include "tools/lib/highlight.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/lib/wrap.h"

namespace sluice::tools {
namespace {

TEST(DisplayWidth, Table) {
  constexpr struct {
    const char* text;
    size_t width;
  } kCases[] = {
      {"", 0},           {"abc", 3},
      {"验证码", 6},     {"Ａ１", 4},     // Full width.
      {"ｱ", 1},                           // Half-width kana.
      {"【小店】", 8},   {"e\u0301", 1},  // A combining accent.
      {"代\u200b开", 4},                  // A zero-width space.
      {"😊", 2},          {"\xff", 1},     // Shown as U+FFFD.
  };
  for (const auto& c : kCases)
    EXPECT_EQ(DisplayWidth(c.text), c.width) << c.text;
}

TEST(DisplayWidth, PadAndShortenCountCells) {
  EXPECT_EQ(PadTo("小店", 6), "小店  ");
  EXPECT_EQ(PadTo("小店", 6, Align::kRight), "  小店");
  EXPECT_EQ(PadTo("小店", 3), "小店");
  EXPECT_EQ(Shorten("小店开业", 8), "小店开业");
  EXPECT_EQ(Shorten("小店开业", 7), "小店开…");
  EXPECT_EQ(Shorten("小店开业", 6), "小店…");  // No half characters.
  EXPECT_EQ(Shorten("小店", 0), "");
}

TEST(Printable, NothingHidesAndOneCodePointStaysOne) {
  const std::string text = "代\u200b开\n\x1b[31m\x7f\xff";
  const std::string shown = Printable(text);
  EXPECT_EQ(shown, "代·开␊␛[31m␡\ufffd");
  EXPECT_EQ(SplitGlyphs(shown).size(), SplitGlyphs(text).size());
}

TEST(Table, ChineseColumnsLineUp) {
  Table table({{"name"}, {"n", Align::kRight}, {"text"}});
  table.AddRow({"小店", "7", "a"});
  table.AddRow({"shop", "1234", "新店开业"});
  EXPECT_EQ(table.Text(),
            "name     n  text\n"
            "----  ----  --------\n"
            "小店     7  a\n"
            "shop  1234  新店开业\n");
}

// A command that is wider than the line is copied whole all the same.
TEST(Wrap, LinesKeepCommandsWhole) {
  EXPECT_EQ(WrapLines("now: `one --two three --four five`, then go", 20, 2),
            "now:\n  `one --two three --four five`,\n  then go");
}

TEST(Wrap, Table) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(Wrap("", 10), Lines{""});
  EXPECT_EQ(Wrap("a short one", 11), Lines{"a short one"});
  EXPECT_EQ(Wrap("a short one", 10), (Lines{"a short", "one"}));
  EXPECT_EQ(Wrap("一二三四五", 6), (Lines{"一二三", "四五"}));
  EXPECT_EQ(Wrap("一二三四五", 7), (Lines{"一二三", "四五"}));
  // Punctuation stays with what it ends.
  EXPECT_EQ(Wrap("一二三，四五", 6), (Lines{"一二", "三，四", "五"}));
  // Paths and other words without blanks stay whole.
  EXPECT_EQ(Wrap("in ./sluice-data/admin.key", 24),
            (Lines{"in", "./sluice-data/admin.key"}));
  EXPECT_EQ(Wrap("一二、./sluice-data/admin.key 三", 24),
            (Lines{"一二、", "./sluice-data/admin.key", "三"}));
  EXPECT_EQ(Wrap("one --two-three-four", 12),
            (Lines{"one", "--two-three-", "four"}));
  EXPECT_EQ(Wrap("one two-three", 10), (Lines{"one", "two-three"}));
  // What is too wide for a line is broken, wherever it is.
  EXPECT_EQ(Wrap("see http://a.example/long", 10),
            (Lines{"see", "http://", "a.example/", "long"}));
  EXPECT_EQ(Wrap("abcdefghij", 4), (Lines{"abcd", "efgh", "ij"}));
  EXPECT_EQ(Wrap("\xff\xff", 10).size(), 1u);
}

TEST(Table, ProseGoesOnInTheNextLineWhenTheTerminalIsNarrow) {
  Table table({{"id"}, {"text", Align::kLeft, true}, {"n", Align::kRight}});
  table.AddRow({"1", "一二三四五六七八九十甲乙丙丁", "7"});
  table.AddRow({"2", "短", "12"});
  EXPECT_EQ(table.Text(28),
            "id  text                   n\n"
            "--  --------------------  --\n"
            "1   一二三四五六七八九十   7\n"
            "    甲乙丙丁\n"
            "2   短                    12\n");
}

TEST(Table, OtherTextsBreakAfterProse) {
  Table table({{"when"}, {"text", Align::kLeft, true}});
  table.AddRow({"2026-12-01 12:00:00", "one two three four five six seven"});
  EXPECT_EQ(table.Text(32),
            "when        text\n"
            "----------  --------------------\n"
            "2026-12-01  one two three four\n"
            "12:00:00    five six seven\n");
}

TEST(Table, WhatCannotBeSoNarrowIsParagraphs) {
  Table table({{"when"}, {"who"}, {"text", Align::kLeft, true}});
  table.AddRow({"2026-12-01 12:00:00", "", "一二三四五六七八九十"});
  table.AddRow({"2026-12-02 12:00:00", "王敏", "短"});
  EXPECT_EQ(table.Text(20),
            "when  2026-12-01\n"
            "      12:00:00\n"
            "text  一二三四五六七\n"
            "      八九十\n"
            "\n"
            "when  2026-12-02\n"
            "      12:00:00\n"
            "who   王敏\n"
            "text  短\n");
}

TEST(Table, ARowMayBeShorter) {
  Table table({{"a"}, {"b"}});
  table.AddRow({"1"});
  EXPECT_EQ(table.Text(), "a  b\n-  -\n1\n");
}

v1::Reason ReasonAt(uint32_t begin, uint32_t end) {
  v1::Reason reason;
  auto& span = *reason.add_spans();
  span.set_begin(begin);
  span.set_end(end);
  return reason;
}

TEST(Highlight, CaretsStandUnderTheHits) {
  const std::string text = "【店】代开发票 call";
  const auto hits = MarkHits({ReasonAt(3, 7)}, SplitGlyphs(text).size());
  EXPECT_EQ(Highlight(text, hits, Style(false), 80),
            "  【店】代开发票 call\n"
            "        ^^^^^^^^\n");
}

TEST(Highlight, ColoursOverlappingSpansOnce) {
  const auto hits = MarkHits({ReasonAt(1, 3), ReasonAt(2, 4)}, 5);
  EXPECT_EQ(Highlight("abcde", hits, Style(true), 80, 0),
            "a\033[1;4;31mbcd\033[0me\n");
}

TEST(Highlight, BreaksLongTextsAndKeepsTheMarksInPlace) {
  const std::string text = "一二三四五六七八";
  const auto hits = MarkHits({ReasonAt(4, 7)}, 8);
  EXPECT_EQ(Highlight(text, hits, Style(false), 12, 0),
            "一二三四五六\n"
            "        ^^^^\n"
            "七八\n"
            "^^\n");
}

TEST(Highlight, SpansBeyondTheTextAreCut) {
  const auto hits = MarkHits({ReasonAt(1, 99), ReasonAt(50, 60)}, 2);
  EXPECT_EQ(hits, (std::vector<bool>{false, true}));
}

TEST(Bar, Pictures) {
  EXPECT_EQ(Bar(1, 1, 4), "████");
  EXPECT_EQ(Bar(0.5, 1, 4), "██");
  EXPECT_EQ(Bar(0.0001, 1, 4), "▏");
  EXPECT_EQ(Bar(0, 1, 4), "");
  EXPECT_EQ(Bar(2, 1, 4), "████");
  EXPECT_EQ(DurationText(0.0000012), "1.20 us");
  EXPECT_EQ(DurationText(0.0456), "45.6 ms");
  EXPECT_EQ(DurationText(2), "2.00 s");
  EXPECT_EQ(DurationText(0), "0.00 ns");
  EXPECT_EQ(Grouped(1234567), "1,234,567");
  EXPECT_EQ(Grouped(12), "12");
}

TEST(Progress, LineSaysHowFarAndHowLong) {
  EXPECT_EQ(
      ProgressLine("messages", 50, 100, absl::Seconds(5)),
      "messages  [###############...............]  50/100  10/s  5 s left");
  EXPECT_EQ(ProgressLine("messages", 50, 0, absl::Seconds(5)),
            "messages  50  10/s");
}

}  // namespace
}  // namespace sluice::tools
