// Slots, positions and message ids: all part of the format on disk, so their
// golden values never change. They were computed by an independent program from
// the descriptions in the headers.

#include <random>

#include "gtest/gtest.h"
#include "store/journal/message_id.h"
#include "store/journal/position.h"
#include "store/memory/slot.h"

namespace sluice::store {
namespace {

TEST(SlotOf, GoldenValues) {
  constexpr struct {
    uint64_t e164;
    uint32_t slot;
  } kCases[] = {{0, 0},
                {1, 812},
                {8613800138000, 11},
                {8613800138001, 163},
                {8613900000000, 87},
                {8618612345678, 721},
                {85261234567, 712}};
  for (const auto& c : kCases) EXPECT_EQ(SlotOf(c.e164), c.slot) << c.e164;
}

TEST(SlotOf, NumbersInARowSpreadEvenly) {
  std::vector<int> counts(kSlots);
  for (uint64_t i = 0; i < 100 * kSlots; ++i)
    ++counts[SlotOf(8613800000000 + i)];
  for (const int count : counts) {
    EXPECT_GT(count, 50);
    EXPECT_LT(count, 160);
  }
}

TEST(Position, PacksAndOrders) {
  const Position position(12, 4096);
  EXPECT_EQ(position.value(), (uint64_t{12} << 28) | 4096);
  EXPECT_EQ(Position::FromValue(position.value()), position);
  EXPECT_LT(Position(12, Position::kOffsetMax), Position(13, 0));
  const Position last(Position::kSegmentMax, Position::kOffsetMax);
  EXPECT_EQ(last.value(), (uint64_t{1} << 48) - 1);
  const RecordRef ref(last, RecordRef::kIndexMax);
  EXPECT_EQ(ref.value(), (uint64_t{1} << 62) - 1);
  EXPECT_EQ(ref.position(), last);
  EXPECT_EQ(ref.index(), RecordRef::kIndexMax);
  EXPECT_LT(RecordRef(position, 5), RecordRef(position, 6));
}

TEST(MessageId, GoldenValues) {
  const struct {
    MessageId id;
    absl::string_view text;
  } kCases[] = {
      {{0, RecordRef(Position(0, 80), 0)}, "000000000018000"},
      {{1, RecordRef(Position(0, 80), 1)}, "004000000018001"},
      {{1023, RecordRef(Position(1048575, 268435455), 16383)},
       "3ZZZZZZZZZZZZZZ"},
      {{3, RecordRef(Position(12, 4096), 255)}, "00C001G0020007Z"},
      {{512, RecordRef(Position(1, 0x1234567), 16382)}, "2000004938NKZZY"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(ToString(c.id), c.text);
    ASSERT_TRUE(DecodeMessageId(c.text).ok()) << c.text;
    EXPECT_EQ(*DecodeMessageId(c.text), c.id);
  }
}

TEST(MessageId, RoundTripsAndSorts) {
  std::mt19937_64 random(1);
  MessageId before;
  for (int i = 0; i < 100'000; ++i) {
    const MessageId id = {static_cast<uint16_t>(random() % 1024),
                          RecordRef::FromValue(random() >> 2)};
    const std::string text = ToString(id);
    ASSERT_EQ(text.size(), kMessageIdSize);
    ASSERT_EQ(*DecodeMessageId(text), id);
    ASSERT_EQ(ToString(before) < text, before < id);
    before = id;
  }
}

TEST(MessageId, OneSpellingOnly) {
  for (const absl::string_view text :
       {"", "00C001G0020007", "00C001G0020007Z0", "00c001G0020007Z",
        "00C001G002000IZ", "00C001G002000LZ", "00C001G002000OZ",
        "00C001G002000UZ", "00C001G0020007 ", "4000000000000000",
        "400000000000000", "ZZZZZZZZZZZZZZZ", "00C001G0-20007Z"}) {
    EXPECT_EQ(DecodeMessageId(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
  EXPECT_FALSE(DecodeMessageId(absl::string_view("00C001G00200\0"
                                                 "7Z",
                                                 15))
                   .ok());
}

}  // namespace
}  // namespace sluice::store
