// Messages that are redecided: released, rejected by a person, rechecked under
// newer rules. Every outcome is recorded before it has effect, and a restart
// ends in the same state.

#include "tests/store/redecide.h"
#include "tests/fakes/wait.h"
#include "tests/store/all_records_of.h"

#include <map>

#include "tests/fakes/disks.h"

namespace sluice::store {
namespace {

using Outcome = Redecision::Outcome;

class RedecideTest : public StoreTest {
 protected:
  static Outgoing Held(std::string recipient, std::string key = "") {
    return {.recipient = std::move(recipient),
            .text = kHeldText,
            .key = std::move(key)};
  }

  // Submits a message that is held; returns its record.
  static RecordRef Hold(Store& store, const Outgoing& message) {
    const auto answers = SubmitAll(store, {message});
    EXPECT_TRUE(answers.ok()) << answers.status();
    EXPECT_EQ((*answers)[0].decision, sluice::v1::DECISION_HELD);
    return (*answers)[0].record;
  }

  // All waiting messages.
  static std::map<std::pair<int, uint64_t>, std::string> Waits(Store& store) {
    std::map<std::pair<int, uint64_t>, std::string> all;
    for (const WaitingMessage& one : AllWaiting(store)) {
      const std::pair name = {store.PartitionOf(one.recipient),
                              one.message.value()};
      EXPECT_TRUE(
          all.emplace(name,
                      absl::StrCat(sluice::v1::MessageState_Name(one.state),
                                   " by ", one.decision.value(), " since ",
                                   one.since_ms, " until ", one.deadline_ms))
              .second);
    }
    return all;
  }

  static Redecision One(const absl::StatusOr<std::vector<Redecision>>& all) {
    EXPECT_TRUE(all.ok()) << all.status();
    if (!all.ok() || all->size() != 1) return {};
    return (*all)[0];
  }

  // Waits until a message to `number` has ended; returns its end.
  static store::v1::Ended EndOf(Store& store, const std::string& number) {
    store::v1::Record last;
    EXPECT_TRUE(WaitFor("the message ends", [&] {
      last = RecordsOf(store, number).back();
      return last.has_ended();
    }));
    return last.ended();
  }

  static std::vector<store::v1::Record> RecordsOf(Store& store,
                                                  const std::string& number) {
    std::vector<store::v1::Record> records;
    const auto found = AllRecordsOf(store, *ParsePhone(number));
    for (auto it = found->rbegin(); it != found->rend(); ++it) {
      EXPECT_TRUE(records.emplace_back().ParseFromString(it->bytes));
    }
    return records;
  }
};

TEST_F(RedecideTest, AReleasedMessageGoesAndIsChargedThen) {
  auto store = Open();
  const RecordRef ref = Hold(*store, Held("13800138000", "k1"));
  EXPECT_TRUE(TakeAllWork(*store)->empty());
  const Redecision result = One(RedecideAll(*store, AllHeld(*store)));
  EXPECT_EQ(result.outcome, Outcome::kDecided);
  EXPECT_EQ(result.decision, sluice::v1::DECISION_ACCEPTED);
  EXPECT_TRUE(AllHeld(*store).empty());

  const std::vector<store::v1::Record> records =
      RecordsOf(*store, "13800138000");
  ASSERT_EQ(records.size(), 2u);
  const store::v1::Redecided& redecided = records[1].redecided();
  EXPECT_EQ(redecided.message(), ref.value());
  EXPECT_EQ(redecided.cause(), store::v1::Redecided::CAUSE_RELEASED);
  EXPECT_EQ(redecided.actor(), "officer");
  EXPECT_EQ(redecided.reason(), "looked at");
  EXPECT_TRUE(redecided.decided().charged());
  EXPECT_TRUE(redecided.decided().text().empty());
  // The reason that the person answered is recorded.
  ASSERT_GE(redecided.decided().reasons_size(), 1);
  const auto& answered = *redecided.decided().reasons().rbegin();
  EXPECT_EQ(answered.code(), "OPTOUT_WORD_CONFLICT");
  EXPECT_TRUE(answered.observed());

  // The key still belongs to the message, and its verdict has changed.
  const auto again = SubmitAll(*store, {Held("13800138000", "k1")});
  EXPECT_TRUE((*again)[0].same_key);
  EXPECT_TRUE((*again)[0].redecided);
  EXPECT_EQ((*again)[0].record, ref);

  const auto work = TakeAllWork(*store);
  ASSERT_EQ(work->size(), 1u);
  EXPECT_EQ((*work)[0].message, ref);
  EXPECT_EQ((*work)[0].text, kHeldText);
  // Two a day are allowed: this message was the first, the next is the last.
  const Outgoing next = {.recipient = "13800138000"};
  EXPECT_EQ((*SubmitAll(*store, {next}))[0].decision,
            sluice::v1::DECISION_ACCEPTED);
  Outgoing third = next;
  third.text = "【云杉超市】会员日积分加倍。拒收请回复R";
  EXPECT_EQ((*SubmitAll(*store, {third}))[0].decision,
            sluice::v1::DECISION_REJECTED);
}

TEST_F(RedecideTest, OneIsReleasedOnce) {
  auto store = Open();
  Hold(*store, Held("13800138000"));
  const std::vector<WaitingMessage> held = AllHeld(*store);
  EXPECT_EQ(One(RedecideAll(*store, held)).outcome, Outcome::kDecided);
  EXPECT_EQ(One(RedecideAll(*store, held)).outcome, Outcome::kGone);
  EXPECT_EQ(TakeAllWork(*store)->size(), 1u);
  EXPECT_EQ(One(RedecideAll(*store, held)).outcome, Outcome::kGone);
  EXPECT_EQ(One(RedecideAll(*store, held, {.reject = true})).outcome,
            Outcome::kGone);
  EXPECT_EQ(RecordsOf(*store, "13800138000").size(), 3u);
}

TEST_F(RedecideTest, WhoOptedOutMeanwhileGetsNothing) {
  auto store = Open();
  Hold(*store, Held("13800138000"));
  const std::vector<WaitingMessage> held = AllHeld(*store);
  // The opt-out cancels a message that was held when it came.
  ASSERT_TRUE(OptOutOf(*store, *ParsePhone("13800138000"), kShop).ok());
  EXPECT_EQ(One(RedecideAll(*store, held)).outcome, Outcome::kGone);
}

TEST_F(RedecideTest, ALimitReachedMeanwhileRejects) {
  auto store = Open();
  Hold(*store, Held("13800138000", "k"));
  Outgoing other = {.recipient = "13800138000"};
  EXPECT_EQ((*SubmitAll(*store, {other}))[0].decision,
            sluice::v1::DECISION_ACCEPTED);
  other.text = "【云杉超市】会员日积分加倍。拒收请回复R";
  EXPECT_EQ((*SubmitAll(*store, {other}))[0].decision,
            sluice::v1::DECISION_ACCEPTED);
  const Redecision result = One(RedecideAll(*store, AllHeld(*store)));
  EXPECT_EQ(result.outcome, Outcome::kDecided);
  EXPECT_EQ(result.decision, sluice::v1::DECISION_REJECTED);
  EXPECT_TRUE(AllHeld(*store).empty());
  EXPECT_EQ(Waits(*store).size(), 2u);
  const store::v1::Record record = RecordsOf(*store, "13800138000").back();
  EXPECT_EQ(record.redecided().decided().decision(),
            sluice::v1::DECISION_REJECTED);
  std::vector<std::string> enforced;
  for (const auto& reason : record.redecided().decided().reasons()) {
    if (!reason.observed()) enforced.push_back(reason.code());
  }
  EXPECT_EQ(enforced, std::vector<std::string>{"FREQUENCY_LIMIT"});
  EXPECT_FALSE(record.redecided().decided().charged());
  // After a rejection, as always, the key begins another message.
  const auto again = SubmitAll(*store, {Held("13800138000", "k")});
  EXPECT_FALSE((*again)[0].same_key);
}

TEST_F(RedecideTest, ARejectionByAPersonIsOnRecordAndAnswersTheKey) {
  auto store = Open();
  const RecordRef ref = Hold(*store, Held("13800138000", "k"));
  const Redecision result =
      One(RedecideAll(*store, AllHeld(*store), {.reject = true}));
  EXPECT_EQ(result.outcome, Outcome::kDecided);
  EXPECT_EQ(result.decision, sluice::v1::DECISION_REJECTED);
  for (int restart = 0; restart < 2; ++restart) {
    EXPECT_TRUE(Waits(*store).empty());
    const auto again = SubmitAll(*store, {Held("13800138000", "k")});
    EXPECT_TRUE((*again)[0].same_key);
    EXPECT_TRUE((*again)[0].redecided);
    EXPECT_EQ((*again)[0].record, ref);
    store.reset();
    store = Open();
  }
  const store::v1::Ended ended =
      RecordsOf(*store, "13800138000").back().ended();
  EXPECT_EQ(ended.state(), sluice::v1::MESSAGE_STATE_REJECTED);
  EXPECT_EQ(ended.actor(), "officer");
  EXPECT_EQ(ended.explanation(), "looked at");
  EXPECT_EQ(ended.reason().code(), "OPTOUT_WORD_CONFLICT");
  EXPECT_FALSE(ended.refunded());
}

TEST_F(RedecideTest, WhatHasExpiredIsNotReleased) {
  auto store = Open();
  Hold(*store, Held("13800138000"));
  const std::vector<WaitingMessage> held = AllHeld(*store);
  clock_.Advance(absl::Hours(12));  // Its send hours are over.
  const Outcome outcome = One(RedecideAll(*store, held)).outcome;
  EXPECT_TRUE(outcome == Outcome::kExpired || outcome == Outcome::kGone)
      << static_cast<int>(outcome);
  EXPECT_TRUE(TakeAllWork(*store)->empty());
  const store::v1::Ended ended = EndOf(*store, "13800138000");
  EXPECT_EQ(ended.state(), sluice::v1::MESSAGE_STATE_EXPIRED);
  EXPECT_EQ(ended.reason().field(), "expire_at");
}

TEST_F(RedecideTest, CheckingChangesNothing) {
  auto store = Open();
  Hold(*store, Held("13800138000"));
  const auto before = Waits(*store);
  const Redecision result =
      One(RedecideAll(*store, AllHeld(*store), {.check_only = true}));
  EXPECT_EQ(result.outcome, Outcome::kDecided);
  EXPECT_EQ(result.decision, sluice::v1::DECISION_ACCEPTED);
  EXPECT_EQ(Waits(*store), before);
  EXPECT_EQ(RecordsOf(*store, "13800138000").size(), 1u);
}

// A recheck under the same rules changes nothing and records nothing.
TEST_F(RedecideTest, ARecheckWritesOnlyWhatChanged) {
  auto store = Open();
  const int64_t tomorrow = kTenInTheMorningMs + 86'400'000;
  std::vector<Outgoing> outgoing;
  for (int i = 0; i < 20; ++i) {
    const std::string number = std::to_string(13800138000 + i);
    outgoing.push_back(i % 3 == 0 ? Held(number)
                                  : Outgoing{.recipient = number});
    if (i % 3 == 1) outgoing.back().send_after_ms = tomorrow;
  }
  ASSERT_TRUE(SubmitAll(*store, outgoing).ok());
  const auto before = Waits(*store);
  EXPECT_EQ(before.size(), 20u);
  const auto results =
      RedecideAll(*store, AllWaiting(*store),
                  {.cause = store::v1::Redecided::CAUSE_RECHECKED});
  ASSERT_TRUE(results.ok()) << results.status();
  for (const Redecision& result : *results) {
    // A deferred message is due at once here, because its time is ignored.
    EXPECT_TRUE(result.outcome == Outcome::kUnchanged ||
                result.decision == sluice::v1::DECISION_ACCEPTED);
  }
  size_t changed = 0;
  for (const auto& [message, what] : Waits(*store)) {
    changed += before.at(message) != what;
  }
  EXPECT_EQ(changed, 7u);  // The deferred ones.
}

TEST_F(RedecideTest, AWalkBeginsAgainWhenTheJournalWasReopened) {
  Disks disks(1);
  StoreOptions options;
  options.path = folder_.path() + "/data";
  options.segment_bytes = 4u << 20;
  disks.Carry(options);
  auto opened =
      Store::Open(options, clock_, WorldSnapshot(), [](const std::string&) {});
  ASSERT_TRUE(opened.ok()) << opened.status();
  Store& store = **opened;
  std::vector<Outgoing> outgoing;
  for (int i = 0; i < 20; ++i) {
    outgoing.push_back({.recipient = std::to_string(13800138000 + i)});
  }
  ASSERT_TRUE(SubmitAll(store, outgoing).ok());
  size_t place = 0;
  ASSERT_EQ(store.Waiting(0, 5, place)->size(), 5u);
  for (FailingJournalFiles* files : disks.faults()) {
    files->SetFault(
        {.call = JournalFault::Call::kSync, .nth = 1, .and_after = false});
  }
  const Outgoing other = {.recipient = "13900139000"};
  ASSERT_FALSE(SubmitAll(store, {other}).ok());
  while (!SubmitAll(store, {other}).ok()) {
  }
  EXPECT_TRUE(absl::IsUnavailable(store.Waiting(0, 5, place).status()));
  EXPECT_EQ(AllWaiting(store).size(), 21u);
}

// A recheck leaves alone a message that a link has, in any order of events.
TEST_F(RedecideTest, HandOverAndRecheckNeverBoth) {
  auto store = Open();
  std::vector<Outgoing> outgoing;
  for (int i = 0; i < 300; ++i) {
    outgoing.push_back({.recipient = std::to_string(13800138000 + i)});
  }
  ASSERT_TRUE(SubmitAll(*store, outgoing).ok());
  const std::vector<WaitingMessage> waiting = AllWaiting(*store);
  ASSERT_EQ(waiting.size(), 300u);
  std::vector<WorkItem> taken;
  std::thread link([&] {
    for (int i = 0; i < 100; ++i) {
      const auto work = TakeAllWork(*store, 0, 3);
      if (work.ok()) taken.insert(taken.end(), work->begin(), work->end());
    }
  });
  // A person's rejection or release only affects held messages.
  for (size_t i = 0; i < waiting.size(); i += 50) {
    const std::vector<WaitingMessage> some(
        waiting.begin() + static_cast<std::ptrdiff_t>(i),
        waiting.begin() + static_cast<std::ptrdiff_t>(i + 50));
    const auto results = RedecideAll(
        *store, some, {.cause = store::v1::Redecided::CAUSE_RECHECKED});
    ASSERT_TRUE(results.ok());
    for (const Redecision& result : *results) {
      EXPECT_TRUE(result.outcome == Outcome::kUnchanged ||
                  result.outcome == Outcome::kGone);
    }
  }
  link.join();
  std::map<uint64_t, int> times;
  for (const WorkItem& item : taken) ++times[item.message.value()];
  EXPECT_EQ(times.size(), 300u);
  for (const auto& [message, count] : times) EXPECT_EQ(count, 1) << message;
}

TEST_F(RedecideTest, ARestartComesBackToTheSame) {
  auto store = Open(2);
  std::vector<Outgoing> outgoing;
  for (int i = 0; i < 60; ++i) {
    outgoing.push_back(Held(std::to_string(13800138000 + i),
                            i % 2 == 0 ? absl::StrCat("k", i) : ""));
  }
  ASSERT_TRUE(SubmitAll(*store, outgoing).ok());
  std::vector<WaitingMessage> held = AllHeld(*store);
  ASSERT_EQ(held.size(), 60u);
  const std::vector<WaitingMessage> to_release(held.begin(), held.begin() + 20);
  const std::vector<WaitingMessage> to_reject(held.begin() + 20,
                                              held.begin() + 35);
  ASSERT_TRUE(RedecideAll(*store, to_release).ok());
  ASSERT_TRUE(RedecideAll(*store, to_reject, {.reject = true}).ok());
  const auto before = Waits(*store);
  EXPECT_EQ(before.size(), 45u);
  const auto stats = [&store = store] {
    std::string all;
    for (int p = 0; p < 2; ++p) {
      const PartitionStats s = store->Stats(p);
      absl::StrAppend(&all, s.recipients, " ", s.sends, " ", s.queued, " ",
                      s.held, " ", s.held_since_ms, "\n");
    }
    return all;
  };
  const std::string counts = stats();
  // From the views and, without them, from the journal alone.
  for (const bool drop_views : {false, true}) {
    store.reset();
    if (drop_views) {
      for (const char* partition : {"partition-000", "partition-001"}) {
        std::filesystem::remove_all(folder_.path() + "/data/" + partition +
                                    "/views");
      }
    }
    store = Open(2);
    EXPECT_EQ(Waits(*store), before) << drop_views;
    EXPECT_EQ(stats(), counts) << drop_views;
  }
  size_t sent = 0;
  for (int p = 0; p < 2; ++p) {
    const auto work = TakeAllWork(*store, p);
    ASSERT_TRUE(work.ok()) << work.status();
    for (const WorkItem& item : *work) {
      EXPECT_EQ(item.text, kHeldText);  // Read from the first record.
      ++sent;
    }
  }
  EXPECT_EQ(sent, 20u);
}

TEST_F(RedecideTest, ThePackSaysHowLongAPersonIsWaitedFor) {
  auto store = Open();
  Hold(*store, Held("13800138000"));
  clock_.Advance(absl::Minutes(5));
  Hold(*store, Held("13800138001"));
  EXPECT_EQ(store->Stats(0).held_since_ms, AllHeld(*store)[0].since_ms);

  auto rules = store->snapshot()->rules;
  rules::v1::PackPolicy policy = rules->policy();
  policy.set_hold_hours(1);
  auto built = filter::Policy::Build(policy, rules->articles(), rules->header(),
                                     rules->rules(), rules->thresholds());
  ASSERT_TRUE(built.ok()) << built.status();
  auto snapshot = std::make_shared<filter::Snapshot>(*store->snapshot());
  snapshot->policy = *built;
  store->Publish(snapshot);

  clock_.Advance(absl::Minutes(54));
  EXPECT_EQ(AllHeld(*store).size(), 2u);
  EXPECT_EQ(AllHeld(*store)[0].deadline_ms,
            AllHeld(*store)[0].since_ms + 3'600'000);
  clock_.Advance(absl::Minutes(3));
  const store::v1::Ended ended = EndOf(*store, "13800138000");
  EXPECT_EQ(ended.state(), sluice::v1::MESSAGE_STATE_EXPIRED);
  EXPECT_EQ(ended.reason().rule(), "hold_hours");
  EXPECT_EQ(AllHeld(*store).size(), 1u);
}

TEST_F(RedecideTest, HeldOnesAreToldInPages) {
  auto store = Open();
  for (int i = 0; i < 7; ++i) {
    Hold(*store, Held(std::to_string(13800138000 + i)));
    clock_.Advance(absl::Seconds(1));
  }
  std::vector<std::string> numbers;
  std::pair<int64_t, uint64_t> after;
  for (;;) {
    const auto page = store->Held(0, after, 3);
    ASSERT_TRUE(page.ok());
    for (const WaitingMessage& one : *page) {
      numbers.push_back(std::to_string(one.recipient.e164));
      after = {one.since_ms, one.message.value()};
    }
    if (page->size() < 3) break;
  }
  ASSERT_EQ(numbers.size(), 7u);
  for (size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(numbers[i], std::to_string(8613800138000 + i));
  }
}

// A message that a mistaken rule rejected is revived once, and not when its key
// has been used again.
TEST_F(RedecideTest, ARejectedMessageIsRevivedOnce) {
  auto store = Open();
  // Rejected because the send hours are over.
  ASSERT_TRUE(OptOutOf(*store, *ParsePhone("13800138000"), kShop).ok());
  const Outgoing rejected = {.recipient = "13800138000", .key = "k"};
  const auto answers = SubmitAll(*store, {rejected});
  ASSERT_EQ((*answers)[0].decision, sluice::v1::DECISION_REJECTED);
  WaitingMessage message;
  message.message = message.decision = (*answers)[0].record;
  message.recipient = *ParsePhone("13800138000");
  const HowToRedecide rejudge = {.cause = store::v1::Redecided::CAUSE_REJUDGED};
  EXPECT_EQ(One(RedecideAll(*store, {message}, rejudge)).outcome,
            Outcome::kUnchanged);
  EXPECT_EQ(RecordsOf(*store, "13800138000").size(), 2u);
  OptOutEntry entry = OptOutEntryOf(message.recipient, kShop);
  auto removed =
      std::make_shared<Promised<absl::StatusOr<std::vector<RecordRef>>>>();
  store->RemoveOptOut(entry, "asked for it", store->NowMs(),
                      [removed](auto result) { removed->Set(result); });
  ASSERT_TRUE(removed->Get().ok());
  const Redecision result = One(RedecideAll(*store, {message}, rejudge));
  EXPECT_EQ(result.outcome, Outcome::kDecided);
  EXPECT_EQ(result.decision, sluice::v1::DECISION_ACCEPTED);
  EXPECT_EQ(One(RedecideAll(*store, {message}, rejudge)).outcome,
            Outcome::kGone);
  EXPECT_TRUE((*SubmitAll(*store, {rejected}))[0].redecided);
  EXPECT_EQ(TakeAllWork(*store)->size(), 1u);

  // A retry with the same key has replaced the rejected message.
  ASSERT_TRUE(OptOutOf(*store, *ParsePhone("13800138001"), kShop).ok());
  const Outgoing other = {.recipient = "13800138001", .key = "k"};
  message.message = message.decision = (*SubmitAll(*store, {other}))[0].record;
  message.recipient = *ParsePhone("13800138001");
  ASSERT_EQ((*SubmitAll(*store, {other}))[0].decision,
            sluice::v1::DECISION_REJECTED);
  EXPECT_EQ(One(RedecideAll(*store, {message}, rejudge)).outcome,
            Outcome::kGone);
}

}  // namespace
}  // namespace sluice::store
