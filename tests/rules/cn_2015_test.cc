// The pack that Sluice ships: it must have the regulation's defaults, and its
// words must stop certain real texts. The texts are not ours: the test is
// skipped where they are missing.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/rule_set.h"

namespace sluice::rules {
namespace {

const RuleSet& Pack() {
  static const auto& pack = *new std::shared_ptr<const RuleSet>([] {
    auto loaded = RuleSet::Load("rules/packs/cn-2015");
    EXPECT_TRUE(loaded.ok()) << loaded.status().message();
    return *std::move(loaded);
  }());
  return *pack;
}

TEST(Cn2015, SaysWhatItIs) {
  EXPECT_EQ(Pack().header().name(), "cn-2015");
  EXPECT_EQ(Pack().header().effective_from(), "2015-06-30");
  EXPECT_EQ(Pack().header().effective_to(), "2026-04-30");
  EXPECT_TRUE(absl::StrContains(Pack().header().notes(), "replaced"));
  EXPECT_TRUE(absl::StartsWith(Pack().id(), "cn-2015@"));
  EXPECT_EQ(Pack().id().size(), 15u);
}

TEST(Cn2015, LimitsAreThoseOfTheTable) {
  std::map<std::string, std::string> limits;
  for (const rules::v1::LimitRule& limit : Pack().policy().limits()) {
    std::string by;
    for (const std::string& key : limit.by()) absl::StrAppend(&by, " ", key);
    limits[limit.id()] = absl::StrCat(
        limit.max(), "/", limit.window(), by, " ", limit.code(), " ",
        limit.mode() == rules::v1::CHECK_MODE_OBSERVE ? "observe" : "enforce");
  }
  const std::map<std::string, std::string> kExpected = {
      {"verification-minute",
       "1/1m recipient signature FREQUENCY_LIMIT enforce"},
      {"verification-hour", "5/1h recipient signature FREQUENCY_LIMIT enforce"},
      {"verification-day",
       "10/24h recipient signature FREQUENCY_LIMIT enforce"},
      {"verification-all-senders", "40/24h recipient FREQUENCY_LIMIT observe"},
      {"verification-same-content",
       "1/30s recipient content DUPLICATE_CONTENT enforce"},
      {"notice-template",
       "50/day recipient signature template FREQUENCY_LIMIT observe"},
      {"commercial-day",
       "2/day recipient content_provider FREQUENCY_LIMIT enforce"},
      {"commercial-30-days",
       "10/30d recipient content_provider FREQUENCY_LIMIT enforce"},
      {"commercial-all-senders", "5/day recipient FREQUENCY_LIMIT observe"},
      {"commercial-campaign",
       "1/31d recipient content_provider campaign content DUPLICATE_CONTENT "
       "enforce"},
  };
  EXPECT_EQ(limits, kExpected);
}

// An article number that was not verified must not be presented as law.
TEST(Cn2015, OnlySeenArticlesCarryNumbers) {
  const std::map<std::string, std::string> kSeen = {
      {"JURISDICTION_UNRESOLVED", "1-2"},  {"PROVIDER_LICENSE_MISSING", "6"},
      {"PROVIDER_LICENSE_EXPIRED", "6"},   {"PROVIDER_LICENSE_SCOPE", "6"},
      {"ACCESS_CODE_NOT_REGISTERED", "7"}, {"PORT_SUBLEASED", "13"},
      {"CONTENT_PROHIBITED", "16"},        {"RECIPIENT_COMPLAINED", "27"},
      {"COMPLAINT_OVERDUE", "27"},         {"CLASS_UNKNOWN", "37"}};
  std::map<std::string, std::string> numbered;
  for (const auto* list :
       {&Pack().articles().articles(), &Pack().articles().duties()}) {
    for (const rules::v1::Article& article : *list) {
      EXPECT_NE(article.confidence(), rules::v1::CONFIDENCE_UNSPECIFIED)
          << article.code();
      if (!article.article().empty()) {
        numbered[article.code()] = article.article();
      }
    }
  }
  EXPECT_EQ(numbered, kSeen);
}

}  // namespace
}  // namespace sluice::rules
