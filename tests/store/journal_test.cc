#include "store/journal/journal.h"

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "store/journal/journal_check.h"
#include "store/journal/record_reader.h"
#include "tests/fakes/failing_journal_file.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

TEST(Journal, EmptyIsMadeAndOpenedAgain) {
  LossyJournalFiles files;
  JournalOpened opened;
  auto journal = OpenJournal(files, &opened);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_TRUE(opened.created);
  EXPECT_EQ((*journal)->tail().position, Position(0, kSegmentHeaderSize));
  journal->reset();
  journal = OpenJournal(files, &opened);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_FALSE(opened.created);
  EXPECT_EQ((*journal)->durable_end(), Position(0, kSegmentHeaderSize));
}

TEST(Journal, ReadsBackOverManySegments) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  const std::vector<Position> positions = AppendGroups(*journal, 0, 60);
  EXPECT_GT(journal->tail().position.segment(), 3u);
  EXPECT_TRUE(std::is_sorted(positions.begin(), positions.end()));
  EXPECT_EQ(*ReadAll(files, journal->durable_end()), ExpectedGroups(0, 60));

  const JournalPoint tail = journal->tail();
  journal.reset();
  JournalOpened opened;
  journal = *OpenJournal(files, &opened);
  EXPECT_EQ(journal->tail(), tail);
  EXPECT_EQ(opened.groups, 60u);
  EXPECT_EQ(opened.bytes_cut, 0u);
  AppendGroups(*journal, 60, 70);
  EXPECT_EQ(*ReadAll(files, journal->durable_end()), ExpectedGroups(0, 70));
  for (int group = 0; group < 60; ++group) {
    EXPECT_EQ(*ReadAll(files, tail.position, positions[group]),
              ExpectedGroups(group, 60));
  }
}

// Records get ids while their group is filled, so its position must be known.
TEST(Journal, SaysWhereTheNextGroupGoes) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  GroupBuilder builder(kSeed);
  for (int group = 0; group < 60; ++group) {
    const Position expected = journal->next_group();
    Fill(group, builder);
    const Position after = journal->GroupAfter(expected, builder.Size());
    EXPECT_EQ(*journal->Append(builder), expected);
    EXPECT_EQ(journal->next_group(), after);
    if (group % 3 == 0) {
      ASSERT_TRUE(journal->Sync().ok());
    }
  }
  EXPECT_GT(journal->tail().position.segment(), 3u);
}

TEST(Journal, OpensFromEveryCheckpoint) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  std::vector<JournalPoint> points = {journal->tail()};
  for (int group = 0; group < 30; ++group) {
    AppendGroups(*journal, group, group + 1);
    points.push_back(journal->tail());
  }
  const JournalPoint tail = journal->tail();
  journal.reset();
  for (size_t i = 0; i < points.size(); ++i) {
    JournalOpened opened;
    auto from = OpenJournal(files, &opened, SmallSegments(points[i]));
    ASSERT_TRUE(from.ok()) << i << ": " << from.status();
    EXPECT_EQ((*from)->tail(), tail);
    EXPECT_EQ(opened.groups, 30 - i);
    JournalPoint other = points[i];
    other.root[5] ^= 1;
    EXPECT_EQ(OpenJournal(files, nullptr, SmallSegments(other)).status().code(),
              absl::StatusCode::kDataLoss)
        << i;
  }
  const JournalPoint beyond = {
      Position(tail.position.segment(), tail.position.offset() + 100),
      tail.root};
  EXPECT_EQ(OpenJournal(files, nullptr, SmallSegments(beyond)).status().code(),
            absl::StatusCode::kDataLoss);
  const JournalPoint far = {Position(99, 200), tail.root};
  EXPECT_EQ(OpenJournal(files, nullptr, SmallSegments(far)).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(Journal, RefusesAnothersFiles) {
  LossyJournalFiles files;
  AppendGroups(**OpenJournal(files), 0, 30);
  JournalIdentity other = kIdentity;
  other.partition = 2;
  EXPECT_EQ(
      Journal::Open(files, other, SmallSegments(), nullptr).status().code(),
      absl::StatusCode::kFailedPrecondition);

  // A segment of another store replaces ours.
  LossyJournalFiles theirs;
  JournalIdentity stranger = kIdentity;
  stranger.store_id[0] ^= 1;
  (*Journal::Open(theirs, stranger, SmallSegments(), nullptr)).reset();
  const std::string ours = files.Bytes(SegmentName(1));
  files.SetBytes(SegmentName(1), theirs.Bytes(SegmentName(0)));
  EXPECT_EQ(OpenJournal(files).status().code(),
            absl::StatusCode::kFailedPrecondition);
  files.SetBytes(SegmentName(1), files.Bytes(SegmentName(2)));
  EXPECT_EQ(OpenJournal(files).status().code(),
            absl::StatusCode::kFailedPrecondition);
  files.SetBytes(SegmentName(1), ours);
  EXPECT_TRUE(OpenJournal(files).ok());
  ASSERT_TRUE(files.Delete(SegmentName(1)).ok());
  EXPECT_EQ(OpenJournal(files).status().code(), absl::StatusCode::kDataLoss);
}

TEST(Journal, RefusesToBeWithoutIdentity) {
  LossyJournalFiles files;
  AppendGroups(**OpenJournal(files), 0, 1);
  ASSERT_TRUE(files.Delete(kIdentityName).ok());
  EXPECT_EQ(OpenJournal(files).status().code(), absl::StatusCode::kDataLoss);
}

// Whatever part of a tail a killed process had written, it is cut, and the
// journal continues as if the tail had never been written: the mark says that
// the tail was not acknowledged.
TEST(Journal, CutsAHalfWrittenTailAtEveryByte) {
  LossyJournalFiles files;
  LossyJournalFiles root;
  const auto marks = *DurableMarks::Create(root, kIdentity);
  ASSERT_TRUE(marks->Begin(/*exact=*/true).ok());
  JournalOptions marked = SmallSegments();
  marked.marks = marks.get();
  auto journal = *OpenJournal(files, nullptr, marked);
  AppendGroups(*journal, 0, 3);
  const JournalPoint before = journal->tail();
  const std::string name = SegmentName(before.position.segment());
  AppendGroups(*journal, 3, 5);
  const uint32_t end = journal->tail().position.offset();
  ASSERT_EQ(journal->tail().position.segment(), before.position.segment());
  journal.reset();
  const std::string bytes = files.Bytes(name);

  for (uint32_t cut = before.position.offset(); cut < end; ++cut) {
    std::string torn = bytes;
    std::fill(torn.begin() + cut, torn.end(), '\0');
    files.SetBytes(name, torn);
    // Deletes the segments that the previous round made.
    for (uint32_t later = 1; files.Delete(SegmentName(later)).ok(); ++later) {
    }
    ASSERT_TRUE(marks->Set(kIdentity.partition, before).ok());
    JournalOpened opened;
    auto reopened = OpenJournal(files, &opened, marked);
    ASSERT_TRUE(reopened.ok()) << cut << ": " << reopened.status();
    const int whole = static_cast<int>(opened.groups);
    ASSERT_GE(whole, 3);
    ASSERT_LE(whole, 4);
    ASSERT_EQ(opened.bytes_cut == 0, opened.cut_reason.empty());
    AppendGroups(**reopened, whole, whole + 3);
    ASSERT_EQ(*ReadAll(files, (*reopened)->durable_end()),
              ExpectedGroups(0, whole + 3));
  }
}

// Without a mark a tail is cut only if a sector of it was never written.
TEST(Journal, CutsATornTailAtEverySectorAndRefusesAChangedOne) {
  LossyJournalFiles files;
  JournalOptions options;
  options.segment_bytes = 16 << 10;
  auto journal = *OpenJournal(files, nullptr, options);
  AppendGroups(*journal, 0, 3);
  const uint32_t begin = journal->tail().position.offset();
  GroupBuilder builder(kSeed);
  builder.Add(std::string(3000, 'x'));
  ASSERT_TRUE(journal->Append(builder).ok());
  ASSERT_TRUE(journal->Sync().ok());
  const uint32_t end = journal->tail().position.offset();
  journal.reset();
  const std::string bytes = files.Bytes(SegmentName(0));
  const auto opens_with = [&](const std::string& damaged) {
    files.SetBytes(SegmentName(0), damaged);
    JournalOpened opened;
    const absl::Status status = OpenJournal(files, &opened, options).status();
    EXPECT_TRUE(!status.ok() || opened.groups == 3);
    return status;
  };
  for (uint32_t cut = begin / 512 * 512 + 512; cut < end; cut += 512) {
    std::string torn = bytes;
    std::fill(torn.begin() + cut, torn.end(), '\0');
    EXPECT_EQ(opens_with(torn), absl::OkStatus()) << cut;
    torn = bytes;
    std::fill(torn.begin() + cut - 512, torn.begin() + cut, '\0');
    if (cut - 512 < begin) continue;
    EXPECT_EQ(opens_with(torn), absl::OkStatus()) << cut;
  }
  for (uint32_t at = begin; at < end; ++at) {
    for (const int bits : {0x01, 0x80}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ bits);
      const absl::Status status = opens_with(changed);
      ASSERT_EQ(status.code(), absl::StatusCode::kDataLoss) << at;
      ASSERT_EQ(files.Bytes(SegmentName(0)), changed) << "it was touched";
    }
  }
}

// An older version did not tell the room of a file, and made the next segment
// ahead, as zeros.
TEST(Journal, GoesOnAfterAnOlderVersion) {
  LossyJournalFiles files;
  AppendGroups(**OpenJournal(files), 0, 20);
  const std::vector<uint32_t> segments = *ListSegments(files);
  ASSERT_GT(segments.size(), 1u);
  for (const uint32_t segment : segments) {
    std::string bytes = files.Bytes(SegmentName(segment));
    SegmentHeader header =
        *DecodeSegmentHeader(bytes.substr(0, kSegmentHeaderSize));
    EXPECT_EQ(header.room, kSmallSegment);
    header.room = 0;
    files.SetBytes(SegmentName(segment),
                   Encode(header) + bytes.substr(kSegmentHeaderSize));
  }
  const std::vector<std::string> names = *files.List();
  for (const std::string& name : names) {
    if (absl::EndsWith(name, kSpareSuffix))
      ASSERT_TRUE(files.Delete(name).ok());
  }
  const std::string next = SegmentName(segments.back() + 1);
  ASSERT_TRUE(files.Create(next, kSmallSegment).ok());
  auto journal = OpenJournal(files);
  ASSERT_TRUE(journal.ok()) << journal.status();
  AppendGroups(**journal, 20, 40);
  EXPECT_GT((*journal)->tail().position.segment(), segments.back());
  EXPECT_EQ(*ReadAll(files, (*journal)->durable_end()), ExpectedGroups(0, 40));
  EXPECT_EQ(CheckJournal(files)->damage_count, 0u);
}

// A mark shows that groups are missing, however well the journal looks.
TEST(Journal, ComparesItsEndWithItsMark) {
  LossyJournalFiles files;
  LossyJournalFiles root;
  auto marks = *DurableMarks::Create(root, kIdentity);
  JournalOptions marked = SmallSegments();
  marked.marks = marks.get();
  auto journal = *OpenJournal(files, nullptr, marked);
  AppendGroups(*journal, 0, 4);
  const std::string older = files.Bytes(SegmentName(0));
  AppendGroups(*journal, 4, 5);
  const JournalPoint tail = journal->tail();
  journal.reset();
  ASSERT_EQ(tail.position.segment(), 0u);
  const std::string newest = files.Bytes(SegmentName(0));
  marks = *DurableMarks::Open(root, kIdentity);
  ASSERT_EQ(marks->Of(kIdentity.partition), tail);
  marked.marks = marks.get();

  files.SetBytes(SegmentName(0), older);
  absl::Status status = OpenJournal(files, nullptr, marked).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("was durable up to segment 0"),
            absl::string_view::npos)
      << status;
  // Another copy that has grown to the same length.
  ASSERT_TRUE(files.Delete(SegmentName(0)).ok());
  files.Create(SegmentName(0), older.size()).IgnoreError();
  files.SetBytes(SegmentName(0), newest);
  JournalPoint other = tail;
  other.root[0] ^= 1;
  ASSERT_TRUE(marks->Set(kIdentity.partition, other).ok());
  status = OpenJournal(files, nullptr, marked).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("another copy"), absl::string_view::npos)
      << status;
  ASSERT_TRUE(marks->Set(kIdentity.partition, tail).ok());
  EXPECT_TRUE(OpenJournal(files, nullptr, marked).ok());
}

// Groups 3 and 4 were never synced; the disk wrote 4 and not 3.
TEST(Journal, CutsGroupsWrittenOutOfOrder) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  AppendGroups(*journal, 0, 3);
  const Position before = journal->tail().position;
  GroupBuilder builder(kSeed);
  Fill(3, builder);
  ASSERT_TRUE(journal->Append(builder).ok());
  const Position between = journal->tail().position;
  Fill(4, builder);
  ASSERT_TRUE(journal->Append(builder).ok());
  const uint32_t end = journal->tail().position.offset();
  journal.reset();
  std::string bytes = files.Bytes(SegmentName(0));
  std::fill(bytes.begin() + before.offset(), bytes.begin() + between.offset(),
            '\0');
  files.SetBytes(SegmentName(0), bytes);
  JournalOpened opened;
  journal = *OpenJournal(files, &opened);
  EXPECT_EQ(journal->tail().position, before);
  EXPECT_EQ(opened.bytes_cut, end - before.offset());
  EXPECT_EQ(opened.cut_reason, "zeros where a group should be");
  // The cut groups are gone: another group 3 of the same length does not bring
  // the old group 4 back.
  AppendGroups(*journal, 3, 4);
  journal.reset();
  journal = *OpenJournal(files, &opened);
  EXPECT_EQ(opened.groups, 4u);
  EXPECT_EQ(opened.bytes_cut, 0u);
}

// Rot in durable bytes is never cut, wherever it is.
TEST(Journal, RefusesACorruptMiddleAtEveryByte) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  const std::vector<Position> positions = AppendGroups(*journal, 0, 5);
  ASSERT_EQ(positions.back().segment(), 0u);
  journal.reset();
  const std::string bytes = files.Bytes(SegmentName(0));
  for (uint32_t at = 0; at < positions.back().offset(); ++at) {
    std::string rotten = bytes;
    rotten[at] = static_cast<char>(rotten[at] ^ 0x10);
    files.SetBytes(SegmentName(0), rotten);
    const absl::Status status = OpenJournal(files).status();
    ASSERT_EQ(status.code(), absl::StatusCode::kDataLoss) << at;
    uint32_t begin = 0;
    for (const Position position : positions) {
      if (position.offset() <= at) begin = position.offset();
    }
    EXPECT_NE(
        status.message().find(absl::StrCat("segment 0 offset ", begin, ":")),
        absl::string_view::npos)
        << at << ": " << status;
    EXPECT_NE(status.message().find("Restore 0000000.segment"),
              absl::string_view::npos);
    ASSERT_EQ(files.Bytes(SegmentName(0)), rotten) << "it was touched";
  }
}

TEST(Journal, RefusesRotInAClosedSegment) {
  LossyJournalFiles files;
  AppendGroups(**OpenJournal(files), 0, 30);
  const std::string bytes = files.Bytes(SegmentName(1));
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string rotten = bytes;
    rotten[at] = static_cast<char>(rotten[at] ^ 0x01);
    files.SetBytes(SegmentName(1), rotten);
    ASSERT_EQ(OpenJournal(files).status().code(), absl::StatusCode::kDataLoss)
        << at;
  }
}

TEST(Journal, FullDiskRefusesEarlyAndRecovers) {
  LossyJournalFiles disk;
  FailingJournalFiles files(disk);
  auto journal = *OpenJournal(files);
  ASSERT_TRUE(journal->ReserveSpace(kSmallSegment).ok());  // The spare exists.
  files.SetFault({.call = JournalFault::Call::kCreate,
                  .nth = 1,
                  .how = JournalFault::How::kDiskFull});
  GroupBuilder builder(kSeed);
  int group = 0;
  for (;; ++group) {
    ASSERT_LT(group, 1000);
    Fill(group, builder);
    const absl::Status reserved = journal->ReserveSpace(builder.Size());
    if (!reserved.ok()) {
      EXPECT_EQ(reserved.code(), absl::StatusCode::kResourceExhausted);
      break;
    }
    const auto position = journal->Append(builder);
    ASSERT_TRUE(position.ok()) << position.status();
    ASSERT_TRUE(journal->Sync().ok());
  }
  EXPECT_GE(group, 5);
  // Appending without room fails in the end, and does no harm.
  for (;; ++group) {
    ASSERT_LT(group, 1000);
    Fill(group, builder);
    const absl::StatusOr<Position> position = journal->Append(builder);
    if (absl::IsResourceExhausted(position.status())) break;
    ASSERT_TRUE(position.ok()) << position.status();
    ASSERT_TRUE(journal->Sync().ok());
  }
  files.SetFault({});
  ASSERT_TRUE(journal->ReserveSpace(builder.Size()).ok());
  AppendGroups(*journal, group, group + 10);
  EXPECT_EQ(*ReadAll(disk, journal->durable_end()),
            ExpectedGroups(0, group + 10));
}

// Two swapped groups are each whole, and so is a repeated one: only the
// previous roots show it.
TEST(Journal, RefusesGroupsOutOfOrder) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  const std::vector<Position> positions = AppendGroups(*journal, 0, 4);
  const JournalPoint tail = journal->tail();
  journal.reset();
  const std::string bytes = files.Bytes(SegmentName(0));
  const auto group = [&](int i) {
    const uint32_t begin = positions[i].offset();
    return bytes.substr(begin, positions[i + 1].offset() - begin);
  };
  const std::string head = bytes.substr(0, positions[1].offset());
  const std::string rest = bytes.substr(positions[3].offset());
  const uint32_t twice = static_cast<uint32_t>(head.size() + group(1).size());
  const struct {
    std::string bytes;
    uint32_t offset;
  } kCases[] = {
      {head + group(2) + group(1) + rest, positions[1].offset()},
      {head + group(1) + group(1) + rest, twice},
      {head + group(2) + rest + std::string(group(1).size(), '\0'),
       positions[1].offset()},
  };
  for (const auto& c : kCases) {
    files.SetBytes(SegmentName(0), c.bytes);
    const std::string where = absl::StrCat("segment 0 offset ", c.offset);
    const std::string why = "its previous root is not that of the group before";
    for (const absl::Status& status :
         {OpenJournal(files).status(),
          ReadAll(files, tail.position).status()}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
      EXPECT_NE(status.message().find(where), absl::string_view::npos)
          << status;
      EXPECT_NE(status.message().find(why), absl::string_view::npos) << status;
    }
    const auto report = CheckJournal(files);
    ASSERT_GT(report->damage_count, 0u);
    EXPECT_EQ(report->damage[0].offset, c.offset);
    EXPECT_EQ(report->damage[0].what, why);
  }
}

// The end of a segment is durable before the next one begins.
TEST(Journal, RefusesASegmentWithoutEndBeforeAnother) {
  LossyJournalFiles files;
  AppendGroups(**OpenJournal(files), 0, 30);
  std::string bytes = files.Bytes(SegmentName(0));
  std::fill(bytes.end() - kSegmentEndSize, bytes.end(), '\0');
  files.SetBytes(SegmentName(0), bytes);
  const absl::Status status = OpenJournal(files).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("though segment 1 has begun"),
            absl::string_view::npos)
      << status;
}

TEST(Journal, AsksForSpaceAgainOnceItWasRefused) {
  LossyJournalFiles disk;
  FailingJournalFiles files(disk);
  auto journal = *OpenJournal(files);
  // More than the segment has room for: waits for the spare.
  ASSERT_TRUE(journal->ReserveSpace(kSmallSegment).ok());
  AppendGroups(*journal, 0, 1);
  files.SetFault({.call = JournalFault::Call::kCreate,
                  .nth = 1,
                  .how = JournalFault::How::kDiskFull});
  int group = 1;
  while (journal->ReserveSpace(kSmallSegment).ok()) {
    ASSERT_LT(group, 100);
    AppendGroups(*journal, group, group + 1);
    ++group;
  }
  EXPECT_EQ(journal->ReserveSpace(kSmallSegment).code(),
            absl::StatusCode::kResourceExhausted);
  files.SetFault({});
  EXPECT_TRUE(journal->ReserveSpace(kSmallSegment).ok());
}

TEST(Journal, GroupLargerThanASegmentIsRefused) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  GroupBuilder builder(kSeed);
  builder.Add(std::string(kSmallSegment, 'x'));
  EXPECT_EQ(journal->Append(builder).status().code(),
            absl::StatusCode::kResourceExhausted);
  AppendGroups(*journal, 0, 1);
}

// Fails the 1st, 2nd, ... call of each kind in each way, then cuts the power:
// all acknowledged groups are there, in order, and nothing that was not
// appended.
TEST(Journal, EveryNthFailure) {
  using Call = JournalFault::Call;
  using How = JournalFault::How;
  constexpr int kGroups = 25;
  int survived = 0;
  for (const Call call : {Call::kAppend, Call::kSync, Call::kCreate,
                          Call::kReplace, Call::kTruncate, Call::kTrim}) {
    for (const How how : {How::kNothingDone, How::kHalfDone, How::kDiskFull}) {
      for (const bool and_after : {true, false}) {
        bool failed = true;
        for (int nth = 1; failed; ++nth) {
          ASSERT_LT(nth, 200);
          SCOPED_TRACE(absl::StrCat("call ", static_cast<int>(call), " how ",
                                    static_cast<int>(how), " nth ", nth));
          LossyJournalFiles disk(nth);
          FailingJournalFiles files(disk);
          files.SetFault(
              {.call = call, .nth = nth, .how = how, .and_after = and_after});
          int acknowledged = 0;
          int appended = 0;
          bool poisoned = false;
          {
            auto journal = OpenJournal(files);
            GroupBuilder builder(kSeed);
            while (journal.ok() && acknowledged < kGroups) {
              Fill(acknowledged, builder);
              ++appended;
              const auto position = (*journal)->Append(builder);
              if (absl::IsResourceExhausted(position.status())) {
                --appended;  // Nothing was written.
                break;
              }
              if (!position.ok() || !(*journal)->Sync().ok()) {
                poisoned = true;
                EXPECT_EQ((*journal)->Sync().code(),
                          absl::StatusCode::kUnavailable);
                EXPECT_EQ((*journal)->Append(builder).status().code(),
                          absl::StatusCode::kUnavailable);
                break;
              }
              ++acknowledged;
            }
            // The background thread may still fail to make a spare.
          }
          failed = files.failed() > 0;
          disk.Crash();
          auto reopened = OpenJournal(disk);
          ASSERT_TRUE(reopened.ok()) << reopened.status();
          const auto groups = *ReadAll(disk, (*reopened)->durable_end());
          ASSERT_GE(static_cast<int>(groups.size()), acknowledged);
          ASSERT_LE(static_cast<int>(groups.size()), appended);
          ASSERT_EQ(groups, ExpectedGroups(0, static_cast<int>(groups.size())));
          survived +=
              poisoned && static_cast<int>(groups.size()) > acknowledged;
        }
      }
    }
  }
  EXPECT_GT(survived, 0);  // Unknown outcomes occurred in both ways.
}

TEST(RecordReader, ReadsEveryRecord) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  const std::vector<Position> positions = AppendGroups(*journal, 0, 30);
  RecordReader reader(files, kIdentity);
  const Position end = journal->durable_end();
  for (int group = 0; group < 30; ++group) {
    const std::vector<std::string> texts = GroupTexts(group);
    for (uint32_t i = 0; i < texts.size(); ++i) {
      const RecordRef ref(positions[group], i);
      EXPECT_EQ(*reader.Read(ref), texts[i]);
      EXPECT_EQ(*reader.ReadChecked(ref, end), texts[i]);
    }
    const RecordRef none(positions[group], static_cast<uint32_t>(texts.size()));
    EXPECT_EQ(reader.Read(none).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(reader.ReadChecked(none, end).status().code(),
              absl::StatusCode::kNotFound);
  }
}

// A caller may make up any message id, and may have sent a text that looks like
// a group.
TEST(RecordReader, MadeUpReferencesFindNothing) {
  LossyJournalFiles files;
  auto journal = *OpenJournal(files);
  GroupBuilder forged(0);
  forged.Add("a record that we never wrote");
  GroupBuilder group(kSeed);
  group.Add(std::string(forged.Seal({}, 0)));
  ASSERT_TRUE(journal->Append(group).ok());
  ASSERT_TRUE(journal->Sync().ok());
  const std::vector<Position> positions = AppendGroups(*journal, 1, 10);
  RecordReader reader(files, kIdentity);
  int found = 0;
  for (uint32_t segment = 0; segment < 4; ++segment) {
    for (uint32_t offset = 0; offset < kSmallSegment + 10; ++offset) {
      const auto record = reader.ReadChecked({Position(segment, offset), 0},
                                             journal->durable_end());
      found += record.ok();
      if (!record.ok()) {
        ASSERT_EQ(record.status().code(), absl::StatusCode::kNotFound)
            << segment << " " << offset;
      }
    }
  }
  EXPECT_EQ(found, 10);
  EXPECT_EQ(
      reader.ReadChecked({Position(1048575, 80), 0}, journal->durable_end())
          .status()
          .code(),
      absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sluice::store
