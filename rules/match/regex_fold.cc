#include "rules/match/regex_fold.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "rules/base/characters.h"
#include "rules/fold/evasive.h"
#include "rules/fold/fold.h"
#include "rules/fold/han_tables.h"
#include "rules/match/loosen.h"
#include "rules/match/regex_atoms.h"

namespace sluice::rules {
namespace {

char32_t Folded(char32_t c) {
  std::string written;
  AppendUtf8(c, written);
  std::string folded;
  FoldTable::Shared().Fold(written, folded);
  const std::u32string characters = CodePoints(folded);
  return characters.size() == 1 ? characters[0] : c;
}

// Whether a character of a text that looks nearly like one that `atom` is for
// may be none that `atom` is for: what a class leaves out, or has between two
// characters, and what is told by its number.
bool IsOpen(absl::string_view atom) {
  if (absl::StartsWith(atom, "\\x")) return true;
  if (atom.front() != '[') return false;
  if (absl::StrContains(atom, "\\x")) return true;
  const bool other =
      absl::c_any_of(atom, [](char c) { return (c & 0x80) != 0; });
  return other && (atom[1] == '^' || absl::StrContains(atom, '-'));
}

// \Q...\E or \Q..., with what looks nearly like it.
std::string Quoted(absl::string_view atom) {
  atom.remove_prefix(2);
  absl::ConsumeSuffix(&atom, "\\E");
  std::string quoted;
  for (const char32_t c : CodePoints(atom)) {
    std::string one;
    AppendUtf8(LooksNearly(c), one);
    quoted += c < 0x80 ? RE2::QuoteMeta(one) : one;
  }
  return quoted;
}

}  // namespace

std::string FoldRegex(const std::string& regex) {
  return MapCharacters(regex, Folded);
}

std::string ScannedRegex(absl::string_view evasive) {
  const std::string loosened = Loosened(evasive);
  std::string scanned;
  for (absl::string_view rest = loosened; !rest.empty();) {
    const absl::string_view atom = rest.substr(0, AtomSize(rest));
    rest.remove_prefix(atom.size());
    if (IsOpen(atom)) {
      scanned += "(?s:.)";
    } else if (absl::StartsWith(atom, "\\Q")) {
      scanned += Quoted(atom);
    } else {
      scanned += MapCharacters(atom, LooksNearly);
    }
  }
  return scanned;
}

std::vector<std::string> RegexForms(const std::string& regex,
                                    rules::v1::FoldingLevel level) {
  if (level == rules::v1::FOLDING_LEVEL_EXACT) return {regex};
  const std::string folded = FoldRegex(regex);
  if (level < rules::v1::FOLDING_LEVEL_EVASIVE) return {folded};
  return {folded, ScannedRegex(EvasiveRegex(folded))};
}

std::string EvasiveRegex(const std::string& folded) {
  return MapCharacters(folded, LooksLike);
}

}  // namespace sluice::rules
