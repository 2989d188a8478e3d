#include "store/kept_records.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/milliseconds.h"
#include "store/janitor.h"
#include "store/journal/journal_check.h"
#include "store/journal/retention.h"
#include "store/store_check.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/wait.h"
#include "tests/store/journal_fixture.h"
#include "tests/store/keeping_fixture.h"

namespace sluice::store {
namespace {

constexpr int64_t kBeginMs = 1'795'312'800'000;
constexpr int64_t kKeptMs = 60 * kDayMs;
constexpr int64_t kLateMs = kBeginMs + 500 * kDayMs;
constexpr uint64_t kNumbers[] = {8613800138000, 8613800138001, 8613800138002};
constexpr int kMessages = 90;

// What a message of the journal below is.
struct Sent {
  uint64_t recipient = 0;
  uint32_t port = 0;
  uint32_t content_provider = 0;
  int64_t at_ms = 0;
};
Sent SentOf(int i) {
  return {kNumbers[i % 3], uint32_t(1 + i % 2), uint32_t(1 + i / 3 % 3),
          kBeginMs + i * kMinuteMs};
}

// A journal of messages; each has an event directly after it, one some segments
// later, and some have a reply.
class KeptRecordsTest : public testing::Test {
 protected:
  struct World {
    LossyJournalFiles files;
    RecordReader reader{files, kIdentity};
    std::unique_ptr<Views> views;
    std::unique_ptr<Journal> journal;
    std::vector<std::pair<RecordRef, int>> records;  // And their messages.

    RetainedJournal Retained() { return {files, kIdentity, *views, reader}; }
    RecordRef Add(const v1::Record& record) {
      GroupBuilder builder(kSeed);
      builder.Add(record.SerializeAsString());
      const auto position = journal->Append(builder);
      EXPECT_TRUE(position.ok() && journal->Sync().ok());
      return RecordRef(position.value_or(Position()), 0);
    }
    // The messages of which all records, or none, are there.
    std::set<int> Left() {
      std::set<int> left;
      std::set<int> gone;
      for (const auto& [ref, message] : records) {
        if (ref.position().segment() + 3 >= LastSegment()) continue;
        (reader.Read(ref).ok() ? left : gone).insert(message);
      }
      for (const int message : left) {
        EXPECT_FALSE(gone.contains(message)) << message;
      }
      return left;
    }
    uint32_t LastSegment() const { return journal->durable_end().segment(); }
  };

  std::unique_ptr<World> Fill() {
    auto world = std::make_unique<World>();
    world->views =
        *Views::Open(absl::StrCat(folder_.path(), "/views", views_++));
    world->journal = *OpenJournal(world->files);
    std::vector<RecordRef> messages;
    for (int i = 0; i < kMessages; ++i) {
      const Sent sent = SentOf(i);
      v1::Record record;
      record.set_at_ms(sent.at_ms);
      record.set_recipient(sent.recipient);
      v1::Decided& decided = *record.mutable_decided();
      decided.set_text(std::string(40, 'x'));
      decided.set_port(sent.port);
      decided.set_content_provider(sent.content_provider);
      messages.push_back(world->Add(record));
      world->records.emplace_back(messages.back(), i);
      AddEvent(*world, messages.back(), i);
      if (i >= 25) AddEvent(*world, messages[i - 25], i - 25);
      if (i % 10 == 9) AddReply(*world, messages.back(), i);
    }
    for (int i = 0; i < 200; ++i) AddEvent(*world, messages.back(), -1);
    return world;
  }

  static void AddEvent(World& world, RecordRef message, int i) {
    v1::Record record;
    record.set_at_ms(kBeginMs + kHourMs);
    record.set_recipient(SentOf(std::max(i, 0)).recipient);
    record.mutable_handed_over()->set_message(message.value());
    const RecordRef ref = world.Add(record);
    if (i >= 0) world.records.emplace_back(ref, i);
  }
  // Nothing but its message says whose it is.
  static void AddReply(World& world, RecordRef message, int i) {
    v1::Record record;
    record.set_at_ms(SentOf(i).at_ms + 1);
    record.set_recipient(SentOf(i).recipient);
    record.mutable_reply()->set_message(message.value());
    world.records.emplace_back(world.Add(record), i);
  }

  static RetentionPlan Run(World& world, const KeptScopes& kept) {
    const auto plan = PlanRetention(
        world.Retained(),
        {.now_ms = kLateMs, .before_ms = kLateMs - kKeptMs, .kept = kept});
    EXPECT_TRUE(plan.ok()) << plan.status();
    const auto freed = Retain(world.Retained(), *plan, kLateMs);
    EXPECT_TRUE(freed.ok()) << freed.status();
    EXPECT_EQ(CheckJournal(world.files)->damage_count, 0u);
    // What was announced is what went.
    for (const v1::ReducedSegment& segment : plan->reduced) {
      RemovedRecords removed;
      JournalReader reader(world.files, kIdentity,
                           Position(segment.segment(), 0));
      while (*reader.Next(Position(segment.segment() + 1, 0))) {
        if (reader.group().Removed(0)) {
          removed.Add(RecordRef(reader.position(), 0));
        }
      }
      EXPECT_EQ(removed.count(), segment.removed());
      EXPECT_EQ(AsBytes(removed.Digest()), segment.digest());
    }
    return *plan;
  }

  TemporaryFolder folder_;
  int views_ = 0;
};

TEST_F(KeptRecordsTest, EachKindOfHoldKeepsItsMessagesWhole) {
  const struct {
    const char* name;
    HoldScope hold;
    std::function<bool(const Sent&)> covers;
  } kCases[] = {
      {"number",
       {.recipient = kNumbers[1]},
       [](const Sent& s) { return s.recipient == kNumbers[1]; }},
      {"port", {.port = 2}, [](const Sent& s) { return s.port == 2; }},
      {"content provider",
       {.content_provider = 3},
       [](const Sent& s) { return s.content_provider == 3; }},
      {"number and content provider",
       {.recipient = kNumbers[0], .content_provider = 2},
       [](const Sent& s) {
         return s.recipient == kNumbers[0] && s.content_provider == 2;
       }},
      {"number in a period, whose events come later",
       {.recipient = kNumbers[2],
        .from_ms = kBeginMs + 10 * kMinuteMs,
        .until_ms = kBeginMs + 23 * kMinuteMs},
       [](const Sent& s) {
         return s.recipient == kNumbers[2] &&
                s.at_ms >= kBeginMs + 10 * kMinuteMs &&
                s.at_ms < kBeginMs + 23 * kMinuteMs;
       }},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const auto world = Fill();
    EXPECT_EQ(world->Left().size(), kMessages);
    const RetentionPlan plan = Run(*world, {.holds = {c.hold}});
    EXPECT_GT(plan.removed, 0u);
    EXPECT_GT(plan.kept_by_holds, 0u);
    EXPECT_EQ(plan.kept_by_relationships, 0u);
    std::set<int> covered;
    for (int i = 0; i < kMessages; ++i) {
      if (c.covers(SentOf(i))) covered.insert(i);
    }
    EXPECT_EQ(world->Left(), covered);
    // The same holds: nothing is read again.
    EXPECT_EQ(Run(*world, {.holds = {c.hold}}).removed, 0u);
    EXPECT_EQ(world->Left(), covered);
    // After its end everything goes.
    EXPECT_EQ(Run(*world, {}).removed, plan.kept_by_holds);
    EXPECT_TRUE(world->Left().empty());
  }
}

TEST_F(KeptRecordsTest, AnEndedRelationshipKeepsItsRecords) {
  const auto world = Fill();
  const RetentionPlan plan = Run(*world, {.content_providers = {2}});
  EXPECT_EQ(plan.kept_by_holds, 0u);
  EXPECT_GT(plan.kept_by_relationships, 0u);
  for (const int i : world->Left()) EXPECT_EQ(SentOf(i).content_provider, 2);
  EXPECT_EQ(world->Left().size(), kMessages / 3);
  EXPECT_EQ(Run(*world, {}).removed, plan.kept_by_relationships);
  EXPECT_TRUE(world->Left().empty());
}

TEST_F(KeptRecordsTest, AHoldThatComesMeanwhileEndsTheRun) {
  const auto world = Fill();
  const auto plan = PlanRetention(
      world->Retained(), {.now_ms = kLateMs, .before_ms = kLateMs - kKeptMs});
  ASSERT_TRUE(plan.ok());
  ASSERT_GT(plan->segments.size(), 3u);
  int asked = 0;
  ASSERT_TRUE(Retain(world->Retained(), *plan, kLateMs, [&] {
                return ++asked < 3;
              }).ok());
  EXPECT_EQ(asked, 3);
  // What the run had reduced by then is gone; the rest of what the hold covers
  // stays whole.
  std::set<int> gone;
  for (const auto& [ref, i] : world->records) {
    if (!world->reader.Read(ref).ok()) gone.insert(i);
  }
  EXPECT_FALSE(gone.empty());
  EXPECT_LT(gone.size(), kMessages / 2);
  Run(*world, {.holds = {{.port = 1}}});
  for (const auto& [ref, i] : world->records) {
    if (gone.contains(i) || SentOf(i).port != 1) continue;
    EXPECT_TRUE(world->reader.Read(ref).ok());
  }
}

TEST(KeptScopesReader, TakesHoldsInForceAndRelationshipsThatEndedLately) {
  KeptScopesReader reader;
  reader.Take(HoldRecord(1, 7, false));
  reader.Take(HoldRecord(2, 8, false));
  reader.Take(HoldRecord(1, 7, true));
  const auto ends = [&reader](uint32_t number, int64_t end_ms) {
    v1::Record record;
    v1::Party& party = *record.mutable_party_changed()->mutable_party();
    party.set_number(number);
    party.mutable_content_provider();
    if (end_ms > 0) {
      party.mutable_content_provider()
          ->mutable_relationship_end_time()
          ->set_seconds(end_ms / 1000);
    }
    reader.Take(record);
  };
  ends(1, kBeginMs);                 // Lately.
  ends(2, kBeginMs - 200 * kDayMs);  // Long ago.
  ends(3, kBeginMs + 10 * kDayMs);   // To come.
  ends(4, 0);                        // Not at all.
  ends(5, kBeginMs);
  ends(5, 0);  // It goes on after all.
  const KeptScopes kept = reader.At(kBeginMs + kDayMs, 153 * kDayMs);
  ASSERT_EQ(kept.holds.size(), 1u);
  EXPECT_EQ(kept.holds[0].port, 8u);
  EXPECT_EQ(kept.content_providers, (absl::flat_hash_set<uint32_t>{1}));
  EXPECT_TRUE(reader.At(kBeginMs + 200 * kDayMs, 153 * kDayMs)
                  .content_providers.empty());
  EXPECT_NE(kept.Fingerprint(), KeptScopes().Fingerprint());
}

TEST_F(KeepingTest, AHoldOutlivesRetentionAndTheCheckAgrees) {
  constexpr uint64_t kHeldNumber = 8613800138001;
  std::vector<std::pair<MessageId, bool>> messages;
  {
    auto store = OpenKeeping(0);
    for (int i = 0; i < 60; ++i) {
      const bool held = i % 4 == 1;
      // Rejected, so that they do not all expire later in one large group.
      const auto answers = SubmitAll(
          *store,
          {{.recipient = held ? "13800138001" : absl::StrCat(13900000000 + i),
            .text = "没有签名"}});
      ASSERT_TRUE(answers.ok()) << answers.status();
      messages.push_back({{0, (*answers)[0].record}, held});
    }
    v1::Record hold = HoldRecord(1, 0, false);
    hold.set_recipient(kHeldNumber);
    ASSERT_TRUE(store->AppendControl(hold).ok());
    ASSERT_TRUE(store->SignHead().ok());
  }
  const auto still_there = [&](const Store& store, bool held) {
    int there = 0;
    for (size_t i = 0; i < 40; ++i) {
      if (messages[i].second != held) continue;
      there += store.Read(messages[i].first).ok() ? 1 : 0;
    }
    return there;
  };
  clock_.Advance(absl::Hours(24 * 400));
  {
    auto store = OpenKeeping(395);
    ASSERT_TRUE(store->AcceptClock("key", "a test").ok());
    ASSERT_TRUE(WaitFor("the others go", [&] {
      return still_there(*store, false) == 0;
    })) << Notes();
    EXPECT_EQ(still_there(*store, true), 10);
    const auto runs = Runs(*store);
    ASSERT_FALSE(runs.empty());
    EXPECT_GE(runs.back().kept_by_holds(), 10u);
    ASSERT_TRUE(store->SignHead().ok());
  }
  ExpectNoDamage();
  {
    auto store = OpenKeeping(0);
    v1::Record end = HoldRecord(1, 0, true);
    end.set_recipient(kHeldNumber);
    ASSERT_TRUE(store->AppendControl(end).ok());
  }
  clock_.Advance(absl::Hours(2));
  {
    auto store = OpenKeeping(395);
    EXPECT_TRUE(WaitFor("those of the hold go, too", [&] {
      return still_there(*store, true) == 0;
    })) << Notes();
    ASSERT_TRUE(store->SignHead().ok());
  }
  ExpectNoDamage();
}

// The pack of the tests asks for 155 days.
TEST_F(KeepingTest, ThePackInForceMayAskForMoreDays) {
  {
    auto store = OpenKeeping(0);
    for (int i = 0; i < 30; ++i) {
      ASSERT_TRUE(
          SubmitAll(*store, {{.recipient = absl::StrCat(13900000000 + i),
                              .text = "没有签名"}})
              .ok());
    }
  }
  clock_.Advance(absl::Hours(24 * 400));
  auto store = OpenKeeping(100);
  ASSERT_TRUE(store->AcceptClock("key", "a test").ok());
  ASSERT_TRUE(WaitFor("a run", [&] { return !Runs(*store).empty(); }))
      << Notes();
  EXPECT_EQ(Runs(*store)[0].retention_days(), 155u);
}

}  // namespace
}  // namespace sluice::store
