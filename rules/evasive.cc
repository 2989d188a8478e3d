#include "rules/evasive.h"

#include <unicode/uchar.h>
#include <unicode/uspoof.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "filter/base/check.h"
#include "rules/han_tables.h"

namespace sluice::rules {
namespace {

enum class Kind : uint8_t { kOther, kHan, kLetter, kDigit, kGap, kStop };

// A code point, packed: what it becomes when stripped and when spelled, and
// whether it can be a part.
struct Entry {
  char32_t stripped = 0;
  char32_t looks_like = 0;
  Kind kind = Kind::kOther;
  bool first_part = false;
  bool later_part = false;
};

bool IsHan(char32_t c) {
  return (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3ffff) ||
         (c >= 0x2e80 && c <= 0x2fdf);  // Radicals, as parts: ⺮
}

bool IsStop(char32_t c) {
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

Kind KindOf(char32_t c) {
  if (IsStop(c)) return Kind::kStop;
  if (c < 0x80) {
    if (c >= 'a' && c <= 'z') return Kind::kLetter;
    return c >= '0' && c <= '9' ? Kind::kDigit : Kind::kGap;
  }
  if (IsHan(c)) return Kind::kHan;
  const uint32_t category = U_GET_GC_MASK(static_cast<UChar32>(c));
  const bool gap = (category & (U_GC_Z_MASK | U_GC_P_MASK | U_GC_S_MASK |
                                U_GC_M_MASK | U_GC_C_MASK)) != 0;
  return gap ? Kind::kGap : Kind::kOther;
}

// What ICU says two characters that look alike have in common.
class Skeletons {
 public:
  Skeletons() : checker_(uspoof_open(&error_)) {
    SLUICE_CHECK(U_SUCCESS(error_));
    for (char c = 'a'; c <= 'z'; ++c) latin_.emplace(Of(c), c);
    for (char c = '0'; c <= '9'; ++c) latin_.emplace(Of(c), c);
  }
  ~Skeletons() { uspoof_close(checker_); }
  Skeletons(const Skeletons&) = delete;
  Skeletons& operator=(const Skeletons&) = delete;

  // The Latin letter or digit that `c` looks like, or `c`.
  char32_t Latin(char32_t c) {
    const auto found = latin_.find(Of(c));
    return found == latin_.end() ? c : found->second;
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
    if (c < entries_.size()) return entries_[c];
    const auto found = beyond_.find(c);
    if (found == beyond_.end()) return {c, c, KindOf(c), false, false};
    Entry entry = Of(found->second);
    entry.stripped = c;
    return entry;
  }

  // The whole of two or three parts; 0: there is none.
  char32_t WholeOf(char32_t a, char32_t b, char32_t c) const {
    const auto found = wholes_.find(KeyOf(a, b, c));
    return found == wholes_.end() ? 0 : found->second;
  }

 private:
  Tables() : entries_(0x10000) {
    Skeletons skeletons;
    for (char32_t c = 0; c < entries_.size(); ++c) {
      Entry& entry = entries_[c];
      entry.kind = KindOf(c);
      entry.stripped = entry.looks_like = c;
      if (entry.kind == Kind::kOther && !U_IS_SURROGATE(c)) {
        entry.stripped = entry.looks_like = skeletons.Latin(c);
        if (entry.stripped != c) entry.kind = KindOf(entry.stripped);
      }
    }
    const HanTables& han = HanTables::Shared();
    for (const auto& [c, first] : han.lookalikes) {
      if (c < entries_.size()) {
        entries_[c].looks_like = first;
      } else {
        beyond_.emplace(c, first);
      }
    }
    for (const HanTables::Split& split : han.splits) AddSplit(split);
    for (Entry& entry : entries_) {
      if (entry.looks_like >= entries_.size()) continue;
      const Entry& like = entries_[entry.looks_like];
      entry.first_part = like.first_part;
      entry.later_part = like.later_part;
    }
  }

  void AddSplit(const HanTables::Split& split) {
    std::array<char32_t, 3> parts = {};
    SLUICE_CHECK(split.parts.size() >= 2 && split.parts.size() <= 3);
    for (size_t i = 0; i < split.parts.size(); ++i) {
      parts[i] = Of(split.parts[i]).looks_like;
      if (parts[i] >= entries_.size()) return;
    }
    const bool added = wholes_
                           .emplace(KeyOf(parts[0], parts[1], parts[2]),
                                    Of(split.whole).looks_like)
                           .second;
    if (!added) return;
    entries_[parts[0]].first_part = true;
    entries_[parts[1]].later_part = true;
    if (parts[2] != 0) entries_[parts[2]].later_part = true;
  }

  std::vector<Entry> entries_;                      // Of the BMP.
  absl::flat_hash_map<char32_t, char32_t> beyond_;  // What others look like.
  absl::flat_hash_map<uint64_t, char32_t> wholes_;
};

// The letter that a digit or symbol inside a word is written for; 0: none.
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

bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }

// One pass over one text.
class Stripper {
 public:
  Stripper(const FoldedText& folded, StrippedText& stripped)
      : text_(folded.bytes), out_(stripped), tables_(Tables::Shared()) {
    out_.units.clear();
    out_.code_points = folded.code_points;
    folded.Origins(out_.origins);
  }

  void Run() {
    const auto size = static_cast<int32_t>(text_.size());
    for (int32_t at = 0; at < size;) {
      const int32_t begin = at;
      UChar32 c = 0;
      U8_NEXT_UNSAFE(text_.data(), at, c);
      const Entry entry = tables_.Of(static_cast<char32_t>(c));
      const uint32_t origin = out_.origins[static_cast<size_t>(begin)];
      Take(entry, begin, at, origin, out_.origins[static_cast<size_t>(at - 1)]);
    }
  }

 private:
  void Take(const Entry& entry, int32_t begin, int32_t end, uint32_t first,
            uint32_t last) {
    const StrippedText::Unit unit = {
        entry.stripped,   entry.looks_like, first, last + 1, gap_, 1,
        entry.first_part, entry.later_part};
    switch (entry.kind) {
      case Kind::kGap:
        if (EndsSentence(entry, begin, end)) return Put(unit);
        if (const char32_t letter = LetterHere(entry, begin, end)) {
          return PutOnce({letter, letter, first, last + 1, gap_, 1});
        }
        gap_ = true;
        return;
      case Kind::kDigit:
        if (const char32_t letter = LetterHere(entry, begin, end)) {
          return PutOnce({letter, letter, first, last + 1, gap_, 1});
        }
        return Put(unit);
      case Kind::kLetter:
      case Kind::kHan:
        return PutOnce(unit);
      case Kind::kStop:
      case Kind::kOther:
        return Put(unit);
    }
  }

  // A full stop that a blank or the end follows.
  bool EndsSentence(const Entry& entry, int32_t begin, int32_t end) const {
    if (entry.stripped != '.' || begin == 0) return false;
    const auto next = static_cast<size_t>(end);
    return next == text_.size() || text_[next] == ' ' || text_[next] == '\n';
  }

  // A digit or symbol, maybe twice, with letters on both sides.
  char32_t LetterHere(const Entry& entry, int32_t begin, int32_t end) const {
    const char32_t letter = LetterFor(entry.stripped);
    if (letter == 0 || gap_ || out_.units.empty()) return 0;
    const char32_t before = out_.units.back().c;
    if (before < 'a' || before > 'z') return 0;
    auto next = static_cast<size_t>(end);
    if (next < text_.size() &&
        text_[next] == text_[static_cast<size_t>(begin)]) {
      ++next;
    }
    return next < text_.size() && IsLetter(text_[next]) ? letter : 0;
  }

  void Put(const StrippedText::Unit& unit) {
    out_.units.push_back(unit);
    gap_ = false;
  }

  // The same once more only makes the one before longer.
  void PutOnce(const StrippedText::Unit& unit) {
    if (out_.units.empty() || out_.units.back().c != unit.c) return Put(unit);
    StrippedText::Unit& last = out_.units.back();
    last.end = unit.end;
    if (last.times < 3) ++last.times;
    gap_ = false;
  }

  const absl::string_view text_;
  StrippedText& out_;
  const Tables& tables_;
  bool gap_ = false;
};

}  // namespace

void Strip(const FoldedText& folded, StrippedText& stripped) {
  Stripper(folded, stripped).Run();
}

void SpellEvasive(const StrippedText& stripped, Spelling& spelling) {
  const Tables& tables = Tables::Shared();
  const std::vector<StrippedText::Unit>& units = stripped.units;
  spelling.Clear();
  spelling.code_points = stripped.code_points;
  for (size_t i = 0; i < units.size();) {
    char32_t c = units[i].looks_like;
    size_t parts = 1;
    if (units[i].first_part && i + 1 < units.size() &&
        units[i + 1].later_part) {
      const char32_t second = units[i + 1].looks_like;
      const char32_t third = i + 2 < units.size() && units[i + 2].later_part
                                 ? units[i + 2].looks_like
                                 : 0;
      if (const char32_t of_three =
              third == 0 ? 0 : tables.WholeOf(c, second, third)) {
        c = of_three;
        parts = 3;
      } else if (const char32_t of_two = tables.WholeOf(c, second, 0)) {
        c = of_two;
        parts = 2;
      }
    }
    const uint32_t end = units[i + parts - 1].end;
    // A whole beside the same one, or two that look alike.
    if (IsHan(c) && !spelling.units.empty() && spelling.units.back().c == c) {
      spelling.units.back().end = end;
      spelling.units.back().repeated = true;
    } else {
      spelling.Append({0, units[i].begin, end, c, units[i].after_gap, 0,
                       parts == 1 && units[i].times > 1, parts > 1});
    }
    i += parts;
  }
}

char32_t LooksLike(char32_t c) { return Tables::Shared().Of(c).looks_like; }

}  // namespace sluice::rules
