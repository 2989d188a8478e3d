#include "filter/policy/wordings.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/pack_values.h"
#include "rules/base/status_macros.h"
#include "rules/fold/fold.h"

namespace sluice::filter {
namespace {

template <typename T, typename Size>
void SortLongestFirst(std::vector<T>& all, Size size) {
  std::stable_sort(all.begin(), all.end(),
                   [&](const T& a, const T& b) { return size(a) > size(b); });
}

// Folded as texts are, and without spaces. Empty when nothing is left.
std::string Folded(absl::string_view text) {
  std::string folded;
  rules::FoldTable::Shared().Fold(text, folded);
  folded.erase(std::remove(folded.begin(), folded.end(), ' '), folded.end());
  return folded;
}

template <typename Texts>
std::vector<std::string> AllFolded(const Texts& texts) {
  std::vector<std::string> all;
  for (const std::string& text : texts) {
    std::string folded = Folded(text);
    if (!folded.empty()) all.push_back(std::move(folded));
  }
  SortLongestFirst(all, [](const std::string& text) { return text.size(); });
  return all;
}

template <typename Texts>
absl::StatusOr<std::vector<Phrase>> Phrases(
    absl::string_view field, const Texts& texts,
    Phrase::Syntax syntax = Phrase::Syntax::kPlain) {
  std::vector<Phrase> all;
  for (int i = 0; i < texts.size(); ++i) {
    absl::StatusOr<Phrase> phrase = Phrase::Parse(texts[i], syntax);
    if (!phrase.ok()) {
      return InvalidValue(absl::StrCat("opt_out_wording.", field, "[", i, "]"),
                          phrase.status().message());
    }
    all.push_back(*std::move(phrase));
  }
  SortLongestFirst(all, [](const Phrase& p) { return p.shown.size(); });
  return all;
}

// The folded characters that may follow the wording.
constexpr absl::string_view kTrailing[] = {" ",  ".",  ",",  "!",  ";",  ")",
                                           "]",  "}",  "~",  "\n", "\r", "\t",
                                           "。", "、", "】", "》", "”",  "\""};

absl::string_view TrimEnd(absl::string_view text) {
  for (bool trimmed = true; trimmed;) {
    trimmed = false;
    for (const absl::string_view end : kTrailing) {
      if (!absl::EndsWith(text, end)) continue;
      text.remove_suffix(end.size());
      trimmed = true;
    }
  }
  return text;
}

// Where `wording` at the end of `text` begins, where `text` may have spaces in
// between; npos when it does not end with it.
size_t WordingAtEnd(absl::string_view text, absl::string_view wording) {
  while (!wording.empty()) {
    if (text.empty()) return absl::string_view::npos;
    if (text.back() == wording.back()) {
      wording.remove_suffix(1);
    } else if (text.back() != ' ') {
      return absl::string_view::npos;
    }
    text.remove_suffix(1);
  }
  return text.size();
}

}  // namespace

absl::StatusOr<Wordings> Wordings::Read(const rules::v1::OptOutWording& in) {
  Wordings out;
  out.accepted = AllFolded(in.accepted());
  out.preferred = in.preferred();
  const std::string preferred = Folded(in.preferred());
  if (!preferred.empty() && std::find(out.accepted.begin(), out.accepted.end(),
                                      preferred) == out.accepted.end()) {
    return InvalidValue("opt_out_wording.preferred", "is not among accepted");
  }
  SLUICE_ASSIGN_OR_RETURN(out.reply_words,
                          Phrases("reply_words", in.reply_words()));
  SLUICE_ASSIGN_OR_RETURN(out.reply_contains,
                          Phrases("reply_contains", in.reply_contains(),
                                  Phrase::Syntax::kGapsOrWhole));
  const auto whole = std::stable_partition(
      out.reply_contains.begin(), out.reply_contains.end(),
      [](const Phrase& phrase) { return !phrase.whole; });
  std::move(whole, out.reply_contains.end(),
            std::back_inserter(out.whole_in_doubt));
  out.reply_contains.erase(whole, out.reply_contains.end());
  SLUICE_ASSIGN_OR_RETURN(
      out.complaint_contains,
      Phrases("complaint_contains", in.complaint_contains()));
  SLUICE_ASSIGN_OR_RETURN(out.negations, Phrases("negations", in.negations()));
  SLUICE_ASSIGN_OR_RETURN(out.courtesies,
                          Phrases("reply_courtesies", in.reply_courtesies()));
  SLUICE_ASSIGN_OR_RETURN(out.unheeded,
                          Phrases("refusal_unheeded", in.refusal_unheeded(),
                                  Phrase::Syntax::kGaps));
  // 我退订了，今天又发.
  for (Phrase& phrase : out.unheeded) phrase.over_clauses = true;
  return out;
}

// Accepted wordings are sorted by length, so that the longest one is found.
size_t NoticeBegin(const Wordings& wordings, absl::string_view folded) {
  const absl::string_view body = TrimEnd(folded);
  for (const std::string& wording : wordings.accepted) {
    const size_t begin = WordingAtEnd(body, wording);
    if (begin != absl::string_view::npos) return begin;
  }
  return folded.size();
}

}  // namespace sluice::filter
