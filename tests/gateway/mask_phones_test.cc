#include "gateway/wire/mask_phones.h"

#include <gtest/gtest.h>

namespace sluice::gateway {
namespace {

constexpr struct {
  absl::string_view text;
  absl::string_view masked;
} kTexts[] = {
    {"", ""},
    {"content provider shop", "content provider shop"},
    {"13800138000", "138****8000"},
    {"8613800138000", "138****8000"},
    {"号码 13800138000、13912345678。", "号码 138****8000、139****5678。"},
    {"+8613800138000", "+138****8000"},
    {"2026-10-01T00:00:00 to 20261101, 106900001234567, 12345 rows",
     "2026-10-01T00:00:00 to 20261101, 106900001234567, 12345 rows"},
};

TEST(MaskPhones, MasksNumbersOfPhonesOnly) {
  for (const auto& one : kTexts) {
    EXPECT_EQ(MaskPhones(one.text), one.masked) << one.text;
  }
}

}  // namespace
}  // namespace sluice::gateway
