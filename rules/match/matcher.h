#pragma once

// Finds all words and regexes of one level of folding in a text.
// Hyperscan, which scans, and RE2, which checks what may be a regex's hit, stay
// behind this file.
//
// Which stretches are hits:
// - A word hits wherever it stands. Where it begins or ends with an ASCII
//   letter (digit), the character beyond must not be one too: "win" does not
//   hit "window", "vx" does hit "vx123".
// - A regex hits where it matches, as early and as long as it can, then again
//   after that match's end.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/fold/fold.h"
#include "rules/match/compile_cache.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

// A pattern of a set was found: where in the submitted text, in code points.
struct Found {
  uint32_t set = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t pattern = 0;  // The caller's number.
  // The level of folding whose scan found it.
  rules::v1::FoldingLevel level = rules::v1::FOLDING_LEVEL_UNSPECIFIED;
  // Found in the other reading of the text only; see Scanner.
  bool otherwise = false;
  bool operator==(const Found&) const = default;
};

// What one thread needs to match with one rule set; reuse it. Cheap to keep,
// costly to make. Grows to the needs of any rule set it meets.
class MatchScratch {
 public:
  MatchScratch();
  ~MatchScratch();
  MatchScratch(const MatchScratch&) = delete;
  MatchScratch& operator=(const MatchScratch&) = delete;

 private:
  friend class Matcher;
  struct State;
  std::unique_ptr<State> state_;
};

// The patterns, in sets that callers number from 0. Words are spelled as the
// texts will be, and not empty; a word may be there several times.
struct Patterns {
  rules::v1::FoldingLevel level =
      rules::v1::FOLDING_LEVEL_UNSPECIFIED;  // See Found.
  struct Pattern {
    std::string text;
    uint32_t set = 0;
    uint32_t pattern = 0;  // Comes back in Found.
    Marks marks;           // Of a word.
    // A letter (digit) at this end was written as one, and must not go on in
    // the text; the 1 that 一 is folded to may.
    bool whole_begin = true;
    bool whole_end = true;
    // Of a regex: one that finds at least as much in what is scanned, where
    // that is not what `text` is looked for in; see Spelling::Back::ForRegexes.
    std::string scanned;
  };
  std::vector<Pattern> words;
  std::vector<Pattern> regexes;
};

// Immutable; shared by all threads.
class Matcher {
 public:
  // Empty when Hyperscan and RE2 accept `regex`, else their error. Looks at
  // syntax only: Compile may still find a regex too large. Takes long for a
  // regex above kRegexMax (regex_size.h).
  static std::string RegexFault(const std::string& regex);

  // Errors: kInvalidArgument (a regex cannot be compiled; says which and
  // why), kResourceExhausted (the whole is too large for it).
  // `cache` may be null.
  static absl::StatusOr<std::unique_ptr<const Matcher>> Compile(
      const Patterns& patterns, const CompileCache* cache = nullptr);

  ~Matcher();
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  // Appends the hits, in no order and maybe twice. `Text` is FoldedText or
  // Spelling.
  template <typename Text>
  void Match(const Text& text, MatchScratch& scratch,
             std::vector<Found>& found) const;

  // Bytes of Hyperscan's databases.
  size_t size_bytes() const;

 private:
  struct State;
  explicit Matcher(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace sluice::rules
