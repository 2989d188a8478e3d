#pragma once

// The width of a text on a terminal, so that columns of Chinese and Latin line
// up: East Asian wide and full-width characters and emoji take two cells,
// combining and zero-width characters none.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice::tools {

enum class Align : uint8_t { kLeft, kRight };

// One code point of a text. Each byte of invalid UTF-8 counts as one U+FFFD.
struct Glyph {
  uint32_t code_point = 0;
  size_t offset = 0;  // Of its first byte.
  size_t size = 0;    // In bytes.
};
std::vector<Glyph> SplitGlyphs(absl::string_view text);

// Cells of one code point: 0, 1 or 2.
size_t CellsOf(uint32_t code_point);

size_t DisplayWidth(absl::string_view text);

// `text` padded with spaces to `width` cells; longer texts are unchanged.
std::string PadTo(absl::string_view text, size_t width,
                  Align align = Align::kLeft);

// At most `width` cells, with "…" for the removed end.
std::string Shorten(absl::string_view text, size_t width);

// `text` with one visible character for each control or invisible character, so
// that a message can neither move the cursor nor hide text. The number of code
// points stays the same.
std::string Printable(absl::string_view text);

}  // namespace sluice::tools
