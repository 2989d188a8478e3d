// Counts of what comes back over a link, within their bounds, and as metrics.
#include "gateway/dispatch/link_tally.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/telemetry/metrics.h"

namespace sluice::gateway {
namespace {

TEST(CodeCounts, TheMostFrequentComesFirst) {
  CodeCounts counts;
  counts.Count("0", "taken");
  counts.Count("10", "Src_Id is wrong");
  counts.Count("10", "Src_Id is wrong");
  const std::vector<CodeCount> sorted = counts.Sorted();
  ASSERT_EQ(sorted.size(), 2u);
  EXPECT_EQ(sorted[0].code, "10");
  EXPECT_EQ(sorted[0].meaning, "Src_Id is wrong");
  EXPECT_EQ(sorted[0].count, 2u);
}

TEST(CodeCounts, ACarrierThatInventsCodesFillsNoMemory) {
  CodeCounts counts;
  for (int i = 0; i < 1'000; ++i) counts.Count(absl::StrCat("X", i), "");
  const std::vector<CodeCount> sorted = counts.Sorted();
  ASSERT_EQ(sorted.size(), CodeCounts::kCodesMax + 1);
  EXPECT_EQ(sorted.back().code, "");
  EXPECT_EQ(sorted.back().count, 1'000 - CodeCounts::kCodesMax);
}

TEST(CodeCounts, WhatDoesNotPrintIsReplaced) {
  CodeCounts counts;
  counts.Count("A\x1b\xff", "");
  EXPECT_EQ(counts.Sorted()[0].code, "A??");
}

TEST(RecentTimes, QuantilesOfTheLastTimes) {
  RecentTimes times;
  EXPECT_EQ(times.Quantile(0.5), absl::ZeroDuration());
  times.Add(absl::Seconds(1));
  EXPECT_EQ(times.Quantile(0.5), absl::Seconds(1));
  EXPECT_EQ(times.Quantile(0.95), absl::Seconds(1));
  for (size_t i = 1; i <= RecentTimes::kTimesMax; ++i) {
    times.Add(absl::Milliseconds(static_cast<int64_t>(i)));
  }
  EXPECT_EQ(times.Quantile(0.5), absl::Milliseconds(128));
  EXPECT_EQ(times.Quantile(0.95), absl::Milliseconds(244));
}

TEST(LinkMetrics, ShowWhatIsKnownOfALink) {
  Metrics metrics;
  LinkStatus link;
  link.name = "beijing";
  link.condition = LinkCondition::kPaused;
  link.window = 16;
  link.waiting[static_cast<size_t>(MessageClass::kNotice)] = 7;
  link.answer_time_median = absl::Milliseconds(250);
  link.results = {{"10", "Src_Id is wrong", 188}, {"", "", 3}};
  link.reports = {{"DELIVRD", "delivered", 5}};
  link.unmatched_reports = 2;
  metrics.SetLink(link);
  link.results[0].count = 200;
  metrics.SetLink(link);
  const std::string text = metrics.Text();
  for (const char* line :
       {"sluice_link_paused{link=\"beijing\"} 1\n",
        "sluice_link_window{link=\"beijing\"} 16\n",
        "sluice_link_waiting{class=\"notice\",link=\"beijing\"} 7\n",
        "sluice_link_answer_seconds{link=\"beijing\",quantile=\"0.5\"} 0.25\n",
        "sluice_link_results_total{code=\"10\",link=\"beijing\"} 200\n",
        "sluice_link_results_total{code=\"other\",link=\"beijing\"} 3\n",
        "sluice_link_reports_total{link=\"beijing\",stat=\"DELIVRD\"} 5\n",
        "sluice_link_events_total{event=\"unmatched_report\",link=\"beijing\"} "
        "2\n"}) {
    EXPECT_TRUE(absl::StrContains(text, line)) << line << text;
  }
}

}  // namespace
}  // namespace sluice::gateway
