#include "rules/contacts/host_alike.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/base/characters.h"
#include "rules/contacts/host_name.h"
#include "rules/contacts/punycode.h"

namespace sluice::rules {
namespace {

std::string Decoded(absl::string_view label) {
  std::u32string decoded;
  if (!DecodePunycode(label, decoded)) return "none";
  std::string utf8;
  for (const char32_t c : decoded) AppendUtf8(c, utf8);
  return utf8;
}

TEST(Punycode, Table) {
  EXPECT_EQ(Decoded("shp-tna"), "shöp");
  EXPECT_EQ(Decoded("fsqu00a"), "例子");
  EXPECT_EQ(Decoded("09s336cikvm6l"), "黑猫宅配");
  EXPECT_EQ(Decoded("a-b-"), "a-b");
  EXPECT_EQ(Decoded(""), "");
  EXPECT_EQ(Decoded("shp-!"), "none");
  EXPECT_EQ(Decoded("99999999"), "none");
  EXPECT_EQ(Decoded(std::string(64, 'a')), "none");
}

// Whatever ICU has encoded.
TEST(Punycode, UndoesWhatHostsAreEncodedWith) {
  std::mt19937 random(3492);
  size_t compared = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string label;
    for (size_t j = 1 + random() % 12; j > 0; --j) {
      switch (random() % 4) {
        case 0:
          label += static_cast<char>('a' + random() % 26);
          break;
        case 1:
          AppendUtf8(U'à' + random() % 23, label);
          break;
        case 2:
          AppendUtf8(U'а' + random() % 32, label);
          break;
        default:
          AppendUtf8(0x4e00 + random() % 5000, label);
      }
    }
    std::string host;
    if (!NormaliseHost(absl::StrCat(label, ".cn"), host)) continue;
    const size_t dot = host.find('.');
    if (host.rfind("xn--", 0) != 0) continue;
    // Traditional characters have become simplified ones.
    const std::string decoded = Decoded(host.substr(4, dot - 4));
    std::string again;
    ASSERT_TRUE(NormaliseHost(absl::StrCat(decoded, ".cn"), again)) << label;
    ASSERT_EQ(again, host) << label;
    ++compared;
  }
  EXPECT_GT(compared, 10'000u);
}

TEST(HostLook, Table) {
  HostLook looks;
  const auto look = [&looks](absl::string_view host) {
    return std::string(looks.Of(host));
  };
  EXPECT_EQ(look("yunshan-shop.cn"), "yunshanshop.cn");
  EXPECT_EQ(look("yunshan-sh0p.cn"), "yunshanshop.cn");
  EXPECT_EQ(look("xn--yunshan-shp-0fb.cn"), "yunshanshop.cn");
  EXPECT_EQ(look("www.xn--bay-x-ywe.cn"), "www.ebayx.cn");
  EXPECT_EQ(look("rnail.vvin.cn"), "mall.wln.cn");
  EXPECT_EQ(look("xn--shp-!.cn"), look("xnshp!.cn"));
  EXPECT_EQ(look("xn--fsqu00a.cn"), look("xn--fsqu00a.cn"));
}

}  // namespace
}  // namespace sluice::rules
