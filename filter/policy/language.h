#pragma once

// The languages that reasons are rendered in.

#include <cstdint>

namespace sluice::filter {

enum class Language : uint8_t { kChinese, kEnglish };

}  // namespace sluice::filter
