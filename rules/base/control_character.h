#pragma once

// The characters that no text of ours may have.

namespace sluice {

// Whether `c` has no place in a text: the controls (C0, DEL and C1) other than
// tab, LF and CR; the overrides of the writing direction U+202D and U+202E,
// with which a phone shows another text than rules read; the noncharacters.
// Other invisible characters are harmless: folding drops them. Embeddings and
// isolates (U+202A, U+2066, ...) are too: they do not turn Chinese or Latin
// letters around, and phones put them around pasted numbers.
constexpr bool IsControl(char32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x202d || c == 0x202e ||
         (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

}  // namespace sluice
