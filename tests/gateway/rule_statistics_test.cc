// The counts of RulesService.GetStats on a whole server: by rule and by word,
// of submitted messages only, over publications and restarts.

#include "gateway/versions/rule_statistics.h"

#include <fstream>
#include <map>

#include "absl/strings/match.h"
#include "gateway/versions/statistics_file.h"
#include "gateway/wire/timestamp.h"
#include "tests/gateway/rules_fixture.h"

namespace sluice::gateway {
namespace {

constexpr char kParcel[] = "【云杉超市】您的订单已发出，请留意查收。";
constexpr char kOther[] = "【云杉超市】您的会员卡已到，请到店领取。";

// kParcel has two words of no-parcels and none of seen-only.
constexpr char kRules[] =
    "  - {id: no-parcels, basis: policy, code: CONTENT_UNWANTED,\n"
    "     words: [订单已发出, 留意查收, 从不出现]}\n"
    "  - {id: seen-only, basis: policy, code: CONTENT_UNWANTED,\n"
    "     mode: observe, words: [会员卡], regexes: ['会员.{0,3}到']}\n";

class RuleStatisticsTest : public RulesTest {
 protected:
  admin::v1::GetStatsResponse Stats(admin::v1::GetStatsRequest request = {}) {
    admin::v1::GetStatsResponse response;
    const grpc::Status status =
        Rules()->GetStats(As(editor_).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  admin::v1::StatsRow RuleRow(const std::string& rule) {
    admin::v1::GetStatsRequest request;
    request.set_rule(rule);
    const admin::v1::GetStatsResponse response = Stats(request);
    EXPECT_EQ(response.rows_size(), 1);
    return response.rows_size() == 0 ? admin::v1::StatsRow() : response.rows(0);
  }
  std::map<std::string, admin::v1::StatsRow> Words(const std::string& rule,
                                                   bool never_hit = false) {
    admin::v1::GetStatsRequest request;
    request.set_rule(rule);
    request.set_words(true);
    request.set_never_hit(never_hit);
    std::map<std::string, admin::v1::StatsRow> words;
    const admin::v1::GetStatsResponse response = Stats(request);
    for (const admin::v1::StatsRow& row : response.rows()) {
      words[row.word()] = row;
    }
    return words;
  }
  std::string File() const {
    return folder_.path() + "/store/rules/statistics";
  }
};

TEST_F(RuleStatisticsTest, CountsMessagesByRuleAndByWord) {
  PublishWith(kRules);
  SubmitAll("shop", kParcel, 0, 3);
  SubmitAll("shop", kOther, 10, 2);
  const admin::v1::GetStatsResponse all = Stats();
  EXPECT_EQ(all.messages(), 5u);
  EXPECT_EQ(all.messages_since(), 5u);
  EXPECT_EQ(all.uncounted(), 0u);
  EXPECT_GE(all.rows(0).hits(), 3u);
  for (int i = 1; i < all.rows_size(); ++i) {  // The most first.
    EXPECT_LE(all.rows(i).hits() + all.rows(i).observed(),
              all.rows(i - 1).hits() + all.rows(i - 1).observed());
  }

  const admin::v1::StatsRow parcels = RuleRow("no-parcels");
  EXPECT_EQ(parcels.hits(), 3u);  // Once a message, with two words in each.
  EXPECT_EQ(parcels.observed(), 0u);
  EXPECT_EQ(MillisOf(parcels.last_hit_time()), kTenInTheMorningMs);
  const admin::v1::StatsRow seen = RuleRow("seen-only");
  EXPECT_EQ(seen.hits(), 0u);
  EXPECT_EQ(seen.observed(), 2u);

  auto words = Words("no-parcels");
  ASSERT_EQ(words.size(), 3u);
  EXPECT_EQ(words["订单已发出"].hits(), 3u);
  EXPECT_EQ(words["留意查收"].hits(), 3u);
  EXPECT_EQ(words["从不出现"].hits(), 0u);
  EXPECT_FALSE(words["从不出现"].has_last_hit_time());
  words = Words("no-parcels", /*never_hit=*/true);
  ASSERT_EQ(words.size(), 1u);
  EXPECT_TRUE(words.contains("从不出现"));
  words = Words("seen-only");
  EXPECT_EQ(words["会员卡"].observed(), 2u);
  EXPECT_EQ(words["会员.{0,3}到"].observed(), 2u);
  EXPECT_TRUE(words["会员.{0,3}到"].regex());
}

// Check does not count.
TEST_F(RuleStatisticsTest, OnlySubmittedMessagesCount) {
  PublishWith(kRules);
  v1::SubmitRequest request;
  *request.add_messages() = Notice(Number(1));
  v1::SubmitResponse response;
  ASSERT_TRUE(v1::GatewayService::NewStub(channel_)
                  ->Check(As(submit_key_).get(), request, &response)
                  .ok());
  EXPECT_EQ(response.verdicts(0).decision(), v1::DECISION_REJECTED);
  admin::v1::ExplainTextRequest explain;
  explain.mutable_message()->set_text(kParcel);
  admin::v1::ExplainTextResponse explained;
  ASSERT_TRUE(
      Rules()->ExplainText(As(editor_).get(), explain, &explained).ok());
  EXPECT_EQ(Stats().messages(), 0u);
  EXPECT_EQ(RuleRow("no-parcels").hits(), 0u);
  SubmitAll("shop", kParcel, 1, 1);
  EXPECT_EQ(RuleRow("no-parcels").hits(), 1u);
}

TEST_F(RuleStatisticsTest, CountsOutliveRestartsAndPublications) {
  PublishWith(kRules);
  SubmitAll("shop", kParcel, 0, 3);
  Restart();
  EXPECT_EQ(Stats().messages(), 3u);
  EXPECT_EQ(Stats().messages_since(), 3u);
  SubmitAll("shop", kParcel, 10, 2);
  admin::v1::StatsRow row = RuleRow("no-parcels");
  EXPECT_EQ(row.hits(), 5u);
  EXPECT_EQ(row.hits_since(), 5u);

  // Another version, in which the rule has another number.
  PublishWith(std::string("  - {id: first, basis: policy, code: "
                          "CONTENT_UNWANTED, words: [领取]}\n") +
              kRules);
  row = RuleRow("no-parcels");
  EXPECT_EQ(row.hits(), 5u);
  EXPECT_EQ(row.hits_since(), 0u);
  EXPECT_EQ(Stats().messages_since(), 0u);
  SubmitAll("shop", kParcel, 20, 1);
  SubmitAll("shop", kOther, 30, 1);
  Restart();
  row = RuleRow("no-parcels");
  EXPECT_EQ(row.hits(), 6u);
  EXPECT_EQ(row.hits_since(), 1u);
  EXPECT_EQ(RuleRow("first").hits(), 1u);
  EXPECT_EQ(Words("no-parcels")["留意查收"].hits(), 6u);
  EXPECT_EQ(Words("no-parcels")["留意查收"].hits_since(), 1u);
  admin::v1::GetStatsRequest since;
  since.set_since_publication(true);
  since.set_page_size(2);
  const admin::v1::GetStatsResponse page = Stats(since);
  EXPECT_EQ(page.messages(), 7u);
  EXPECT_EQ(page.messages_since(), 2u);
  EXPECT_EQ(page.rows_size(), 2);
  EXPECT_GT(page.rows_total(), 3u);
}

// A crash loses what was counted since the file was written.
TEST_F(RuleStatisticsTest, TheFileIsWrittenOnceAMinute) {
  PublishWith(kRules);
  SubmitAll("shop", kParcel, 0, 3);
  server_->Tick();
  EXPECT_FALSE(ReadStatistics(File()).ok());
  clock_.Advance(absl::Seconds(61));
  server_->Tick();
  const auto kept = ReadStatistics(File());
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->messages(), 3u);
}

TEST_F(RuleStatisticsTest, ADamagedFileIsReportedAndCountsStartAtZero) {
  PublishWith(kRules);
  SubmitAll("shop", kParcel, 0, 3);
  channel_ = nullptr;
  server_ = nullptr;
  std::fstream file(File(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(20);
  file.put('?');
  file.close();
  notes_.clear();
  Start();
  EXPECT_TRUE(std::any_of(notes_.begin(), notes_.end(), [](const auto& note) {
    return absl::StrContains(note, "hit counts of rules start at zero") &&
           absl::StrContains(note, "checksum differs");
  }));
  EXPECT_EQ(Stats().messages(), 0u);
  SubmitAll("shop", kParcel, 10, 1);
  EXPECT_EQ(RuleRow("no-parcels").hits(), 1u);
}

TEST_F(RuleStatisticsTest, CostsAreOfRegexes) {
  PublishWith(kRules);
  admin::v1::GetStatsRequest request;
  request.set_rule("seen-only");
  request.set_words(true);
  request.set_costs(true);
  const admin::v1::GetStatsResponse words = Stats(request);
  for (const admin::v1::StatsRow& row : words.rows()) {
    EXPECT_EQ(row.has_scan_duration(), row.regex()) << row.word();
  }
  request.set_words(false);
  EXPECT_TRUE(Stats(request).rows(0).has_scan_duration());
}

TEST_F(RuleStatisticsTest, RowsComeInPages) {
  const admin::v1::GetStatsResponse all = Stats();
  EXPECT_EQ(all.next_page_token(), "");
  ASSERT_GT(all.rows_size(), 2);
  admin::v1::GetStatsRequest request;
  request.set_page_size(2);
  int seen = 0;
  do {
    const admin::v1::GetStatsResponse page = Stats(request);
    EXPECT_EQ(page.rows_total(), all.rows_total());
    for (const admin::v1::StatsRow& row : page.rows()) {
      ASSERT_LT(seen, all.rows_size());
      EXPECT_EQ(row.rule(), all.rows(seen++).rule());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, all.rows_size());
}

TEST_F(RuleStatisticsTest, RefusesWhatIsNotThere) {
  admin::v1::GetStatsRequest request;
  request.set_rule("no-such-rule");
  admin::v1::GetStatsResponse response;
  const grpc::Status unknown =
      Rules()->GetStats(As(editor_).get(), request, &response);
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(absl::StrContains(unknown.error_message(), "no-such-rule"));
  request.clear_rule();
  request.set_page_size(10'001);
  EXPECT_EQ(
      Rules()->GetStats(As(editor_).get(), request, &response).error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_page_size();
  request.set_page_token("2");
  EXPECT_EQ(
      Rules()->GetStats(As(editor_).get(), request, &response).error_message(),
      "page_token: not a token of this call with these filters; leave it out "
      "for the first page");
  EXPECT_EQ(
      Rules()->GetStats(As(submit_key_).get(), {}, &response).error_code(),
      grpc::StatusCode::PERMISSION_DENIED);
}

TEST(StatisticsFile, EveryTruncationAndEveryFlippedByteIsRefused) {
  store::v1::RuleStatistics statistics;
  statistics.set_messages(12'345);
  statistics.add_rules()->set_rule("one");
  const std::string bytes = EncodeStatistics(statistics);
  EXPECT_EQ(DecodeStatistics(bytes)->SerializeAsString(),
            statistics.SerializeAsString());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(DecodeStatistics(bytes.substr(0, size)).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
    std::string flipped = bytes;
    flipped[size] = static_cast<char>(flipped[size] ^ 1);
    EXPECT_EQ(DecodeStatistics(flipped).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
  EXPECT_FALSE(DecodeStatistics(bytes + "x").ok());
}

}  // namespace
}  // namespace sluice::gateway
