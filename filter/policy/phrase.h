#pragma once

// A word of a pack that is looked for in replies: 退订, "opt out", 不要…发.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/policy/squeezed_text.h"

namespace sluice::filter {

// Most characters that "…" stands for.
inline constexpr size_t kPhraseGapMax = 8;
// Most "…" in one phrase, and bytes of one, so that a text of any size is
// searched in linear time.
inline constexpr size_t kPhraseGapsMax = 3;
inline constexpr size_t kPhraseBytesMax = 96;

struct Phrase {
  struct Piece {
    std::string bytes;  // Squeezed.
    // As SqueezedText::gaps: letters may have a gap where the pack has one.
    std::vector<Gap> gaps;
  };
  std::vector<Piece> pieces;  // At least one; "…" stands between them.
  // Only as the whole reply: ^不要$.
  bool whole = false;
  // "…" may reach over the end of a clause.
  bool over_clauses = false;
  std::string shown;  // The pieces with "…" between them.

  // What a pack's word may have besides characters.
  enum class Syntax { kPlain, kGaps, kGapsOrWhole };

  // `word` as the pack has it. Errors: kInvalidArgument, saying what is wrong
  // with it.
  static absl::StatusOr<Phrase> Parse(absl::string_view word, Syntax syntax);
};

// A place where a phrase stands: [begin, end) of the squeezed text, and the
// stretches that its "…" stand for.
struct PhraseMatch {
  size_t begin = 0;
  size_t end = 0;
  std::vector<std::pair<size_t, size_t>> gaps;
};

// Whether the piece stands at `at`: whole words only, and letters without gaps
// that the pack does not have. Chinese may have any gaps.
bool StandsAt(const SqueezedText& text, const Phrase::Piece& piece, size_t at);

// Finds the first place that begins in [from, until) and lies before `until`.
// Returns false when there is none.
bool FindPhrase(const SqueezedText& text, const Phrase& phrase, size_t from,
                size_t until, PhraseMatch& match);

}  // namespace sluice::filter
