#include "gateway/link/frame_reader.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rules/base/bytes.h"

namespace sluice::link {
namespace {

std::string Frame(uint32_t size, char fill) {
  std::string frame;
  AppendBigEndian(size, frame);
  frame.resize(size, fill);
  return frame;
}

void Feed(absl::string_view octets, FrameReader& reader) {
  const absl::Span<char> room = reader.Room();
  ASSERT_GE(room.size(), octets.size());
  std::copy(octets.begin(), octets.end(), room.begin());
  reader.Filled(octets.size());
}

TEST(FrameReader, GivesWholePdusWhateverThePieces) {
  std::mt19937_64 random(1);
  std::string stream;
  std::vector<std::string> frames;
  for (int i = 0; i < 2'000; ++i) {
    frames.push_back(Frame(12 + random() % 400, static_cast<char>(random())));
  }
  frames.push_back(Frame(64 * 1024, 'x'));  // The longest.
  frames.push_back(Frame(12, 'y'));         // The shortest.
  for (const std::string& frame : frames) stream += frame;

  FrameReader reader(12, 64 * 1024);
  size_t next = 0;
  absl::string_view rest = stream;
  while (!rest.empty()) {
    const size_t size = std::min<size_t>(rest.size(), 1 + random() % 9'000);
    Feed(rest.substr(0, size), reader);
    rest.remove_prefix(size);
    for (;;) {
      const absl::StatusOr<absl::string_view> pdu = reader.Next();
      ASSERT_TRUE(pdu.ok());
      if (pdu->empty()) break;
      ASSERT_LT(next, frames.size());
      ASSERT_EQ(*pdu, frames[next++]);
    }
  }
  EXPECT_EQ(next, frames.size());
}

TEST(FrameReader, WaitsForTheLengthAndForTheLastOctet) {
  FrameReader reader(12, 100);
  const std::string frame = Frame(20, 'x');
  for (size_t i = 0; i + 1 < frame.size(); ++i) {
    Feed(frame.substr(i, 1), reader);
    EXPECT_TRUE(reader.Next()->empty()) << i;
  }
  Feed(frame.substr(19), reader);
  EXPECT_EQ(*reader.Next(), frame);
  EXPECT_TRUE(reader.Next()->empty());
}

TEST(FrameReader, LengthsOutOfBoundsBreakTheStream) {
  for (const uint32_t length : {0u, 4u, 11u, 101u, 0x80000000u, 0xffffffffu}) {
    FrameReader reader(12, 100);
    std::string octets;
    AppendBigEndian(length, octets);
    Feed(octets, reader);
    EXPECT_EQ(reader.Next().status().code(), absl::StatusCode::kInvalidArgument)
        << length;
    // The stream stays out of step.
    EXPECT_FALSE(reader.Next().ok());
  }
}

}  // namespace
}  // namespace sluice::link
