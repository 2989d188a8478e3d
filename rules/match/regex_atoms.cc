#include "rules/match/regex_atoms.h"

#include <unicode/utf8.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/characters.h"
#include "rules/fold/han_tables.h"

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

size_t CharacterSize(absl::string_view rest) {
  int32_t size = 0;
  U8_FWD_1(rest.data(), size, static_cast<int32_t>(rest.size()));
  return static_cast<size_t>(size);
}

// A character that stands for itself.
bool IsLiteral(absl::string_view atom) {
  return !absl::StrContains("\\[](){}.*+?|^$", atom.substr(0, 1));
}

// A character whose mapping is syntax (？ becomes ?) is escaped, so that it
// still stands for itself.
std::string Mapped(absl::string_view character,
                   const std::function<char32_t(char32_t)>& map) {
  const char32_t before = CodePoints(character)[0];
  const char32_t after = map(before);
  std::string mapped;
  if (after != before && after < 0x80 &&
      absl::StrContains("\\[](){}.*+?|^$-", static_cast<char>(after))) {
    mapped += '\\';
  }
  AppendUtf8(after, mapped);
  return mapped;
}

// The inside of a class, but for its escapes, named classes and ranges.
std::string MapClass(absl::string_view atom,
                     const std::function<char32_t(char32_t)>& map) {
  if (atom.back() != ']') return std::string(atom);  // Not closed.
  std::string mapped;
  size_t at = atom.substr(0, 2) == "[^" ? 2 : 1;
  mapped.append(atom.data(), at);
  while (at + 1 < atom.size()) {
    absl::string_view rest = atom.substr(at, atom.size() - 1 - at);
    size_t size = AtomSize(rest);
    const bool range = size + 1 < rest.size() && rest[size] == '-';
    if (range) size += 1 + AtomSize(rest.substr(size + 1));
    const absl::string_view one = rest.substr(0, size);
    if (range || one[0] == '\\' || one[0] == '[') {
      mapped.append(one.data(), one.size());
    } else {
      // [:：] would become [::], which is no class.
      const std::string as = Mapped(one, map);
      if (as == ":" && as != one) mapped += '\\';
      mapped += as;
    }
    at += size;
  }
  return mapped + "]";
}

}  // namespace

size_t AtomSize(absl::string_view rest) {
  if (rest[0] == '[') return ClassSize(rest);
  if (rest.size() < 2 || rest[0] != '\\') return CharacterSize(rest);
  const size_t escape = 1 + CharacterSize(rest.substr(1));
  if (rest[1] == 'Q') {
    const size_t end = rest.find("\\E");
    return end == rest.npos ? rest.size() : end + 2;
  }
  const bool named = rest[1] == 'p' || rest[1] == 'P' || rest[1] == 'x';
  if (!named || rest.size() < 3) return escape;
  if (rest[2] == '{') {  // \p{Han}, \x{4e00}
    const size_t end = rest.find('}');
    return end == rest.npos ? rest.size() : end + 1;
  }
  // \pN, \x41
  const auto is_ascii = [&rest](size_t at) {
    return at < rest.size() && absl::ascii_isalnum(rest[at]);
  };
  if (rest[1] != 'x') return is_ascii(2) ? 3 : escape;
  return is_ascii(2) && is_ascii(3) ? 4 : escape;
}

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

std::string MapCharacters(absl::string_view regex,
                          const std::function<char32_t(char32_t)>& map) {
  std::string mapped;
  while (!regex.empty()) {
    absl::string_view atom = regex.substr(0, AtomSize(regex));
    if (absl::StartsWith(regex, "(?")) {  // Flags and names are no literals.
      atom = regex.substr(0, regex.find_first_of(":>)") + 1);
      if (atom.empty()) atom = regex;
    } else if (const size_t count = CountSize(regex)) {
      atom = regex.substr(0, count);
    }
    regex.remove_prefix(atom.size());
    if (atom[0] == '[' && atom.size() > 2) {
      mapped += MapClass(atom, map);
    } else if (IsLiteral(atom)) {
      const std::string one = Mapped(atom, map);
      // A digit that was none must not become part of a count: {2一}
      const bool new_digit = one != atom && absl::ascii_isdigit(one[0]);
      const bool in_count =
          !mapped.empty() && (absl::ascii_isdigit(mapped.back()) ||
                              mapped.back() == '{' || mapped.back() == ',');
      mapped += new_digit && in_count ? absl::StrCat("[", one, "]") : one;
    } else {
      mapped.append(atom.data(), atom.size());
    }
  }
  return mapped;
}

}  // namespace sluice::rules
