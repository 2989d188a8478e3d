#include "gateway/link/text_decode.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace sluice::link {
namespace {

const struct {
  absl::string_view name;
  Coding coding;
  absl::string_view hex;
  absl::string_view text;
} kTexts[] = {
    {"nothing", Coding::kAscii, "", ""},
    {"a refusal", Coding::kAscii, "5444", "TD"},
    {"high octets in ASCII", Coding::kAscii, "54c4", "T\xef\xbf\xbd"},
    {"unknown codings are read as ASCII", static_cast<Coding>(17), "54", "T"},
    {"UCS2", Coding::kUcs2, "900090a200540044", "退邢TD"},
    {"UCS2 with a surrogate pair", Coding::kUcs2, "d83dde00", "😀"},
    {"UCS2, a lone first half", Coding::kUcs2, "d83d0041",
     "\xef\xbf\xbd"
     "A"},
    {"UCS2, a lone second half", Coding::kUcs2, "de00", "\xef\xbf\xbd"},
    {"UCS2, cut in the middle", Coding::kUcs2, "005400", "T\xef\xbf\xbd"},
    // origin: ../shared/vectors, the Msg_Content of CMPP2-20
    {"GBK", Coding::kGbk, "d1e9d6a4c2eb313233343536", "验证码123456"},
    {"GBK, half a character", Coding::kGbk, "54d1", "T\xef\xbf\xbd"},
    {"GB18030 of four octets", Coding::kGbk, "9439fc36", "😀"},
};

TEST(DecodeText, Table) {
  for (const auto& c : kTexts) {
    EXPECT_EQ(DecodeText(c.coding, absl::HexStringToBytes(c.hex)), c.text)
        << c.name;
  }
}

const struct {
  absl::string_view name;
  bool has_header;
  absl::string_view hex;
  absl::string_view text_hex;
  uint32_t reference, parts, part;
} kHeaders[] = {
    {"none", false, "0500039302017f", "0500039302017f", 0, 1, 1},
    {"8 bits", true, "0500039302017f", "7f", 0x93, 2, 1},
    {"16 bits", true, "060804129302027f", "7f", 0x1293, 2, 2},
    {"after another element", true, "0824010100039303037f", "7f", 0x93, 3, 3},
    {"an element that joins nothing", true, "032401017f", "7f", 0, 1, 1},
    {"longer than the content", true, "0500", "0500", 0, 1, 1},
    {"empty content", true, "", "", 0, 1, 1},
    {"part 3 of 2", true, "0500039302037f", "7f", 0x93, 1, 1},
    {"part 0", true, "0500039302007f", "7f", 0x93, 1, 1},
    {"element cut short", true, "0300037f41", "41", 0, 1, 1},
};

TEST(SplitUserData, Table) {
  for (const auto& c : kHeaders) {
    const std::string octets = absl::HexStringToBytes(c.hex);
    const UserData data = SplitUserData(c.has_header, octets);
    EXPECT_EQ(absl::BytesToHexString(data.text), c.text_hex) << c.name;
    EXPECT_EQ(data.reference, c.reference) << c.name;
    EXPECT_EQ(data.parts, c.parts) << c.name;
    EXPECT_EQ(data.part, c.part) << c.name;
  }
}

}  // namespace
}  // namespace sluice::link
