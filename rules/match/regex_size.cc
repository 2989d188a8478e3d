#include "rules/match/regex_size.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rules/match/regex_atoms.h"

namespace sluice::rules {
namespace {

// What RE2 makes of a class beyond the class: the ends of the program.
constexpr int kProgramEnds = 4;
// Of a class, about one position in ten begins it, and one in two ends it; no
// more than there are bytes that begin a character.
constexpr double kFirstShare = 0.1;
constexpr double kLastShare = 0.5;
constexpr double kFirstMax = 60;

// RE2 accepts no count above it.
constexpr int kCopiesMax = 1'000;

// A part of a regex as an automaton: which positions may begin and end it.
struct Part {
  bool nullable = true;
  double positions = 0;
  double first = 0;
  double last = 0;
  double edges = 0;
};

Part Class(double positions) {
  return {false, positions, std::clamp(positions * kFirstShare, 1.0, kFirstMax),
          std::max(1.0, positions * kLastShare), positions};
}

Part Then(const Part& a, const Part& b) {
  return {a.nullable && b.nullable, a.positions + b.positions,
          a.first + (a.nullable ? b.first : 0),
          b.last + (b.nullable ? a.last : 0),
          a.edges + b.edges + a.last * b.first};
}

Part Or(const Part& a, const Part& b) {
  return {a.nullable || b.nullable, a.positions + b.positions,
          a.first + b.first, a.last + b.last, a.edges + b.edges};
}

// max < 0: without an end.
Part Repeated(const Part& part, int min, int max) {
  Part last = part;
  if (max < 0) last.edges += part.last * part.first;
  const int copies = max < 0 ? std::max(min, 1) : max;
  Part all;
  if (copies > kCopiesMax) {
    all.positions = all.edges = std::numeric_limits<float>::max();
    return all;
  }
  for (int i = copies; i > 0; --i) {
    all = Then(i == copies ? last : part, all);
    if (i > min) all.nullable = true;
  }
  return all;
}

class Parser {
 public:
  explicit Parser(absl::string_view regex)
      : rest_(regex), folds_case_(FoldsCase(regex)) {}

  Part ParseAll() {
    Part all = Alternatives();
    // A closing parenthesis too many: RE2 would not have accepted it.
    while (!rest_.empty()) {
      rest_.remove_prefix(1);
      all = Then(all, Alternatives());
    }
    return all;
  }

 private:
  // Whether a group's flags name i. It then counts for the whole regex.
  static bool FoldsCase(absl::string_view regex) {
    for (size_t at = regex.find("(?"); at != regex.npos;
         at = regex.find("(?", at + 2)) {
      const absl::string_view flags = regex.substr(at + 2, 8);
      if (absl::StrContains(flags.substr(0, flags.find_first_of(":)")), 'i')) {
        return true;
      }
    }
    return false;
  }

  Part Alternatives() {
    Part all = Sequence();
    while (!rest_.empty() && rest_[0] == '|') {
      rest_.remove_prefix(1);
      all = Or(all, Sequence());
    }
    return all;
  }

  Part Sequence() {
    Part all;
    while (!rest_.empty() && rest_[0] != '|' && rest_[0] != ')') {
      Part one = Atom();
      for (int min = 0, max = 0; TakeCount(min, max);) {
        one = Repeated(one, min, max);
      }
      all = Then(all, one);
    }
    return all;
  }

  Part Atom() {
    if (rest_[0] == '(') return Group();
    const absl::string_view atom = rest_.substr(0, AtomSize(rest_));
    rest_.remove_prefix(atom.size());
    if (atom == "^" || atom == "$") return {};
    if (atom.size() > 1 && atom[0] == '\\') return Escape(atom);
    if (atom[0] == '[' || atom == "." || folds_case_) return OfClass(atom);
    return Literal(atom.size());
  }

  Part Escape(absl::string_view atom) {
    if (absl::StrContains("bBAzQC", atom[1])) {
      return atom[1] == 'Q' ? Literal(atom.size()) : Part{};
    }
    if (absl::ascii_isalpha(static_cast<unsigned char>(atom[1]))) {
      return OfClass(atom);
    }
    return Literal(atom.size() - 1);
  }

  static Part Literal(size_t bytes) {
    const auto size = static_cast<double>(bytes);
    return {false, size, 1, 1, size};
  }

  Part OfClass(absl::string_view atom) {
    const auto [found, added] = classes_.try_emplace(atom, 0.0);
    if (added) {
      RE2::Options options;
      options.set_log_errors(false);
      const RE2 alone(absl::StrCat(folds_case_ ? "(?is:" : "(?s:", atom, ")"),
                      options);
      found->second = std::max(1, alone.ProgramSize() - kProgramEnds);
    }
    return Class(found->second);
  }

  // Also with flags, or a name.
  Part Group() {
    rest_.remove_prefix(1);
    if (absl::StartsWith(rest_, "?")) {
      const size_t end = rest_.find_first_of(":>)");
      const bool closes = end == rest_.npos || rest_[end] == ')';
      rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
      if (closes) return {};
    }
    Part inside = Alternatives();
    if (!rest_.empty()) rest_.remove_prefix(1);
    return inside;
  }

  // Takes what says how often the atom before it comes.
  bool TakeCount(int& min, int& max) {
    if (rest_.empty()) return false;
    size_t size = 1;
    switch (rest_[0]) {
      case '*':
        min = 0, max = -1;
        break;
      case '+':
        min = 1, max = -1;
        break;
      case '?':
        min = 0, max = 1;
        break;
      case '{':
        size = TakeBraces(min, max);
        if (size == 0) return false;
        break;
      default:
        return false;
    }
    rest_.remove_prefix(size);
    if (absl::StartsWith(rest_, "?")) rest_.remove_prefix(1);  // Lazily.
    return true;
  }

  // {3}, {3,} or {3,9}; 0: it stands for itself.
  size_t TakeBraces(int& min, int& max) const {
    const size_t end = rest_.find('}');
    if (end == rest_.npos) return 0;
    const absl::string_view inside = rest_.substr(1, end - 1);
    const size_t comma = inside.find(',');
    if (!absl::SimpleAtoi(inside.substr(0, comma), &min)) return 0;
    if (comma == inside.npos) {
      max = min;
    } else if (comma + 1 == inside.size()) {
      max = -1;
    } else if (!absl::SimpleAtoi(inside.substr(comma + 1), &max)) {
      return 0;
    }
    return end + 1;
  }

  absl::string_view rest_;
  const bool folds_case_;
  absl::flat_hash_map<absl::string_view, double> classes_;
};

}  // namespace

RegexSize SizeOf(absl::string_view regex) {
  const Part all = Parser(regex).ParseAll();
  return {all.positions, all.edges};
}

}  // namespace sluice::rules
