// The statistics of a real journal against a recount of its records.

#include "store/statistics/statistics.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "filter/policy/province.h"
#include "rules/base/bytes.h"
#include "rules/base/mutex.h"
#include "store/journal/posix_journal_file.h"
#include "store/views/record_kind.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

using Facts = std::vector<std::pair<Metric, uint64_t>>;

constexpr int64_t kStartMs = 1'790'000'000'000;  // A Monday in China, 22:13.
constexpr int64_t kHour = 3'600'000;

constexpr uint64_t kAnna = 8613800138000;  // Of Beijing.
constexpr uint64_t kBert = 8613000010000;  // Of Jiangsu.

// What a record says, by itself, with the reason of a rejection.
Facts FactsOf(const v1::Record& record, const v1::Decided& message,
              std::string& reason) {
  Facts facts;
  if (record.has_decided()) {
    const v1::Decided& decided = record.decided();
    facts = {{Metric::kSubmitted, 1},
             {Metric::kSubmittedParts, decided.parts()}};
    if (decided.decision() == sluice::v1::DECISION_HELD) {
      facts.emplace_back(Metric::kHeld, 1);
    } else if (decided.decision() == sluice::v1::DECISION_REJECTED) {
      facts.emplace_back(Metric::kRejected, 1);
      reason = decided.reasons(0).code();
    } else {
      facts.emplace_back(Metric::kAccepted, 1);
    }
  } else if (record.has_refusals_counted()) {
    const uint64_t count = record.refusals_counted().count();
    facts = {{Metric::kSubmitted, count}, {Metric::kRejected, count}};
    reason = record.refusals_counted().reason().code();
  } else if (record.has_answered()) {
    const bool taken =
        record.answered().state() == sluice::v1::MESSAGE_STATE_TAKEN;
    facts = {
        {taken ? Metric::kTakenParts : Metric::kRefusedParts, message.parts()}};
    if (record.answered().refunded()) facts.emplace_back(Metric::kRefunded, 1);
  } else if (record.has_reported()) {
    facts = {{record.reported().part_failed() ? Metric::kFailedParts
                                              : Metric::kDeliveredParts,
              1}};
  } else if (record.has_ended()) {
    facts = {{Metric::kCancelled, 1}};
  } else if (record.has_redecided()) {
    facts = {{Metric::kReleased, 1}};
  } else if (record.has_reply()) {
    facts = {{Metric::kReplies, 1}};
    if (record.reply().complaint()) facts.emplace_back(Metric::kComplaints, 1);
  } else if (record.has_opt_out_added()) {
    facts = {{Metric::kOptOuts, 1}};
  }
  return facts;
}

std::string Party(uint32_t number) {
  std::string bytes;
  if (number != 0) AppendBigEndian(number, bytes);
  return bytes;
}

// The message of an event.
uint64_t EventOf(const v1::Record& record) { return MessageOf(record); }

class StatisticsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto files = PosixJournalFiles::Open(folder_.path() + "/");
    ASSERT_TRUE(files.ok()) << files.status();
    files_ = *std::move(files);
    auto journal = OpenJournal(*files_);
    ASSERT_TRUE(journal.ok()) << journal.status();
    journal_ = *std::move(journal);
    records_ = std::make_unique<RecordReader>(*files_, kIdentity);
    OpenViews();
  }
  void OpenViews() {
    views_ = nullptr;
    auto views = Views::Open(folder_.path() + "/views");
    ASSERT_TRUE(views.ok()) << views.status();
    views_ = *std::move(views);
  }

  // A random record; events are of an earlier message.
  v1::Record Next() {
    v1::Record record;
    at_ms_ += static_cast<int64_t>(random_() % (kHour / 20));
    record.set_at_ms(at_ms_);
    record.set_recipient(random_() % 2 == 0 ? kAnna : kBert);
    const auto kind = messages_.empty() ? 0 : random_() % 12;
    const uint64_t message =
        messages_.empty() ? 0 : messages_[random_() % messages_.size()];
    const std::string link = absl::StrCat("link", random_() % 2);
    if (kind < 5) {
      Decide(*record.mutable_decided());
    } else if (kind == 5) {
      auto& counted = *record.mutable_refusals_counted();
      counted.set_account(1 + random_() % 3);
      counted.set_count(2 + random_() % 50);
      counted.mutable_reason()->set_code("FREQUENCY_LIMIT");
    } else if (kind == 6) {
      auto& answered = *record.mutable_answered();
      answered.set_message(message);
      answered.set_link(link);
      const bool taken = random_() % 3 != 0;
      answered.set_state(taken ? sluice::v1::MESSAGE_STATE_TAKEN
                               : sluice::v1::MESSAGE_STATE_REFUSED);
      answered.set_refunded(!taken);
    } else if (kind == 7) {
      record.mutable_reported()->set_message(message);
      record.mutable_reported()->set_link(link);
      record.mutable_reported()->set_part_failed(random_() % 2 == 0);
    } else if (kind == 8) {
      record.mutable_ended()->set_message(message);
      record.mutable_ended()->set_state(sluice::v1::MESSAGE_STATE_CANCELLED);
    } else if (kind == 9) {
      auto& redecided = *record.mutable_redecided();
      redecided.set_message(message);
      redecided.set_cause(v1::Redecided::CAUSE_RELEASED);
      redecided.mutable_decided()->set_decision(sluice::v1::DECISION_ACCEPTED);
    } else if (kind == 10) {
      record.mutable_reply()->set_message(message);
      record.mutable_reply()->set_complaint(random_() % 2 == 0);
    } else {
      record.mutable_opt_out_added()->set_content_provider(1 + random_() % 2);
    }
    return record;
  }

  void Decide(v1::Decided& decided) {
    decided.set_licensee(1);
    decided.set_account(1 + random_() % 3);
    decided.set_content_provider(1 + random_() % 2);
    decided.set_signature(7);
    decided.set_port(random_() % 2);
    decided.set_parts(1 + random_() % 3);
    decided.set_carrier(random_() % 5);
    decided.set_message_class(
        static_cast<sluice::v1::MessageClass>(1 + random_() % 3));
    decided.set_campaign_id(random_() % 3 == 0 ? "spring" : "");
    switch (random_() % 4) {
      case 0:
        decided.set_decision(sluice::v1::DECISION_HELD);
        break;
      case 1:
        decided.set_decision(sluice::v1::DECISION_REJECTED);
        decided.add_reasons()->set_code(
            random_() % 2 == 0 ? "SEND_HOURS" : "CONTENT_PROHIBITED");
        break;
      default:
        decided.set_decision(sluice::v1::DECISION_ACCEPTED);
    }
  }

  void Append(int groups) {
    GroupBuilder builder(kSeed);
    for (int group = 0; group < groups; ++group) {
      builder.Clear();
      std::vector<v1::Record> records;
      for (uint64_t i = 0; i < 1 + random_() % 8; ++i) {
        records.push_back(Next());
        builder.Add(records.back().SerializeAsString());
      }
      const auto position = journal_->Append(builder);
      ASSERT_TRUE(position.ok()) << position.status();
      ASSERT_TRUE(journal_->Sync().ok());
      for (uint32_t i = 0; i < records.size(); ++i) {
        const uint64_t ref = RecordRef(*position, i).value();
        if (records[i].has_decided()) messages_.push_back(ref);
        all_.emplace(ref, std::move(records[i]));
      }
    }
  }

  CountedJournal Counted() {
    return {*files_, kIdentity, *records_, *views_,
            [this] { return journal_->durable_end(); }};
  }

  // The message that a record is about, or nothing of one.
  const v1::Decided& DecidedOf(const v1::Record& record) const {
    static const v1::Decided none;
    const uint64_t message =
        record.has_reply() ? record.reply().message() : EventOf(record);
    if (record.has_decided()) return record.decided();
    return message == 0 ? none : all_.at(message).decided();
  }

  std::string ValueOf(Dimension dimension, const v1::Record& record) const {
    const v1::Decided& message = DecidedOf(record);
    const bool opt_out = record.has_opt_out_added();
    switch (dimension) {
      case Dimension::kAll:
        return "";
      case Dimension::kLicensee:
        return Party(message.licensee());
      case Dimension::kAccount:
        return Party(record.has_refusals_counted()
                         ? record.refusals_counted().account()
                         : message.account());
      case Dimension::kContentProvider:
        return Party(opt_out ? record.opt_out_added().content_provider()
                             : message.content_provider());
      case Dimension::kSignature:
        return Party(opt_out ? 0 : message.signature());
      case Dimension::kPort:
        return Party(message.port());
      case Dimension::kCarrier:
        return message.account() == 0 && !record.has_refusals_counted()
                   ? ""
                   : std::string(1, static_cast<char>(message.carrier()));
      case Dimension::kClass:
        return message.message_class() == 0
                   ? ""
                   : std::string(1, static_cast<char>(message.message_class()));
      case Dimension::kProvince:
        // Of the message, where there is one.
        if (EventOf(record) != 0) {
          return Province(all_.at(EventOf(record)));
        }
        return Province(record.has_reply() ? all_.at(record.reply().message())
                                           : record);
      case Dimension::kCampaign:
        return message.campaign_id();
      case Dimension::kLink:
        return record.has_answered() ? record.answered().link()
                                     : record.reported().link();
    }
    return "";
  }
  static std::string Province(const v1::Record& record) {
    return record.recipient() == kAnna ? "CN-BJ" : "CN-JS";
  }

  // By time and value, from the records themselves.
  using Rows = std::map<std::pair<int64_t, std::string>, Tally>;
  Rows Recount(const StatQuery& query) const {
    Rows rows;
    for (const auto& [ref, record] : all_) {
      if (record.at_ms() < query.from_ms || record.at_ms() >= query.until_ms) {
        continue;
      }
      const std::string value = ValueOf(query.dimension, record);
      if (value.empty() && query.dimension != Dimension::kAll) continue;
      int64_t time = 0;
      if (query.step == StatStep::kHour) {
        time = record.at_ms() / kHour * kHour;
      } else if (query.step == StatStep::kDay) {
        time = (record.at_ms() + 8 * kHour) / (24 * kHour) * (24 * kHour) -
               8 * kHour;
      }
      std::string reason;
      for (const auto& [metric, count] :
           FactsOf(record, DecidedOf(record), reason)) {
        rows[{time, value}].Add(metric, count);
        if (metric == Metric::kRejected) {
          rows[{time, value}].AddRejected(reason, count);
        }
      }
    }
    return rows;
  }

  // The thread may be counting still when a query comes.
  static absl::StatusOr<StatAnswer> ReadAll(Statistics& statistics,
                                            const StatQuery& query) {
    absl::StatusOr<StatAnswer> answer = statistics.Read(query, {});
    for (int i = 0; i < 1000 && answer.ok() && answer->behind; ++i) {
      absl::SleepFor(absl::Milliseconds(5));
      answer = statistics.Read(query, {});
    }
    return answer;
  }

  void ExpectAsRecounted(Statistics& statistics, const StatQuery& query) {
    const auto answer = ReadAll(statistics, query);
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_FALSE(answer->behind);
    Rows rows;
    for (const StatRow& row : answer->rows) {
      rows[{row.time_ms, row.value}] = row.tally;
    }
    StatQuery widened = query;
    widened.from_ms = answer->from_ms;
    widened.until_ms = answer->until_ms;
    const Rows expected = Recount(widened);
    ASSERT_EQ(rows.size(), expected.size())
        << static_cast<int>(query.dimension);
    for (const auto& [of, tally] : expected) {
      EXPECT_EQ(rows[of].Saved().ShortDebugString(),
                tally.Saved().ShortDebugString())
          << static_cast<int>(query.dimension) << " " << of.first;
    }
  }

  void ExpectAllAsRecounted() {
    Statistics statistics(
        {Counted()}, [](const std::string& line) { ADD_FAILURE() << line; });
    for (int dimension = 0; dimension < kDimensions; ++dimension) {
      for (const StatStep step :
           {StatStep::kNone, StatStep::kHour, StatStep::kDay}) {
        const auto one = static_cast<Dimension>(dimension);
        ExpectAsRecounted(statistics,
                          {one, kStartMs - kHour, at_ms_ + kHour, step});
        // Both ends within a day.
        ExpectAsRecounted(
            statistics, {one, kStartMs + 5 * kHour, at_ms_ - 7 * kHour, step});
      }
    }
  }

  const TemporaryFolder folder_;
  std::unique_ptr<PosixJournalFiles> files_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<RecordReader> records_;
  std::unique_ptr<Views> views_;
  std::mt19937_64 random_{17};
  int64_t at_ms_ = kStartMs;
  std::map<uint64_t, v1::Record> all_;
  std::vector<uint64_t> messages_;
};

TEST_F(StatisticsTest, EqualARecountAfterManyStarts) {
  for (int start = 0; start < 6; ++start) {
    Append(40);
    JournalCounter counter(Counted());
    // Ends after some of the groups, as a stop does.
    int left = 10;
    EXPECT_TRUE(absl::IsCancelled(counter.Follow(
        journal_->durable_end(), [&left] { return --left < 0; })));
    if (start % 2 == 0) {
      EXPECT_TRUE(counter.Follow(journal_->durable_end(), {}).ok());
    }
    OpenViews();
  }
  ExpectAllAsRecounted();
  // Lost views are counted again.
  views_ = nullptr;
  std::filesystem::remove_all(folder_.path() + "/views");
  OpenViews();
  ExpectAllAsRecounted();
}

TEST_F(StatisticsTest, OldHoursGoAndDaysStay) {
  Append(5);
  {
    JournalCounter counter(Counted());
    ASSERT_TRUE(counter.Follow(journal_->durable_end(), {}).ok());
  }
  const int64_t first_end = at_ms_;
  at_ms_ += (kHoursKept + 30) * kHour;
  Append(5);
  Statistics statistics({Counted()},
                        [](const std::string& line) { ADD_FAILURE() << line; });
  const auto hours = ReadAll(statistics, {Dimension::kAll, kStartMs,
                                          first_end + kHour, StatStep::kHour});
  ASSERT_TRUE(hours.ok()) << hours.status();
  EXPECT_TRUE(hours->rows.empty());
  ExpectAsRecounted(statistics, {Dimension::kAccount, kStartMs, at_ms_ + kHour,
                                 StatStep::kDay});
  // A part of a day of which only the whole is kept: the whole day.
  ExpectAsRecounted(statistics, {Dimension::kAll, kStartMs + kHour,
                                 at_ms_ + kHour, StatStep::kNone});
}

// 0 is what a client says for "all".
TEST_F(StatisticsTest, FromTheBeginningCountsNothingTwice) {
  Append(5);
  Statistics statistics({Counted()},
                        [](const std::string& line) { ADD_FAILURE() << line; });
  for (const StatStep step : {StatStep::kNone, StatStep::kDay}) {
    const StatQuery query = {Dimension::kAll, 0, at_ms_ + kHour, step};
    ExpectAsRecounted(statistics, query);
    const auto answer = ReadAll(statistics, query);
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->from_ms, 16 * kHour);
  }
}

// What cannot be read is left out, and the rest is counted.
TEST_F(StatisticsTest, GoesOnBehindAMissingSegment) {
  Append(60);
  const auto segments = ListSegments(*files_);
  ASSERT_TRUE(segments.ok()) << segments.status();
  ASSERT_GT(segments->size(), 4u);
  const uint32_t lost = (*segments)[segments->size() / 2];
  ASSERT_TRUE(std::filesystem::remove(
      absl::StrCat(folder_.path(), "/", SegmentName(lost))));
  std::erase_if(all_, [lost](const auto& one) {
    return RecordRef::FromValue(one.first).position().segment() == lost;
  });
  std::vector<std::string> lines;
  Mutex mutex;
  Statistics statistics({Counted()}, [&](const std::string& line) {
    MutexLock lock(mutex);
    lines.push_back(line);
  });
  const StatQuery query = {Dimension::kAll, kStartMs, at_ms_ + kHour,
                           StatStep::kNone};
  uint64_t submitted = 0;
  for (const auto& [ref, record] : all_) {
    submitted += record.has_decided() ? 1 : record.refusals_counted().count();
  }
  const auto answer = ReadAll(statistics, query);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->rows.size(), 1u);
  EXPECT_EQ(answer->rows[0].tally[Metric::kSubmitted], submitted);
  EXPECT_FALSE(answer->behind);
  MutexLock lock(mutex);
  EXPECT_EQ(lines.size(), 1u);
}

// A caller may give every message a campaign of its own.
TEST_F(StatisticsTest, CampaignsBeyondTheBoundCountTogether) {
  GroupBuilder builder(kSeed);
  v1::Record record;
  record.set_at_ms(kStartMs);
  for (size_t i = 0; i < kCampaignsADay + 100;) {
    builder.Clear();
    for (int in_group = 0; in_group < 10; ++in_group, ++i) {
      record.mutable_decided()->set_campaign_id(absl::StrCat("c", i));
      builder.Add(record.SerializeAsString());
    }
    ASSERT_TRUE(journal_->Append(builder).ok());
  }
  ASSERT_TRUE(journal_->Sync().ok());
  Statistics statistics({Counted()},
                        [](const std::string& line) { ADD_FAILURE() << line; });
  const auto rows = ReadAll(statistics, {Dimension::kCampaign, kStartMs,
                                         kStartMs + 1, StatStep::kNone});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->rows.size(), kCampaignsADay + 1);
  EXPECT_EQ(rows->rows.back().value, kOtherCampaigns);
  EXPECT_EQ(rows->rows.back().tally[Metric::kSubmitted], 100u);
}

}  // namespace
}  // namespace sluice::store
