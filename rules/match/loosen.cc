#include "rules/match/loosen.h"

#include <cstddef>

#include "rules/match/regex_atoms.h"

namespace sluice::rules {
std::string Loosened(absl::string_view regex) {
  std::string loosened;
  while (!regex.empty()) {
    const absl::string_view atom = regex.substr(0, AtomSize(regex));
    loosened.append(atom.data(), atom.size());
    regex.remove_prefix(atom.size());
    if (atom != "." && atom.substr(0, 2) != "[^") continue;
    const size_t count = CountSize(regex);
    if (count == 0) continue;
    loosened += regex.substr(0, 3) == "{0," ? '*' : '+';
    regex.remove_prefix(count);
  }
  return loosened;
}

}  // namespace sluice::rules
