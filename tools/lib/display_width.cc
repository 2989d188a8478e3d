#include "tools/lib/display_width.h"
#include "rules/base/characters.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace sluice::tools {
namespace {

constexpr uint32_t kReplacement = 0xfffd;
constexpr uint32_t kControlPictures = 0x2400;
constexpr uint32_t kMiddleDot = 0xb7;

bool IsInvisible(uint32_t code_point) {
  // A zero-width joiner is invisible even inside emoji: it can hide a word.
  return u_charType(static_cast<UChar32>(code_point)) == U_FORMAT_CHAR;
}

uint32_t Visible(uint32_t code_point) {
  if (code_point < 0x20) return kControlPictures + code_point;
  if (code_point == 0x7f) return kControlPictures + 0x21;
  if (u_charType(static_cast<UChar32>(code_point)) == U_CONTROL_CHAR) {
    return kReplacement;
  }
  if (IsInvisible(code_point)) return kMiddleDot;
  return code_point;
}

}  // namespace

std::vector<Glyph> SplitGlyphs(absl::string_view text) {
  std::vector<Glyph> glyphs;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int64_t>(text.size());
  for (int64_t at = 0; at < size;) {
    const int64_t begin = at;
    UChar32 code_point = 0;
    U8_NEXT(bytes, at, size, code_point);
    if (code_point < 0) {
      at = begin + 1;
      code_point = static_cast<UChar32>(kReplacement);
    }
    glyphs.push_back({static_cast<uint32_t>(code_point),
                      static_cast<size_t>(begin),
                      static_cast<size_t>(at - begin)});
  }
  return glyphs;
}

size_t CellsOf(uint32_t code_point) {
  const auto c = static_cast<UChar32>(code_point);
  switch (u_charType(c)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
    case U_CONTROL_CHAR:
      return 0;
    default:
      break;
  }
  if (u_hasBinaryProperty(c, UCHAR_EMOJI_PRESENTATION)) return 2;
  const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  for (const Glyph& glyph : SplitGlyphs(text)) {
    width += CellsOf(glyph.code_point);
  }
  return width;
}

std::string PadTo(absl::string_view text, size_t width, Align align) {
  const size_t have = DisplayWidth(text);
  const std::string spaces(width > have ? width - have : 0, ' ');
  const std::string body(text);
  return align == Align::kLeft ? body + spaces : spaces + body;
}

std::string Shorten(absl::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width == 0) return "";
  size_t used = 1;  // The ellipsis.
  size_t end = 0;
  for (const Glyph& glyph : SplitGlyphs(text)) {
    used += CellsOf(glyph.code_point);
    if (used > width) break;
    end = glyph.offset + glyph.size;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string Printable(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const Glyph& glyph : SplitGlyphs(text)) {
    AppendUtf8(Visible(glyph.code_point), out);
  }
  return out;
}

}  // namespace sluice::tools
