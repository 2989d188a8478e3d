// The store as the gateway uses it: real files, real RocksDB, a small pack.

#include "store/store.h"

#include <gtest/gtest.h>

#include "store/journal/journal_check.h"
#include "store/journal/posix_journal_file.h"
#include "store/partition/checkpoint.h"
#include "store/views/views.h"
#include "tests/fakes/disks.h"
#include "tests/fakes/wait.h"
#include "tests/store/all_records_of.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

const Phone kAnna{8613800138000};
const Phone kBert{8613900139000};

// The primary reason, observed ones aside.
filter::ReasonCode ReasonOf(const Answer& answer) {
  for (const filter::Finding& finding : answer.findings) {
    if (!finding.observed) return finding.code;
  }
  return filter::ReasonCode::kStopped;
}

TEST_F(StoreTest, DecidesRecordsAndFindsAgain) {
  auto store = Open();
  const auto answers =
      SubmitAll(*store, {{.recipient = "13800138000"},
                         {.recipient = "12345"},
                         {.recipient = "13900139000",
                          .text = kCodeText,
                          .message_class = MessageClass::kVerification}});
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_EQ((*answers)[0].decision, sluice::v1::DECISION_ACCEPTED);
  EXPECT_EQ((*answers)[1].decision, sluice::v1::DECISION_REJECTED);
  EXPECT_EQ(ReasonOf((*answers)[1]), filter::ReasonCode::kRecipientInvalid);
  EXPECT_EQ((*answers)[2].decision, sluice::v1::DECISION_ACCEPTED);

  const auto record = store->Read({0, (*answers)[0].record});
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->decided().text(), kCommercialText);
  EXPECT_EQ(record->decided().content_provider(), kShop);
  const auto found = AllRecordsOf(*store, kAnna);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ((*found)[0].ref, (*answers)[0].record);
}

// The views show that bytes were cut off a journal's end.
TEST_F(StoreTest, ViewsRememberHowFarTheJournalWent) {
  auto store = Open();
  ASSERT_TRUE(SubmitAll(*store, {{.recipient = "13800138000"}}).ok());
  store.reset();
  const std::string partition = folder_.path() + "/data/partition-000";
  const auto files = PosixJournalFiles::Open(partition + "/journal",
                                             PosixJournalFiles::Access::kRead);
  ASSERT_TRUE(files.ok()) << files.status();
  const auto views = Views::OpenToRead(partition + "/views");
  ASSERT_TRUE(views.ok()) << views.status();
  const auto newest = NewestPoint(**views);
  ASSERT_TRUE(newest.ok()) << newest.status();
  EXPECT_EQ(*newest, CheckJournal(**files)->end);
  EXPECT_GT(newest->offset(), 0u);
}

TEST_F(StoreTest, CheckLeavesNoTrace) {
  auto store = Open();
  for (int i = 0; i < 5; ++i) {
    const auto answers = SubmitAll(*store, {{.recipient = "13800138000"}},
                                   /*check_only=*/true);
    ASSERT_TRUE(answers.ok());
    EXPECT_EQ((*answers)[0].decision, sluice::v1::DECISION_ACCEPTED) << i;
  }
  EXPECT_TRUE(AllRecordsOf(*store, kAnna)->empty());
  EXPECT_TRUE(TakeAllWork(*store)->empty());
}

TEST_F(StoreTest, LimitsHoldThroughARestart) {
  auto store = Open();
  // Two commercial messages a day from one content provider.
  const Outgoing first = {.recipient = "13800138000"};
  Outgoing second = first;
  second.text = "【云杉超市】新鲜蔬菜今日到店。拒收请回复R";
  Outgoing third = first;
  third.text = "【云杉超市】会员日积分加倍。拒收请回复R";
  EXPECT_EQ((*SubmitAll(*store, {first}))[0].decision,
            sluice::v1::DECISION_ACCEPTED);
  store.reset();
  store = Open();
  EXPECT_EQ((*SubmitAll(*store, {second}))[0].decision,
            sluice::v1::DECISION_ACCEPTED);
  store.reset();
  store = Open();
  const auto answers = SubmitAll(*store, {third});
  EXPECT_EQ((*answers)[0].decision, sluice::v1::DECISION_REJECTED);
  EXPECT_EQ(ReasonOf((*answers)[0]), filter::ReasonCode::kFrequencyLimit);
}

TEST_F(StoreTest, AKeyGivesTheFirstVerdict) {
  auto store = Open();
  const Outgoing message = {.recipient = "13800138000", .key = "order-1"};
  const auto first = SubmitAll(*store, {message, message});
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE((*first)[0].same_key);
  EXPECT_TRUE((*first)[1].same_key);
  EXPECT_EQ((*first)[1].record, (*first)[0].record);
  store.reset();
  store = Open();
  const auto again = SubmitAll(*store, {message});
  EXPECT_TRUE((*again)[0].same_key);
  EXPECT_EQ((*again)[0].record, (*first)[0].record);
  Outgoing other = message;
  other.text = "【云杉超市】新鲜蔬菜今日到店。拒收请回复R";
  const auto rejected = SubmitAll(*store, {other});
  EXPECT_EQ((*rejected)[0].decision, sluice::v1::DECISION_REJECTED);
  EXPECT_EQ(ReasonOf((*rejected)[0]), filter::ReasonCode::kMessageDuplicateKey);
}

TEST_F(StoreTest, HandsOverOnceAndMatchesReports) {
  auto store = Open();
  const auto answers = SubmitAll(*store, {{.recipient = "13800138000"}});
  const auto work = TakeAllWork(*store);
  ASSERT_TRUE(work.ok()) << work.status();
  ASSERT_EQ(work->size(), 1u);
  EXPECT_EQ((*work)[0].text, kCommercialText);
  EXPECT_TRUE(TakeAllWork(*store)->empty());  // Handed over only once.

  store->Ran(0, {.written = {(*work)[0].message}});
  CarrierReport report;
  report.recipient = kAnna;
  report.carrier_message_id = "77";
  report.carrier_code = "DELIVRD";
  report.state = sluice::v1::MESSAGE_STATE_DELIVERED;
  auto acknowledged = std::make_shared<Promised<absl::Status>>();
  report.done = [acknowledged](absl::Status s) { acknowledged->Set(s); };
  LinkRun early;  // Before the answer: the report waits.
  early.reports.push_back(std::move(report));
  store->Ran(0, std::move(early));
  CarrierAnswer answer;
  answer.message = (*work)[0].message;
  answer.recipient = kAnna;
  answer.state = sluice::v1::MESSAGE_STATE_TAKEN;
  answer.carrier_message_ids = {"77"};
  store->Ran(0, {.answers = {answer}});
  EXPECT_TRUE(acknowledged->Get().ok());

  absl::StatusOr<std::vector<FoundRecord>> found;
  ASSERT_TRUE(WaitFor("the report is durable", [&] {
    found = AllRecordsOf(*store, kAnna);
    return found->size() == 4;
  }));
  store::v1::Record newest;
  ASSERT_TRUE(newest.ParseFromString((*found)[0].bytes));
  EXPECT_EQ(newest.reported().state(), sluice::v1::MESSAGE_STATE_DELIVERED);
  EXPECT_EQ(newest.reported().message(), (*answers)[0].record.value());
}

TEST_F(StoreTest, AnOptOutTakesBackWhatWaits) {
  auto store = Open();
  ASSERT_TRUE(SubmitAll(*store, {{.recipient = "13800138000"}}).ok());
  ASSERT_TRUE(
      SubmitAll(*store, {{.recipient = "13800138000",
                          .text = kCodeText,
                          .message_class = MessageClass::kVerification}})
          .ok());
  const auto result = OptOutOf(*store, kAnna, kShop);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->cancelled, 1u);
  // The verification code is sent nevertheless.
  const auto work = TakeAllWork(*store);
  ASSERT_EQ(work->size(), 1u);
  EXPECT_EQ((*work)[0].message_class, MessageClass::kVerification);
  EXPECT_TRUE(OptOutOf(*store, kBert, kShop).ok());
  store.reset();
  store = Open();
  const auto again = OptOutOf(*store, kAnna, kShop);
  EXPECT_TRUE(again->existed);
  const auto answers = SubmitAll(*store, {{.recipient = "13800138000"}});
  EXPECT_EQ((*answers)[0].decision, sluice::v1::DECISION_REJECTED);
  EXPECT_EQ(ReasonOf((*answers)[0]), filter::ReasonCode::kRecipientOptedOut);
}

TEST_F(StoreTest, AnOptOutWaitsForWhatIsOnItsWayToASocket) {
  auto store = Open();
  ASSERT_TRUE(SubmitAll(*store, {{.recipient = "13800138000"}}).ok());
  const auto work = TakeAllWork(*store);
  ASSERT_EQ(work->size(), 1u);
  OptOutEntry entry;
  entry.recipient = kAnna;
  entry.classes = MaskOf(MessageClass::kCommercial);
  std::atomic<bool> answered = false;
  auto done = std::make_shared<Promised<bool>>();
  store->AddOptOut(entry, [&answered, done](absl::StatusOr<OptOutResult> r) {
    answered = true;
    done->Set(r.ok());
  });
  // Later commands have been answered, so this answer is really delayed.
  ASSERT_TRUE(SubmitAll(*store, {{.recipient = "13900139000"}}).ok());
  ASSERT_TRUE(SubmitAll(*store, {{.recipient = "13900139001"}}).ok());
  EXPECT_FALSE(answered);
  store->Ran(0, {.written = {(*work)[0].message}});
  EXPECT_TRUE(done->Get());
}

TEST_F(StoreTest, AnOptOutByReplyIsDurableBeforeItIsAcknowledged) {
  auto store = Open();
  for (int repeat = 0; repeat < 2; ++repeat) {
    CarrierReply reply;
    reply.recipient = kAnna;
    reply.access_number = "10690012";
    reply.text = " ｔｄ ";
    reply.carrier_message_id = "mo-1";
    auto done = std::make_shared<Promised<absl::Status>>();
    reply.done = [done](absl::Status s) { done->Set(s); };
    store->Replied(std::move(reply));
    ASSERT_TRUE(done->Get().ok());
  }
  EXPECT_EQ(store->Stats(0).opt_outs, 1u);
  const auto found = AllRecordsOf(*store, kAnna);
  EXPECT_EQ(found->size(), 2u);  // The reply and the opt-out, once.
}

// Carriers have a window for what is not acknowledged: reports that wait for
// their message would fill it, and the reply behind them would never come.
TEST_F(StoreTest, ReportsOfUnknownMessagesAreAcknowledgedAtOnce) {
  auto store = Open();
  constexpr int kReports = 300;
  std::atomic<int> acknowledged = 0;
  auto unmatched = std::make_shared<std::atomic<int>>(0);
  LinkRun run;
  for (int i = 0; i < kReports; ++i) {
    CarrierReport& report = run.reports.emplace_back();
    report.recipient = kAnna;
    report.carrier_message_id = absl::StrCat("nobody's ", i);
    report.done = [&](const absl::Status& s) { acknowledged += s.ok(); };
    report.unmatched = [unmatched] { ++*unmatched; };
  }
  store->Ran(0, std::move(run));
  CarrierReply reply;
  reply.recipient = kAnna;
  reply.access_number = "10690012";
  reply.text = "退订";
  auto done = std::make_shared<Promised<absl::Status>>();
  reply.done = [done](absl::Status s) { done->Set(s); };
  store->Replied(std::move(reply));
  ASSERT_TRUE(done->Get().ok());
  // The writer takes commands in order, and no time has passed.
  EXPECT_EQ(acknowledged, kReports);
  EXPECT_EQ(*unmatched, 0);
  EXPECT_EQ(store->Stats(0).opt_outs, 1u);
  clock_.Advance(absl::Minutes(2));
  EXPECT_TRUE(WaitFor("the reports are given up",
                      [&] { return *unmatched == kReports; }));
}

TEST_F(StoreTest, DeferredMessagesGoWhenTheirTimeComes) {
  auto store = Open();
  const int64_t later = store->NowMs() + 3'600'000;
  const auto answers =
      SubmitAll(*store, {{.recipient = "13800138000", .send_after_ms = later}});
  EXPECT_EQ((*answers)[0].decision, sluice::v1::DECISION_DEFERRED);
  EXPECT_TRUE(TakeAllWork(*store)->empty());
  store.reset();
  store = Open();
  clock_.Advance(absl::Hours(1) + absl::Seconds(2));
  Promised<bool> due;
  std::atomic<bool> once = false;
  store->OnWork([&](int, Carrier) {
    if (!once.exchange(true)) due.Set(true);
  });
  due.Get();
  const auto work = TakeAllWork(*store);
  ASSERT_EQ(work->size(), 1u);
  EXPECT_EQ((*work)[0].text, kCommercialText);
}

// So that a caller keeps in memory what the journal has.
TEST_F(StoreTest, OfManyGlobalFactsItTellsHowManyAreThere) {
  Disks disks(1);
  StoreOptions options;
  options.path = folder_.path() + "/data";
  options.segment_bytes = 4u << 20;
  disks.Carry(options);
  auto store =
      Store::Open(options, clock_, WorldSnapshot(), [](const std::string&) {});
  ASSERT_TRUE(store.ok()) << store.status();
  // Each record takes more than half of a group.
  store::v1::Record large;
  large.mutable_operator_action()->set_subject(std::string(600'000, 'x'));
  disks.faults()[0]->SetFault(
      {.call = JournalFault::Call::kSync, .nth = 2, .and_after = false});
  size_t durable = 0;
  EXPECT_TRUE(absl::IsUnavailable(
      (*store)->AppendControl({large, large, large}, durable)));
  EXPECT_EQ(durable, 1u);
  EXPECT_TRUE((*store)->AppendControl({large, large}, durable).ok());
  EXPECT_EQ(durable, 2u);
}

// A publisher may wait until no batch uses the old snapshot.
TEST_F(StoreTest, AnIdleWriterKeepsNoSnapshot) {
  auto store = Open();
  const auto mine = std::make_shared<const filter::Snapshot>(*WorldSnapshot());
  store->Publish(mine);
  ASSERT_TRUE(SubmitAll(*store, {{.recipient = "13800138000"}}).ok());
  EXPECT_TRUE(WaitFor("the store's snapshot and this one are all",
                      [&] { return mine.use_count() == 2; }));
}

TEST_F(StoreTest, PartitionsAreFixed) {
  {
    auto store = Open(4);
    std::vector<Outgoing> many;
    for (int i = 0; i < 100; ++i) {
      many.push_back({.recipient = std::to_string(13800138000 + i)});
    }
    const auto answers = SubmitAll(*store, many);
    ASSERT_TRUE(answers.ok());
    std::set<uint16_t> partitions;
    for (const Answer& answer : *answers) {
      EXPECT_EQ(answer.decision, sluice::v1::DECISION_ACCEPTED);
      partitions.insert(answer.partition);
    }
    EXPECT_EQ(partitions.size(), 4u);
  }
  StoreOptions options;
  options.path = folder_.path() + "/data";
  options.partitions = 2;
  EXPECT_EQ(Store::Open(options, clock_, WorldSnapshot(), [](const auto&) {})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(StoreTest, RetentionTakesOldMessagesAndLeavesOptOuts) {
  auto store = Open();
  ASSERT_TRUE(OptOutOf(*store, kAnna, kShop).ok());
  MessageId first;
  for (int batch = 0; batch < 48; ++batch) {
    std::vector<Outgoing> outgoing;
    for (int i = 0; i < 1000; ++i) {
      outgoing.push_back(
          {.recipient = std::to_string(13900000000 + batch * 1000 + i)});
    }
    const auto answers = SubmitAll(*store, outgoing);
    ASSERT_TRUE(answers.ok()) << answers.status();
    if (batch == 0) first = {0, (*answers)[0].record};
  }
  ASSERT_GE(store->DurableEnd(0).position().segment(), 3u);
  ASSERT_TRUE(store->Read(first).ok());
  store.reset();
  clock_.Advance(absl::Hours(24 * 400));
  store = Open(1, /*retention_days=*/395);
  ASSERT_TRUE(store->AcceptClock("key", "a test").ok());
  EXPECT_TRUE(WaitFor("the janitor asks for a yes",
                      [&] { return store->AllowRetention("key") == 1; }));
  absl::Status gone;
  EXPECT_TRUE(WaitFor("the janitor removes the first record", [&] {
    // It asks again when a segment more was closed meanwhile.
    store->AllowRetention("key");
    gone = store->Read(first).status();
    return !gone.ok();
  }));
  EXPECT_EQ(gone.code(), absl::StatusCode::kFailedPrecondition)
      << gone << Notes();
  EXPECT_TRUE(OptOutOf(*store, kAnna, kShop)->existed);
  EXPECT_FALSE(AllRecordsOf(*store, kAnna)->empty());
  store.reset();  // Also ends a running janitor.

  const auto files =
      PosixJournalFiles::Open(folder_.path() + "/data/partition-000/journal",
                              PosixJournalFiles::Access::kRead);
  ASSERT_TRUE(files.ok()) << files.status();
  const auto checked = CheckJournal(**files, {});
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_TRUE(checked->damage.empty());
  EXPECT_GT(checked->removed, 0u);
}

TEST_F(StoreTest, AClockThatStepsStopsDecisions) {
  auto store = Open();
  clock_.Step(absl::Hours(1));
  EXPECT_EQ(SubmitAll(*store, {{.recipient = "13800138000"}}).status().code(),
            absl::StatusCode::kUnavailable);
  clock_.Step(-absl::Hours(1));
  EXPECT_TRUE(SubmitAll(*store, {{.recipient = "13800138000"}}).ok());
}

// New sends remove old ones, and a replay must not bring them all back: with
// kSendsPerRecipientMax sends the number would get no more messages.
TEST_F(StoreTest, AReplayKeepsNoMoreSendsThanLifeDid) {
  auto store = Open();
  constexpr int kDays = 60;
  for (int day = 0; day < kDays; ++day) {
    for (int i = 0; i < 8; ++i) {
      const std::string key = std::to_string(day * 8 + i);
      ASSERT_TRUE(
          SubmitAll(*store, {{.recipient = "13800138000", .key = key}}).ok());
    }
    clock_.Advance(absl::Hours(25));
  }
  const uint64_t sends = store->Stats(0).sends;
  EXPECT_LT(sends, 8u * kDays / 2);
  store.reset();
  std::filesystem::remove_all(folder_.path() + "/data/partition-000/views");
  store = Open();
  EXPECT_EQ(store->Stats(0).sends, sends);
}

}  // namespace
}  // namespace sluice::store
