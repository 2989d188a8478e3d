// Thousands of power cuts at random moments, on one long-lived journal. Each
// seed is one history: rerun a failure with SLUICE_SEED=<n>.

#include <cstdlib>
#include <random>

#include "gtest/gtest.h"
#include "store/journal/journal.h"
#include "store/journal/journal_check.h"
#include "store/journal/retention.h"
#include "tests/fakes/failing_journal_file.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

uint64_t Seed() {
  const char* const text = std::getenv("SLUICE_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

// After every cut all groups that Sync() acknowledged are there, in order; of
// the groups appended later any first ones may be there; no other bytes are.
TEST(JournalPower, AcknowledgedGroupsSurviveEveryCut) {
  SCOPED_TRACE(testing::Message() << "SLUICE_SEED=" << Seed());
  std::mt19937_64 random(Seed());
  int cuts_with_loss = 0;
  int cuts_with_torn_bytes = 0;
  int cuts_with_unsynced_kept = 0;
  uint32_t segments = 0;
  for (int history = 0; history < 40; ++history) {
    LossyJournalFiles files(random());
    GroupBuilder builder(kSeed);
    int acknowledged = 0;  // Groups known to be durable.
    int appended = 0;
    std::optional<JournalPoint> checkpoint;
    for (int cut = 0; cut < 25; ++cut) {
      JournalOpened opened;
      auto journal = OpenJournal(files, &opened, SmallSegments(checkpoint));
      ASSERT_TRUE(journal.ok()) << journal.status();
      const auto groups = ReadAll(files, (*journal)->durable_end());
      ASSERT_TRUE(groups.ok()) << groups.status();
      const int survived = static_cast<int>(groups->size());
      ASSERT_GE(survived, acknowledged);
      ASSERT_LE(survived, appended);
      ASSERT_EQ(*groups, ExpectedGroups(0, survived));
      cuts_with_loss += survived < appended;
      cuts_with_unsynced_kept += survived > acknowledged;
      cuts_with_torn_bytes += opened.bytes_cut > 0;
      appended = acknowledged = survived;
      if (random() % 2 == 0) checkpoint = (*journal)->tail();

      const int steps = static_cast<int>(random() % 12);
      for (int step = 0; step < steps; ++step) {
        if (random() % 3 == 0) {
          ASSERT_TRUE((*journal)->Sync().ok());
          acknowledged = appended;
        } else {
          Fill(appended, builder);
          ASSERT_TRUE((*journal)->Append(builder).ok());
          ++appended;
        }
      }
      segments = std::max(segments, (*journal)->tail().position.segment());
      files.Crash();
    }
    const auto report = CheckJournal(files);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->damage_count, 0u) << report->damage[0].what;
  }
  EXPECT_GT(cuts_with_loss, 100);  // The cuts were effective,
  EXPECT_GT(cuts_with_torn_bytes, 30);
  EXPECT_GT(cuts_with_unsynced_kept, 50);  // in both ways,
  EXPECT_GT(segments, 5u);                 // over several segments.
}

// A power cut during the cleaning of a cut tail.
TEST(JournalPower, CutsDuringRecovery) {
  std::mt19937_64 random(Seed());
  for (int history = 0; history < 300; ++history) {
    LossyJournalFiles files(random());
    GroupBuilder builder(kSeed);
    {
      auto journal = *OpenJournal(files);
      AppendGroups(*journal, 0, 4);
      for (int group = 4; group < 8; ++group) {
        Fill(group, builder);
        ASSERT_TRUE(journal->Append(builder).ok());
      }
    }
    files.Crash();
    const int survived = static_cast<int>(
        ReadAll(files, (*OpenJournal(files))->durable_end())->size());
    // Does Open()'s cleaning by hand, with a power cut before its sync.
    const auto tail = *FindTail(files, kIdentity, {});
    if (tail.point.position.offset() > 0) {
      auto file = *files.Open(SegmentName(tail.point.position.segment()));
      ASSERT_TRUE(
          file->Truncate(tail.point.position.offset(), kSmallSegment).ok());
      files.Crash();
    }
    auto journal = OpenJournal(files);
    ASSERT_TRUE(journal.ok()) << journal.status();
    AppendGroups(**journal, survived, survived + 3);
    ASSERT_EQ(*ReadAll(files, (*journal)->durable_end()),
              ExpectedGroups(0, survived + 3));
  }
}

// A start rewrites bytes that may not be on the disk: a power cut during that
// must not lose acknowledged groups.
TEST(JournalPower, AStartThatIsCutShortLosesNothing) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    LossyJournalFiles files(seed);
    GroupBuilder builder(kSeed);
    {
      JournalOpened opened;
      auto journal = OpenJournal(files, &opened, SmallSegments({}));
      ASSERT_TRUE(journal.ok()) << journal.status();
      for (int group = 0; group < 3; ++group) {
        Fill(group, builder);
        ASSERT_TRUE((*journal)->Append(builder).ok());
      }
      ASSERT_TRUE((*journal)->Sync().ok());
    }
    FailingJournalFiles failing(files);
    failing.SetFault({.call = JournalFault::Call::kSync, .nth = 1});
    JournalOpened opened;
    ASSERT_FALSE(OpenJournal(failing, &opened, SmallSegments({})).ok());
    files.Crash();
    auto journal = OpenJournal(files, &opened, SmallSegments({}));
    ASSERT_TRUE(journal.ok()) << journal.status();
    EXPECT_EQ(*ReadAll(files, (*journal)->durable_end()), ExpectedGroups(0, 3));
  }
}

}  // namespace
}  // namespace sluice::store
