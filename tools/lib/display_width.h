#pragma once

// How wide a text is on a terminal, so that columns line up where Chinese and
// Latin stand side by side: East Asian wide and full-width characters and emoji
// take two cells, combining and zero-width characters none.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice::tools {

enum class Align : uint8_t { kLeft, kRight };

// One code point of a text. Bytes that are no UTF-8 count as one U+FFFD each.
struct Glyph {
  uint32_t code_point = 0;
  size_t offset = 0;  // Of its first byte.
  size_t size = 0;    // In bytes.
};
std::vector<Glyph> SplitGlyphs(absl::string_view text);

// Cells of one code point: 0, 1 or 2.
size_t CellsOf(uint32_t code_point);

size_t DisplayWidth(absl::string_view text);

// `text` with spaces up to `width` cells; longer texts are left as they are.
std::string PadTo(absl::string_view text, size_t width,
                  Align align = Align::kLeft);

// At most `width` cells, with "…" in place of what was cut.
std::string Shorten(absl::string_view text, size_t width);

// `text` with one visible character for every control or invisible one, so that
// nothing in a message can move the cursor or hide. One code point stays one.
std::string Printable(absl::string_view text);

// Appends `code_point` to `out` as UTF-8.
void AppendUtf8(uint32_t code_point, std::string& out);

}  // namespace sluice::tools
