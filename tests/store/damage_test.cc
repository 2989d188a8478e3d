// Damage in a closed segment, at every place of a frame and by every way that
// reads a record: it is told as damage, with its place, and neither forged text
// nor "not found" is shown.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "store/journal/group_entry.h"
#include "store/journal/merkle.h"
#include "store/journal/posix_journal_file.h"
#include "store/journal/segment.h"
#include "tests/store/all_records_of.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

constexpr char kVictim[] = "+8613900000001";
constexpr char kForged[] = "伪造";
constexpr size_t kTailSize = 2 * sizeof(Hash) + 8;

// The frame of the victim's group, as bytes that a test may change.
struct Frame {
  std::string bytes;
  uint64_t seed = 0;
  uint32_t count = 0;

  size_t bodies_at() const { return 16 + 4 * size_t{count}; }

  // A checksum for the bytes as they are now.
  void Checksum() {
    const size_t summed = bytes.size() - 8;
    const uint64_t sum =
        store::Checksum(absl::string_view(bytes).substr(0, summed), seed);
    for (int i = 0; i < 8; ++i) {
      bytes[summed + static_cast<size_t>(i)] =
          static_cast<char>(sum >> (56 - 8 * i));
    }
  }
  // A root, and then a checksum, for the records as they are now.
  void Root() {
    Checksum();
    const auto group = GroupView::Decode(bytes, seed);
    ASSERT_TRUE(group.ok()) << group.status();
    MerkleTree tree;
    for (uint32_t i = 0; i < group->count(); ++i) tree.Add(group->Leaf(i));
    const Hash root = LinkHash(group->previous_root(), tree.Root());
    std::copy(root.begin(), root.end(), bytes.end() - 40);
    Checksum();
  }
  // Another text in the victim's record, as long as the old one.
  void Forge() {
    const size_t at = bytes.find("八折");
    ASSERT_NE(at, std::string::npos);
    bytes.replace(at, 6, kForged);
  }
};

struct Damage {
  std::string name;
  std::function<void(Frame&)> make;
};

Damage FlipAt(const std::string& name,
              const std::function<size_t(const Frame&)>& at) {
  return {"flip in " + name,
          [at](Frame& frame) { frame.bytes[at(frame)] ^= 0x01; }};
}

std::vector<Damage> Damages() {
  std::vector<Damage> damages = {
      FlipAt("length", [](const Frame&) { return 3; }),
      FlipAt("length, high", [](const Frame&) { return 0; }),
      FlipAt("unsynced", [](const Frame&) { return 7; }),
      FlipAt("version", [](const Frame&) { return 11; }),
      FlipAt("count", [](const Frame&) { return 15; }),
      FlipAt("first end", [](const Frame&) { return 19; }),
      FlipAt("last end",
             [](const Frame& frame) { return frame.bodies_at() - 1; }),
      FlipAt("removed bit", [](const Frame&) { return 16; }),
      FlipAt("body", [](const Frame& f) { return f.bytes.find("八折"); }),
      FlipAt("previous root",
             [](const Frame& f) { return f.bytes.size() - kTailSize; }),
      FlipAt("root", [](const Frame& f) { return f.bytes.size() - 40; }),
      FlipAt("checksum", [](const Frame& f) { return f.bytes.size() - 1; }),
      {"removed", [](Frame& f) { f.bytes.assign(f.bytes.size(), '\0'); }},
      {"forged text", [](Frame& f) { f.Forge(); }},
      {"forged text, checksum",
       [](Frame& f) {
         f.Forge();
         f.Checksum();
       }},
      {"forged text, root, checksum", [](Frame& f) {
         f.Forge();
         f.Root();
       }}};
  damages[7].make = [](Frame& f) { f.bytes[16] ^= static_cast<char>(0x80); };
  return damages;
}

class DamageTest : public StoreTest {
 protected:
  // A store with a waiting message about the victim in a closed segment.
  void MakeStore() {
    store_ = Open();
    const std::vector<Outgoing> victim = {
        {.recipient = kVictim,
         .key = "victim",
         .send_after_ms = kTenInTheMorningMs + 3'600'000}};
    Fill(3);
    const auto answers = SubmitAll(*store_, victim);
    ASSERT_TRUE(answers.ok()) << answers.status();
    ASSERT_EQ((*answers)[0].decision, sluice::v1::DECISION_DEFERRED);
    id_ = {0, (*answers)[0].record};
    while (store_->DurableEnd(0).position().segment() < 2) Fill(1000);
    store_ = nullptr;
    path_ = folder_.path() + "/data/partition-000/journal/" +
            SegmentName(position().segment());
    LoadFrame();
  }

  // Submits `n` messages about other numbers.
  void Fill(int n) {
    std::vector<Outgoing> others;
    for (int i = 0; i < n; ++i) {
      others.push_back({.recipient = absl::StrFormat("+86138%08d", filled_++)});
    }
    ASSERT_TRUE(SubmitAll(*store_, others).ok());
  }

  Position position() const { return id_.record.position(); }

  void LoadFrame() {
    std::fstream file(path_, std::ios::in | std::ios::binary);
    std::string bytes(position().offset() + kGroupBytesMax, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const auto header =
        DecodeSegmentHeader(bytes.substr(0, kSegmentHeaderSize));
    ASSERT_TRUE(header.ok());
    bytes.erase(0, position().offset());
    const auto word = [&](size_t at) {
      uint32_t value = 0;
      for (size_t i = 0; i < 4; ++i) {
        value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
      }
      return value;
    };
    frame_.seed = ChecksumSeed(header->identity);
    frame_.count = word(12);
    frame_.bytes = bytes.substr(0, 8 + word(0));
  }

  void WriteAt(uint64_t at, const std::string& bytes) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    ASSERT_TRUE(file.good());
  }

  void ExpectDamage(const absl::Status& status, const std::string& how) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << how << status;
    const std::string message(status.message());
    EXPECT_NE(message.find(ToString(position())), message.npos)
        << how << message;
    EXPECT_NE(message.find("0000000.segment from a copy"), message.npos) << how;
    EXPECT_NE(message.find("sluicectl store check"), message.npos) << how;
  }

  // Reads the victim's record in every way.
  void ExpectDamageEverywhere(const std::string& name) {
    SCOPED_TRACE(name);
    ExpectDamage(store_->Read(id_).status(), "Read: ");
    ExpectDamage(AllRecordsOf(*store_, *ParsePhone(kVictim)).status(),
                 "RecordsOf: ");
    bool forged = false;
    ExpectDamage(store_
                     ->Scan(0, RecordRef(),
                            [&](RecordRef, absl::string_view bytes) {
                              forged |= bytes.find(kForged) != bytes.npos;
                              return true;
                            })
                     .status(),
                 "Scan: ");
    EXPECT_FALSE(forged);
    EXPECT_EQ(TextSent(), "");
  }

  // The text of the victim's message, if it is sent now; all others are sent.
  std::string TextSent() {
    std::string text;
    for (;;) {
      const auto work = TakeAllWork(*store_, 0, 100'000);
      EXPECT_TRUE(work.ok());
      if (!work.ok() || work->empty()) return text;
      for (const WorkItem& item : *work) {
        if (ToE164(item.recipient) == kVictim) text = item.text;
      }
    }
  }

  std::unique_ptr<Store> store_;
  MessageId id_;
  std::string path_;
  Frame frame_;
  int filled_ = 0;
};

TEST_F(DamageTest, IsToldByEveryReader) {
  MakeStore();
  clock_.Advance(absl::Hours(2));  // The waiting message is due.
  for (const Damage& damage : Damages()) {
    Frame damaged = frame_;
    damage.make(damaged);
    ASSERT_NE(damaged.bytes, frame_.bytes) << damage.name;
    WriteAt(position().offset(), damaged.bytes);
    store_ = Open();
    ASSERT_NE(store_, nullptr) << damage.name;
    ExpectDamageEverywhere(damage.name);
    store_ = nullptr;
    WriteAt(position().offset(), frame_.bytes);
  }
}

TEST_F(DamageTest, OfTheSegmentsHeaderIsToldByEveryReader) {
  MakeStore();
  store_ = Open();
  WriteAt(20, "damage");
  EXPECT_EQ(store_->Read(id_).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(AllRecordsOf(*store_, *ParsePhone(kVictim)).status().code(),
            absl::StatusCode::kDataLoss);
  const auto all = [](RecordRef, absl::string_view) { return true; };
  EXPECT_EQ(store_->Scan(0, RecordRef(), all).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(store_->Seek(0, 1).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(DamageTest, AMissingSegmentIsNotNotFound) {
  MakeStore();
  store_ = Open();
  std::filesystem::rename(path_, path_ + ".away");
  EXPECT_EQ(store_->Read(id_).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(AllRecordsOf(*store_, *ParsePhone(kVictim)).status().code(),
            absl::StatusCode::kDataLoss);
  const auto all = [](RecordRef, absl::string_view) { return true; };
  const absl::Status scanned =
      store_->Scan(0, RecordRef(Position(0, kSegmentHeaderSize), 0), all)
          .status();
  EXPECT_EQ(scanned.code(), absl::StatusCode::kDataLoss) << scanned;
  EXPECT_NE(scanned.message().find("restore 0000000.segment"),
            absl::string_view::npos)
      << scanned;
  // Back from a copy, it is read again without a restart.
  std::filesystem::rename(path_ + ".away", path_);
  EXPECT_TRUE(store_->Read(id_).ok());
}

// The text of a waiting message is read at its time, undamaged.
TEST_F(DamageTest, IsNotSeenWhereThereIsNone) {
  MakeStore();
  clock_.Advance(absl::Hours(2));
  store_ = Open();
  EXPECT_TRUE(store_->Read(id_).ok());
  EXPECT_EQ(AllRecordsOf(*store_, *ParsePhone(kVictim))->size(), 1u);
  EXPECT_EQ(TextSent(), kCommercialText) << Notes();
}

// A message id may be made up. Around whole groups it names nothing; within a
// damaged group nobody can tell.
TEST_F(DamageTest, MadeUpIdsAreNoDamage) {
  MakeStore();
  store_ = Open();
  const uint32_t begin = position().offset();
  const auto end = static_cast<uint32_t>(begin + frame_.bytes.size());
  const auto code_at = [&](uint32_t offset) {
    return store_->Read({0, RecordRef(Position(0, offset), 0)}).status().code();
  };
  for (uint32_t offset = 0; offset < end + 50; ++offset) {
    const absl::StatusCode code = code_at(offset);
    if (code == absl::StatusCode::kOk) continue;
    ASSERT_EQ(code, absl::StatusCode::kNotFound) << offset;
  }
  EXPECT_EQ(store_->Read({0, RecordRef(position(), 9999)}).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(code_at((4u << 20) - 1), absl::StatusCode::kNotFound);
  EXPECT_EQ(code_at((200u << 20) - 1), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_->Read({0, RecordRef(Position(99, 80), 0)}).status().code(),
            absl::StatusCode::kNotFound);
  // From made-up places, a scan refuses to begin.
  const auto all = [](RecordRef, absl::string_view) { return true; };
  EXPECT_EQ(store_->Scan(0, RecordRef(Position(0, begin + 1), 0), all)
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
  store_ = nullptr;

  Frame damaged = frame_;
  damaged.bytes[0] ^= 1;
  WriteAt(begin, damaged.bytes);
  store_ = Open();
  EXPECT_EQ(code_at(begin), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code_at(begin + 9), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code_at(end - 1), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code_at(end + 1), absl::StatusCode::kNotFound);
  EXPECT_EQ(code_at(begin - 1), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sluice::store
