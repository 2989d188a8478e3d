#include "rules/loosen.h"

#include <cstddef>

#include "absl/strings/ascii.h"

namespace sluice::rules {
namespace {

// The size of the character class that `rest` begins with.
size_t ClassSize(absl::string_view rest) {
  size_t at = rest.substr(0, 2) == "[^" ? 2 : 1;
  if (at < rest.size() && rest[at] == ']') ++at;  // A literal one.
  while (at < rest.size() && rest[at] != ']') {
    const size_t named_end =
        rest.substr(at, 2) == "[:" ? rest.find(":]", at) : rest.npos;
    if (named_end != rest.npos) {
      at = named_end + 2;
    } else {
      at += rest[at] == '\\' ? 2 : 1;
    }
  }
  return at < rest.size() ? at + 1 : rest.size();
}

// The size of an atom at the beginning of `rest`: a class, an escape or one
// byte. Enough to step over everything that could be taken for a gap.
size_t AtomSize(absl::string_view rest) {
  if (rest[0] == '[') return ClassSize(rest);
  if (rest.size() < 2 || rest[0] != '\\') return 1;
  if (rest[1] == 'Q') {
    const size_t end = rest.find("\\E");
    return end == rest.npos ? rest.size() : end + 2;
  }
  if (rest.size() < 3 || rest[2] != '{') return 2;
  const size_t end = rest.find('}');  // \p{Han}, \x{4e00}
  return end == rest.npos ? rest.size() : end + 1;
}

// The size of "{2,9}" or "{2,}" at the beginning of `rest`; 0: no such thing.
size_t CountSize(absl::string_view rest) {
  size_t at = 1;
  const auto skip_digits = [&] {
    const size_t begin = at;
    while (at < rest.size() && absl::ascii_isdigit(rest[at])) ++at;
    return at > begin;
  };
  if (rest.empty() || rest[0] != '{' || !skip_digits()) return 0;
  if (at == rest.size() || rest[at++] != ',') return 0;
  skip_digits();
  return at < rest.size() && rest[at] == '}' ? at + 1 : 0;
}

}  // namespace

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
