#include "rules/base/lasting_fault.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using absl::Minutes;
using absl::Seconds;

TEST(LastingFault, IsToldWhenItBeginsAndEndsAndEveryTenMinutes) {
  LastingFault fault;
  EXPECT_EQ(fault.Ends(Seconds(0)), std::nullopt);
  EXPECT_EQ(fault.Holds("full", Seconds(1)), "full");
  for (int s = 1; s < 601; ++s) {
    EXPECT_EQ(fault.Holds("full", Seconds(s)), std::nullopt) << s;
  }
  EXPECT_EQ(fault.Holds("still full", Seconds(601)), "still full (for 10m)");
  EXPECT_EQ(fault.Holds("full", Seconds(1200)), std::nullopt);
  EXPECT_EQ(fault.Holds("full", Seconds(1201)), "full (for 20m)");
  EXPECT_EQ(fault.Ends(Seconds(1266)), "21m5s");
  EXPECT_EQ(fault.Ends(Seconds(1267)), std::nullopt);
}

TEST(LastingFault, ThatComesAndGoesIsToldOnceAMinute) {
  LastingFault fault;
  int begun = 0;
  int ended = 0;
  for (int s = 0; s < 600; ++s) {
    begun += fault.Holds("down", Seconds(s)).has_value();
    ended += fault.Ends(Seconds(s) + absl::Milliseconds(500)).has_value();
  }
  EXPECT_EQ(begun, 10);
  EXPECT_EQ(ended, 10);
}

// It is told late, and then as what it is.
TEST(LastingFault, ThatBeginsAgainAndStaysIsTold) {
  LastingFault fault;
  EXPECT_EQ(fault.Holds("down", Seconds(0)), "down");
  EXPECT_EQ(fault.Ends(Seconds(2)), "2s");
  EXPECT_EQ(fault.Holds("down", Seconds(10)), std::nullopt);
  EXPECT_EQ(fault.Holds("down", Seconds(59)), std::nullopt);
  EXPECT_EQ(fault.Holds("down", Seconds(60)), "down (for 50s)");
  EXPECT_EQ(fault.Ends(Minutes(2)), "1m50s");
}

}  // namespace
}  // namespace sluice
