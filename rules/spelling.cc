#include "rules/spelling.h"

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

Spelling::Back::Back(const Spelling& text, std::vector<uint32_t>& unit_at)
    : units_(text.units), at_(unit_at) {
  unit_at.resize(text.bytes.size() + 1);
  for (uint32_t i = 0; i < units_.size(); ++i) unit_at[units_[i].byte] = i;
  unit_at[text.bytes.size()] = static_cast<uint32_t>(units_.size());
}

bool Spelling::Back::JoinedAt(size_t byte) const {
  const size_t unit = at_[byte];
  return unit > 0 && unit < units_.size() && !units_[unit].after_gap &&
         AreJoined(units_[unit - 1].c, units_[unit].c);
}

bool Spelling::Back::Fits(size_t byte, absl::string_view marks) const {
  const Unit* unit = units_.data() + at_[byte];
  for (const char mark : marks) {
    const auto tone = static_cast<uint8_t>(mark & kToneMask);
    if (unit->tone != 0 && tone != 0 && unit->tone != tone) return false;
    if ((mark & kRepeated) != 0 && !unit->repeated) return false;
    if ((mark & kJoined) != 0 && !unit->joined) return false;
    ++unit;
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
