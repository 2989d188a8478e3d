#include "filter/examine/segments.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace sluice::filter {
namespace {

std::string Repeat(absl::string_view what, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out.append(what.data(), what.size());
  return out;
}

constexpr CarrierTraits kShort = {};
constexpr CarrierTraits kLong = {.reference_bits = 16};

// One Chinese character, one character that is a surrogate pair.
constexpr absl::string_view kHan = "验";
constexpr absl::string_view kPair = "😀";

const struct {
  absl::string_view name;
  std::string text;
  CarrierTraits traits;
  uint32_t segments;
} kCases[] = {
    {"empty", "", kShort, 1},
    {"the longest ASCII", Repeat("a", 159), kShort, 1},
    {"one more is UCS2 in parts", Repeat("a", 160), kShort, 3},
    {"one Chinese character turns all into UCS2", Repeat("a", 70) + "验",
     kShort, 2},
    {"the longest single UCS2", Repeat(kHan, 70), kShort, 1},
    {"71 need a header", Repeat(kHan, 71), kShort, 2},
    {"two full parts", Repeat(kHan, 134), kShort, 2},
    {"one more", Repeat(kHan, 135), kShort, 3},
    {"a wide reference leaves 66", Repeat(kHan, 132), kLong, 2},
    {"and one more", Repeat(kHan, 133), kLong, 3},
    {"pairs count twice", Repeat(kPair, 35), kShort, 1},
    {"36 pairs", Repeat(kPair, 36), kShort, 2},
    {"33 pairs a part, the 67th unit stays free", Repeat(kPair, 67), kShort, 3},
    {"a pair at the seam moves on", Repeat(kHan, 66) + Repeat(kPair, 34),
     kShort, 3},
    {"a pair that just fits", Repeat(kHan, 65) + Repeat(kPair, 34), kShort, 2},
    {"a carrier with less room",
     Repeat(kHan, 71),
     {.ucs2_single_max = 60, .ucs2_part_max = 57},
     2},
};

TEST(Segments, Table) {
  for (const auto& c : kCases) {
    EXPECT_EQ(CountSegments(c.text, c.traits), c.segments) << c.name;
    EXPECT_EQ(EncodeSegments(c.text, c.traits, 7).octets.size(), c.segments)
        << c.name;
  }
}

TEST(Segments, AsciiIsSentAsItIs) {
  const Segments s = EncodeSegments("code 123456", kShort, 7);
  EXPECT_EQ(s.coding, DataCoding::kAscii);
  EXPECT_FALSE(s.has_header);
  EXPECT_EQ(s.octets, std::vector<std::string>{"code 123456"});
}

// origin: ../shared/vectors, the Msg_Content of CMPP2-03
TEST(Segments, Ucs2MatchesGoldenBytes) {
  const Segments s = EncodeSegments("验证码123456", kShort, 7);
  EXPECT_EQ(s.coding, DataCoding::kUcs2);
  EXPECT_FALSE(s.has_header);
  ASSERT_EQ(s.octets.size(), 1u);
  EXPECT_EQ(absl::BytesToHexString(s.octets[0]),
            "9a8c8bc17801003100320033003400350036");
}

TEST(Segments, HeadersNameReferenceCountAndIndex) {
  const Segments narrow = EncodeSegments(Repeat(kHan, 71), kShort, 0x1293);
  EXPECT_TRUE(narrow.has_header);
  EXPECT_EQ(narrow.octets[0].size(), 140u);
  EXPECT_EQ(absl::BytesToHexString(narrow.octets[0].substr(0, 6)),
            "050003930201");
  EXPECT_EQ(absl::BytesToHexString(narrow.octets[1].substr(0, 6)),
            "050003930202");
  const Segments wide = EncodeSegments(Repeat(kHan, 71), kLong, 0x1293);
  EXPECT_EQ(wide.octets[0].size(), 139u);
  EXPECT_EQ(absl::BytesToHexString(wide.octets[0].substr(0, 7)),
            "06080412930201");
  EXPECT_EQ(absl::BytesToHexString(wide.octets[1].substr(0, 7)),
            "06080412930202");
}

TEST(Segments, TooLongIsNotSplit) {
  EXPECT_EQ(EncodeSegments(Repeat(kHan, 255 * 67), kShort, 7).octets.size(),
            255u);
  const std::string text = Repeat(kHan, 255 * 67 + 1);
  EXPECT_EQ(CountSegments(text, kShort), 256u);
  EXPECT_TRUE(EncodeSegments(text, kShort, 7).octets.empty());
}

TEST(Segments, WhatIsNotUtf8BecomesTheReplacementCharacter) {
  const struct {
    absl::string_view text;
    absl::string_view ucs2;
  } cases[] = {{"\xff", "fffd"},
               {"\xe9\xaa", "fffdfffd"},          // Cut short.
               {"\xc0\x80", "fffdfffd"},          // Overlong.
               {"\xed\xa0\x80", "fffdfffdfffd"},  // A lone surrogate.
               {"\x80"
                "a",
                "fffd0061"},
               {"\xf5\x80\x80\x80", "fffdfffdfffdfffd"}};
  for (const auto& c : cases) {
    EXPECT_EQ(
        absl::BytesToHexString(EncodeSegments(c.text, kShort, 7).octets[0]),
        c.ucs2)
        << absl::BytesToHexString(c.text);
  }
}

// Joins the segments again and checks every seam, for random texts.
TEST(Segments, CountSplitAndJoinAgree) {
  std::mt19937_64 random(1);
  const absl::string_view letters[] = {"a", "é", kHan, kPair, "￦"};
  Segments s;  // Reused, as in a link.
  for (int i = 0; i < 20'000; ++i) {
    const CarrierTraits& traits = random() % 2 ? kShort : kLong;
    std::string text;
    const size_t size = random() % 300;
    const size_t pairs = random() % 8;  // Some texts have many pairs.
    for (size_t n = 0; n < size; ++n) {
      text += std::string(random() % 8 < pairs ? kPair : letters[random() % 5]);
    }
    EncodeSegments(text, traits, 7, s);
    ASSERT_EQ(s.octets.size(), CountSegments(text, traits));
    std::string joined;
    for (const std::string& segment : s.octets) {
      ASSERT_LE(segment.size(), s.coding == DataCoding::kAscii ? 159u : 140u);
      const std::string body =
          segment.substr(s.has_header ? traits.header_octets() : 0);
      // No segment begins with the second half of a surrogate pair or ends with
      // a first half.
      if (s.coding == DataCoding::kUcs2 && !body.empty()) {
        EXPECT_NE(static_cast<uint8_t>(body[0]) & 0xfc, 0xdc);
        EXPECT_NE(static_cast<uint8_t>(body[body.size() - 2]) & 0xfc, 0xd8);
      }
      joined += body;
    }
    CarrierTraits endless = {.ascii_max = 60'000, .ucs2_single_max = 60'000};
    EXPECT_EQ(joined, s.coding == DataCoding::kAscii
                          ? text
                          : EncodeSegments(text + "验", endless, 0)
                                .octets[0]
                                .substr(0, joined.size()));
  }
}

}  // namespace
}  // namespace sluice::filter
