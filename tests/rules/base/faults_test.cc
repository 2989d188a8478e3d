#include "rules/base/faults.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace sluice::rules {
namespace {

// The lines of `count` faults with this message.
std::vector<std::string> LinesOf(int count, const std::string& message) {
  Faults faults;
  for (int i = 0; i < count; ++i) {
    faults.Add("f", {static_cast<uint32_t>(i + 1), 1}, message);
  }
  const std::string text(faults.ToStatus().message());
  EXPECT_LE(text.size(), std::max(Faults::kShownBytesMax, message.size()) + 50);
  return absl::StrSplit(text, '\n');
}

TEST(Faults, ShowsAsManyLinesAsAreAllowed) {
  const std::vector<std::string> lines = LinesOf(60, "x");
  ASSERT_EQ(lines.size(), Faults::kShownMax + 1);
  EXPECT_EQ(lines.back(), "and 10 more");
  EXPECT_EQ(LinesOf(50, "x").size(), 50u);
}

TEST(Faults, ShowsAsManyBytesAsAreAllowed) {
  const std::vector<std::string> lines = LinesOf(40, std::string(100, 'x'));
  ASSERT_LT(lines.size(), 20u);
  EXPECT_EQ(lines.back(), absl::StrCat("and ", 41 - lines.size(), " more"));
}

TEST(Faults, AlwaysShowsTheFirst) {
  const std::vector<std::string> lines = LinesOf(3, std::string(5'000, 'x'));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1], "and 2 more");
}

}  // namespace
}  // namespace sluice::rules
