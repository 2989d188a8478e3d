// A real store that signs heads, in a folder of its own.

#include "store/proofs/notary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/files.h"
#include "store/journal/journal_reader.h"
#include "store/journal/posix_journal_file.h"
#include "store/store_check.h"
#include "tests/fakes/disks.h"
#include "tests/fakes/wait.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class NotaryTest : public StoreTest {
 protected:
  StoreOptions Options(int partitions = 2) {
    StoreOptions options;
    options.path = folder_.path() + "/data";
    options.partitions = partitions;
    options.segment_bytes = 4u << 20;
    options.signing_key = folder_.path() + "/signing.key";
    options.alarm = [this](const std::string& line) {
      MutexLock lock(mutex_);
      alarms_.push_back(line);
    };
    return options;
  }

  absl::StatusOr<std::unique_ptr<Store>> TryOpen(int partitions = 2) {
    return Store::Open(Options(partitions), clock_, WorldSnapshot(),
                       [](const std::string&) {});
  }

  std::unique_ptr<Store> OpenSigning(int partitions = 2) {
    auto store = TryOpen(partitions);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  std::string Alarms() {
    MutexLock lock(mutex_);
    return absl::StrJoin(alarms_, "\n");
  }

  static SignedHead Sign(Store& store) {
    auto head = store.SignHead();
    EXPECT_TRUE(head.ok()) << head.status();
    return head.ok() ? *std::move(head) : SignedHead();
  }

  void Send(Store& store, int messages) {
    std::vector<Outgoing> outgoing;
    for (int i = 0; i < messages; ++i) {
      outgoing.push_back({absl::StrCat(13'800'000'000 + next_number_++)});
    }
    ASSERT_TRUE(SubmitAll(store, outgoing).ok());
  }

  // The heads and keys of the control journal, oldest first.
  static std::vector<std::string> HeadsOf(Store& store) {
    std::vector<std::string> heads;
    EXPECT_TRUE(store
                    .ReadControl([&](const v1::Record& record) {
                      if (record.has_head_signed()) {
                        heads.push_back(record.head_signed().text());
                      }
                    })
                    .ok());
    return heads;
  }
  static std::vector<v1::HeadCause> CausesOf(Store& store) {
    std::vector<v1::HeadCause> causes;
    store
        .ReadControl([&](const v1::Record& record) {
          if (!record.has_head_signed()) return;
          causes.push_back(record.head_signed().cause());
        })
        .IgnoreError();
    return causes;
  }
  // A start signs a head in its own time: it must not come between those that a
  // test counts.
  static void AwaitHeadOfStart(Store& store) {
    ASSERT_TRUE(WaitFor("the head of the start", [&store] {
      const std::vector<v1::HeadCause> causes = CausesOf(store);
      return !causes.empty() && causes.back() == v1::HEAD_CAUSE_MINUTE;
    }));
  }
  static PublicKey KeyOf(Store& store) {
    PublicKey key = {};
    store
        .ReadControl([&](const v1::Record& record) {
          const std::string& bytes = record.signing_key_changed().public_key();
          if (!bytes.empty())
            std::copy(bytes.begin(), bytes.end(), key.begin());
        })
        .IgnoreError();
    return key;
  }

  // What the offline check says of the keys and heads.
  SignedHistory Checked() {
    const auto check = CheckStore(folder_.path() + "/data");
    EXPECT_TRUE(check.ok()) << check.status();
    return check.ok() ? check->history : SignedHistory();
  }

  // The tree of a journal, made anew from its files; no more than `size`.
  TreeState Counted(const std::string& journal, uint64_t size) {
    const auto files = PosixJournalFiles::Open(
        folder_.path() + "/data/" +
            (journal == "control" ? journal : journal + "/journal"),
        PosixJournalFiles::Access::kRead);
    const auto identity = ReadIdentity(**files);
    MerkleTree tree;
    JournalReader reader(**files, *identity, Position(), Proof::kHashes);
    while (tree.count() < size) {
      const auto more = reader.Next(Position(1000, 0));
      if (!more.ok() || !*more) break;
      for (const Hash& leaf : reader.leaves()) {
        if (tree.count() < size) tree.Add(leaf);
      }
    }
    return {tree.count(), tree.count() == 0 ? EmptyRoot() : tree.Root()};
  }

  std::vector<std::string> alarms_ SLUICE_GUARDED_BY(mutex_);
  int64_t next_number_ = 0;
};

TEST_F(NotaryTest, SignsWhatTheJournalsHold) {
  const auto store = OpenSigning();
  Send(*store, 700);
  const SignedHead head = Sign(*store);
  ASSERT_EQ(head.head.journals.size(), 3);
  uint64_t records = 0;
  for (const JournalTree& one : head.head.journals) {
    EXPECT_EQ(Counted(one.journal, one.tree.size), one.tree) << one.journal;
    records += one.tree.size;
  }
  EXPECT_GT(records, 700);
  EXPECT_TRUE(IsSignedBy(KeyOf(*store), head.signed_text(), head.signature));
  EXPECT_EQ(Alarms(), "");
}

// The key is for this user alone.
TEST_F(NotaryTest, KeepsTheKeyToItself) {
  const auto store = OpenSigning();
  const auto status = std::filesystem::status(folder_.path() + "/signing.key");
  EXPECT_EQ(status.permissions(), std::filesystem::perms::owner_read |
                                      std::filesystem::perms::owner_write);
}

TEST_F(NotaryTest, EachHeadNamesTheOneBefore) {
  auto store = OpenSigning();
  Send(*store, 10);
  const SignedHead first = Sign(*store);
  Send(*store, 10);
  const SignedHead second = Sign(*store);
  EXPECT_GT(second.head.number, first.head.number);
  // Also across a stop, which signs once more, and a start.
  store = nullptr;
  store = OpenSigning();
  Send(*store, 10);
  Sign(*store);
  const std::vector<std::string> heads = HeadsOf(*store);
  ASSERT_GT(heads.size(), 3);
  Hash previous = {};
  for (size_t i = 0; i < heads.size(); ++i) {
    const auto head = ParseHead(heads[i]);
    ASSERT_TRUE(head.ok()) << head.status();
    EXPECT_EQ(head->head.number, i + 1);
    EXPECT_EQ(head->head.previous, previous);
    EXPECT_TRUE(
        IsSignedBy(KeyOf(*store), head->signed_text(), head->signature));
    for (const JournalTree& one : head->head.journals) {
      EXPECT_EQ(Counted(one.journal, one.tree.size), one.tree);
    }
    previous = head->hash();
  }
  EXPECT_EQ(Alarms(), "");
}

TEST_F(NotaryTest, WhatDidNotGrowIsNotSignedAgain) {
  const auto store = OpenSigning();
  Send(*store, 3);
  const SignedHead head = Sign(*store);
  EXPECT_EQ(Sign(*store).head.number, head.head.number);
  EXPECT_EQ(store->LastHead()->text, head.text);
}

// Whoever seals an export gets what shows that it was journaled.
TEST_F(NotaryTest, SealsARecord) {
  const auto store = OpenSigning();
  Send(*store, 30);
  Sign(*store);
  v1::Record record;
  record.mutable_export_sealed()->set_kind("messages");
  record.mutable_export_sealed()->set_rows(30);
  const auto proof = store->SealRecord(record);
  ASSERT_TRUE(proof.ok()) << proof.status();
  ASSERT_EQ(proof->records.size(), 1);
  const RecordProof& one = proof->records[0];
  v1::Record read;
  ASSERT_TRUE(read.ParseFromString(one.record));
  EXPECT_EQ(read.export_sealed().rows(), 30);
  EXPECT_GT(read.at_ms(), 0);
  EXPECT_EQ(LeafHash(one.record), one.leaf);
  const JournalTree* const control = proof->head.head.Of("control");
  EXPECT_TRUE(IncludesLeaf(control->tree, one.index, one.leaf, one.path));
  EXPECT_TRUE(
      IsSignedBy(proof->key, proof->head.signed_text(), proof->head.signature));
  // Everything that was durable is covered.
  for (const JournalTree& journal : proof->head.head.journals) {
    EXPECT_EQ(Counted(journal.journal, journal.tree.size), journal.tree);
    if (journal.journal == "control") continue;
    EXPECT_EQ(Counted(journal.journal, UINT64_MAX), journal.tree);
  }
  EXPECT_EQ(CausesOf(*store).back(), v1::HEAD_CAUSE_EXPORT);
}

// A run of retention is followed by a head that covers its record.
TEST_F(NotaryTest, SignsWhenRetentionHasRun) {
  {
    const auto store = OpenSigning(1);
    while (store->DurableEnd(0).position().segment() < 3) Send(*store, 1000);
    Sign(*store);
  }
  clock_.Advance(absl::Hours(24 * 400));
  StoreOptions options = Options(1);
  options.retention_days = 395;
  auto store =
      Store::Open(options, clock_, WorldSnapshot(), [](const std::string&) {});
  ASSERT_TRUE(store.ok()) << store.status();
  AwaitHeadOfStart(**store);
  ASSERT_TRUE((*store)->AcceptClock("key", "a test").ok());
  EXPECT_TRUE(WaitFor("a head after retention", [&] {
    (*store)->AllowRetention("key");
    return CausesOf(**store).back() == v1::HEAD_CAUSE_RETENTION;
  }));
  const std::string head = HeadsOf(**store).back();
  bool ran = false;
  EXPECT_TRUE((*store)
                  ->ReadControl([&](const v1::Record& record) {
                    ran |= record.has_retention_ran();
                    if (record.head_signed().text() == head) EXPECT_TRUE(ran);
                  })
                  .ok());
  EXPECT_TRUE(ran);
}

// What keeps the trees may be missing, cut off or changed: it costs time only.
TEST_F(NotaryTest, MakesItsTreesAnew) {
  for (const char* what : {"missing", "cut", "changed", "garbage"}) {
    SCOPED_TRACE(what);
    {
      const auto store = OpenSigning();
      Send(*store, 900);
      Sign(*store);
    }
    const std::string path = folder_.path() + "/data/proofs/partition-000.tree";
    auto bytes = ReadFile(path);
    ASSERT_TRUE(bytes.ok());
    ASSERT_GE(bytes->size(), 40);
    if (what == std::string("missing")) {
      std::filesystem::remove(path);
    } else if (what == std::string("cut")) {
      std::filesystem::resize_file(path, bytes->size() - 13);
    } else {
      const bool garbage = what == std::string("garbage");
      if (garbage) bytes->assign(bytes->size(), 'x');
      (*bytes)[30] ^= 1;
      std::ofstream(path, std::ios::binary) << *bytes;
    }
    const auto store = OpenSigning();
    Send(*store, 300);
    const SignedHead head = Sign(*store);
    for (const JournalTree& one : head.head.journals) {
      EXPECT_EQ(Counted(one.journal, one.tree.size), one.tree) << one.journal;
    }
    EXPECT_EQ(Alarms(), "");
  }
}

// The whole journal of a partition written anew, chain and marks included, is
// another past than the one that was signed.
TEST_F(NotaryTest, DoesNotSignAnotherPast) {
  {
    const auto store = OpenSigning(1);
    Send(*store, 5);
    Sign(*store);
  }
  const std::string data = folder_.path() + "/data";
  const std::string kept = folder_.path() + "/kept";
  std::filesystem::create_directories(kept);
  const auto options = std::filesystem::copy_options::recursive |
                       std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy(data, kept, options);
  {
    const auto store = OpenSigning(1);
    Send(*store, 5);
    Sign(*store);
  }
  // The control journal goes on from here; the partition is the older copy,
  // which has grown otherwise.
  const std::string control = folder_.path() + "/control";
  std::filesystem::copy(data + "/control", control, options);
  std::filesystem::remove_all(data);
  std::filesystem::copy(kept, data, options);
  {
    const auto store = OpenSigning(1);
    Send(*store, 50);
  }
  std::filesystem::remove_all(data + "/control");
  std::filesystem::copy(control, data + "/control", options);
  std::filesystem::remove(data + "/control.checkpoint");
  std::filesystem::remove(data + "/durable");
  // Older checks may refuse it first; if not, the notary does.
  auto store = TryOpen(1);
  if (!store.ok()) {
    EXPECT_TRUE(absl::IsDataLoss(store.status())) << store.status();
    return;
  }
  const auto head = (*store)->SignHead();
  EXPECT_TRUE(absl::IsDataLoss(head.status())) << head.status();
}

TEST_F(NotaryTest, SaysThatTheKeyIsAnother) {
  {
    const auto store = OpenSigning();
    Sign(*store);
  }
  std::filesystem::remove(folder_.path() + "/signing.key");
  const auto store = OpenSigning();
  EXPECT_THAT(Alarms(), AllOf(HasSubstr("signing.key"),
                              HasSubstr("another key than the one")));
  const SignedHead head = Sign(*store);
  EXPECT_TRUE(IsSignedBy(KeyOf(*store), head.signed_text(), head.signature));
}

// The old key signs a last head and the new key; nothing else changes.
TEST_F(NotaryTest, ReplacesTheKey) {
  auto store = OpenSigning();
  AwaitHeadOfStart(*store);
  Send(*store, 5);
  const SignedHead before = Sign(*store);
  const PublicKey old_key = KeyOf(*store);
  Send(*store, 5);
  const auto first = store->RotateSigningKey("key7", "once a year");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_NE(first->key, old_key);
  EXPECT_EQ(first->key, KeyOf(*store));
  EXPECT_EQ(first->head.head.number, before.head.number + 2);
  EXPECT_TRUE(
      IsSignedBy(first->key, first->head.signed_text(), first->head.signature));
  // Also in its file.
  store = nullptr;
  store = OpenSigning();
  Send(*store, 5);
  const SignedHead later = Sign(*store);
  EXPECT_EQ(later.key_id, KeyIdOf(first->key));
  const auto keys = store->KeysUpTo(first->key);
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 2);
  EXPECT_EQ((*keys)[0].key, old_key);
  EXPECT_TRUE((*keys)[1].IsSignedBy(old_key));
  EXPECT_EQ(store->KeysUpTo(old_key)->size(), 1);
  EXPECT_EQ(store->FindHead(before.head.number)->key, old_key);
  EXPECT_EQ(Alarms(), "");
  store = nullptr;
  const SignedHistory history = Checked();
  EXPECT_TRUE(history.faults.empty()) << history.faults[0].what;
  ASSERT_EQ(history.keys.size(), 2);
  EXPECT_TRUE(history.keys[1].by_the_one_before);
}

// A crash between the journal and the file: the journal says which key signs.
TEST_F(NotaryTest, EndsAReplacementThatACrashBroke) {
  const std::string path = folder_.path() + "/signing.key";
  auto store = OpenSigning();
  const PublicKey old_key = KeyOf(*store);
  const auto old_pem = ReadFile(path);
  Sign(*store);
  ASSERT_TRUE(store->RotateSigningKey("key7", "test").ok());
  const PublicKey new_key = KeyOf(*store);
  store = nullptr;
  const auto new_pem = ReadFile(path);
  // The record was written, the file was not replaced.
  std::ofstream(path) << *old_pem;
  std::ofstream(path + ".next") << *new_pem;
  store = OpenSigning();
  EXPECT_EQ(Sign(*store).key_id, KeyIdOf(new_key));
  EXPECT_EQ(*ReadFile(path), *new_pem);
  EXPECT_FALSE(std::filesystem::exists(path + ".next"));
  store = nullptr;
  // The record was not written.
  std::ofstream(path + ".next") << SigningKey::Make().ToPem();
  store = OpenSigning();
  EXPECT_EQ(Sign(*store).key_id, KeyIdOf(new_key));
  EXPECT_FALSE(std::filesystem::exists(path + ".next"));
  EXPECT_NE(old_key, new_key);
  EXPECT_EQ(Alarms(), "");
}

// What is beside the file may be the only copy of the key that signs.
TEST_F(NotaryTest, KeepsANextKeyThatCannotBeRead) {
  const std::string path = folder_.path() + "/signing.key";
  const std::string next = path + ".next";
  auto store = OpenSigning();
  const auto old_pem = ReadFile(path);
  Sign(*store);
  ASSERT_TRUE(store->RotateSigningKey("key7", "test").ok());
  const PublicKey new_key = KeyOf(*store);
  store = nullptr;
  const auto new_pem = ReadFile(path);
  // A crash before the file was replaced, and then a bad disk.
  std::ofstream(path) << *old_pem;
  std::filesystem::create_directory(next);
  EXPECT_TRUE(absl::IsUnavailable(TryOpen().status()));
  ASSERT_TRUE(std::filesystem::exists(next));
  std::filesystem::remove(next);
  std::ofstream(next) << "no key\n";
  const absl::Status refused = TryOpen().status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("signing.key.next"));
  EXPECT_EQ(*ReadFile(next), "no key\n");
  EXPECT_EQ(*ReadFile(path), *old_pem);
  std::ofstream(next) << *new_pem;
  store = OpenSigning();
  Send(*store, 1);
  EXPECT_EQ(Sign(*store).key_id, KeyIdOf(new_key));
  EXPECT_EQ(Alarms(), "");
}

// The journal names the key in the file: what is beside it was never used.
TEST_F(NotaryTest, DoesNotNeedANextKeyThatTheJournalDoesNotName) {
  const std::string next = folder_.path() + "/signing.key.next";
  auto store = OpenSigning();
  const PublicKey key = KeyOf(*store);
  store = nullptr;
  std::ofstream(next) << "no key\n";
  store = OpenSigning();
  Send(*store, 1);
  EXPECT_EQ(Sign(*store).key_id, KeyIdOf(key));
  EXPECT_FALSE(std::filesystem::exists(next));
}

// The last copy of the old key is gone: the chain of keys begins again there.
TEST_F(NotaryTest, AKeyThatWasLostBreaksTheChain) {
  auto store = OpenSigning();
  const PublicKey lost = KeyOf(*store);
  Sign(*store);
  store = nullptr;
  std::filesystem::remove(folder_.path() + "/signing.key");
  store = OpenSigning();
  const PublicKey key = KeyOf(*store);
  Send(*store, 1);
  Sign(*store);
  const auto keys = store->KeysUpTo(key);
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 1);
  EXPECT_EQ((*keys)[0].key, key);
  EXPECT_EQ(store->KeysUpTo(lost)->size(), 1);
  store = nullptr;
  const SignedHistory history = Checked();
  EXPECT_TRUE(history.faults.empty());
  ASSERT_EQ(history.keys.size(), 2);
  EXPECT_FALSE(history.keys[1].by_the_one_before);
}

TEST_F(NotaryTest, KeepsTheKeyWhoseFileCannotBeReplaced) {
  const auto store = OpenSigning();
  const PublicKey key = KeyOf(*store);
  Sign(*store);
  std::filesystem::create_directory(folder_.path() + "/signing.key.next");
  std::ofstream(folder_.path() + "/signing.key.next/there") << "x";
  const auto first = store->RotateSigningKey("key7", "test");
  EXPECT_TRUE(absl::IsFailedPrecondition(first.status())) << first.status();
  EXPECT_EQ(KeyOf(*store), key);
  Send(*store, 1);
  EXPECT_EQ(Sign(*store).key_id, KeyIdOf(key));
}

// Whether the record of the key is durable or not: heads go on, by the key that
// the journal names, and no other append is needed first.
TEST_F(NotaryTest, SignsAfterAReplacementWhoseRecordFailed) {
  using Call = JournalFault::Call;
  // A record that was written, but not synced, is durable when the journal has
  // been opened again.
  for (const Call call : {Call::kAppend, Call::kSync}) {
    const bool written = call == Call::kSync;
    SCOPED_TRACE(written ? "written" : "lost");
    Disks disks(1);
    StoreOptions options = Options(1);
    options.path = absl::StrCat(folder_.path(), "/data-", written);
    disks.Carry(options);
    auto opened = Store::Open(options, clock_, WorldSnapshot(),
                              [](const std::string&) {});
    ASSERT_TRUE(opened.ok()) << opened.status();
    Store& store = **opened;
    Sign(store);
    const PublicKey old_key = KeyOf(store);
    ASSERT_EQ(store.KeysUpTo(old_key)->back().key, old_key);
    disks.faults()[0]->SetFault({.call = call, .nth = 1, .and_after = false});
    const auto replaced = store.RotateSigningKey("key7", "test");
    EXPECT_TRUE(absl::IsUnavailable(replaced.status())) << replaced.status();
    EXPECT_EQ(disks.faults()[0]->failed(), 1);
    Send(store, 1);
    const SignedHead head = Sign(store);
    const PublicKey key = KeyOf(store);
    EXPECT_EQ(head.key_id, KeyIdOf(key));
    EXPECT_EQ(key != old_key, written);
    EXPECT_EQ(store.KeysUpTo(key)->back().key, key);
  }
}

TEST_F(NotaryTest, RefusesAFileThatIsNoKey) {
  std::ofstream(folder_.path() + "/signing.key") << "no key\n";
  const auto store = TryOpen();
  EXPECT_TRUE(absl::IsFailedPrecondition(store.status())) << store.status();
  EXPECT_THAT(std::string(store.status().message()),
              AllOf(HasSubstr("signing.key"), HasSubstr("from a copy")));
}

}  // namespace
}  // namespace sluice::store
