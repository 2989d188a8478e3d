#include "filter/policy/phrase.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/fold/fold.h"

namespace sluice::filter {
namespace {

constexpr absl::string_view kGapMark = "…";

// Whether pieces [index, ...) stand behind `at`, each within kPhraseGapMax
// characters of the one before.
bool Follow(const SqueezedText& text, const Phrase& phrase, size_t index,
            size_t at, size_t until, PhraseMatch& match) {
  if (index == phrase.pieces.size()) {
    match.end = at;
    return true;
  }
  const Phrase::Piece& piece = phrase.pieces[index];
  size_t place = at;
  for (size_t skipped = 0; skipped <= kPhraseGapMax; ++skipped) {
    const size_t end = place + piece.bytes.size();
    if (end > until) return false;
    if (!phrase.over_clauses && text.gaps[place] == Gap::kBreak) return false;
    if (StandsAt(text, piece, place)) {
      match.gaps.emplace_back(at, place);
      if (Follow(text, phrase, index + 1, end, until, match)) return true;
      match.gaps.pop_back();
    }
    place += CharacterSize(text.bytes, place);
  }
  return false;
}

}  // namespace

absl::StatusOr<Phrase> Phrase::Parse(absl::string_view word, Syntax syntax) {
  Phrase phrase;
  if (absl::StartsWith(word, "^")) {
    if (syntax != Syntax::kGapsOrWhole) {
      return absl::InvalidArgumentError("'^' is not allowed in this word");
    }
    if (!absl::EndsWith(word, "$")) {
      return absl::InvalidArgumentError("'^' needs a '$' at the end");
    }
    phrase.whole = true;
    word = word.substr(1, word.size() - 2);
  }
  if (absl::StrContains(word, kGapMark) &&
      (syntax == Syntax::kPlain || phrase.whole)) {
    return absl::InvalidArgumentError("'…' is not allowed in this word");
  }
  size_t bytes = 0;
  for (const absl::string_view part : absl::StrSplit(word, kGapMark)) {
    std::string folded;
    rules::FoldTable::Shared().Fold(part, folded);
    SqueezedText squeezed = Squeeze(folded);
    if (squeezed.empty()) {
      return absl::InvalidArgumentError(
          phrase.pieces.empty() && part.size() == word.size()
              ? "nothing is left of this word when it is folded"
              : "a word is needed on both sides of '…'");
    }
    bytes += squeezed.size();
    phrase.pieces.push_back(
        {std::move(squeezed.bytes), std::move(squeezed.gaps)});
  }
  if (phrase.pieces.size() > kPhraseGapsMax + 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("at most ", kPhraseGapsMax, " '…' are allowed"));
  }
  if (bytes > kPhraseBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("at most ", kPhraseBytesMax, " bytes are allowed"));
  }
  phrase.shown = absl::StrJoin(
      phrase.pieces, kGapMark,
      [](std::string* out, const Piece& piece) { out->append(piece.bytes); });
  return phrase;
}

bool StandsAt(const SqueezedText& text, const Phrase::Piece& piece, size_t at) {
  const size_t size = piece.bytes.size();
  if (at + size > text.size() ||
      text.bytes.compare(at, size, piece.bytes) != 0) {
    return false;
  }
  if (!text.IsWordEdge(at) || !text.IsWordEdge(at + size)) return false;
  for (size_t i = 1; i < size; ++i) {
    const bool letters =
        IsAsciiAlnumAt(piece.bytes, i - 1) && IsAsciiAlnumAt(piece.bytes, i);
    if (letters && text.gaps[at + i] > piece.gaps[i]) return false;
  }
  return true;
}

bool FindPhrase(const SqueezedText& text, const Phrase& phrase, size_t from,
                size_t until, PhraseMatch& match) {
  const Phrase::Piece& first = phrase.pieces.front();
  for (size_t at = text.bytes.find(first.bytes, from); at < until;
       at = text.bytes.find(first.bytes, at + 1)) {
    const size_t end = at + first.bytes.size();
    match.gaps.clear();
    if (end > until || !StandsAt(text, first, at)) continue;
    match.begin = at;
    if (Follow(text, phrase, 1, end, until, match)) return true;
  }
  return false;
}

}  // namespace sluice::filter
