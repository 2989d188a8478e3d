#include "rules/match/regex_needs.h"

#include <algorithm>
#include <cstddef>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "rules/match/regex_atoms.h"

namespace sluice::rules {
namespace {

bool IsAlpha(char c) {
  return absl::ascii_isalpha(static_cast<unsigned char>(c));
}

// Whether all from `first` to `last` are word characters, for sure.
bool IsWordRange(char first, char last) {
  return first <= last && IsWordCharacter(first) && IsWordCharacter(last) &&
         IsAlpha(first) == IsAlpha(last) &&
         (!IsAlpha(first) || (first & 0x20) == (last & 0x20));
}

// Whether a class has word characters and no others: [3-9], [a-z], [08].
bool IsWordClass(absl::string_view atom) {
  if (!absl::ConsumePrefix(&atom, "[") || !absl::ConsumeSuffix(&atom, "]") ||
      atom.empty()) {
    return false;
  }
  // x or x-y, again and again. Any other dash stands for itself.
  while (!atom.empty()) {
    const bool range = atom.size() > 2 && atom[1] == '-';
    if (!IsWordRange(atom[0], atom[range ? 2 : 0])) return false;
    atom.remove_prefix(range ? 3 : 1);
  }
  return true;
}

bool IsWordAtom(absl::string_view atom) {
  if (atom.size() == 1) return IsWordCharacter(atom[0]);
  return atom == "\\d" || atom == "\\w" || IsWordClass(atom);
}

// The size of "{3}", "{3,}" or "{3,9}" at the beginning of `rest`; 0: none.
size_t RepeatSize(absl::string_view rest) {
  const size_t end = rest.find('}');
  if (rest[0] != '{' || end == rest.npos || end == 1) return 0;
  const bool count = absl::c_all_of(rest.substr(1, end - 1), [](char c) {
    return c == ',' || absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  return count && rest[1] != ',' ? end + 1 : 0;
}

}  // namespace

std::string OnlyWordCharacters(absl::string_view regex) {
  std::string only;
  while (!regex.empty()) {
    if (absl::StartsWith(regex, "(?") && !absl::StartsWith(regex, "(?:")) {
      return {};  // Flags may change what a letter stands for.
    }
    absl::string_view atom = regex.substr(0, AtomSize(regex));
    if (absl::StartsWith(regex, "(?:")) atom = regex.substr(0, 3);
    if (const size_t repeat = RepeatSize(regex)) {
      atom = regex.substr(0, repeat);
    }
    regex.remove_prefix(atom.size());
    const bool syntax = atom.size() > 1 ? atom[0] == '{' || atom == "(?:"
                                        : absl::StrContains("()|*+?", atom);
    if (syntax) {
      only.append(atom.data(), atom.size());
    } else {
      only += IsWordAtom(atom) ? "x" : "(?:)";
    }
  }
  return only;
}

}  // namespace sluice::rules
