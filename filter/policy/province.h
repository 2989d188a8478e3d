#pragma once

// The mainland province that a number was issued in: the first of its areas
// that libphonenumber knows. A number keeps it when it changes its carrier.

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "rules/base/phone.h"

namespace sluice::filter {

// 1 to kProvinces; 0: unknown, or not a mainland number.
using Province = uint8_t;
inline constexpr int kProvinces = 31;

// Any thread. After the first number of a prefix O(1), without a lock.
Province ProvinceOf(Phone phone);

// By ISO 3166-2: "CN-GD"; empty for 0.
absl::string_view CodeOf(Province province);
std::optional<Province> ParseProvince(absl::string_view code);
// "广东", "Guangdong"; empty for 0.
absl::string_view ChineseName(Province province);
absl::string_view EnglishName(Province province);

}  // namespace sluice::filter
