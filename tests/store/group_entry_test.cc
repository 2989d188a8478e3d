#include "store/journal/group_entry.h"

#include <functional>
#include <random>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "rules/base/bytes.h"
#include "tests/fakes/lossy_journal_file.h"

namespace sluice::store {
namespace {

constexpr uint64_t kSeed = 0x0102030405060708;
const std::vector<std::string> kRecords = {"first", "",
                                           std::string("NUL at the end\0", 15)};
const Hash kPreviousRoot = {0x02};

// origin: an independent program that follows the grammar (Python's struct and
// hashlib); the last 8 bytes, the checksum, are libxxhash's.
constexpr char kFrameHex[] =
    "00000070"                  // length
    "00000007"                  // unsynced
    "534c4701"                  // version
    "00000003"                  // count
    "000000050000000500000014"  // ends
    "66697273744e554c2061742074686520656e6400"
    "0200000000000000000000000000000000000000000000000000000000000000"
    "7c3f10d25579971fc6283daf0432c22fda79974b829d9d2be2f77a41015eabf9"
    "3a73f166a962c43f";
constexpr char kReducedHex[] =
    "00000081"                  // length
    "00001234"                  // offset
    "534c5201"                  // version
    "00000003"                  // count
    "000000050000000580000025"  // ends; the last record is removed
    "6669727374"
    "b8240dbdb48ca34a8fb1ff19bf6997406acf9e98f4000ac722487f8fbb0f26c6"
    "0200000000000000000000000000000000000000000000000000000000000000"
    "7c3f10d25579971fc6283daf0432c22fda79974b829d9d2be2f77a41015eabf9"
    "7e1501a0363b5c0f";

std::string Seal(const std::vector<std::string>& records,
                 uint32_t unsynced = 7) {
  GroupBuilder builder(kSeed);
  for (const std::string& record : records) builder.Add(record);
  return std::string(builder.Seal(kPreviousRoot, unsynced));
}

// Recomputes the checksum of a changed frame, so that other damage shows.
std::string WithChecksum(std::string frame) {
  frame.resize(frame.size() - 8);
  AppendBigEndian(Checksum(frame, kSeed), frame);
  return frame;
}

TEST(GroupBuilder, MatchesGoldenBytes) {
  EXPECT_EQ(absl::BytesToHexString(Seal(kRecords)), kFrameHex);
}

TEST(EncodeReduced, MatchesGoldenBytes) {
  const std::string frame = Seal(kRecords);
  const auto group = GroupView::Decode(frame, kSeed);
  EXPECT_EQ(absl::BytesToHexString(
                EncodeReduced(*group, {true, true, false}, 0x1234, kSeed)),
            kReducedHex);
}

TEST(GroupView, GivesBackWhatWasAdded) {
  const std::string frame = Seal(kRecords);
  const auto group = GroupView::Decode(frame, kSeed);
  ASSERT_TRUE(group.ok()) << group.status();
  ASSERT_EQ(group->count(), 3u);
  for (uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(group->Record(i), kRecords[i]);
    EXPECT_FALSE(group->Removed(i));
    EXPECT_EQ(group->Leaf(i), LeafHash(kRecords[i]));
  }
  EXPECT_EQ(group->previous_root(), kPreviousRoot);
  EXPECT_EQ(group->unsynced_or_offset(), 7u);
  EXPECT_TRUE(group->VerifyRoot().ok());
}

TEST(GroupBuilder, IsReusedAndSealedAgain) {
  GroupBuilder builder(kSeed);
  builder.Add("something else");
  builder.Seal(kPreviousRoot, 0);
  builder.Clear();
  for (const std::string& record : kRecords) {
    builder.AddWith(record.size(), [&](char* out) {
      std::copy(record.begin(), record.end(), out);
    });
  }
  EXPECT_EQ(builder.Record(2), kRecords[2]);
  EXPECT_EQ(builder.Size(), sizeof(kFrameHex) / 2);
  EXPECT_EQ(absl::BytesToHexString(builder.Seal(kPreviousRoot, 7)), kFrameHex);
  EXPECT_EQ(absl::BytesToHexString(builder.Seal(kPreviousRoot, 7)), kFrameHex);
}

TEST(GroupBuilder, HoldsTheLargestGroups) {
  GroupBuilder many(kSeed);
  while (many.Fits(0)) many.Add("");
  EXPECT_EQ(many.count(), kGroupRecordsMax);
  const auto group = GroupView::Decode(many.Seal({}, 0), kSeed);
  ASSERT_TRUE(group.ok()) << group.status();
  EXPECT_EQ(group->count(), kGroupRecordsMax);

  GroupBuilder large(kSeed);
  const size_t size = kGroupBytesMax - kGroupOverhead - 4;
  EXPECT_FALSE(large.Fits(size + 1));
  ASSERT_TRUE(large.Fits(size));
  large.Add(std::string(size, 'x'));
  EXPECT_FALSE(large.Fits(0));
  const absl::string_view frame = large.Seal({}, 0);
  EXPECT_EQ(frame.size(), kGroupBytesMax);
  EXPECT_TRUE(GroupView::Decode(frame, kSeed).ok());
}

TEST(GroupView, EveryTruncationIsRefused) {
  const std::string frame = Seal(kRecords);
  for (size_t size = 0; size < frame.size(); ++size) {
    EXPECT_EQ(GroupView::Decode(frame.substr(0, size), kSeed).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
  EXPECT_FALSE(GroupView::Decode(frame + '\0', kSeed).ok());
}

TEST(GroupView, EveryBitFlipIsRefused) {
  const std::string frame = Seal(kRecords);
  for (size_t bit = 0; bit < 8 * frame.size(); ++bit) {
    std::string damaged = frame;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(GroupView::Decode(damaged, kSeed).status().code(),
              absl::StatusCode::kDataLoss)
        << bit;
  }
}

TEST(GroupView, AnotherStoresGroupIsRefused) {
  EXPECT_EQ(GroupView::Decode(Seal(kRecords), kSeed + 1).status().message(),
            "checksum differs");
}

// Damage with a correct checksum: a writer's fault, or forgery.
TEST(GroupView, SaysWhichPartIsWrong) {
  const std::string frame = Seal(kRecords);
  const struct {
    absl::string_view name;
    size_t at;
    absl::string_view bytes;
    absl::string_view error;
  } kCases[] = {
      {"version", 8, absl::string_view("SLG\2", 4), "unknown version"},
      {"no records", 12, absl::string_view("\0\0\0\0", 4),
       "a group of 0 records"},
      {"too many records", 12, absl::string_view("\0\0\x40\0", 4),
       "a group of 16384 records"},
      {"more ends than bytes", 12, absl::string_view("\0\0\0\x09", 4),
       "too short for its records"},
      {"end before begin", 20, absl::string_view("\0\0\0\4", 4),
       "a record ends outside of the group"},
      {"end beyond the bodies", 20, absl::string_view("\0\0\0\x15", 4),
       "a record ends outside of the group"},
      {"bodies left over", 24, absl::string_view("\0\0\0\x13", 4),
       "bytes left over"},
      {"removed, not reduced", 20, absl::string_view("\x80\0\0\5", 4),
       "a record removed, in a group not reduced"},
  };
  for (const auto& c : kCases) {
    std::string damaged = frame;
    damaged.replace(c.at, c.bytes.size(), c.bytes.data(), c.bytes.size());
    const auto group = GroupView::Decode(WithChecksum(damaged), kSeed);
    EXPECT_EQ(group.status().message(), c.error) << c.name;
  }
  std::string forged = frame;
  forged[frame.find("first")] = 'F';
  forged = WithChecksum(forged);
  EXPECT_EQ(GroupView::Decode(forged, kSeed)->VerifyRoot().message(),
            "the root is not that of the records");
}

TEST(EncodeReduced, KeepsRootsAndRemovesForGood) {
  const std::string frame = Seal(kRecords);
  const auto group = GroupView::Decode(frame, kSeed);
  const std::string once =
      EncodeReduced(*group, {false, true, true}, 80, kSeed);
  const auto reduced = GroupView::Decode(once, kSeed);
  ASSERT_TRUE(reduced.ok()) << reduced.status();
  EXPECT_TRUE(reduced->VerifyRoot().ok());
  EXPECT_TRUE(reduced->Removed(0));
  EXPECT_EQ(reduced->Record(0), "");
  EXPECT_EQ(reduced->Record(2), kRecords[2]);
  const std::string twice =
      EncodeReduced(*reduced, {true, true, false}, 80, kSeed);
  const auto again = GroupView::Decode(twice, kSeed);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->VerifyRoot().ok());
  EXPECT_TRUE(again->Removed(0));
  EXPECT_TRUE(again->Removed(2));
  EXPECT_EQ(again->root(), group->root());
}

TEST(ReadRecordPlace, FindsOneRecordWithoutTheOthers) {
  std::string frame = Seal(kRecords);
  frame[frame.find("first")] = '?';  // Other damage must not matter.
  LossyJournalFiles files;
  const auto file = *files.Create("file", 1000);
  ASSERT_TRUE(file->Append("an earlier entry").ok());
  const uint64_t at = *file->Append(frame);
  const auto place = ReadRecordPlace(*file, at, 2);
  ASSERT_TRUE(place.ok()) << place.status();
  std::string record(place->size, '\0');
  ASSERT_TRUE(ReadExactly(*file, place->at, absl::MakeSpan(record)).ok());
  EXPECT_EQ(record, kRecords[2]);
  EXPECT_EQ(ReadRecordPlace(*file, at, 1)->size, 0u);
  EXPECT_EQ(ReadRecordPlace(*file, at, 3).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(ReadRecordPlace(*file, at + 1, 0).status().code(),
            absl::StatusCode::kDataLoss);
}

// origin: the roots of the reference tests of Certificate Transparency
// (RFC 6962); computed again with Python's hashlib.
TEST(MerkleTree, MatchesCertificateTransparency) {
  const std::vector<std::string> leaves = {
      "",         std::string(1, '\0'), "\x10", " !", "01", "@ABC",
      "PQRSTUVW", "`abcdefghijklmno"};
  const std::vector<std::string> roots = {
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  MerkleTree tree;
  for (size_t i = 0; i < leaves.size(); ++i) {
    tree.Add(LeafHash(leaves[i]));
    EXPECT_EQ(absl::BytesToHexString(AsBytes(tree.Root())), roots[i]);
  }
}

// The tree as RFC 6962 section 2.1 defines it, by recursion.
Hash NaiveRoot(const std::vector<Hash>& leaves) {
  if (leaves.size() == 1) return leaves[0];
  size_t half = 1;
  while (half * 2 < leaves.size()) half *= 2;
  return NodeHash(NaiveRoot({leaves.begin(), leaves.begin() + half}),
                  NaiveRoot({leaves.begin() + half, leaves.end()}));
}

TEST(MerkleTree, AgreesWithTheDefinition) {
  MerkleTree tree;
  std::vector<Hash> leaves;
  for (int i = 0; i < 300; ++i) {
    leaves.push_back(LeafHash(std::to_string(i)));
    tree.Add(leaves.back());
    ASSERT_EQ(tree.Root(), NaiveRoot(leaves)) << i;
  }
}

}  // namespace
}  // namespace sluice::store
