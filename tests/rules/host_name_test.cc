// The one form of a host: the traditional and the simplified spelling of a name
// are one, whatever characters it has.
#include "rules/contacts/host_name.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>

#include <opencc/SimpleConverter.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/base/characters.h"

namespace sluice::rules {
namespace {

// The form of the name; empty: it is none.
std::string HostOf(const std::string& name) {
  std::string host;
  return NormaliseHost(name, host) ? host : "";
}

std::string Utf8(UChar32 c) {
  std::string utf8;
  AppendUtf8(static_cast<char32_t>(c), utf8);
  return utf8;
}

// Folding makes digits of numerals, which no host does: 贰 is not 2.
TEST(HostName, TraditionalNumeralsAreTheirSimplifiedOnes) {
  EXPECT_EQ(HostOf("貳手車.cn"), HostOf("贰手车.cn"));
  EXPECT_EQ(HostOf("參號.cn"), HostOf("参号.cn"));
  EXPECT_EQ(HostOf("大陸.cn"), HostOf("大陆.cn"));
  EXPECT_EQ(HostOf("叄號.cn"), HostOf("叁号.cn"));
  EXPECT_NE(HostOf("贰手车.cn"), HostOf("2手车.cn"));
  EXPECT_NE(HostOf("贰手车.cn"), HostOf("二手车.cn"));
}

// All that OpenCC simplifies, whatever folding makes of it.
TEST(HostName, EveryTraditionalCharacterIsItsSimplifiedOne) {
  const opencc::SimpleConverter t2s("t2s.json");
  int simplified = 0;
  for (UChar32 c = 0x3400; c < 0x32000; ++c) {
    if (!u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC)) continue;
    const std::string written = Utf8(c);
    const std::string other = t2s.Convert(written);
    const std::string host = HostOf(absl::StrCat(written, "车.cn"));
    if (other != written) {
      ++simplified;
      EXPECT_EQ(host, HostOf(absl::StrCat(other, "车.cn"))) << written;
    }
    // A form once made stays as it is.
    if (!host.empty()) EXPECT_EQ(HostOf(host), host) << written;
  }
  EXPECT_GT(simplified, 2'000);
}

}  // namespace
}  // namespace sluice::rules
