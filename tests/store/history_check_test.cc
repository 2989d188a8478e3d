// What a forger does to a small store who knows its formats, makes every
// checksum and root anew, and lacks the key that signs heads: the check names
// each of it.

#include "store/history_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "rules/base/files.h"
#include "store/journal/durable_marks.h"
#include "store/journal/journal.h"
#include "store/journal/journal_reader.h"
#include "store/journal/posix_journal_file.h"
#include "store/journal/retention.h"
#include "store/known_ends.h"
#include "store/lasting.h"
#include "store/store_check.h"
#include "tests/fakes/effort.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr uint32_t kSmallSegment = 16u << 10;

// The records of a journal, group by group.
using Records = std::vector<std::vector<std::string>>;

class HistoryCheckTest : public StoreTest {
 protected:
  void SetUp() override {
    auto store = Open();
    ASSERT_NE(store, nullptr);
    Traffic(*store);
    const auto early = store->SignHead();
    ASSERT_TRUE(early.ok()) << early.status();
    early_ = *early;
    store = nullptr;
    fs::copy(at("data"), at("older"), fs::copy_options::recursive);
    store = Open();
    Traffic(*store);
    const auto late = store->SignHead();
    ASSERT_TRUE(late.ok()) << late.status();
    late_ = *late;
    store = nullptr;
    fs::copy(at("data"), at("whole"), fs::copy_options::recursive);
  }

  std::string at(const std::string& name) const {
    return folder_.path() + "/" + name;
  }

  std::unique_ptr<Store> Open() {
    StoreOptions options;
    options.path = at("data");
    options.partitions = partitions_;
    options.segment_bytes = kSmallSegment;
    options.signing_key = at("signing.key");
    auto store = Store::Open(options, clock_, WorldSnapshot(),
                             [](const std::string&) {});
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  void Traffic(Store& store) {
    for (int i = 0; i < 12; ++i) {
      const uint64_t number = 13'800'000'000 + next_++;
      ASSERT_TRUE(SubmitAll(store, {{absl::StrCat(number)}}).ok());
      if (i % 4 != 0) continue;
      ASSERT_TRUE(
          OptOutOf(store, Phone{86'000'0000'0000 + number}, kShop).ok());
      v1::Record record;
      record.mutable_operator_action()->set_reason(std::string(200, 'x'));
      ASSERT_TRUE(store.AppendControl(std::move(record)).ok());
    }
  }

  // Begins with the store as it was.
  void Restore() {
    fs::remove_all(at("data"));
    fs::copy(at("whole"), at("data"), fs::copy_options::recursive);
  }

  std::string FolderOf(uint16_t partition) const {
    return at("data/") + JournalFolder(partition);
  }
  std::unique_ptr<PosixJournalFiles> FilesOf(uint16_t partition) const {
    return *PosixJournalFiles::Open(FolderOf(partition));
  }

  Records ReadAll(uint16_t partition) const {
    const auto files = FilesOf(partition);
    JournalReader reader(*files, *ReadIdentity(*files));
    Records records;
    for (;;) {
      const auto more = reader.Next(Position(Position::kSegmentMax, 0));
      if (!more.ok() || !*more) return records;
      auto& group = records.emplace_back();
      for (uint32_t i = 0; i < reader.group().count(); ++i) {
        group.emplace_back(reader.group().Record(i));
      }
    }
  }

  // What a witness of this store has, as a file.
  std::vector<KeptHead> Witnessed() const {
    std::string text;
    for (const auto& group : ReadAll(kControlPartition)) {
      for (const std::string& bytes : group) {
        v1::Record record;
        EXPECT_TRUE(record.ParseFromString(bytes));
        absl::StrAppend(&text, record.head_signed().text());
      }
    }
    auto kept = ReadKeptHeads(text);
    EXPECT_TRUE(kept.ok()) << kept.status();
    return kept.value_or(std::vector<KeptHead>());
  }

  // Writes the journal anew, with all its checksums, roots and marks.
  void WriteAll(uint16_t partition, const Records& records) {
    const JournalIdentity identity = *ReadIdentity(*FilesOf(partition));
    fs::remove_all(FolderOf(partition));
    fs::create_directories(FolderOf(partition));
    const auto files = FilesOf(partition);
    JournalOpened opened;
    const auto root = *PosixJournalFiles::Open(at("data"));
    fs::remove(at("data/durable"));
    const auto marks = *DurableMarks::Create(*root, identity);
    const auto journal = Journal::Open(
        *files, identity,
        {.segment_bytes = kSmallSegment, .marks = marks.get()}, &opened);
    ASSERT_TRUE(journal.ok()) << journal.status();
    for (const auto& group : records) {
      if (group.empty()) continue;
      GroupBuilder builder(ChecksumSeed(identity));
      for (const std::string& record : group) builder.Add(record);
      ASSERT_TRUE((*journal)->ReserveSpace().ok());
      ASSERT_TRUE((*journal)->Append(builder).ok());
    }
    ASSERT_TRUE((*journal)->Sync().ok());
    fs::remove_all(at("data/partition-000/views"));
  }

  StoreCheck Check(const SignedHead& kept) {
    return Check(std::vector<KeptHead>{Keep(kept)});
  }
  StoreCheck Check(const std::vector<KeptHead>& kept = {}) {
    auto check = CheckStore(at("data"), {}, kept);
    EXPECT_TRUE(check.ok()) << check.status();
    return check.ok() ? *std::move(check) : StoreCheck();
  }

  // A forger begins anew, without one record, with heads signed by `own`.
  void WriteAnew(const SigningKey& own) {
    Records control = ReadAll(kControlPartition);
    Records partition = ReadAll(0);
    partition.erase(partition.begin() + 3);
    MerkleTree tree;
    MerkleTree lasting;
    for (const auto& group : partition) {
      for (const std::string& record : group) {
        tree.Add(LeafHash(record));
        if (Lasts(record)) lasting.Add(LeafHash(record));
      }
    }
    MerkleTree all;
    std::optional<SignedHead> last;
    for (auto& group : control) {
      for (std::string& bytes : group) {
        v1::Record record;
        ASSERT_TRUE(record.ParseFromString(bytes));
        if (record.has_signing_key_changed()) {
          const PublicKey& key = own.public_key();
          record.mutable_signing_key_changed()->set_public_key(
              std::string(key.begin(), key.end()));
        } else if (record.has_journal_heads()) {
          record.mutable_journal_heads()->clear_heads();
        } else if (record.has_head_signed()) {
          Head head = ParseHead(record.head_signed().text())->head;
          head.journals[0] = {"partition-000", StateOf(tree), StateOf(lasting)};
          head.journals[1] = {"control", StateOf(all), StateOf(all)};
          if (last) head.previous = last->hash();
          last = SignHead(head, own);
          record.mutable_head_signed()->set_text(last->text);
        }
        bytes = record.SerializeAsString();
        all.Add(LeafHash(bytes));
      }
    }
    WriteAll(0, partition);
    WriteAll(kControlPartition, control);
    fs::remove(at("data/control.checkpoint"));
  }

  // All that the check says, a line each.
  static std::string Said(const StoreCheck& check) {
    std::string said;
    for (const CheckedJournal& journal : check.journals) {
      for (const JournalDamage& damage : journal.report.damage) {
        absl::StrAppend(&said, store::NameOf(journal.report.identity), ": ",
                        damage.what, "\n");
      }
    }
    return said;
  }

  // Removes the records for which `keep` is false from a closed segment.
  Reduction Reduce(uint32_t segment, const KeepRecord& keep) {
    const auto files = FilesOf(0);
    const auto reduced =
        ReduceSegment(*files, *ReadIdentity(*files), segment, keep);
    EXPECT_TRUE(reduced.ok()) << reduced.status();
    return reduced.value_or(Reduction());
  }

  SignedHead early_;
  SignedHead late_;
  uint64_t next_ = 0;
  int partitions_ = 1;
};

TEST_F(HistoryCheckTest, FindsNothingWhereNothingIsWrong) {
  const StoreCheck check = Check(late_);
  EXPECT_EQ(Said(check), "");
  ASSERT_TRUE(check.history.newest);
  EXPECT_GE(check.history.newest->head.number, late_.head.number);
  EXPECT_EQ(check.history.heads, check.history.newest->head.number);
  ASSERT_EQ(check.history.keys.size(), 1u);
  EXPECT_EQ(check.history.keys[0].id, late_.key_id);
  EXPECT_GT(ReadAll(0).size(), 25u);
  EXPECT_TRUE(fs::exists(FolderOf(0) + "/" + SegmentName(1)));
}

// Every record of both journals, in each way.
TEST_F(HistoryCheckTest, FindsEachRecordThatIsNotAsItWas) {
  const std::vector<
      std::pair<const char*, std::function<void(Records&, size_t group)>>>
      ways = {
          {"removed", [](Records& r, size_t g) { r[g].erase(r[g].begin()); }},
          {"changed", [](Records& r, size_t g) { r[g][0].back() ^= 1; }},
          {"added",
           [](Records& r, size_t g) { r[g].push_back(r[g][0] + "x"); }},
          {"in another order",
           [](Records& r, size_t g) {
             std::swap(r[g], r[g + 1 < r.size() ? g + 1 : g - 1]);
           }},
          {"the last", [](Records& r, size_t g) { r.resize(g); }},
      };
  int tried = 0;
  for (const uint16_t partition : {uint16_t{0}, kControlPartition}) {
    Restore();
    const Records whole = ReadAll(partition);
    const uint64_t heads = Check().history.newest->head.journals.size();
    ASSERT_EQ(heads, 2u);
    // No head says what came after it.
    const size_t end = whole.size() - (partition == kControlPartition ? 3 : 1);
    for (size_t group = 0; group < end; group += kSanitizerShare) {
      for (const auto& [way, change] : ways) {
        SCOPED_TRACE(testing::Message() << way << ": group " << group << " of "
                                        << TreeName(partition));
        Restore();
        Records forged = whole;
        change(forged, group);
        WriteAll(partition, forged);
        ++tried;
        // With its last heads, the control journal loses what would tell;
        // a head that was kept elsewhere does.
        const std::string said = Said(Check());
        const bool tells = partition != kControlPartition ||
                           absl::string_view(way) != "the last";
        EXPECT_THAT(said, HasSubstr(tells ? " signed" : "durable up to"));
        EXPECT_THAT(Said(Check(late_)), HasSubstr(tells ? " signed" : "head "));
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_GT(tried, static_cast<int>(Effort(60)));
}

TEST_F(HistoryCheckTest, FindsWhatNoRetentionRemoved) {
  const uint64_t all = Reduce(0, [](RecordRef, auto) { return false; }).removed;
  EXPECT_GT(all, 3u);
  const std::string said = Said(Check());
  EXPECT_THAT(said, HasSubstr("records are removed, and no record of retention "
                              "says so"));
  EXPECT_THAT(said, HasSubstr("records that retention must keep"));
}

// One opt-out of a segment that retention has reduced rightly.
TEST_F(HistoryCheckTest, FindsAnOptOutAmongWhatRetentionRemoved) {
  RemovedRecords announced;
  RecordRef opt_out;
  const auto read = [&](const std::function<void(RecordRef, bool)>& each) {
    const auto files = FilesOf(0);
    JournalReader reader(*files, *ReadIdentity(*files));
    while (*reader.Next(Position(1, 0))) {
      for (uint32_t i = 0; i < reader.group().count(); ++i) {
        each(RecordRef(reader.position(), i), Lasts(reader.group().Record(i)));
      }
    }
  };
  read([&](RecordRef ref, bool lasts) {
    if (lasts) opt_out = ref;
    if (!lasts) announced.Add(ref);
  });
  ASSERT_NE(opt_out, RecordRef());
  {
    auto store = Open();
    v1::Record record;
    v1::RetentionRan& ran = *record.mutable_retention_ran();
    ran.set_removed(announced.count());
    v1::ReducedSegment& segment = *ran.add_segments();
    segment.set_removed(announced.count());
    segment.set_digest(std::string(AsBytes(announced.Digest())));
    ASSERT_TRUE(store->AppendControl(std::move(record)).ok());
  }
  EXPECT_EQ(Said(Check()), "");  // Announced, and not done yet.
  const auto keep = [](RecordRef, absl::string_view r) { return Lasts(r); };
  EXPECT_EQ(Reduce(0, keep).removed, announced.count());
  EXPECT_EQ(Said(Check()), "");
  EXPECT_EQ(
      Reduce(0, [&](RecordRef ref, auto) { return ref != opt_out; }).removed,
      1u);
  const std::string said = Said(Check());
  EXPECT_THAT(said, HasSubstr("which are others than retention announced"));
  EXPECT_THAT(said, HasSubstr("records that retention must keep"));
}

TEST_F(HistoryCheckTest, FindsAMissingPartition) {
  fs::remove_all(at("data/partition-000"));
  const auto root = *PosixJournalFiles::Open(at("data"));
  const JournalIdentity identity = *ReadIdentity(*FilesOf(kControlPartition));
  fs::remove(at("data/durable"));
  ASSERT_TRUE(DurableMarks::Create(*root, identity).ok());
  EXPECT_THAT(Said(Check()),
              HasSubstr(absl::StrCat("the journal is missing; head ")));
}

// The identities say how many partitions there are, and nobody signs them.
TEST_F(HistoryCheckTest, FindsAPartitionThatIsNotCountedAnyMore) {
  partitions_ = 2;
  fs::remove_all(at("data"));
  {
    auto store = Open();
    ASSERT_NE(store, nullptr);
    Traffic(*store);
    ASSERT_TRUE(store->SignHead().ok());
  }
  EXPECT_EQ(Said(Check()), "");
  fs::remove_all(at("data/partition-001"));
  for (const uint16_t partition : {uint16_t{0}, kControlPartition}) {
    const Records records = ReadAll(partition);
    JournalIdentity identity = *ReadIdentity(*FilesOf(partition));
    identity.partition_count = 1;
    std::ofstream(FolderOf(partition) + "/" + std::string(kIdentityName),
                  std::ios::binary | std::ios::trunc)
        << EncodeIdentity(identity);
    WriteAll(partition, records);
  }
  EXPECT_THAT(Said(Check()), HasSubstr("partition 1: head "));
}

TEST_F(HistoryCheckTest, FindsMissingOldSegments) {
  fs::remove(FolderOf(0) + "/" + SegmentName(0));
  EXPECT_THAT(Said(Check()), HasSubstr("segments 0 to 0 are missing"));
}

// A copy alone cannot show that it is old: a head that was kept elsewhere does.
TEST_F(HistoryCheckTest, AHeadKeptElsewhereShowsThatACopyIsOld) {
  fs::remove_all(at("data"));
  fs::copy(at("older"), at("data"), fs::copy_options::recursive);
  EXPECT_EQ(Said(Check()), "");
  EXPECT_EQ(Said(Check(early_)), "");
  const std::string said = Said(Check(late_));
  EXPECT_THAT(said, HasSubstr(absl::StrCat("head ", late_.head.number,
                                           ", which was kept elsewhere, is "
                                           "missing")));
  EXPECT_THAT(said, HasSubstr("partition 0: the journal ends after "));
}

// A forger with a key of his own.
TEST_F(HistoryCheckTest, AHeadKeptElsewhereShowsThatAllWasWrittenAnew) {
  WriteAnew(SigningKey::Make());
  // As far as this copy can show, nothing is wrong.
  EXPECT_EQ(Said(Check()), "");
  const std::string said = Said(Check(late_));
  EXPECT_THAT(said, HasSubstr("is another one than the head that was kept "
                              "elsewhere"));
  EXPECT_THAT(said, HasSubstr("which this store never had"));
  EXPECT_THAT(said, HasSubstr("partition 0: "));
}

// With the store's own key nothing in the copy gives the forger away.
TEST_F(HistoryCheckTest, AWitnessShowsThatAStolenKeySignedAnotherPast) {
  const std::vector<KeptHead> kept = Witnessed();
  ASSERT_GT(kept.size(), 3u);
  EXPECT_EQ(Said(Check(kept)), "");
  WriteAnew(*SigningKey::FromPem(*ReadFile(at("signing.key"))));
  EXPECT_EQ(Said(Check()), "");
  const std::string said = Said(Check(kept));
  EXPECT_THAT(said, HasSubstr("is another one than the head that was kept "
                              "elsewhere"));
  // A page alone, too.
  const auto page = ReadKeptHeads(absl::StrCat(
      "number ", late_.head.number, "\nfingerprint ", FingerprintOf(late_)));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Said(Check(*page)),
              HasSubstr(absl::StrCat("head ", late_.head.number,
                                     " is another one than the head")));
}

TEST_F(HistoryCheckTest, AWitnessNamesTheFirstHeadThatDisagrees) {
  const std::vector<KeptHead> kept = Witnessed();
  fs::remove_all(at("data"));
  fs::copy(at("older"), at("data"), fs::copy_options::recursive);
  const uint64_t newest = Check().history.newest->head.number;
  ASSERT_LT(newest, kept.back().number);
  const std::string said = Said(Check(kept));
  EXPECT_THAT(said, HasSubstr(absl::StrCat("head ", newest + 1,
                                           ", which was kept elsewhere, is "
                                           "missing")));
  EXPECT_THAT(said, Not(HasSubstr(absl::StrCat("head ", newest + 2, ","))));
}

TEST_F(HistoryCheckTest, FindsWhatIsWrongWithHeads) {
  const Records whole = ReadAll(kControlPartition);
  const auto change =
      [&](const std::function<void(v1::Record&, int head)>& how) {
        Restore();
        Records forged = whole;
        int head = 0;
        for (auto& group : forged) {
          for (std::string& bytes : group) {
            v1::Record record;
            ASSERT_TRUE(record.ParseFromString(bytes));
            if (record.has_head_signed()) ++head;
            if (record.has_head_signed() || record.has_signing_key_changed()) {
              how(record, head);
            }
            bytes = record.SerializeAsString();
          }
        }
        WriteAll(kControlPartition, forged);
      };
  change([](v1::Record& record, int head) {
    if (head == 2) {
      record.mutable_head_signed()->set_text(absl::StrReplaceAll(
          record.head_signed().text(), {{"\nnumber 2\n", "\nnumber 9\n"}}));
    }
  });
  EXPECT_THAT(Said(Check()), HasSubstr("head 9 comes after head 1"));
  const SigningKey own = SigningKey::Make();
  change([&](v1::Record& record, int head) {
    if (head == 0) return;
    Head other = ParseHead(record.head_signed().text())->head;
    other.time_ms += 1;
    record.mutable_head_signed()->set_text(SignHead(other, own).text);
  });
  const std::string said = Said(Check());
  EXPECT_THAT(said, HasSubstr("does not name head 1 as it is"));
  EXPECT_THAT(said, HasSubstr("is not signed by the key of its time"));
}

}  // namespace
}  // namespace sluice::store
