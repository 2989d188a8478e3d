#include "rules/regex_fold.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "rules/evasive.h"
#include "rules/fold.h"
#include "rules/han_tables.h"
#include "rules/regex_atoms.h"

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

// Whether there is anything but ASCII.
bool HasOther(absl::string_view text) {
  return absl::c_any_of(text, [](char c) { return (c & 0x80) != 0; });
}

}  // namespace

std::string FoldRegex(const std::string& regex) {
  return MapCharacters(regex, Folded);
}

std::string ScannedRegex(absl::string_view evasive) {
  std::string scanned;
  while (!evasive.empty()) {
    const absl::string_view atom = evasive.substr(0, AtomSize(evasive));
    evasive.remove_prefix(atom.size());
    // What such a class leaves out, or has between two characters, may look
    // like what it has.
    const bool open = atom.front() == '[' && HasOther(atom) &&
                      (atom[1] == '^' || absl::StrContains(atom, '-'));
    scanned += open ? "(?s:.)" : MapCharacters(atom, LooksNearly);
  }
  return scanned;
}

std::vector<std::string> RegexForms(const std::string& regex,
                                    v1::FoldingLevel level) {
  if (level == v1::FOLDING_LEVEL_EXACT) return {regex};
  const std::string folded = FoldRegex(regex);
  if (level < v1::FOLDING_LEVEL_EVASIVE) return {folded};
  return {folded, EvasiveRegex(folded)};
}

std::string EvasiveRegex(const std::string& folded) {
  return MapCharacters(folded, LooksLike);
}

}  // namespace sluice::rules
