#include "rules/fold/spelling.h"

#include "rules/base/characters.h"
#include "rules/fold/evasive.h"
#include "rules/fold/han_tables.h"

namespace sluice::rules {
namespace {

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
  return unit > 0 && unit < units_.size() && units_[unit].gap == Gap::kNone &&
         AreJoined(units_[unit - 1].c, units_[unit].c);
}

bool Spelling::Back::Fits(size_t byte, absl::Span<const Mark> marks) const {
  const Unit* unit = units_.data() + at_[byte];
  const Mark* const last = marks.data() + marks.size() - 1;
  // Each character is the word's own, or is close, or counts against it.
  size_t own = 0;
  size_t others = 0;
  bool disguised = false;
  bool clauses = false;
  for (const Mark& mark : marks) {
    const Unit& here = *unit++;
    if (mark.repeated && !here.repeated) return false;
    if (mark.joined && !here.joined()) return false;
    if (here.gap != Gap::kNone && &mark != marks.data()) {
      clauses |= here.gap == Gap::kClause;
      if (!mark.apart && IsOtherWord(&here)) return false;
    }
    disguised |= here.read != mark.read || here.disguise != mark.disguise;
    if (here.two_words && !mark.apart && &mark != marks.data() &&
        &mark != last) {
      return false;
    }
    if (here.read == mark.read) {
      if (here.read >= 0x80) ++own;  // A letter says nothing of the others.
      continue;
    }
    if (mark.asks == Mark::Asks::kItself) return false;
    if (mark.asks == Mark::Asks::kShape &&
        !LookNearlyAlike(here.read, mark.read)) {
      return false;
    }
    const bool same_tone =
        here.tone == 0 || mark.tone == 0 || here.tone == mark.tone;
    if (mark.asks == Mark::Asks::kShape || !same_tone) ++others;
  }
  return others <= own && !(disguised && clauses);
}

bool Spelling::Back::IsOtherWord(const Unit* unit) const {
  if (unit->gap == Gap::kSymbol || KindOf(unit->c) != Kind::kLetter ||
      !AreJoined(unit[-1].c, unit->c)) {
    return false;
  }
  const Unit* const first = units_.data();
  const Unit* const last = first + units_.size() - 1;
  return unit - first > 1 && unit[-1].gap == Gap::kNone &&
         AreJoined(unit[-2].c, unit[-1].c) && unit < last &&
         unit[1].gap == Gap::kNone && AreJoined(unit->c, unit[1].c);
}

absl::string_view Spelling::Back::ForRegexes(std::string& space) const {
  space.clear();
  for (const Unit& unit : units_) {
    AppendUtf8(unit.read != 0 ? unit.read : unit.c, space);
  }
  return space;
}

bool AreJoined(char32_t left, char32_t right) {
  return KindOf(left) != Kind::kOther && KindOf(left) == KindOf(right);
}

}  // namespace sluice::rules
