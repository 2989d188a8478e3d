// Erasures: what a person asks to have erased goes once the law lets it, and
// nothing else; the store stays whole.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/milliseconds.h"
#include "store/eraser.h"
#include "tests/fakes/wait.h"
#include "tests/store/keeping_fixture.h"

namespace sluice::store {
namespace {

constexpr Phone kPerson{8613800138001};
// The pack of the tests asks for 155 days.
constexpr int kLegalDays = 155;

class ErasureTest : public KeepingTest {
 protected:
  // Rejected messages, every fourth to the person; small segments, so that the
  // first of them are closed.
  void SubmitSome(Store& store, int count) {
    for (int i = 0; i < count; ++i) {
      const bool his = i % 4 == 1;
      const auto answers = SubmitAll(
          store,
          {{.recipient = his ? "13800138001" : absl::StrCat(13900000000 + i),
            .text = "没有签名"}});
      ASSERT_TRUE(answers.ok()) << answers.status();
      (his ? his_ : others_).push_back({0, (*answers)[0].record});
    }
  }
  static size_t StillThere(const Store& store,
                           const std::vector<MessageId>& messages) {
    size_t there = 0;
    for (const MessageId& id : messages) there += store.Read(id).ok() ? 1 : 0;
    return there;
  }
  // Asks for it as the gateway does.
  static void Request(Store& store, uint32_t number) {
    v1::Record record;
    record.set_recipient(kPerson.e164);
    record.mutable_erasure_requested()->set_number(number);
    record.mutable_erasure_requested()->set_requested_ms(store.NowMs());
    ASSERT_TRUE(store.AppendControl(record).ok());
    store.EraseSoon();
  }
  static ErasureOutlook Look(const Store& store) {
    const auto outlook = store.LookAtErasure(kPerson, store.NowMs());
    EXPECT_TRUE(outlook.ok()) << outlook.status();
    return outlook.value_or(ErasureOutlook());
  }
  // A day later than `days`: the clock is confirmed, as after a long stop.
  std::unique_ptr<Store> OpenAfter(int days) {
    clock_.Advance(absl::Hours(24 * days));
    auto store = OpenKeeping(0);
    if (store != nullptr) EXPECT_TRUE(store->AcceptClock("key", "test").ok());
    return store;
  }

  std::vector<MessageId> his_;
  std::vector<MessageId> others_;
};

TEST_F(ErasureTest, TakesWhatTheLawLetsGoAndNothingElse) {
  RecordRef opt_out;
  {
    auto store = OpenKeeping(0);
    const auto added = OptOutOf(*store, kPerson, 1);
    ASSERT_TRUE(added.ok());
    opt_out = added->record;
    SubmitSome(*store, 60);
    const int64_t now_ms = store->NowMs();
    Request(*store, 7);
    const ErasureOutlook outlook = Look(*store);
    EXPECT_EQ(outlook.by_law, his_.size());
    EXPECT_EQ(outlook.due + outlook.unclosed + outlook.held, 0u);
    EXPECT_EQ(outlook.lasting, 1u);
    EXPECT_LE(outlook.first_ms, outlook.last_ms);
    EXPECT_NEAR(static_cast<double>(outlook.last_ms),
                static_cast<double>(now_ms + kLegalDays * kDayMs), kMinuteMs);
    ASSERT_TRUE(store->SignHead().ok());
  }
  const std::vector<MessageId> before = his_;
  his_.clear();
  {
    auto store = OpenAfter(kLegalDays - 2);
    EXPECT_EQ(Look(*store).by_law, before.size());
    // After the request: not covered.
    SubmitSome(*store, 60);
    EXPECT_EQ(StillThere(*store, before), before.size());
  }
  auto store = OpenAfter(kLegalDays);
  ASSERT_TRUE(WaitFor("they go", [&] {
    return StillThere(*store, before) == 0;
  })) << Notes();
  EXPECT_EQ(StillThere(*store, his_), his_.size());
  EXPECT_EQ(StillThere(*store, others_), others_.size());
  EXPECT_TRUE(store->Read({0, opt_out}).ok());
  const auto runs = Runs(*store);
  ASSERT_EQ(runs.size(), 1u);
  ASSERT_EQ(runs[0].erasures_size(), 1);
  EXPECT_EQ(runs[0].erasures(0), 7u);
  EXPECT_EQ(runs[0].removed(), before.size());
  ASSERT_TRUE(store->SignHead().ok());
  store = nullptr;
  ExpectNoDamage();
}

TEST_F(ErasureTest, ActsAtOnceOnWhatIsOld) {
  {
    auto store = OpenKeeping(0);
    SubmitSome(*store, 60);
  }
  auto store = OpenAfter(kLegalDays + 1);
  const ErasureOutlook outlook = Look(*store);
  EXPECT_GE(outlook.due, 5u);
  EXPECT_EQ(outlook.due + outlook.unclosed, his_.size());
  EXPECT_EQ(StillThere(*store, his_), his_.size());
  Request(*store, 1);
  EXPECT_TRUE(WaitFor("they go", [&] {
    return StillThere(*store, his_) == outlook.unclosed;
  })) << Notes();
  EXPECT_EQ(Look(*store).due, 0u);
  EXPECT_EQ(Look(*store).unclosed, outlook.unclosed);
}

TEST_F(ErasureTest, WaitsForTheEndOfALegalHold) {
  {
    auto store = OpenKeeping(0);
    SubmitSome(*store, 60);
    v1::Record hold = HoldRecord(1, 0, false);
    hold.set_recipient(kPerson.e164);
    ASSERT_TRUE(store->AppendControl(hold).ok());
    Request(*store, 1);
  }
  {
    auto store = OpenAfter(kLegalDays + 1);
    EXPECT_EQ(Look(*store).held, his_.size());
    v1::Record end = HoldRecord(1, 0, true);
    end.set_recipient(kPerson.e164);
    EXPECT_EQ(StillThere(*store, his_), his_.size());
    EXPECT_TRUE(Runs(*store).empty());
    ASSERT_TRUE(store->AppendControl(end).ok());
    EXPECT_EQ(Look(*store).held, 0u);
  }
  auto store = OpenKeeping(0);
  EXPECT_TRUE(WaitFor("they go", [&] {
    return StillThere(*store, his_) == Look(*store).unclosed;
  })) << Notes();
  store = nullptr;
  ExpectNoDamage();
}

// What becomes of a message after the request is about the message, too.
TEST_F(ErasureTest, EventsGoWithTheirMessage) {
  MessageId message;
  const auto events = [&message](const Store& store) {
    int there = 0;
    EXPECT_TRUE(store
                    .VisitEvents(0, {message.record},
                                 [&there](RecordRef, const v1::Record&) {
                                   return ++there > 0;
                                 })
                    .ok());
    return there;
  };
  {
    auto store = OpenKeeping(0);
    const auto answers = SubmitAll(
        *store, {{.recipient = "13800138001", .text = kCommercialText}});
    ASSERT_TRUE(answers.ok()) << answers.status();
    message = {0, (*answers)[0].record};
    Request(*store, 1);
    clock_.Advance(absl::Seconds(30));
    const auto work = TakeAllWork(*store);
    ASSERT_TRUE(work.ok());
    ASSERT_EQ(work->size(), 1u);
    EXPECT_GE(events(*store), 1);
    SubmitSome(*store, 60);
  }
  {
    auto store = OpenAfter(kLegalDays + 1);
    // The start has recorded the outcome, in a segment that is still open.
    EXPECT_TRUE(WaitFor("the hand-over goes", [&] {
      return !store->Read(message).ok() && events(*store) == 1;
    })) << Notes();
    SubmitSome(*store, 60);
  }
  auto store = OpenAfter(2);
  EXPECT_TRUE(WaitFor("the outcome goes", [&] { return events(*store) == 0; }))
      << Notes();
}

// Times to look again that a mistaken clock set.
TEST(Eraser, LooksAgainAfterTheClockWentBack) {
  LossyJournalFiles files;
  const TemporaryFolder folder;
  const auto views = *Views::Open(folder.path() + "/views");
  const RecordReader reader(files, kIdentity);
  const NumberIndex numbers(*views);
  int asked = 0;
  Eraser eraser({.rules =
                     [&asked](int64_t) {
                       ++asked;
                       return RetentionRules();
                     },
                 .journal = [](const auto&) { return absl::OkStatus(); },
                 .note = [](const std::string&) {}});
  const ErasedJournal journal = {
      .retained = {files, kIdentity, *views, reader},
      .numbers = numbers,
      .counted_ms = [](RecordRef, int64_t at_ms) { return at_ms; }};
  constexpr int64_t kNow = 400 * kDayMs;
  ASSERT_TRUE(eraser.RunOne(journal, kNow + 365 * kDayMs).ok());
  EXPECT_EQ(asked, 1);
  ASSERT_TRUE(eraser.RunOne(journal, kNow).ok());
  EXPECT_EQ(asked, 2);
  ASSERT_TRUE(eraser.RunOne(journal, kNow + kMinuteMs).ok());
  EXPECT_EQ(asked, 2);
  ASSERT_TRUE(eraser.RunOne(journal, kNow + kHourMs).ok());
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace sluice::store
