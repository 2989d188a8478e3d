#include "rules/fold/alternating.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "rules/base/characters.h"

namespace sluice::rules {
namespace {

// Units before and after a stretch that its words may go on in.
constexpr size_t kBesideMax = 6;
// Of symbols, which the first reading leaves out, one such step is chance.
constexpr uint32_t kHiddenMin = 2;
// Steps over nothing but digits and the ends of clauses, as dates and hours
// have them: 8点到17点，周六9点.
constexpr uint32_t kDateStepsMin = 4;

using Unit = StrippedText::Unit;

bool IsLatinLetter(char32_t c) { return c >= 'a' && c <= 'z'; }

class AlternatingSearch {
 public:
  AlternatingSearch(StrippedText& stripped, StrippedText& read)
      : units_(stripped.units), read_(read) {}

  void Run() {
    for (size_t i = 0; i < units_.size();) {
      if (IsHanOrRadical(units_[i].c)) {
        i = std::max(TakeSame(i), TakeStretch(i, IsHanOrRadical, kHanStepsMin));
      } else if (IsLatinLetter(units_[i].c)) {
        i = TakeStretch(i, IsLatinLetter, kLetterStepsMin);
      } else {
        ++i;
      }
    }
  }

 private:
  // The stretch of single characters for which `is_own` holds that begins with
  // `first`; the others separate. Returns the unit to go on with.
  size_t TakeStretch(size_t first, bool (*is_own)(char32_t),
                     uint32_t steps_min) {
    own_.assign(1, first);
    uint32_t hidden = 0;  // Steps that the first reading does not take.
    bool digits = false;
    bool others = false;
    size_t separators_min = kSeparatorsMax;
    for (;;) {
      const size_t last = own_.back();
      size_t next = last + 1;
      while (next < units_.size() && next - last <= kSeparatorsMax &&
             !is_own(units_[next].c)) {
        ++next;
      }
      if (next >= units_.size() || !is_own(units_[next].c)) break;
      if (next == last + 1 && units_[next].gap == Gap::kNone) break;
      hidden += next > last + 1 || units_[next].gap == Gap::kClause;
      others = others || units_[next].gap == Gap::kSymbol;
      for (size_t i = last + 1; i < next; ++i) {
        const bool digit = units_[i].c >= '0' && units_[i].c <= '9';
        digits = digits || digit;
        others = others || !digit;
      }
      if (AllSeparate(last, next)) {
        separators_min = std::min(separators_min, next - last - 1);
      }
      own_.push_back(next);
    }
    if (digits && !others) steps_min = std::max(steps_min, kDateStepsMin);
    if (hidden >= kHiddenMin && own_.size() > steps_min) {
      KeepAmong(separators_min);
      Read();
    }
    return own_.back() + 1;
  }

  // Whether only letters and digits are between two characters.
  bool AllSeparate(size_t last, size_t next) const {
    for (size_t i = last + 1; i < next; ++i) {
      if (!IsAlnum(units_[i].c)) return false;
    }
    return next - last > 1;
  }

  // The text has letters and digits of its own, too: those that have other
  // separators beside them (加。v。信), and what is more than the `separators`
  // that every character has (满x100元z减).
  void KeepAmong(size_t separators) {
    members_.assign(1, own_.front());
    for (size_t i = 1; i < own_.size(); ++i) {
      const size_t last = own_[i - 1];
      const size_t next = own_[i];
      size_t at = last + 1 + (AllSeparate(last, next) ? separators : 0);
      for (; at < next; ++at) {
        if (IsAlnum(units_[at].c)) members_.push_back(at);
      }
      members_.push_back(next);
    }
  }

  // 注口册口送口彩: from `first` on every other character is the same one.
  size_t TakeSame(size_t first) {
    members_.assign(1, first);
    size_t last = first;
    while (last + 2 < units_.size() &&
           units_[last + 1].c == units_[first + 1].c &&
           units_[last + 2].c != units_[first + 1].c &&
           IsHanOrRadical(units_[last + 1].c) &&
           IsHanOrRadical(units_[last + 2].c)) {
      last += 2;
      members_.push_back(last);
    }
    if (members_.size() <= kSameStepsMin) return first + 1;
    Read();
    return last + 1;
  }

  void Read() {
    const size_t first = members_.front();
    const size_t last = members_.back();
    size_t begin = first;
    while (begin > 0 && first - begin < kBesideMax && MayGoOn(begin - 1) &&
           units_[begin].gap != Gap::kClause) {
      --begin;
    }
    size_t end = last + 1;
    while (end < units_.size() && end - last <= kBesideMax && MayGoOn(end) &&
           units_[end].gap != Gap::kClause) {
      ++end;
    }
    begin = WordBegin(units_, begin);
    end = WordEnd(units_, end);
    for (size_t i = begin; i <= first; ++i) read_.Append(units_[i]);
    for (size_t i = 1; i < members_.size(); ++i) ReadMember(i);
    for (size_t i = last + 1; i < end; ++i) read_.Append(units_[i]);
    read_.EndStretch();
  }

  void ReadMember(size_t i) {
    Unit unit = units_[members_[i]];
    const size_t before = members_[i - 1] + 1;
    if (before < members_[i] || unit.gap != Gap::kNone) unit.gap = Gap::kSymbol;
    read_.Append(unit);
    for (size_t at = before; at < members_[i]; ++at)
      units_[at].separates = true;
  }

  bool MayGoOn(size_t at) const {
    return IsHanOrRadical(units_[at].c) || IsAlnum(units_[at].c);
  }

  std::vector<Unit>& units_;
  StrippedText& read_;
  absl::InlinedVector<size_t, 32> own_;      // The single characters.
  absl::InlinedVector<size_t, 32> members_;  // All that is to be read.
};

}  // namespace

void ReadAlternating(StrippedText& stripped, StrippedText& read) {
  AlternatingSearch(stripped, read).Run();
}

}  // namespace sluice::rules
