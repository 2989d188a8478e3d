#include "rules/regex_fold.h"

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

}  // namespace

std::string FoldRegex(const std::string& regex) {
  return MapCharacters(regex, Folded);
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
