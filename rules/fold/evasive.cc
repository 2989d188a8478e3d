#include "rules/fold/evasive.h"

#include <unicode/uchar.h>
#include <unicode/uspoof.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "rules/base/characters.h"
#include "rules/base/check.h"
#include "rules/fold/alternating.h"
#include "rules/fold/han_tables.h"
#include "rules/fold/leet.h"

namespace sluice::rules {
namespace {

enum class Kind : uint8_t {
  kOther,
  kHan,
  kLetter,
  kDigit,
  kGap,
  kClause,  // A gap, too: see Gap.
  kStop,
};

// The properties of a code point, packed so that a text's tables stay in the
// cache.
class Entry {
 public:
  Entry() = default;
  // `stripped`: a foreign letter that is read as the Latin one it looks like.
  Entry(Kind kind, char32_t looks_like, bool stripped = false)
      : bits_(looks_like | static_cast<uint32_t>(kind) << kKindShift |
              (stripped ? kStripped : 0)) {}

  Kind kind() const { return static_cast<Kind>(bits_ >> kKindShift & 7); }
  char32_t looks_like() const { return bits_ & kCodePoint; }
  // The stripped form of `c`, whose entry this is.
  char32_t Stripped(char32_t c) const {
    return (bits_ & kStripped) != 0 ? looks_like() : c;
  }
  // It may be the first, a later part of a split character.
  bool first_part() const { return (bits_ & kFirstPart) != 0; }
  bool later_part() const { return (bits_ & kLaterPart) != 0; }

  void SetLooksLike(char32_t c) { bits_ = (bits_ & ~kCodePoint) | c; }
  void SetFirstPart() { bits_ |= kFirstPart; }
  void SetLaterPart() { bits_ |= kLaterPart; }
  void SetPartsOf(Entry other) {
    bits_ |= other.bits_ & (kFirstPart | kLaterPart);
  }

 private:
  static constexpr uint32_t kCodePoint = 0x1fffff;
  static constexpr uint32_t kKindShift = 21;
  static constexpr uint32_t kFirstPart = 1u << 24;
  static constexpr uint32_t kLaterPart = 1u << 25;
  static constexpr uint32_t kStripped = 1u << 26;
  uint32_t bits_ = 0;
};

// Not the apostrophe, which stands in pinyin: xi'an.
bool EndsClause(char32_t c) {
  switch (c) {
    case ',':
    case ':':
    case '"':
    case U'、':
    case U'､':
      return true;
    default:
      return (U_GET_GC_MASK(static_cast<UChar32>(c)) &
              (U_GC_PS_MASK | U_GC_PE_MASK | U_GC_PI_MASK | U_GC_PF_MASK)) !=
                 0 &&
             c != U'’';
  }
}

Kind KindOf(char32_t c) {
  if (EndsSentence(c)) return Kind::kStop;
  if (EndsClause(c)) return Kind::kClause;
  if (c < 0x80) {
    if (c >= 'a' && c <= 'z') return Kind::kLetter;
    return c >= '0' && c <= '9' ? Kind::kDigit : Kind::kGap;
  }
  if (IsHanOrRadical(c)) return Kind::kHan;
  const uint32_t category = U_GET_GC_MASK(static_cast<UChar32>(c));
  const bool gap = (category & (U_GC_Z_MASK | U_GC_P_MASK | U_GC_S_MASK |
                                U_GC_M_MASK | U_GC_C_MASK)) != 0;
  return gap ? Kind::kGap : Kind::kOther;
}

// ICU's skeletons: characters that look alike have the same one.
class Skeletons {
 public:
  Skeletons() : checker_(uspoof_open(&error_)) {
    SLUICE_CHECK(U_SUCCESS(error_));
    for (char c = 'a'; c <= 'z'; ++c) latin_.emplace(Of(c), c);
    for (char c = '0'; c <= '9'; ++c) latin_.emplace(Of(c), c);
    for (char c = 'A'; c <= 'Z'; ++c) capitals_.emplace(Of(c), c | 0x20);
  }
  ~Skeletons() { uspoof_close(checker_); }
  Skeletons(const Skeletons&) = delete;
  Skeletons& operator=(const Skeletons&) = delete;

  // The Latin letter or digit that `c` looks like, or else its capital: folded
  // texts have none, and в was В, which looks like B. Or `c`.
  char32_t Latin(char32_t c) {
    const auto found = latin_.find(Of(c));
    if (found != latin_.end()) return found->second;
    const auto capital = capitals_.find(
        Of(static_cast<char32_t>(u_toupper(static_cast<UChar32>(c)))));
    return capital == capitals_.end() ? c : capital->second;
  }

 private:
  std::string Of(char32_t c) {
    std::string utf8;
    AppendUtf8(c, utf8);
    char skeleton[64];
    const int32_t size = uspoof_getSkeletonUTF8(
        checker_, 0, utf8.data(), static_cast<int32_t>(utf8.size()), skeleton,
        sizeof(skeleton), &error_);
    // Too long for this: nothing that looks like one letter.
    if (U_FAILURE(std::exchange(error_, U_ZERO_ERROR))) return utf8;
    return {skeleton, static_cast<size_t>(size)};
  }

  UErrorCode error_ = U_ZERO_ERROR;
  USpoofChecker* const checker_;
  absl::flat_hash_map<std::string, char32_t> latin_;
  absl::flat_hash_map<std::string, char32_t> capitals_;
};

uint64_t KeyOf(char32_t a, char32_t b, char32_t c) {
  return static_cast<uint64_t>(a) << 42 | static_cast<uint64_t>(b) << 21 | c;
}

// Everything about code points. Nearly all of a text are in the BMP.
class Tables {
 public:
  static const Tables& Shared() {
    static const Tables* const tables = new Tables;  // Never destroyed.
    return *tables;
  }

  Entry Of(char32_t c) const {
    return c < entries_.size() ? entries_[c] : OfBeyond(c);
  }

  // The character that stands for all characters that look nearly like `c`,
  // which itself stands for all that look like it.
  char32_t NearlyOf(char32_t c) const {
    return c < nearly_.size() ? nearly_[c] : c;
  }

  bool AreNear(char32_t a, char32_t b) const {
    return near_pairs_.contains(KeyOf(std::min(a, b), std::max(a, b), 0));
  }

  // Whether there may be a whole that begins with these parts: most characters
  // that may be parts stand beside another one by chance.
  bool MayBegin(char32_t a, char32_t b) const {
    const uint32_t bit = PairBit(a, b);
    return (pairs_[bit / 64] >> (bit % 64) & 1) != 0;
  }

  // The whole of two or three parts; 0: there is none.
  char32_t WholeOf(char32_t a, char32_t b, char32_t c) const {
    const auto found = wholes_.find(KeyOf(a, b, c));
    return found == wholes_.end() ? 0 : found->second;
  }

 private:
  Tables() : entries_(0x10000), nearly_(0x10000) {
    Skeletons skeletons;
    for (char32_t c = 0; c < entries_.size(); ++c) {
      entries_[c] = {KindOf(c), c};
      if (entries_[c].kind() != Kind::kOther || U_IS_SURROGATE(c)) continue;
      const char32_t latin = skeletons.Latin(c);
      if (latin != c) entries_[c] = {KindOf(latin), latin, true};
    }
    const HanTables& han = HanTables::Shared();
    for (const auto& [c, first] : han.lookalikes) {
      if (c < entries_.size()) {
        entries_[c].SetLooksLike(first);
      } else {
        beyond_.emplace(c, first);
      }
    }
    for (const HanTables::Split& split : han.splits) AddSplit(split);
    for (Entry& entry : entries_) {
      if (entry.looks_like() >= entries_.size()) continue;
      entry.SetPartsOf(entries_[entry.looks_like()]);
    }
    std::iota(nearly_.begin(), nearly_.end(), 0);
    for (const auto& [a, b] : han.near) AddNear(a, b);
    for (char16_t& c : nearly_) c = FirstOf(c);
  }

  void AddNear(char32_t a, char32_t b) {
    // Places in a text stay what they are, whatever is read there.
    SLUICE_CHECK(std::min(a, b) >= 0x800 && std::max(a, b) < nearly_.size());
    near_pairs_.insert(KeyOf(std::min(a, b), std::max(a, b), 0));
    nearly_[FirstOf(static_cast<char16_t>(b))] =
        FirstOf(static_cast<char16_t>(a));
  }

  // The end of the chain that `c` begins in `nearly_`.
  char16_t FirstOf(char16_t c) const {
    while (nearly_[c] != c) c = nearly_[c];
    return c;
  }

  Entry OfBeyond(char32_t c) const {
    const auto found = beyond_.find(c);
    return found == beyond_.end() ? Entry(KindOf(c), c) : Of(found->second);
  }

  static uint32_t PairBit(char32_t a, char32_t b) {
    return (a * 0x9e3779b1u + b * 0x85ebca6bu) >> (32 - kPairBits);
  }

  void AddSplit(const HanTables::Split& split) {
    std::array<char32_t, 3> parts = {};
    SLUICE_CHECK(split.parts.size() >= 2 && split.parts.size() <= 3);
    for (size_t i = 0; i < split.parts.size(); ++i) {
      parts[i] = Of(split.parts[i]).looks_like();
      if (parts[i] >= entries_.size()) return;
    }
    const bool added = wholes_
                           .emplace(KeyOf(parts[0], parts[1], parts[2]),
                                    Of(split.whole).looks_like())
                           .second;
    if (!added) return;
    const uint32_t bit = PairBit(parts[0], parts[1]);
    pairs_[bit / 64] |= uint64_t{1} << (bit % 64);
    entries_[parts[0]].SetFirstPart();
    entries_[parts[1]].SetLaterPart();
    if (parts[2] != 0) entries_[parts[2]].SetLaterPart();
  }

  std::vector<Entry> entries_;                      // Of the BMP.
  std::vector<char16_t> nearly_;                    // Of the BMP.
  absl::flat_hash_map<char32_t, char32_t> beyond_;  // What others look like.
  absl::flat_hash_map<uint64_t, char32_t> wholes_;
  static constexpr uint32_t kPairBits = 17;
  std::array<uint64_t, (1 << kPairBits) / 64> pairs_ = {};
  absl::flat_hash_set<uint64_t> near_pairs_;
};

// Parts on both sides of a comma are two characters.
bool IsPartAfter(const StrippedText::Unit& unit) {
  return unit.later_part && unit.gap != Gap::kClause;
}

// The character that units from `unit` on are read as, and how many they are:
// its parts, or itself.
struct Whole {
  char32_t c = 0;
  ptrdiff_t parts = 1;
};

inline Whole WholeAt(const Tables& tables, const StrippedText::Unit* unit,
                     const StrippedText::Unit* end) {
  const char32_t c = unit->looks_like;
  if (!unit->first_part || end - unit < 2 || !IsPartAfter(unit[1])) return {c};
  const char32_t second = unit[1].looks_like;
  if (!tables.MayBegin(c, second)) return {c};
  const char32_t third =
      end - unit > 2 && IsPartAfter(unit[2]) ? unit[2].looks_like : 0;
  if (third != 0) {
    const char32_t of_three = tables.WholeOf(c, second, third);
    if (of_three != 0) return {of_three, 3};
  }
  const char32_t of_two = tables.WholeOf(c, second, 0);
  return of_two != 0 ? Whole{of_two, 2} : Whole{c};
}

bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }

// Counts how many characters of one kind in a row do not stand side by side but
// close to each other.
class StepCounter {
 public:
  // A unit goes to `next`, of those from `first` on, apart from the one of its
  // kind before it. Returns the steps up to it.
  template <typename IsKind>
  uint32_t Step(const StrippedText::Unit* first, const StrippedText::Unit* next,
                const IsKind& is_kind) {
    const StrippedText::Unit* before = next;
    do {
      if (before == first || next - before > kSeparatorsMax) {
        before = nullptr;
        break;
      }
      --before;
    } while (!is_kind(before->c));
    const bool goes_on = before != nullptr && before - first == last_;
    steps_ = before == nullptr ? 0 : goes_on ? steps_ + 1 : 1;
    last_ = next - first;
    return steps_;
  }

 private:
  ptrdiff_t last_ = -1;  // Where the last such unit is.
  uint32_t steps_ = 0;
};

// One pass over one text.
class Stripper {
 public:
  Stripper(const FoldedText& folded, StrippedText& stripped)
      : folded_(folded), text_(folded.bytes), out_(stripped) {
    out_.code_points = folded.code_points;
    out_.may_alternate = false;
    out_.may_be_leet = false;
    // Made anew each time, so no more than are needed: one code point for each
    // that was submitted, where folding made no more of any.
    out_.units.resize(folded.anchors.empty() ? folded.code_points
                                             : text_.size());
    next_ = out_.units.data();
    first_ = next_;
  }

  void Run() {
    const Tables& tables = Tables::Shared();
    const auto size = static_cast<uint32_t>(text_.size());
    const FoldedText::Anchor* anchor = folded_.anchors.data();
    const FoldedText::Anchor* const anchors_end =
        anchor + folded_.anchors.size();
    uint32_t origin = 0;  // Of the code point at `begin`.
    Kind kind = Kind::kStop;
    uint32_t step = 0;  // From one code point's origin to the next one's.
    for (uint32_t at = 0; at < size;) {
      const uint32_t begin = at;
      if (anchor != anchors_end && anchor->byte == begin) {
        origin = anchor->code_point;
        step = anchor->fixed ? 0 : 1;
        ++anchor;
      } else if (begin == 0) {
        step = 1;
      } else {
        origin += step;
      }
      char32_t c = 0;
      U8_NEXT_UNSAFE(text_.data(), at, c);
      const Entry entry = tables.Of(c);
      const StrippedText::Unit unit = {
          entry.Stripped(c),  entry.looks_like(), origin, origin + 1, gap_, 1,
          entry.first_part(), entry.later_part()};
      const Kind last_kind = std::exchange(kind, entry.kind());
      if (kind == Kind::kHan) {
        PutHan(unit, last_kind == kind);
      } else if (kind == Kind::kLetter) {
        PutLetter(unit, at);
      } else {
        Take(unit, kind, begin, at);
      }
    }
    out_.units.resize(static_cast<size_t>(next_ - first_));
  }

 private:
  // Takes a character that is neither Chinese nor a letter.
  void Take(const StrippedText::Unit& unit, Kind kind, uint32_t begin,
            uint32_t end) {
    if (kind == Kind::kGap && IsFullStop(unit.c, begin, end)) {
      return Put(unit);
    }
    if (unit.c != ' ' && IsBesideLetter(begin, end) && MayBeLeet(unit.c)) {
      out_.may_be_leet = true;
    }
    if (kind == Kind::kGap || kind == Kind::kDigit) {
      if (const char32_t letter = LetterHere(unit.c, begin, end)) {
        return PutOnce({letter, letter, unit.begin, unit.end, gap_, 1});
      }
    }
    if (kind == Kind::kClause) {
      gap_ = Gap::kClause;
    } else if (kind != Kind::kGap) {
      Put(unit);
    } else {
      const bool blank = unit.c == ' ' || unit.c == '\'' || unit.c == U'’';
      gap_ = std::max(gap_, blank ? Gap::kBlank : Gap::kSymbol);
    }
  }

  // Of symbols only one before a letter is one: "now!" has none.
  bool IsBesideLetter(uint32_t begin, uint32_t end) const {
    return (end < text_.size() && IsLetter(text_[end])) ||
           (begin > 0 && IsLetter(text_[begin - 1]) &&
            IsDigit(static_cast<uint8_t>(text_[begin])));
  }

  // A full stop that a blank or the end follows.
  bool IsFullStop(char32_t c, uint32_t begin, uint32_t end) const {
    if (c != '.' || begin == 0) return false;
    return end == text_.size() || text_[end] == ' ' || text_[end] == '\n';
  }

  // A digit or symbol, maybe twice, with letters on both sides.
  char32_t LetterHere(char32_t c, uint32_t begin, uint32_t end) const {
    if (gap_ != Gap::kNone || next_ == first_) return 0;
    const char32_t before = next_[-1].c;
    if (before < 'a' || before > 'z') return 0;
    const char32_t letter = LetterFor(c);
    if (letter == 0) return 0;
    if (end < text_.size() && text_[end] == text_[begin]) ++end;
    return end < text_.size() && IsLetter(text_[end]) ? letter : 0;
  }

  // Whether a letter that is the same as the last one belongs to another word:
  // beyond a blank or comma it goes on, as the one before it did ("be es"). In
  // "f r e e" it does not.
  bool BeginsOtherWord(const StrippedText::Unit& unit, uint32_t end) const {
    return unit.gap != Gap::kNone && unit.gap != Gap::kSymbol &&
           next_ - first_ > 1 && next_[-1].c == unit.c &&
           next_[-1].gap == Gap::kNone && next_[-2].c >= 'a' &&
           next_[-2].c <= 'z' && end < text_.size() && IsLetter(text_[end]);
  }

  // Most characters stand beside the one before: they cost next to nothing.
  // `after_same`: the character before is one, too.
  void PutHan(const StrippedText::Unit& unit, bool after_same) {
    if (!after_same || unit.gap != Gap::kNone) {
      if (han_.Step(first_, next_, IsHanOrRadical) >= kHanStepsMin) {
        out_.may_alternate = true;
      }
    } else if (next_ - first_ >= 4 && next_[-2].c == unit.c &&
               next_[-4].c == unit.c) {
      // A Chinese character may separate, too: the same one every time.
      out_.may_alternate = true;
    }
    PutOnce(unit);
  }

  void PutLetter(const StrippedText::Unit& unit, uint32_t end) {
    const auto is_letter = [](char32_t c) { return c >= 'a' && c <= 'z'; };
    if (unit.gap == Gap::kNone && next_ != first_ && is_letter(next_[-1].c)) {
      return PutOnce(unit);
    }
    if (letters_.Step(first_, next_, is_letter) >= kLetterStepsMin) {
      out_.may_alternate = true;
    }
    const bool two_words = BeginsOtherWord(unit, end);
    PutOnce(unit);
    if (two_words) next_[-1].two_words = true;
  }

  void Put(const StrippedText::Unit& unit) {
    *next_++ = unit;
    gap_ = Gap::kNone;
  }

  // The same character again only makes the unit before it longer.
  void PutOnce(const StrippedText::Unit& unit) {
    if (next_ == first_ || next_[-1].c != unit.c) return Put(unit);
    next_[-1].end = unit.end;
    if (unit.gap != Gap::kNone) next_[-1].again_apart = true;
    if (next_[-1].times < 3) ++next_[-1].times;
    gap_ = Gap::kNone;
  }

  const FoldedText& folded_;
  const absl::string_view text_;
  StrippedText& out_;
  const StrippedText::Unit* first_ = nullptr;
  StrippedText::Unit* next_ = nullptr;
  Gap gap_ = Gap::kNone;
  StepCounter han_;
  StepCounter letters_;
};

}  // namespace

bool EndsSentence(char32_t c) {
  switch (c) {
    case '\n':
    case '!':
    case '?':
    case ';':
    case U'。':
    case U'｡':
    case U'¡':
    case U'¿':
      return true;
    default:
      return false;
  }
}

char32_t LetterFor(char32_t c) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
      return 'l';
    case '3':
      return 'e';
    case '4':
    case '@':
      return 'a';
    case '5':
    case '$':
      return 's';
    case '7':
      return 't';
    default:
      return 0;
  }
}

namespace {

bool GoesOn(const std::vector<StrippedText::Unit>& units, size_t at) {
  return at > 0 && at < units.size() && units[at].gap == Gap::kNone &&
         AreJoined(units[at - 1].c, units[at].c);
}

}  // namespace

size_t WordBegin(const std::vector<StrippedText::Unit>& units, size_t at) {
  while (GoesOn(units, at)) --at;
  return at;
}

size_t WordEnd(const std::vector<StrippedText::Unit>& units, size_t at) {
  while (GoesOn(units, at)) ++at;
  return at;
}

void StrippedText::Append(const Unit& unit) {
  const bool once = IsHanOrRadical(unit.c) || (unit.c >= 'a' && unit.c <= 'z');
  const uint32_t begin = stretch_ends.empty() ? 0 : stretch_ends.back();
  if (!once || units.size() == begin || units.back().c != unit.c) {
    units.push_back(unit);
    return;
  }
  Unit& last = units.back();
  last.end = unit.end;
  last.times = static_cast<uint8_t>(std::min(last.times + unit.times, 3));
}

void StrippedText::EndStretch() {
  stretch_ends.push_back(static_cast<uint32_t>(units.size()));
}

void Strip(const FoldedText& folded, StrippedText& stripped) {
  Stripper(folded, stripped).Run();
}

StrippedText StripWord(absl::string_view word) {
  FoldedText folded;
  FoldTable::Shared().Fold(word, folded);
  StrippedText stripped;
  Strip(folded, stripped);
  return stripped;
}

void SpellEvasive(const StrippedText& stripped, Spelling& spelling) {
  const Tables& tables = Tables::Shared();
  const StrippedText::Unit* unit = stripped.units.data();
  const StrippedText::Unit* const end = unit + stripped.units.size();
  SpellingWriter writer(stripped.units.size(), stripped.code_points, spelling);
  while (unit < end) {
    const auto [c, parts] = WholeAt(tables, unit, end);
    const uint32_t unit_end = unit[parts - 1].end;
    // A whole beside the same one, or two that look alike.
    if (!writer.empty() && writer.back().read == c && IsHanOrRadical(c)) {
      writer.back().end = unit_end;
      writer.back().repeated = true;
    } else {
      const uint8_t disguise = parts > 1                     ? kInParts
                               : unit->c != unit->looks_like ? kAsAlike
                                                             : kAsItself;
      writer.Append({0, unit->begin, unit_end, tables.NearlyOf(c), c, unit->gap,
                     0, parts == 1 && unit->times > 1, disguise,
                     unit->two_words});
    }
    unit += parts;
  }
}

void JoinParts(const StrippedText& stripped, size_t around,
               StrippedText& joined) {
  joined.units.clear();
  joined.stretch_ends.clear();
  joined.code_points = stripped.code_points;
  const std::vector<StrippedText::Unit>& units = stripped.units;
  const StrippedText::Unit* const first = units.data();
  const StrippedText::Unit* const end = first + units.size();
  size_t behind = 0;  // The last unit taken.
  const auto take = [&](size_t to) {
    joined.units.insert(joined.units.end(), first + behind, first + to);
    behind = to;
  };
  for (size_t at = 0; at < units.size(); ++at) {
    if (!units[at].first_part) continue;
    const auto [c, parts] = WholeAt(Tables::Shared(), first + at, end);
    if (parts == 1) continue;
    if (!joined.units.empty()) {
      take(std::min(WordEnd(units, std::min(behind + around, at)), at));
    }
    const size_t from = WordBegin(units, at - std::min(at, around));
    if (from > behind) {
      if (!joined.units.empty()) joined.EndStretch();
      behind = from;
    }
    take(at);
    StrippedText::Unit& whole = joined.units.emplace_back(units[at]);
    at += static_cast<size_t>(parts) - 1;
    whole.c = whole.looks_like = c;
    whole.end = units[at].end;
    behind = at + 1;
  }
  if (joined.units.empty()) return;
  take(WordEnd(units, std::min(behind + around, units.size())));
  joined.EndStretch();
}

char32_t LooksLike(char32_t c) { return Tables::Shared().Of(c).looks_like(); }

char32_t LooksNearly(char32_t c) {
  return Tables::Shared().NearlyOf(LooksLike(c));
}

bool LookNearlyAlike(char32_t a, char32_t b) {
  return Tables::Shared().AreNear(a, b);
}

}  // namespace sluice::rules
