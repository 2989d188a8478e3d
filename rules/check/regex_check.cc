#include "rules/check/regex_check.h"

#include <unicode/utf8.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/faults.h"
#include "rules/fold/fold.h"
#include "rules/match/loosen.h"
#include "rules/match/matcher.h"
#include "rules/match/regex_fold.h"

namespace sluice::rules {
namespace {

// The regex with everything masked that is not a character to be found: escapes
// and the letters of group openings. As long as the regex.
std::string Masked(absl::string_view regex) {
  std::string masked(regex);
  const auto mask = [&](size_t begin, size_t end) {
    end = std::min(end, masked.size());
    std::fill(masked.begin() + static_cast<ptrdiff_t>(begin),
              masked.begin() + static_cast<ptrdiff_t>(end), '.');
    return end;
  };
  for (size_t at = 0; at < regex.size();) {
    const absl::string_view rest = regex.substr(at);
    if (rest.size() > 2 && rest[0] == '\\' && rest[2] == '{') {  // \p{Han}
      const size_t close = rest.find('}');
      at = mask(at, close == rest.npos ? regex.size() : at + close + 1);
    } else if (rest[0] == '\\') {
      at = mask(at, at + 2);
    } else if (rest.substr(0, 3) == "(?P") {
      at = mask(at, at + 3);
    } else {
      ++at;
    }
  }
  return masked;
}

// The code point of `text` that begins at `byte`.
std::string CharacterAt(absl::string_view text, size_t byte) {
  const auto begin = static_cast<int32_t>(byte);
  int32_t end = begin;
  U8_FWD_1(text.data(), end, static_cast<int32_t>(text.size()));
  return std::string(text.substr(byte, static_cast<size_t>(end - begin)));
}

std::string FoldFault(absl::string_view regex) {
  const std::string masked = Masked(regex);
  FoldedText folded;
  FoldTable::Shared().Fold(masked, folded);
  if (folded.bytes == masked) return "";
  // The first character that folding changes.
  for (size_t at = 0; at < masked.size();) {
    const std::string character = CharacterAt(masked, at);
    std::string one;
    FoldTable::Shared().Fold(character, one);
    if (one != character) {
      return absl::StrCat(
          "'", character, "' is never in a folded text, ",
          one.empty() ? "leave it out" : absl::StrCat("write '", one, "'"));
    }
    at += character.size();
  }
  return "spaces between Chinese characters are never in a folded text, leave "
         "them out";
}

std::string SizeFault(const std::string& regex) {
  const RegexSize size = RegexSizeOf(regex);
  if (size.positions <= kRegexMax.positions && size.edges <= kRegexMax.edges) {
    return "";
  }
  const bool edges = size.positions <= kRegexMax.positions;
  const double is = edges ? size.edges : size.positions;
  const double allowed = edges ? kRegexMax.edges : kRegexMax.positions;
  return absl::StrFormat(
      "too large to compile: %s %s, at most %.0f are allowed. Make its counts "
      "smaller, since {1,300} writes what it counts 300 times; use narrower "
      "classes, such as \\p{Han} for \\p{L} or [^a]; write a gap as .{0,300}, "
      "which costs nothing; or make several regexes of it",
      is < 1e9 ? absl::StrFormat("about %.0f", is) : "thousands of millions of",
      edges ? "ways through it" : "states", allowed);
}

}  // namespace

RegexSize RegexSizeOf(const std::string& regex) {
  const RegexSize normal = SizeOf(Loosened(regex));
  const RegexSize evasive =
      SizeOf(ScannedRegex(EvasiveRegex(FoldRegex(regex))));
  return {std::max(normal.positions, evasive.positions),
          std::max(normal.edges, evasive.edges)};
}

std::string RegexFault(const std::string& regex) {
  if (regex.empty()) return "an empty regex";
  if (regex.size() > kRegexSizeMax) {
    return absl::StrCat("regex of ", regex.size(), " bytes, at most ",
                        kRegexSizeMax, " are allowed");
  }
  if (FirstInvalidUtf8(regex)) return "not UTF-8";
  // Before Hyperscan or RE2 sees it.
  std::string fault = SizeFault(regex);
  if (!fault.empty()) return fault;
  // Before it is rewritten: what is no regex has no atoms.
  fault = Matcher::RegexFault(regex);
  if (!fault.empty()) return absl::StrCat("not a regex: ", fault);
  const std::string folded = FoldRegex(regex);
  fault = FoldFault(folded);
  if (!fault.empty()) return fault;
  fault = Matcher::RegexFault(folded);
  return fault.empty() ? "" : absl::StrCat("not a regex: ", fault);
}

}  // namespace sluice::rules
