#include "store/views/record_index.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/temporary_folder.h"

namespace sluice::store {
namespace {

constexpr Phone kAnna{8613800138000};

class RecordIndexTest : public testing::Test {
 protected:
  void SetUp() override {
    auto views = Views::Open(folder_.path());
    ASSERT_TRUE(views.ok()) << views.status();
    views_ = *std::move(views);
  }

  static store::v1::Record Decided(uint64_t recipient) {
    store::v1::Record record;
    record.set_recipient(recipient);
    record.set_at_ms(1'790'000'000'000);
    store::v1::Decided& decided = *record.mutable_decided();
    decided.set_account(3);
    decided.set_content_provider(4);
    decided.set_port(5);
    decided.set_decision(sluice::v1::DECISION_REJECTED);
    store::v1::RecordedReason& reason = *decided.add_reasons();
    reason.set_code("CONTENT_PROHIBITED");
    reason.set_rule("fraud");
    return record;
  }

  static IndexEntries EntriesOf(const store::v1::Record& record,
                                RecordRef ref) {
    IndexEntries entries;
    AddEntries(record, ref, entries);
    return entries;
  }

  static size_t Count(const RecordIndex& index, uint64_t key) {
    FacetSearch search = index.times().Find({key}, RecordRef());
    size_t count = 0;
    for (;;) {
      const auto next = search.Next();
      EXPECT_TRUE(next.ok()) << next.status();
      if (!next.ok() || !next->has_value()) return count;
      ++count;
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<Views> views_;
};

TEST_F(RecordIndexTest, ADecisionIsFoundByItsNumberAndEachProperty) {
  RecordIndex index(*views_);
  const RecordRef first(Position(0, 100), 1);
  const RecordRef second(Position(0, 100), 2);
  index.Add(EntriesOf(Decided(kAnna.e164), first));
  index.Add(EntriesOf(Decided(0), second));  // Not a number.
  EXPECT_EQ(*index.numbers().Find(kAnna, {}, 10),
            std::vector<RecordRef>{first});
  for (const uint64_t key :
       {FacetKey(FacetKind::kDecision, sluice::v1::DECISION_REJECTED),
        FacetKey(FacetKind::kAccount, 3),
        FacetKey(FacetKind::kContentProvider, 4), FacetKey(FacetKind::kPort, 5),
        FacetKey(FacetKind::kReason, "CONTENT_PROHIBITED"),
        FacetKey(FacetKind::kRule, "fraud")}) {
    EXPECT_EQ(Count(index, key), 2u) << key;
  }
  EXPECT_EQ(Count(index, FacetKey(FacetKind::kRule, "other")), 0u);
}

TEST_F(RecordIndexTest, AnEventIsFoundByItsMessageOnly) {
  RecordIndex index(*views_);
  const RecordRef message(Position(0, 100), 1);
  const RecordRef event(Position(0, 200), 0);
  store::v1::Record ended;
  ended.set_recipient(kAnna.e164);
  ended.mutable_ended()->set_message(message.value());
  index.Add(EntriesOf(ended, event));
  EXPECT_TRUE(index.numbers().Find(kAnna, {}, 10)->empty());
  const auto events = index.numbers().FindEvents({message});
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(events->front().event, event);
}

TEST_F(RecordIndexTest, FlushedToIsTheNewestRecordInTheViews) {
  const RecordRef first(Position(0, 100), 1);
  const RecordRef second(Position(0, 200), 0);
  RecordIndex index(*views_);
  ASSERT_TRUE(index.Flush(/*all=*/true).ok());
  EXPECT_EQ(*index.flushed_to(), RecordRef());
  index.Add(EntriesOf(Decided(kAnna.e164), first));
  ASSERT_TRUE(index.Flush(/*all=*/false).ok());  // There is little.
  EXPECT_EQ(*index.flushed_to(), RecordRef());
  ASSERT_TRUE(index.Flush(/*all=*/true).ok());
  EXPECT_EQ(*index.flushed_to(), first);
  ASSERT_TRUE(index.FlushReplayed(EntriesOf(Decided(kAnna.e164), second)).ok());
  EXPECT_EQ(*index.flushed_to(), second);
  // A replay that is behind does not take it back.
  ASSERT_TRUE(index.FlushReplayed(EntriesOf(Decided(kAnna.e164), first)).ok());
  EXPECT_EQ(*index.flushed_to(), second);
  EXPECT_EQ(RecordIndex(*views_).numbers().Find(kAnna, {}, 10)->size(), 2u);
}

// What an earlier program has written is dropped once, and nothing afterwards.
TEST_F(RecordIndexTest, AnEarlierFormIsDropped) {
  const RecordRef ref(Position(0, 100), 1);
  RecordIndex index(*views_);
  index.Add(EntriesOf(Decided(kAnna.e164), ref));
  ASSERT_TRUE(index.Flush(/*all=*/true).ok());
  ASSERT_TRUE(index.DropEarlierForm().ok());
  EXPECT_EQ(*index.flushed_to(), ref);
  ASSERT_TRUE(views_
                  ->Write({{View::kMeta, "by_number.flushed_to", "8 octets"},
                           {View::kMeta, "index.form", std::nullopt}})
                  .ok());
  ASSERT_TRUE(index.DropEarlierForm().ok());
  EXPECT_EQ(*index.flushed_to(), RecordRef());
  EXPECT_TRUE(index.numbers().Find(kAnna, {}, 10)->empty());
  EXPECT_EQ(Count(index, FacetKey(FacetKind::kAccount, 3)), 0u);
  index.Add(EntriesOf(Decided(kAnna.e164), ref));
  ASSERT_TRUE(index.Flush(/*all=*/true).ok());
  ASSERT_TRUE(index.DropEarlierForm().ok());
  EXPECT_EQ(*index.flushed_to(), ref);
  EXPECT_EQ(Count(index, FacetKey(FacetKind::kAccount, 3)), 1u);
}

}  // namespace
}  // namespace sluice::store
