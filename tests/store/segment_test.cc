#include "store/journal/segment.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "tests/fakes/lossy_journal_file.h"
#include "tests/store/journal_fixture.h"

namespace sluice::store {
namespace {

// origin: written by hand from the grammar in segment.h; the last 8 bytes, the
// checksums, are libxxhash's.
constexpr char kIdentityHex[] =
    "534c554943454944"  // "SLUICEID"
    "00000001"          // version
    "0102030405060708090a0b0c0d0e0f10"
    "0003"  // partition
    "0004"  // partition_count
    "4ffed83344dc5fc2";
constexpr char kHeaderHex[] =
    "534c554943455347"  // "SLUICESG"
    "00000001"          // version
    "00000001"          // kind
    "0102030405060708090a0b0c0d0e0f10"
    "0003"      // partition
    "0004"      // partition_count
    "0000000c"  // segment
    "0200000000000000000000000000000000000000000000000000000000000000"
    "c19551ea760acac3";
constexpr char kEndHex[] =
    "0000002c"  // length
    "00000007"  // unsynced
    "534c4501"  // version
    "0200000000000000000000000000000000000000000000000000000000000000"
    "6afd3be751d275b5";
constexpr char kIndexHex[] =
    "0000005000000050"
    "0000100000000800"
    "00000002"  // frames
    "07325d085f227245";

const SegmentHeader kHeader = {.identity = kIdentity,
                               .segment = 12,
                               .reduced = true,
                               .previous_root = {2}};
const SegmentEnd kEnd = {.unsynced_or_offset = 7, .root = {2}};

TEST(Segment, MatchesGoldenBytes) {
  EXPECT_EQ(absl::BytesToHexString(EncodeIdentity(kIdentity)), kIdentityHex);
  EXPECT_EQ(absl::BytesToHexString(Encode(kHeader)), kHeaderHex);
  EXPECT_EQ(absl::BytesToHexString(Encode(kEnd, kSeed)), kEndHex);
  EXPECT_EQ(absl::BytesToHexString(EncodeIndex({{80, 80}, {4096, 2048}})),
            kIndexHex);
  EXPECT_EQ(*DecodeIdentity(EncodeIdentity(kIdentity)), kIdentity);
  EXPECT_EQ(*DecodeSegmentHeader(Encode(kHeader)), kHeader);
  EXPECT_EQ(*DecodeSegmentEnd(Encode(kEnd, kSeed), kSeed), kEnd);
  EXPECT_EQ(Encode(kHeader).size(), kSegmentHeaderSize);
  EXPECT_EQ(Encode(kEnd, kSeed).size(), kSegmentEndSize);
}

TEST(Segment, EveryTruncationAndBitFlipIsRefused) {
  const auto refuses = [](std::string bytes, auto decode) {
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(decode(bytes.substr(0, size)).code(),
                absl::StatusCode::kDataLoss);
    }
    EXPECT_EQ(decode(bytes + '\0').code(), absl::StatusCode::kDataLoss);
    for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      std::string damaged = bytes;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
      EXPECT_EQ(decode(damaged).code(), absl::StatusCode::kDataLoss) << bit;
    }
  };
  refuses(EncodeIdentity(kIdentity), [](absl::string_view bytes) {
    return DecodeIdentity(bytes).status();
  });
  refuses(Encode(kHeader), [](absl::string_view bytes) {
    return DecodeSegmentHeader(bytes).status();
  });
  refuses(Encode(kEnd, kSeed), [](absl::string_view bytes) {
    return DecodeSegmentEnd(bytes, kSeed).status();
  });
}

TEST(SegmentName, OneNameForEach) {
  EXPECT_EQ(SegmentName(12), "0000012.segment");
  EXPECT_EQ(SegmentOfName("0000012.segment"), 12u);
  EXPECT_EQ(SegmentOfName("1048575.segment"), Position::kSegmentMax);
  for (const absl::string_view name :
       {"", "identity", "12.segment", "0000012.segment.tmp", "1048576.segment",
        "+000012.segment", " 000012.segment", "0000012.SEGMENT",
        "-000001.segment"}) {
    EXPECT_EQ(SegmentOfName(name), std::nullopt) << name;
  }
}

TEST(ReadIndex, RefusesWhatIsNone) {
  const std::vector<ReducedFrame> frames = {{80, 80}, {4096, 2048}};
  const std::string bytes = EncodeIndex(frames);
  LossyJournalFiles files;
  const auto read = [&](const std::string& content) {
    (void)*files.Create("file", 0);
    files.SetBytes("file", content);
    return ReadIndex(**files.Open("file"));
  };
  EXPECT_EQ(*read("groups before it" + bytes), frames);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read(bytes.substr(0, size)).ok()) << size;
  }
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(read(damaged).status().code(), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace sluice::store
