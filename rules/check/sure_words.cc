#include "rules/check/sure_words.h"

#include "absl/strings/str_cat.h"

namespace sluice::rules {
namespace {

// Whether `match` asks for nothing but words, regexes and `any` and `all`.
bool AsksForWordsOnly(const rules::v1::Match& match) {
  return !match.has_near() && !match.has_count() && !match.has_not_() &&
         !match.has_length() && !match.has_links() && !match.has_contacts() &&
         !match.has_weight() && match.classes().empty();
}

}  // namespace

rules::v1::Match ConditionOf(const rules::v1::ContentRule& rule) {
  if (rule.has_match()) return rule.match();
  rules::v1::Match own;
  *own.mutable_word_lists() = rule.word_lists();
  *own.mutable_words() = rule.words();
  *own.mutable_regexes() = rule.regexes();
  return own;
}

void VisitDeciding(const rules::v1::Match& match, const std::string& path,
                   std::vector<std::string>& deciding) {
  if (!match.all().empty() || match.has_near() || match.has_count() ||
      match.has_links() || match.has_contacts() || match.has_weight()) {
    return;
  }
  const bool has_set = !match.word_lists().empty() || !match.words().empty() ||
                       !match.regexes().empty();
  if (has_set && match.any().empty()) deciding.push_back(path);
  if (has_set) return;
  for (int i = 0; i < match.any_size(); ++i) {
    VisitDeciding(match.any(i), absl::StrCat(path, ".any[", i, "]"), deciding);
  }
}

void ForEachSureWord(const Pack& pack, const rules::v1::Match& match,
                     bool exact,
                     absl::FunctionRef<void(const std::string& word)> visit) {
  if (!AsksForWordsOnly(match)) return;
  const bool set = !match.words().empty() || !match.word_lists().empty() ||
                   !match.regexes().empty();
  if (set + !match.any().empty() + match.all_size() != 1) return;
  ForEachWordOf(pack, match, exact,
                [&visit](const std::string& word, int) { visit(word); });
  for (const rules::v1::Match& one : match.any()) {
    ForEachSureWord(pack, one, exact, visit);
  }
  for (const rules::v1::Match& one : match.all()) {
    ForEachSureWord(pack, one, exact, visit);
  }
}

}  // namespace sluice::rules
