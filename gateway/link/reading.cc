#include "gateway/link/reading.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <utility>

#include "rules/base/characters.h"

namespace sluice::link {
namespace {

constexpr absl::string_view kReplacement = "\xef\xbf\xbd";

// How well a text fits what people here write.
enum class Fit : uint8_t {
  kBroken,     // Some octets cannot be decoded.
  kDecodable,  // But nobody writes such characters.
  kPlausible,
  kCommon,  // All its Chinese characters are in GB 2312.
};

// Beside ASCII and Chinese characters: punctuation, symbols and emoji.
constexpr std::pair<char32_t, char32_t> kPlausible[] = {
    {0xb0, 0xb0},       {0xb7, 0xb7},     {0xd7, 0xd7},     {0x2000, 0x206f},
    {0x20a0, 0x20bf},   {0x2100, 0x27bf}, {0x2b00, 0x2bff}, {0x2e80, 0x30ff},
    {0x3200, 0x33ff},   {0xf900, 0xfaff}, {0xfe00, 0xfe4f}, {0xff00, 0xffef},
    {0x1f000, 0x1faff},
};

bool IsPlausible(char32_t c) {
  if (c < 0x80) return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r';
  if (IsHan(c)) return true;
  return std::any_of(
      std::begin(kPlausible), std::end(kPlausible),
      [c](const auto& range) { return c >= range.first && c <= range.second; });
}

Fit FitOf(absl::string_view text) {
  if (text.find(kReplacement) != absl::string_view::npos) return Fit::kBroken;
  Fit fit = Fit::kCommon;
  for (size_t at = 0; at < text.size();) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, text.size(), c);
    const auto code = static_cast<char32_t>(c);  // Never broken here.
    if (!IsPlausible(code)) return Fit::kDecodable;
    if (IsHan(code) && !IsCommonHan(code)) fit = Fit::kPlausible;
  }
  return fit;
}

// Some gateways pad the content.
std::string WithoutPadding(std::string text) {
  while (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

std::string DecodeUtf8(absl::string_view octets) {
  std::string out;
  for (size_t at = 0; at < octets.size();) {
    UChar32 c = 0;
    U8_NEXT(octets.data(), at, octets.size(), c);
    AppendUtf8(c < 0 ? 0xfffd : static_cast<char32_t>(c), out);
  }
  return out;
}

std::string DecodeUcs2LittleEndian(absl::string_view octets) {
  std::string swapped(octets);
  for (size_t i = 0; i + 1 < swapped.size(); i += 2) {
    std::swap(swapped[i], swapped[i + 1]);
  }
  return DecodeText(Coding::kUcs2, swapped);
}

}  // namespace

Coding AlphabetOf(uint8_t data_coding) {
  const int group = data_coding >> 4;
  if (group < 8) {  // General, with or without a class; bits 2 and 3 name it.
    constexpr Coding kAlphabets[] = {Coding::kAscii, Coding::kBinary,
                                     Coding::kUcs2, Coding::kGbk};
    return kAlphabets[data_coding >> 2 & 3];
  }
  if (group == 0xe) return Coding::kUcs2;  // Message waiting.
  if (group == 0xf && (data_coding & 4) != 0) return Coding::kBinary;
  return Coding::kAscii;
}

Reading ReadText(uint8_t data_coding, absl::string_view octets) {
  Reading best;
  best.text = WithoutPadding(DecodeText(AlphabetOf(data_coding), octets));
  const Fit marked = FitOf(best.text);
  Fit fit = marked;
  const auto consider = [&](std::string text) {
    if (fit == Fit::kCommon) return;
    text = WithoutPadding(std::move(text));
    const Fit its = FitOf(text);
    // A text that fits its mark may be of any script of the world: only one
    // that is certainly Chinese or ASCII replaces it.
    if (its <= fit || (marked != Fit::kBroken && its < Fit::kCommon)) return;
    fit = its;
    best.text = std::move(text);
  };
  consider(DecodeUtf8(octets));
  consider(DecodeText(Coding::kUcs2, octets));
  consider(DecodeText(Coding::kGbk, octets));
  consider(DecodeUcs2LittleEndian(octets));
  best.readable = marked != Fit::kBroken || fit >= Fit::kPlausible;
  return best;
}

}  // namespace sluice::link
