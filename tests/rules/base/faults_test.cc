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

TEST(Suggestion, NamesTheNearestOfMany) {
  EXPECT_EQ(Suggestion("x", {}), ", there is none");
  EXPECT_EQ(Suggestion("x", {"aaa", "bbb"}), ", allowed: aaa, bbb");
  std::vector<std::string> names;
  for (int i = 0; i < 30; ++i) names.push_back(absl::StrCat("other_name", i));
  names.push_back("content_unwanted");
  EXPECT_EQ(Suggestion("content_bad", names)
                .rfind(", allowed: content_unwanted, other_name", 0),
            0u)
      << Suggestion("content_bad", names);
  EXPECT_NE(Suggestion("content_bad", names).find(" and 11 more"),
            std::string::npos);
  EXPECT_EQ(Suggestion("other_nam7", names), ", did you mean 'other_name7'?");
}

TEST(Suggestion, KnowsWhatPeopleWrite) {
  const std::vector<std::string> classes = {"verification", "commercial"};
  EXPECT_EQ(NearestOf("营销", classes), "commercial");
  EXPECT_EQ(NearestOf("OTP", classes), "verification");
  EXPECT_EQ(NearestOf("VERIFICATION", classes), "verification");
  EXPECT_EQ(NearestOf("mobile", {"phone", "qq"}), "phone");
  EXPECT_EQ(NearestOf("mobile", {"mobile", "unicom"}), "mobile");
  EXPECT_EQ(NearestOf("移动", {"mobile", "unicom"}), "mobile");
  EXPECT_EQ(NearestOf("xyz", classes), "");
}

}  // namespace
}  // namespace sluice::rules
