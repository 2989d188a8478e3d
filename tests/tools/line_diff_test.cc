// Differences of two texts: applied to the first text, and compared with a
// table of longest common subsequences on small texts.

#include "tools/sluicectl/rules/line_diff.h"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sluice::ctl {
namespace {

using Lines = std::vector<absl::string_view>;

// The result of applying `changes` to `before`.
std::string Applied(const Lines& before, const Lines& after,
                    const std::vector<LineChange>& changes) {
  std::string text;
  size_t at = 0;
  for (const LineChange& change : changes) {
    for (; at < change.before_begin; ++at) absl::StrAppend(&text, before[at]);
    for (size_t i = change.after_begin; i < change.after_end; ++i) {
      absl::StrAppend(&text, after[i]);
    }
    at = change.before_end;
  }
  for (; at < before.size(); ++at) absl::StrAppend(&text, before[at]);
  return text;
}

size_t Touched(const std::vector<LineChange>& changes) {
  size_t lines = 0;
  for (const LineChange& change : changes) {
    lines += change.removed() + change.added();
  }
  return lines;
}

// The least number of changed lines.
size_t Distance(const Lines& a, const Lines& b) {
  std::vector<std::vector<size_t>> common(a.size() + 1,
                                          std::vector<size_t>(b.size() + 1, 0));
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      common[i][j] = a[i] == b[j]
                         ? common[i + 1][j + 1] + 1
                         : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  return a.size() + b.size() - 2 * common[0][0];
}

std::string RandomText(std::mt19937_64& random, size_t lines_max,
                       size_t letters) {
  std::string text;
  for (size_t i = random() % (lines_max + 1); i > 0; --i) {
    absl::StrAppend(&text, random() % letters, "\n");
  }
  if (!text.empty() && random() % 4 == 0) text.pop_back();
  return text;
}

TEST(SplitLines, KeepsTheirEnds) {
  EXPECT_EQ(SplitLines(""), Lines());
  EXPECT_EQ(SplitLines("a\n\nb"), (Lines{"a\n", "\n", "b"}));
  EXPECT_EQ(SplitLines("a\r\n"), (Lines{"a\r\n"}));
}

TEST(DiffLines, SmallTextsAreChangedAsLittleAsCanBe) {
  const char* seed_text = std::getenv("SLUICE_SEED");
  const uint64_t seed = seed_text ? std::strtoull(seed_text, nullptr, 10) : 1;
  SCOPED_TRACE(testing::Message() << "SLUICE_SEED=" << seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 3'000; ++i) {
    const std::string old_text = RandomText(random, 12, 1 + random() % 8);
    const std::string new_text = RandomText(random, 12, 1 + random() % 8);
    const Lines before = SplitLines(old_text);
    const Lines after = SplitLines(new_text);
    const auto changes = DiffLines(before, after);
    ASSERT_EQ(Applied(before, after, changes), new_text);
    ASSERT_EQ(Touched(changes), Distance(before, after)) << old_text << "->\n"
                                                         << new_text;
  }
}

TEST(DiffLines, LongTextsAreChangedInPlace) {
  std::mt19937_64 random(7);
  std::string old_text;
  std::string new_text;
  size_t edits = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string line = absl::StrCat("word", i, "\n");
    old_text += line;
    const uint64_t what = random() % 1'000;
    if (what == 0) {
      absl::StrAppend(&new_text, "new", i, "\n", line);
      ++edits;
    } else if (what == 1) {
      ++edits;
    } else {
      new_text += line;
    }
  }
  ASSERT_GT(edits, 100u);
  const Lines before = SplitLines(old_text);
  const Lines after = SplitLines(new_text);
  const auto changes = DiffLines(before, after);
  EXPECT_EQ(Applied(before, after, changes), new_text);
  EXPECT_EQ(Touched(changes), edits);
}

// Texts with nothing in common, and texts without unique lines, must not take
// long.
TEST(DiffLines, HostileTextsAreReplacedWhole) {
  std::string one;
  std::string other;
  for (int i = 0; i < 100'000; ++i) {
    absl::StrAppend(&one, "a", i % 2, "\n");
    absl::StrAppend(&other, "a", i % 3, "\n");
  }
  const Lines before = SplitLines(one);
  const Lines after = SplitLines(other);
  EXPECT_EQ(Applied(before, after, DiffLines(before, after)), other);
}

TEST(CountLines, ReplacedLinesAreChanged) {
  const LineCounts counts =
      CountLines({{0, 2, 0, 3}, {5, 6, 6, 6}, {9, 9, 9, 10}});
  EXPECT_EQ(counts.changed, 2u);
  EXPECT_EQ(counts.added, 2u);
  EXPECT_EQ(counts.removed, 1u);
}

std::string Printed(const std::string& old_text, const std::string& new_text,
                    size_t around) {
  const Lines before = SplitLines(old_text);
  const Lines after = SplitLines(new_text);
  std::ostringstream out;
  PrintChanges(out, tools::Style(), before, after, DiffLines(before, after),
               around);
  return out.str();
}

TEST(PrintChanges, IsTheUnifiedForm) {
  EXPECT_EQ(
      Printed("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\nx\n5\n6\n7\n8\n", 1),
      "@@ -3,3 +3,3 @@\n 3\n-4\n+x\n 5\n"
      "@@ -8,2 +8 @@\n 8\n-9\n");
  EXPECT_EQ(Printed("1\n2\n3\n4\n", "1\nx\n3\ny\n", 1),
            "@@ -1,4 +1,4 @@\n 1\n-2\n+x\n 3\n-4\n+y\n");
  EXPECT_EQ(Printed("", "a\n", 3), "@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(Printed("a", "a\n", 3),
            "@@ -1 +1 @@\n-a\n\\ No line end at the end of the file\n+a\n");
  EXPECT_EQ(Printed("a\n", "\x1b[2J\n", 0), "@@ -1 +1 @@\n-a\n+␛[2J\n");
}

}  // namespace
}  // namespace sluice::ctl
