// Opt-outs recorded by mistake: their removal leaves every opt-out in force
// that came another way.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "store/partition/opt_out_origin.h"
#include "store/writer/opt_out_scope.h"
#include "tests/fakes/disks.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

using Outcome = CorrectionOutcome;

const Phone kAnna{8613800138000};
const Phone kBert{8613800138001};

class CorrectionsTest : public StoreTest {
 protected:
  std::unique_ptr<Store> OpenOnLossyDisk() {
    StoreOptions options;
    options.path = folder_.path() + "/data";
    options.segment_bytes = 4u << 20;
    disks_.Carry(options);
    auto store = Store::Open(options, clock_, WorldSnapshot(),
                             [](const std::string&) {});
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  static OptOutEntry Reply(Phone recipient, const std::string& text) {
    OptOutEntry entry = OptOutEntryOf(recipient, kShop);
    entry.source = admin::v1::OPT_OUT_SOURCE_REPLY;
    entry.raw_reply = text;
    return entry;
  }
  static OptOutEntry Call(Phone recipient, const std::string& evidence) {
    OptOutEntry entry = OptOutEntryOf(recipient, kShop);
    entry.source = admin::v1::OPT_OUT_SOURCE_COMPLAINT;
    entry.evidence = evidence;
    return entry;
  }

  static std::vector<OptOutResult> Import(Store& store, const std::string& id,
                                          std::vector<OptOutEntry> entries) {
    OptOutBatch batch;
    batch.import_id = id;
    batch.entries = std::move(entries);
    Promised<absl::Status> done;
    batch.done = [&done](absl::Status status) { done.Set(std::move(status)); };
    EXPECT_TRUE(store.AddOptOuts(batch).ok());
    const absl::Status status = done.Get();
    EXPECT_TRUE(status.ok()) << status;
    return batch.results;
  }
  static OptOutResult Add(Store& store, const OptOutEntry& entry,
                          const std::string& import_id = "") {
    return Import(store, import_id, {entry})[0];
  }

  static std::vector<Outcome> Correct(Store& store,
                                      std::vector<CorrectionBatch::Item> items,
                                      bool check_only = false) {
    CorrectionBatch batch;
    batch.correction_id = "c1";
    batch.actor = "anna";
    batch.reason = "the wrong list";
    batch.check_only = check_only;
    batch.items = std::move(items);
    Promised<absl::Status> done;
    batch.done = [&done](absl::Status status) { done.Set(std::move(status)); };
    EXPECT_TRUE(store.CorrectOptOuts(batch).ok());
    const absl::Status status = done.Get();
    EXPECT_TRUE(status.ok()) << status;
    return batch.outcomes;
  }
  static Outcome CorrectOne(Store& store, Phone recipient, RecordRef record) {
    return Correct(store, {{recipient, record}})[0];
  }

  static bool IsStopped(Store& store, Phone recipient) {
    const auto answers = SubmitAll(store, {{.recipient = ToE164(recipient)}},
                                   /*check_only=*/true);
    EXPECT_TRUE(answers.ok()) << answers.status();
    return (*answers)[0].decision == sluice::v1::DECISION_REJECTED;
  }

  Disks disks_{1};
};

TEST_F(CorrectionsTest, ARefusalAfterAWrongImportSurvivesItsCorrection) {
  auto store = Open();
  const auto wrong =
      Import(*store, "wrong.txt",
             {OptOutEntryOf(kAnna, kShop), OptOutEntryOf(kBert, kShop)});
  EXPECT_TRUE(IsStopped(*store, kAnna));
  const OptOutResult own = Add(*store, Reply(kAnna, "TD"));
  EXPECT_FALSE(own.existed);
  EXPECT_EQ(
      Correct(*store, {{kAnna, wrong[0].record}, {kBert, wrong[1].record}}),
      (std::vector<Outcome>{Outcome::kRemoved, Outcome::kRemoved}));
  EXPECT_TRUE(IsStopped(*store, kAnna));
  EXPECT_FALSE(IsStopped(*store, kBert));
  // The reply was misread after all.
  EXPECT_EQ(CorrectOne(*store, kAnna, own.record), Outcome::kRemoved);
  EXPECT_FALSE(IsStopped(*store, kAnna));
}

TEST_F(CorrectionsTest, ARefusalBeforeAWrongImportSurvivesItsCorrection) {
  auto store = Open();
  const OptOutResult own = Add(*store, Call(kAnna, "call 118"));
  const OptOutResult wrong =
      Add(*store, OptOutEntryOf(kAnna, kShop), "wrong.txt");
  EXPECT_FALSE(wrong.existed);
  EXPECT_EQ(CorrectOne(*store, kAnna, wrong.record), Outcome::kRemoved);
  EXPECT_TRUE(IsStopped(*store, kAnna));
  EXPECT_TRUE(Add(*store, Call(kAnna, "call 118")).existed);
  EXPECT_EQ(Add(*store, Call(kAnna, "call 118")).record, own.record);
}

// A survey's "N" that was misread, and the "N" that answers an advertisement.
TEST_F(CorrectionsTest, ALaterReplyInTheSameWordsIsARefusalOfItsOwn) {
  auto store = OpenOnLossyDisk();
  const OptOutResult misread = Add(*store, Reply(kAnna, "N"));
  const OptOutResult own = Add(*store, Reply(kAnna, "N"));
  EXPECT_FALSE(own.existed);
  disks_.PowerCut();
  store.reset();
  store = OpenOnLossyDisk();
  EXPECT_EQ(CorrectOne(*store, kAnna, misread.record), Outcome::kRemoved);
  EXPECT_TRUE(IsStopped(*store, kAnna));
  EXPECT_EQ(CorrectOne(*store, kAnna, own.record), Outcome::kRemoved);
  EXPECT_FALSE(IsStopped(*store, kAnna));
}

// By two officers, who noted nothing: one of them by mistake.
TEST_F(CorrectionsTest, WithoutEvidenceWhoRecordedItTellsOptOutsApart) {
  auto store = Open();
  OptOutEntry by_anna = Call(kAnna, "");
  by_anna.actor = "anna";
  OptOutEntry by_bert = Call(kAnna, "");
  by_bert.actor = "bert";
  const OptOutResult mistake = Add(*store, by_anna);
  EXPECT_TRUE(Add(*store, by_anna).existed);
  EXPECT_FALSE(Add(*store, by_bert).existed);
  EXPECT_EQ(CorrectOne(*store, kAnna, mistake.record), Outcome::kRemoved);
  EXPECT_TRUE(IsStopped(*store, kAnna));
}

// The same source and import or evidence: nothing new, also after a restart
// from a checkpoint and after one that replays the journal.
TEST_F(CorrectionsTest, AnOptOutSaidAgainIsNotRecorded) {
  auto store = OpenOnLossyDisk();
  const std::vector<OptOutEntry> entries = {OptOutEntryOf(kAnna, kShop),
                                            Call(kAnna, "call 1")};
  const OptOutResult imported = Add(*store, entries[0], "a.txt");
  const OptOutResult call = Add(*store, entries[1]);
  const auto say_again = [&] {
    EXPECT_TRUE(Add(*store, entries[0], "a.txt").existed);
    EXPECT_EQ(Add(*store, entries[0], "a.txt").record, imported.record);
    EXPECT_TRUE(Add(*store, entries[1]).existed);
    EXPECT_EQ(Add(*store, entries[1]).record, call.record);
  };
  say_again();
  EXPECT_EQ(store->Stats(0).opt_outs, 2u);
  store.reset();
  store = OpenOnLossyDisk();  // From the checkpoint of a clean stop.
  say_again();
  EXPECT_FALSE(Add(*store, Call(kBert, "call 2")).existed);
  disks_.PowerCut();
  store.reset();
  store = OpenOnLossyDisk();  // Replays the last record.
  say_again();
  EXPECT_TRUE(Add(*store, Call(kBert, "call 2")).existed);
  EXPECT_EQ(store->Stats(0).opt_outs, 3u);
}

// A replay without any checkpoint ends with the same origins.
TEST_F(CorrectionsTest, AReplayGivesTheSame) {
  auto store = OpenOnLossyDisk();
  const OptOutResult wrong =
      Add(*store, OptOutEntryOf(kAnna, kShop), "wrong.txt");
  Add(*store, Reply(kAnna, "TD"));
  const OptOutResult other =
      Add(*store, OptOutEntryOf(kBert, kShop), "wrong.txt");
  ASSERT_EQ(CorrectOne(*store, kBert, other.record), Outcome::kRemoved);
  disks_.PowerCut();
  store.reset();
  store = OpenOnLossyDisk();
  EXPECT_FALSE(IsStopped(*store, kBert));
  EXPECT_TRUE(Add(*store, OptOutEntryOf(kAnna, kShop), "wrong.txt").existed);
  EXPECT_FALSE(Add(*store, Reply(kAnna, "退订")).existed);
  EXPECT_EQ(CorrectOne(*store, kAnna, wrong.record), Outcome::kRemoved);
  EXPECT_TRUE(IsStopped(*store, kAnna));
}

// When no further opt-out of the scope is recorded, the subscriber may have
// refused without a record: a correction removes none.
TEST_F(CorrectionsTest, AsManyAsAreKeptStay) {
  auto store = Open();
  std::vector<OptOutResult> in_force;
  for (size_t i = 0; i < kOptOutsPerScopeMax; ++i) {
    in_force.push_back(Add(*store, Call(kAnna, absl::StrCat("call ", i))));
    EXPECT_FALSE(in_force.back().existed) << i;
    if (i + 1 == kOptOutsPerScopeMax) break;
    EXPECT_EQ(Correct(*store, {{kAnna, in_force[0].record}},
                      /*check_only=*/true)[0],
              Outcome::kRemoved);
  }
  const OptOutResult further = Add(*store, Reply(kAnna, "TD"));
  EXPECT_TRUE(further.existed);
  EXPECT_EQ(further.record, in_force[0].record);
  for (const OptOutResult& one : in_force) {
    EXPECT_EQ(CorrectOne(*store, kAnna, one.record), Outcome::kKept);
  }
  EXPECT_EQ(store->Stats(0).opt_outs, kOptOutsPerScopeMax);
  // Another scope of the number is not full.
  const OptOutResult other = Add(*store, OptOutEntryOf(kAnna, 0));
  EXPECT_EQ(CorrectOne(*store, kAnna, other.record), Outcome::kRemoved);
}

TEST_F(CorrectionsTest, ACheckChangesNothingAndARepeatFindsNothing) {
  auto store = Open();
  const OptOutResult wrong = Add(*store, OptOutEntryOf(kAnna, kShop), "w");
  EXPECT_EQ(Correct(*store, {{kAnna, wrong.record}}, /*check_only=*/true)[0],
            Outcome::kRemoved);
  EXPECT_TRUE(IsStopped(*store, kAnna));
  EXPECT_EQ(CorrectOne(*store, kAnna, wrong.record), Outcome::kRemoved);
  EXPECT_EQ(CorrectOne(*store, kAnna, wrong.record), Outcome::kGone);
  EXPECT_EQ(CorrectOne(*store, kBert, wrong.record), Outcome::kGone);
  // The same list again, imported rightly this time.
  EXPECT_FALSE(Add(*store, OptOutEntryOf(kAnna, kShop), "w").existed);
  EXPECT_TRUE(IsStopped(*store, kAnna));
}

TEST_F(CorrectionsTest, ANumberHasOneRecordOfABatchAndItSaysWhoAndWhy) {
  auto store = Open();
  const auto wrong =
      Import(*store, "w",
             {OptOutEntryOf(kAnna, kShop), OptOutEntryOf(kBert, kShop),
              OptOutEntryOf(kAnna, 0)});
  Correct(*store, {{kAnna, wrong[0].record},
                   {kBert, wrong[1].record},
                   {kAnna, wrong[2].record}});
  int removals = 0;
  const absl::Status read = store->VisitOldestFirst(
      kAnna, RecordRef(), MaskOf(RecordKind::kOptOut),
      [&](RecordRef, const store::v1::Record& record) {
        if (record.has_opt_out_added()) {
          EXPECT_EQ(record.opt_out_added().import_id(), "w");
          return true;
        }
        ++removals;
        const store::v1::OptOutRemoved& removed = record.opt_out_removed();
        EXPECT_EQ(removed.removed_size(), 2);
        EXPECT_EQ(removed.actor(), "anna");
        EXPECT_EQ(removed.proof(), "the wrong list");
        EXPECT_EQ(removed.correction_id(), "c1");
        EXPECT_EQ(removed.consented_ms(), 0);
        return true;
      });
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(removals, 1);
}

TEST_F(CorrectionsTest, AConsentReversesAllOfAScope) {
  auto store = Open();
  Add(*store, OptOutEntryOf(kAnna, kShop), "a.txt");
  Add(*store, Reply(kAnna, "TD"));
  Promised<absl::StatusOr<std::vector<RecordRef>>> done;
  store->RemoveOptOut(OptOutEntryOf(kAnna, kShop), "form 3",
                      store->NowMs() + 1000,
                      [&done](auto removed) { done.Set(std::move(removed)); });
  const auto removed = done.Get();
  ASSERT_TRUE(removed.ok()) << removed.status();
  EXPECT_EQ(removed->size(), 2u);
  EXPECT_FALSE(IsStopped(*store, kAnna));
}

TEST_F(CorrectionsTest, WhatIsRemovedIsDurable) {
  auto store = OpenOnLossyDisk();
  std::vector<OptOutEntry> entries;
  for (int i = 0; i < 500; ++i) {
    entries.push_back(OptOutEntryOf(Phone{kAnna.e164 + i}, kShop));
  }
  const auto wrong = Import(*store, "w", entries);
  std::vector<CorrectionBatch::Item> items;
  for (size_t i = 0; i < entries.size(); ++i) {
    items.push_back({entries[i].recipient, wrong[i].record});
  }
  Correct(*store, items);
  disks_.PowerCut();
  store.reset();
  store = OpenOnLossyDisk();
  EXPECT_EQ(store->Stats(0).opt_outs, 0u);
  for (const Outcome outcome : Correct(*store, items)) {
    EXPECT_EQ(outcome, Outcome::kGone);
  }
}

TEST(OptOutOrigin, TellsTheWaysApart) {
  using admin::v1::OPT_OUT_SOURCE_IMPORT;
  using admin::v1::OPT_OUT_SOURCE_OFFICER;
  const std::vector<OptOutWay> ways = {
      {.source = OPT_OUT_SOURCE_IMPORT},
      {.source = OPT_OUT_SOURCE_OFFICER},
      {.source = OPT_OUT_SOURCE_IMPORT, .import_id = "a"},
      {.source = OPT_OUT_SOURCE_IMPORT, .import_id = "b"},
      {.source = OPT_OUT_SOURCE_OFFICER, .import_id = "a"},
      {.source = OPT_OUT_SOURCE_OFFICER, .evidence = "a"},
      {.source = OPT_OUT_SOURCE_OFFICER, .actor = "a"}};
  for (size_t i = 0; i < ways.size(); ++i) {
    EXPECT_NE(OptOutOrigin(ways[i]), kOwnOrigin) << i;
    for (size_t k = 0; k < i; ++k) {
      EXPECT_NE(OptOutOrigin(ways[i]), OptOutOrigin(ways[k])) << i << k;
    }
  }
  // The same list may come with a note, and a call is told to two officers.
  EXPECT_EQ(
      OptOutOrigin(
          {.source = OPT_OUT_SOURCE_IMPORT, .import_id = "a", .evidence = "x"}),
      OptOutOrigin(ways[2]));
  EXPECT_EQ(
      OptOutOrigin(
          {.source = OPT_OUT_SOURCE_OFFICER, .evidence = "a", .actor = "b"}),
      OptOutOrigin(ways[5]));
  // Sluice made this id: the import cannot be told from a repeat.
  EXPECT_EQ(OptOutOrigin({.source = OPT_OUT_SOURCE_IMPORT,
                          .import_id = "unnamed:20260302-b",
                          .actor = ""}),
            OptOutOrigin(ways[0]));
  // A caller's id only looks like it.
  EXPECT_NE(OptOutOrigin({.source = OPT_OUT_SOURCE_IMPORT,
                          .import_id = "unnamed-1.txt"}),
            OptOutOrigin({.source = OPT_OUT_SOURCE_IMPORT,
                          .import_id = "unnamed-2.txt"}));
  EXPECT_EQ(OptOutOrigin(
                {.source = admin::v1::OPT_OUT_SOURCE_REPLY, .raw_reply = "TD"}),
            kOwnOrigin);
  // Checkpoints have such values: they must never change.
  EXPECT_EQ(OptOutOrigin(ways[2]), 2596153999u);
  EXPECT_EQ(OptOutOrigin(ways[5]), 564976558u);
  EXPECT_EQ(OptOutOrigin(ways[6]), 1834645332u);
}

}  // namespace
}  // namespace sluice::store
