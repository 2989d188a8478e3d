#pragma once

// Single characters that alternate with separators: 注。册。送。彩。金,
// 注1册2送3彩, one character a line. Strip leaves out the separators that no
// sentence needs; line ends, 。！, letters and digits stay, because ordinary
// sentences have them between their words. Between single characters, several
// in a row, they separate nothing, whatever they are: also a Chinese character,
// when it is the same one each time.

#include <cstdint>

#include "rules/fold/evasive.h"

namespace sluice::rules {

// So many times in a row a single character follows a separator: for Chinese
// characters, for letters, and where a Chinese character separates.
inline constexpr uint32_t kHanStepsMin = 2;
inline constexpr uint32_t kLetterStepsMin = 3;
inline constexpr uint32_t kSameStepsMin = 3;
// More between two characters are words of their own.
inline constexpr uint32_t kSeparatorsMax = 8;

// Appends these stretches of `stripped` to `read`, without the separators but
// with what stands right beside them, and marks the separators in `stripped`.
void ReadAlternating(StrippedText& stripped, StrippedText& read);

}  // namespace sluice::rules
