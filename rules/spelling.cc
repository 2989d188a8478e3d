#include "rules/spelling.h"

#include <algorithm>

#include "rules/han_tables.h"

namespace sluice::rules {
namespace {

constexpr uint8_t kToneMask = 7;
constexpr uint8_t kRepeated = 8;
constexpr uint8_t kJoined = 16;

enum class Kind : uint8_t { kOther, kLetter, kDigit };

Kind KindOf(char32_t c) {
  if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') return Kind::kLetter;
  return c >= '0' && c <= '9' ? Kind::kDigit : Kind::kOther;
}

}  // namespace

void Spelling::Clear() {
  bytes.clear();
  units.clear();
  code_points = 0;
}

void Spelling::Append(Unit unit) {
  unit.byte = static_cast<uint32_t>(bytes.size());
  const char32_t c = unit.c;
  if (c < 0x80) {
    bytes += static_cast<char>(c);
  } else if (c >= 0x800 && c < 0x10000) {  // Nearly all others.
    const char three[] = {static_cast<char>(0xe0 | c >> 12),
                          static_cast<char>(0x80 | (c >> 6 & 0x3f)),
                          static_cast<char>(0x80 | (c & 0x3f))};
    bytes.append(three, sizeof(three));
  } else {
    AppendUtf8(c, bytes);
  }
  units.push_back(unit);
}

size_t Spelling::UnitAt(size_t byte) const {
  const auto at = std::lower_bound(
      units.begin(), units.end(), byte,
      [](const Unit& unit, size_t wanted) { return unit.byte < wanted; });
  return static_cast<size_t>(at - units.begin());
}

bool Spelling::JoinedAt(size_t byte) const {
  const size_t unit = UnitAt(byte);
  return unit > 0 && unit < units.size() && !units[unit].after_gap &&
         AreJoined(units[unit - 1].c, units[unit].c);
}

bool Spelling::Fits(size_t byte, absl::string_view marks) const {
  const size_t first = UnitAt(byte);
  for (size_t i = 0; i < marks.size(); ++i) {
    const Unit& unit = units[first + i];
    const auto tone = static_cast<uint8_t>(marks[i] & kToneMask);
    if (unit.tone != 0 && tone != 0 && unit.tone != tone) return false;
    if ((marks[i] & kRepeated) != 0 && !unit.repeated) return false;
    if ((marks[i] & kJoined) != 0 && !unit.joined) return false;
  }
  return true;
}

char WithoutTone(char mark) { return static_cast<char>(mark & kRepeated); }

char MarkOf(uint8_t tone, bool repeated, bool joined) {
  return static_cast<char>(tone | (repeated ? kRepeated : 0) |
                           (joined ? kJoined : 0));
}

bool AreJoined(char32_t left, char32_t right) {
  return KindOf(left) != Kind::kOther && KindOf(left) == KindOf(right);
}

}  // namespace sluice::rules
